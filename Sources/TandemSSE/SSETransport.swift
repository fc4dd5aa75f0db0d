import HTTPTypes
public import TandemCore
public import TandemEngine

/// Server-Sent Events (WHATWG HTML, section 9.2) over HTTP/1.1 chunked or HTTP/1.0 close-delimited responses.
///
/// Takes every `GET` for a room's stream that no transport before it took.
public struct SSETransport: Transport {
    /// How long an `EventSource` waits before it reconnects, unless told otherwise: short, since a resumed stream
    /// costs next to nothing.
    public static let reconnectionTime = Milliseconds.seconds(1)

    public static let name = TransportName("sse")

    public init() {}

    public var name: TransportName { Self.name }

    public func accepts(_ request: StreamRequest) -> Bool {
        request.head.method == .get || request.head.method == .head
    }

    public func open(_ request: StreamRequest) throws(StreamRefusal) -> StreamOpening {
        var response = HTTPResponse(status: .ok)
        response.headerFields[.contentType] = "text/event-stream; charset=utf-8"
        // no-transform and X-Accel-Buffering keep proxies from compressing or buffering the stream.
        response.headerFields[.cacheControl] = "no-cache, no-transform"
        response.headerFields[.xAccelBuffering] = "no"
        // It ends with the stream, so no proxy keeps it for another request.
        response.headerFields[.connection] = "close"
        let framing: SSEEncoding.Framing
        switch request.version {
        case .http11:
            framing = .chunked
            response.headerFields[.transferEncoding] = "chunked"
        case .http10:
            framing = .closeDelimited
            // A client that asked a proxy in HTTP/1.1 cannot see otherwise how the proxy asked on.
            response.headerFields[.xReceivedProtocol] = "HTTP/1.0"
        }
        return StreamOpening(response: response, encoding: SSEEncoding(framing: framing))
    }
}

extension HTTPField.Name {
    /// Read by `compare doctor`; there is no standard field for it.
    fileprivate static let xReceivedProtocol: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Received-Protocol") else { preconditionFailure("a valid field name") }
        return name
    }()

    /// Read by nginx; `no` passes a response on unbuffered.
    fileprivate static let xAccelBuffering: HTTPField.Name = {
        guard let name = HTTPField.Name("X-Accel-Buffering") else { preconditionFailure("a valid field name") }
        return name
    }()
}
