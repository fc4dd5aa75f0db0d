import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// The bench's requests to the control API, over kept-alive connections.
struct ControlClient {
    private let http: HTTPClient
    private let url: String

    init(_ eventLoops: any EventLoopGroup, url: String) {
        http = HTTPClient(
            eventLoopGroupProvider: .shared(eventLoops),
            configuration: .init(redirectConfiguration: .disallow)
        )
        self.url = url
    }

    func shutdown() async throws {
        try await http.shutdown()
    }

    func createRooms(_ count: Int, duration: Int64 = 36_000_000) async throws -> [String] {
        struct Room: Decodable { let code: String }
        return try await concurrently(0..<count) { _ in
            let body = try await self.send("POST", "/api/rooms", #"{"duration":\#(duration)}"#, expecting: 201)
            return try JSONDecoder().decode(Room.self, from: Data(body.readableBytesView)).code
        }
    }

    func start(_ codes: [String]) async throws {
        _ = try await concurrently(codes) { try await self.start($0) }
    }

    func start(_ code: String) async throws {
        _ = try await send("PATCH", "/api/\(code)/timer/start", nil, expecting: 204)
    }

    func pause(_ codes: [String]) async throws {
        _ = try await concurrently(codes) { code in
            _ = try await self.send("PATCH", "/api/\(code)/timer/stop", nil, expecting: 204)
        }
    }

    func delete(_ code: String) async throws {
        _ = try await send("DELETE", "/api/\(code)", nil, expecting: 204)
    }

    /// How many streams of all transports the room has.
    func subscriberCount(_ code: String) async throws -> Int {
        struct Room: Decodable { let subscribers: [String: Int] }
        let body = try await send("GET", "/api/\(code)", nil, expecting: 200)
        return try JSONDecoder().decode(Room.self, from: Data(body.readableBytesView)).subscribers.values.reduce(0, +)
    }

    /// Makes a transition in each of the rooms.
    func update(_ codes: [String], duration: Int64 = 36_000_000) async throws {
        _ = try await concurrently(codes) { try await self.update($0, duration: duration) }
    }

    func update(_ code: String, duration: Int64) async throws {
        _ = try await send("PATCH", "/api/\(code)/timer", #"{"duration":\#(duration)}"#, expecting: 204)
    }

    private func send(_ method: String, _ path: String, _ json: String?, expecting status: UInt) async throws
        -> ByteBuffer
    {
        var request = HTTPClientRequest(url: url + path)
        request.method = .init(rawValue: method)
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: json))
        }
        let response = try await http.execute(request, timeout: .seconds(30))
        let body = try await response.body.collect(upTo: 1 << 16)
        guard response.status.code == status else { throw BenchError("\(method) \(path) got \(response.status)") }
        return body
    }

    private func concurrently<Input: Sendable, Output: Sendable>(
        _ inputs: some Sequence<Input>,
        _ body: @escaping @Sendable (Input) async throws -> Output
    ) async throws -> [Output] {
        try await withThrowingTaskGroup(of: Output.self) { tasks in
            var outputs: [Output] = []
            for (number, input) in inputs.enumerated() {
                if number >= 16, let output = try await tasks.next() { outputs.append(output) }
                tasks.addTask { try await body(input) }
            }
            for try await output in tasks { outputs.append(output) }
            return outputs
        }
    }
}
