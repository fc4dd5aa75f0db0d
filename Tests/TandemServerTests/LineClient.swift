import Foundation
import TandemTesting

/// A client of ``LineTransport``.
final class LineClient: HTTPCommanding {
    private struct Line: Decodable {
        let id: String?
        let event: String
        let data: String
    }

    let server: TestServer
    let code: String
    private let connection: RawClient

    init(_ server: TestServer, _ code: String, lastEventID: String?) async throws {
        self.server = server
        self.code = code
        connection = try await server.connect()
        let resume = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        try await connection.send(
            "GET /api/\(code)/connect HTTP/1.1\r\nHost: a\r\nAccept: application/x-ndjson\r\n\(resume)\r\n"
        )
        _ = try await connection.read(until: "\r\n\r\n")
    }

    func receive() async throws -> ReceivedEvent {
        while true {
            let text = try await connection.read(until: "\n")
            guard text.count > 1 else { continue }
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            return ReceivedEvent(id: line.id, line.event, line.data)
        }
    }

    func disconnect() async {
        await connection.close()
    }
}
