import Foundation

/// A client of the SSE stream that reads as `EventSource` does.
public final class SSEClient: HTTPCommanding {
    public let server: TestServer
    public let code: String
    /// The head of the answer.
    public let head: String
    private let connection: RawClient
    private let isChunked: Bool
    private var text = ""

    /// - Parameter version: of HTTP, `1.1` or `1.0`.
    public init(_ server: TestServer, _ code: String, version: String = "1.1", lastEventID: String? = nil) async throws
    {
        self.server = server
        self.code = code
        connection = try await server.connect()
        let resume = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        try await connection.send("GET /api/\(code)/connect HTTP/\(version)\r\nHost: 127.0.0.1\r\n\(resume)\r\n")
        head = try await connection.read(until: "\r\n\r\n")
        isChunked = head.contains("transfer-encoding: chunked")
    }

    public func receive() async throws -> ReceivedEvent {
        while true {
            var fields: [String: String] = [:]
            for line in try await block().split(separator: "\n") where !line.hasPrefix(":") {
                let pair = line.split(separator: ":", maxSplits: 1)
                fields[String(pair[0])] = pair.count == 2 ? pair[1].trimmingCharacters(in: .whitespaces) : ""
            }
            if let name = fields["event"] {
                return ReceivedEvent(id: fields["id"], name, fields["data"] ?? "")
            }
        }
    }

    public func disconnect() async {
        await connection.close()
    }

    private func block() async throws -> String {
        guard isChunked else { return try await connection.read(until: "\n\n") }
        while true {
            if let end = text.range(of: "\n\n") {
                defer { text.removeSubrange(..<end.upperBound) }
                return String(text[..<end.upperBound])
            }
            let size = try await connection.read(until: "\r\n").dropLast(1)
            guard let count = Int(size, radix: 16), count > 0 else {
                throw RawClient.Failure(description: "no chunk but '\(size)'")
            }
            text += String(decoding: try await connection.read(count: count + 2).dropLast(2), as: UTF8.self)
        }
    }
}
