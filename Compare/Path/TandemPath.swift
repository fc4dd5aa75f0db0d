import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A Tandem behind whatever a deployment puts before it: its control API, by requests that each have a new connection,
/// as those of different people have.
struct TandemPath: Sendable {
    /// Of a request that finds no room: instances that share nothing answer some of them so.
    static let attempts = 30

    /// Two clients that try again in step would each meet the same wrong instance every time.
    static func pauseBeforeNextAttempt() async throws {
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...20)))
    }

    let base: URL
    let http: HTTPClient

    /// Finds out whether there is a Tandem at `url`, which may or may not include the base path, by opening a room.
    /// - Returns: nil if the answer is none of Tandem's; the text says what it was.
    static func find(at url: URL, _ http: HTTPClient) async throws -> (path: TandemPath?, answer: String) {
        var answer = ""
        for suffix in ["api", ""] {
            let path = TandemPath(base: suffix.isEmpty ? url : url.appending(path: suffix), http: http)
            do {
                _ = try await path.createRoom()
                return (path, "")
            } catch let error as BenchError {
                answer = error.description
            }
        }
        return (nil, answer)
    }

    func createRoom() async throws -> String {
        struct Room: Decodable { let code: String }
        let (status, body) = try await send("POST", "rooms", json: #"{"duration":36000000}"#)
        guard status == 201, let room = try? JSONDecoder().decode(Room.self, from: Data(body.readableBytesView)) else {
            throw BenchError("POST \(base.appending(path: "rooms")) was answered with \(status)")
        }
        return room.code
    }

    /// The status of a look at the room.
    func look(_ code: String) async throws -> UInt {
        try await send("GET", code).status
    }

    /// Makes an event in the room.
    func update(_ code: String) async throws {
        try await retrying("PATCH", "\(code)/timer", json: #"{"duration":36000000}"#)
    }

    func delete(_ code: String) async throws {
        try await retrying("DELETE", code, json: nil)
    }

    func endpoint(_ code: String, _ transport: StreamTransport) throws -> StreamEndpoint {
        try StreamEndpoint(base.appending(path: "\(code)/connect"), transport)
    }

    private func retrying(_ method: String, _ path: String, json: String?) async throws {
        var status: UInt = 0
        for _ in 0..<Self.attempts {
            status = try await send(method, path, json: json).status
            if status == 204 { return }
            try await Self.pauseBeforeNextAttempt()
        }
        throw BenchError("\(method) \(base.appending(path: path)) was answered with \(status)")
    }

    private func send(_ method: String, _ path: String, json: String? = nil) async throws
        -> (status: UInt, body: ByteBuffer)
    {
        var request = HTTPClientRequest(url: base.appending(path: path).absoluteString)
        request.method = .init(rawValue: method)
        request.headers.add(name: "Connection", value: "close")
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: json))
        }
        let response = try await http.execute(request, timeout: .seconds(10))
        let body = try await response.body.collect(upTo: 1 << 20)
        return (response.status.code, body)
    }
}
