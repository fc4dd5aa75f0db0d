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

    /// Seconds for all rooms to be deleted at the end.
    private static let farewellLimit = 20.0

    let base: URL
    let http: HTTPClient
    /// To be deleted, whatever becomes of the examination.
    let rooms: OpenRooms
    /// Seconds for a request and its answer.
    var requestLimit = 10.0

    /// For requests to a path, none of which follows a redirect or keeps what it received.
    static func client(on group: any EventLoopGroup) -> HTTPClient {
        HTTPClient(
            eventLoopGroupProvider: .shared(group),
            configuration: .init(redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
        )
    }

    /// Finds out whether there is a Tandem at `url`, which may or may not include the base path, by opening a room.
    /// - Returns: nil if the answer is none of Tandem's; the text says what it was.
    /// - Throws: ``Redirection`` if the answer leads elsewhere.
    static func find(
        at url: URL,
        _ http: HTTPClient,
        rooms: OpenRooms,
        requestLimit: Double = 10
    ) async throws -> (path: TandemPath?, answer: String) {
        var answer = ""
        var redirection: Redirection?
        for suffix in ["api", ""] {
            let base = suffix.isEmpty ? url : url.appending(path: suffix)
            let path = TandemPath(base: base, http: http, rooms: rooms, requestLimit: requestLimit)
            do {
                _ = try await path.createRoom()
                return (path, "")
            } catch let error as BenchError {
                answer = error.description
            } catch let error as Redirection {
                redirection = redirection ?? error
            }
        }
        if let redirection { throw redirection }
        return (nil, answer)
    }

    /// Opens a room, which is one of ``rooms`` from then on.
    func createRoom() async throws -> String {
        // Goes on when this task is cancelled: a room whose code nobody has read could not be deleted.
        try await Task {
            struct Room: Decodable { let code: String }
            let (head, body) = try await send("POST", "rooms", json: #"{"duration":36000000}"#)
            let bytes = Data(body.readableBytesView)
            guard head.status == .created, let room = try? JSONDecoder().decode(Room.self, from: bytes) else {
                throw BenchError("POST \(base.appending(path: "rooms")) was answered with \(head.status.code)")
            }
            guard Self.isCode(room.code) else {
                throw BenchError("POST \(base.appending(path: "rooms")) was answered with a code that is none")
            }
            rooms.insert(room.code, at: base)
            return room.code
        }.value
    }

    /// Whether a server's word can be part of a path.
    private static func isCode(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x7A).contains($0) && $0 != 0x3F }
    }

    /// Deletes all `rooms`, also when this task is cancelled.
    static func delete(_ rooms: OpenRooms, _ http: HTTPClient) async {
        await Task {
            try? await withTimeLimit(farewellLimit) {
                await withTaskGroup { tasks in
                    for (code, base) in rooms.all {
                        let path = TandemPath(base: base, http: http, rooms: rooms)
                        tasks.addTask { try? await path.delete(code) }
                    }
                }
            }
        }.value
    }

    /// The status of a look at the room.
    func look(_ code: String) async throws -> UInt {
        try await send("GET", code).head.status.code
    }

    /// Makes an event in the room.
    func update(_ code: String) async throws {
        try await retrying("PATCH", "\(code)/timer", json: #"{"duration":36000000}"#)
    }

    func delete(_ code: String) async throws {
        try await retrying("DELETE", code, json: nil)
        rooms.remove(code)
    }

    func endpoint(_ code: String, _ transport: StreamTransport) throws -> StreamEndpoint {
        try StreamEndpoint(base.appending(path: "\(code)/connect"), transport).fromItsPage
    }

    private func retrying(_ method: String, _ path: String, json: String?) async throws {
        var status: UInt = 0
        for _ in 0..<Self.attempts {
            status = try await send(method, path, json: json).head.status.code
            if status == 204 { return }
            try await Self.pauseBeforeNextAttempt()
        }
        throw BenchError("\(method) \(base.appending(path: path)) was answered with \(status)")
    }

    private func send(_ method: String, _ path: String, json: String? = nil) async throws
        -> (head: HTTPClientResponse, body: ByteBuffer)
    {
        let url = base.appending(path: path)
        return try await withTimeLimit(requestLimit) {
            var request = HTTPClientRequest(url: url.absoluteString)
            request.method = .init(rawValue: method)
            request.headers.add(name: "Connection", value: "close")
            if let json {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(ByteBuffer(string: json))
            }
            let response = try await http.execute(request, timeout: .nanoseconds(Int64(requestLimit * 1e9)))
            if (300..<400).contains(response.status.code), let location = response.headers.first(name: "location") {
                throw Redirection(status: response.status.code, source: url, location: location)
            }
            if response.status == .tooManyRequests { throw TooManyRequests("\(method) \(url)", response.headers) }
            return (response, try await response.body.collect(upTo: StreamLimits.body))
        }
    }
}
