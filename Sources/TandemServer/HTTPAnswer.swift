import HTTPTypes
import Hummingbird
import NIOConcurrencyHelpers
import NIOCore
import TandemEngine

/// A whole answer, ready to be written.
struct HTTPAnswer {
    var head: HTTPResponse
    var body = ByteBuffer()

    init(_ problem: Problem) {
        body = problem.body
        head = Self.head(HTTPResponse(status: problem.status, headerFields: problem.responseFields))
        head.headerFields[.contentLength] = String(body.readableBytes)
    }

    init(status: HTTPResponse.Status, headerFields: HTTPFields) {
        head = Self.head(HTTPResponse(status: status, headerFields: headerFields))
    }

    /// What a `HEAD` for a stream gets: the head that a `GET` would have.
    ///
    /// But for the fields of this one connection: the transfer coding, which may be left out (RFC 9110, section 9.3.2)
    /// and would be followed by chunks, and that the connection ends with the stream.
    init(headOf opening: StreamOpening) {
        head = opening.response
        head.headerFields[.transferEncoding] = nil
        head.headerFields[.connection] = nil
    }

    init(_ response: Response) async throws {
        head = Self.head(response.head)
        // RFC 9110, section 8.6: one has no body, the other the length of what is not sent, if any.
        if head.status == .noContent || head.status == .notModified { head.headerFields[.contentLength] = nil }
        let collector = BodyCollector()
        try await response.body.write(collector)
        body = collector.bytes
    }
}

extension HTTPAnswer {
    /// `head`, not to be kept by anybody unless it says otherwise: a room is different a second later.
    private static func head(_ head: HTTPResponse) -> HTTPResponse {
        var head = head
        if head.headerFields[.cacheControl] == nil { head.headerFields[.cacheControl] = "no-store" }
        return head
    }
}

/// Gathers a response body.
private final class BodyCollector: ResponseBodyWriter, Sendable {
    private let buffer = NIOLockedValueBox(ByteBuffer())

    var bytes: ByteBuffer { buffer.withLockedValue { $0 } }

    func write(_ buffer: ByteBuffer) async throws {
        self.buffer.withLockedValue { _ = $0.writeImmutableBuffer(buffer) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
