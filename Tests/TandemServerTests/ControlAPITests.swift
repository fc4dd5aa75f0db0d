import Foundation
import Logging
import NIOCore
import NIOPosix
import TandemCore
import TandemServer
import TandemTesting
import Testing

@Suite("The control API", .timeLimit(.minutes(5)))
struct ControlAPITests {
    @Test("opens a room and says where it is")
    func create() async throws {
        try await TestServer.run { server in
            let answer = try await server.request("POST", "/api/rooms", json: #"{"duration":600000,"name":"사과"}"#)

            let code = try answer.member("code")
            #expect(answer.status == 201)
            #expect(answer.field("Location") == "/api/\(code)")
            #expect(
                answer.body == #"{"code":"\#(code)","name":"사과","revision":0,"subscribers":{"sse":0,"websocket":0},"#
                    + #""timer":{"duration":600000,"remainingTime":600000,"state":"paused"}}"#
            )
        }
    }

    @Test("shows a running timer live, to the millisecond")
    func show() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")
            try await server.clock.advance(by: Milliseconds(1_234))

            let timer = try await server.request("GET", "/api/\(code.lowercased())/timer")

            #expect(timer.body == #"{"duration":600000,"remainingTime":598766,"state":"running"}"#)
        }
    }

    @Test("counts subscribers by transport")
    func subscribers() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let streams: [any EventClient] = [
                try await SSEClient(server, code), try await SSEClient(server, code, version: "1.0"),
                try await WebSocketClient(server, code),
            ]

            let room = try await server.request("GET", "/\(code)")

            #expect(room.body.contains(#""subscribers":{"sse":2,"websocket":1}"#))
            #expect(streams.count == 3)
        }
    }

    @Test("acts on a room nobody watches, whose timer goes on and ends by itself")
    func unwatched() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom(duration: .seconds(10))
            try await server.patch(code, "start")
            try await server.clock.advance(by: .seconds(11))

            let room = try await server.request("GET", "/api/\(code)")

            #expect(room.body.contains(#""revision":2"#))
            #expect(room.body.contains(#""timer":{"duration":10000,"remainingTime":10000,"state":"paused"}"#))
        }
    }

    @Test("says timer-finished to a pause that came too late, and has the end on record")
    func lateGoodbye() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom(duration: .seconds(10))
            try await server.patch(code, "start")
            try await server.clock.advance(by: .seconds(11))

            let late = try await server.request("PATCH", "/api/\(code)/timer/stop")

            #expect(late.status == 409)
            #expect(try late.member("code") == "timer-finished")
            #expect(try await server.request("GET", "/api/\(code)").body.contains(#""revision":2"#))
        }
    }

    struct Call: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        var fields: [String] = []
        var json: String?
        let status: Int
        let code: String

        var testDescription: String { "\(method) \(path) \(json?.prefix(40) ?? "") \(fields) → \(status) \(code)" }
    }

    static let refusals: [Call] = [
        .init(method: "GET", path: "/api/AAAAAAAAAA", status: 404, code: "room-not-found"),
        .init(method: "DELETE", path: "/api/AAAAAAAAAA", status: 404, code: "room-not-found"),
        .init(method: "PATCH", path: "/api/AAAAAAAAAA/timer/start", status: 404, code: "room-not-found"),
        .init(method: "GET", path: "/api/short", status: 404, code: "invalid-code"),
        .init(method: "GET", path: "/nowhere/at/all/really", status: 404, code: "not-found"),
        .init(method: "GET", path: "/nowhere/CODE/connect", status: 404, code: "not-found"),
        .init(method: "GET", path: "/api/rooms", status: 405, code: "method-not-allowed"),
        .init(method: "POST", path: "/api/CODE/timer/start", status: 405, code: "method-not-allowed"),
        .init(method: "POST", path: "/api/CODE/connect", status: 405, code: "method-not-allowed"),
        .init(method: "PROPFIND", path: "/api/CODE", status: 501, code: "method-not-implemented"),
        .init(method: "PATCH", path: "/api/CODE/timer/stop", status: 409, code: "timer-not-running"),
        .init(method: "PATCH", path: "/api/CODE/timer/pause", status: 409, code: "timer-not-running"),
        .init(method: "POST", path: "/api/rooms", status: 400, code: "malformed-json"),
        .init(method: "POST", path: "/api/rooms", json: "{", status: 400, code: "malformed-json"),
        .init(method: "POST", path: "/api/rooms", json: "[]", status: 400, code: "malformed-json"),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"name":"no \ud800 Unicode"}"#,
            status: 400,
            code: "malformed-json"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"names":["a","\ud800"]}"#,
            status: 400,
            code: "malformed-json"
        ),
        .init(method: "POST", path: "/api/rooms", json: "{}", status: 422, code: "invalid-timer"),
        .init(method: "POST", path: "/api/rooms", json: #"{"duration":0}"#, status: 422, code: "invalid-timer"),
        .init(method: "POST", path: "/api/rooms", json: #"{"duration":86400001}"#, status: 422, code: "invalid-timer"),
        .init(method: "POST", path: "/api/rooms", json: #"{"duration":1.5}"#, status: 422, code: "invalid-timer"),
        .init(method: "POST", path: "/api/rooms", json: #"{"duration":"9"}"#, status: 422, code: "invalid-timer"),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":9223372036854775808}"#,
            status: 422,
            code: "invalid-timer"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"name":"\#(String(repeating: "n", count: 81))"}"#,
            status: 422,
            code: "invalid-name"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"name":"a\u0000b"}"#,
            status: 422,
            code: "invalid-name"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"name":"  "}"#,
            status: 422,
            code: "invalid-name"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"names":["a","b\u202e"]}"#,
            status: 422,
            code: "invalid-names"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"names":["a"]}"#,
            status: 422,
            code: "invalid-names"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            json: #"{"duration":1,"names":["a",""]}"#,
            status: 422,
            code: "invalid-names"
        ),
        .init(method: "PATCH", path: "/api/CODE", json: #"{"names":["a",7]}"#, status: 422, code: "invalid-names"),
        .init(method: "PATCH", path: "/api/CODE", json: #"{}"#, status: 422, code: "invalid-names"),
        .init(method: "PATCH", path: "/api/CODE/turn/swap", status: 409, code: "no-names"),
        .init(
            method: "PATCH",
            path: "/api/CODE/turn/swap",
            json: #"{"turn":"1"}"#,
            status: 422,
            code: "invalid-command"
        ),
        .init(
            method: "PATCH",
            path: "/api/CODE/timer/start",
            json: #"{"by":"\#(String(repeating: "n", count: 33))"}"#,
            status: 422,
            code: "invalid-name"
        ),
        .init(
            method: "PATCH",
            path: "/api/CODE/timer",
            json: #"{"duration":5,"remainingTime":6}"#,
            status: 422,
            code: "invalid-timer"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            fields: ["Content-Type: text/plain"],
            status: 415,
            code: "unsupported-media-type"
        ),
        .init(
            method: "POST",
            path: "/api/rooms",
            fields: ["Content-Length: 16385"],
            status: 413,
            code: "payload-too-large"
        ),
        .init(
            method: "GET",
            path: "/health/live",
            fields: ["A: \(String(repeating: "a", count: 16_384))"],
            status: 431,
            code: "headers-too-large"
        ),
    ]

    @Test("answers what it cannot do with a problem that names it", arguments: refusals)
    func refusal(_ call: Call) async throws {
        try await TestServer.run { server in
            let path =
                call.path.contains("CODE")
                ? call.path.replacing("CODE", with: try await server.createRoom()) : call.path

            let answer = try await server.request(call.method, path, fields: call.fields, json: call.json)

            #expect(answer.status == call.status)
            #expect(answer.field("Content-Type") == "application/problem+json")
            #expect(try answer.member("code") == call.code)
            #expect(try answer.member("type") == "urn:tandem:problem:\(call.code)")
            #expect(call.status != 405 || answer.field("Allow") != nil)
            #expect(answer.field("X-Request-Id") != nil)
        }
    }

    @Test("refuses a body that turns out too large while it comes")
    func growingBody() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let chunk = "1000\r\n" + String(repeating: " ", count: 4096) + "\r\n"

            try await client.send("POST /api/rooms HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            try await client.send(String(repeating: chunk, count: 5))

            #expect(try RawResponse(try await client.readToEnd()).status == 413)
        }
    }

    @Test("takes a body of 16 KiB, whole or in chunks, and no byte more", arguments: [(16_384, 201), (16_385, 413)])
    func largestBody(size: Int, status: Int) async throws {
        try await TestServer.run { server in
            let json = #"{"duration":1000}"#
            let body = json + String(repeating: " ", count: size - json.utf8.count)
            let fields = "Host: a\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked"
            let chunks = "\(String(size, radix: 16))\r\n\(body)\r\n0\r\n\r\n"

            let whole = try await server.request("POST", "/api/rooms", json: body)
            let client = try await server.connect()
            try await client.send("POST /api/rooms HTTP/1.1\r\n\(fields)\r\n\r\n\(chunks)")
            let chunked = try RawResponse(try await client.readToEnd())

            #expect(whole.status == status)
            #expect(chunked.status == status)
        }
    }

    @Test(
        "lets a client finish what it sends, so that it sees why that is refused; but neither for ever nor any amount",
        arguments: [4, 0]
    )
    func refusedWhileSending(seconds: Int64) async throws {
        try await TestServer.run { server in
            let client = try await server.connect()
            let body = [UInt8](repeating: 32, count: 8 << 20)

            try await client.send("POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
            try await client.send(body)

            let answer = try RawResponse(try await client.readToEnd())
            #expect(answer.status == 413)
            #expect(answer.field("Connection") == "close")
            try await server.clock.advance(by: .seconds(seconds))
            // Without a limit the server would take them all.
            await #expect(throws: (any Error).self) { for _ in 0..<4 { try await client.send(body) } }
        }
    }

    @Test(
        "closes on a sender that is slow with its head or its body",
        arguments: [
            ("", "", ""), ("", "GET / HT", "HTTP/1.1 408 "),
            ("", "POST /api/rooms HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{", "HTTP/1.1 408 "),
            ("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HT", "HTTP/1.1 408 "),
        ]
    )
    func slowSender(first: String, bytes: String, answer: String) async throws {
        try await TestServer.run(on: MultiThreadedEventLoopGroup.singleton.next()) { server in
            let client = try await server.connect()
            if !first.isEmpty {
                try await client.send(first)
                _ = try await client.read(until: "}")
            }
            try await client.send(bytes)
            // Answered by the loop that has the bytes before, so that they are read when it is.
            let witness = try await server.connect()
            try await witness.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await witness.read(until: "}")

            try await server.clock.advance(by: .seconds(11))

            let received = String(decoding: try await client.readToEnd(), as: UTF8.self)
            #expect(received.prefix(13) == answer)
        }
    }

    @Test(
        "sends no length with an answer that has no body",
        arguments: ["PATCH timer/start", "DELETE connect", "DELETE "]
    )
    func noContent(call: String) async throws {
        try await TestServer.run { server in
            let parts = call.split(separator: " ", omittingEmptySubsequences: false)
            let path = "/api/\(try await server.createRoom())/\(parts[1])"

            let answer = try await server.request(String(parts[0]), path)

            #expect(answer.status == 204)
            #expect(answer.body.isEmpty)
            #expect(answer.field("Content-Length") == nil)
            #expect(answer.field("Transfer-Encoding") == nil)
        }
    }

    @Test("answers one request after another on a connection")
    func keepAlive() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()

            for _ in 0..<3 {
                try await client.send("GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await client.read(until: "}").hasPrefix("HTTP/1.1 200 OK"))
            }
        }
    }

    @Test("keeps a connection of HTTP/1.0 that is to be kept, says so, and sends no interim answer on it")
    func keepAliveOverHTTP10() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()

            let fields = "Connection: keep-alive\r\nExpect: 100-continue\r\n"
            for _ in 0..<2 {
                try await client.send("GET /health/live HTTP/1.0\r\n\(fields)\r\n")
                let answer = try await client.read(until: "}")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
                #expect(answer.lowercased().contains("\r\nconnection: keep-alive\r\n"))
            }
        }
    }

    @Test("answers garbage with 400 and closes")
    func garbage() async throws {
        try await TestServer.run { server in
            let client = try await server.connect()

            try await client.send("\u{16}\u{3}\u{1}garbage\r\n\r\n")

            let answer = try RawResponse(try await client.readToEnd())
            #expect(answer.status == 400)
            #expect(try answer.member("code") == "bad-request")
        }
    }

    @Test("takes the client's request id over")
    func requestID() async throws {
        try await TestServer.run { server in
            let answer = try await server.request("GET", "/health/live", fields: ["X-Request-Id: abc-1"])

            #expect(answer.field("X-Request-Id") == "abc-1")
        }
    }
}

/// A store that answers a change that somebody waits for when the test does. Keeps nothing.
private struct HeldStore: RoomStore {
    typealias Answer = @Sendable (Result<Void, StoreError>) -> Void

    let held: AsyncStream<Answer>.Continuation

    func load() -> StoredRooms { StoredRooms([]) }

    func write(_ change: RoomChange, _ urgency: RoomChangeUrgency, completion: @escaping Answer) {
        guard urgency == .awaited else { return completion(.success(())) }
        held.yield(completion)
    }

    func close() {}
}

@Suite("An answer that takes long", .timeLimit(.minutes(5)))
struct SlowAnswerTests {
    @Test("is sent all the same: the ten seconds are for the request alone")
    func slowStore() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let clock = ManualClock(Array(group.makeIterator()))
        let (answers, held) = AsyncStream.makeStream(of: HeldStore.Answer.self)
        let (ports, listening) = AsyncStream.makeStream(of: Int.self)
        var configuration = ServerConfiguration()
        configuration.port = 0
        let server = TandemServer(
            configuration,
            eventLoops: group,
            store: HeldStore(held: held),
            clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { address in
            listening.yield(address.port ?? 0)
        }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { listening.finish() }
                try await server.run()
            }
            let listened = await ports.first { _ in true }
            let port = try #require(listened)
            let client = try await RawClient.connect(port: port)
            let json = #"{"duration":1000}"#
            let fields = "Host: a\r\nContent-Type: application/json\r\nContent-Length: \(json.utf8.count)"
            try await client.send("POST /api/rooms HTTP/1.1\r\n\(fields)\r\n\r\n\(json)")
            let waiting = await answers.first { _ in true }
            let answer = try #require(waiting)

            try await clock.advance(by: .seconds(11))
            answer(.success(()))

            #expect(try await client.read(until: "\r\n").hasPrefix("HTTP/1.1 201 "))
            await client.close()
            tasks.cancelAll()
        }
    }
}

@Suite("Pages of other origins", .timeLimit(.minutes(5)))
struct OriginTests {
    private let origin = "Origin: https://a.example"

    @Test("get no permission by default")
    func sameOriginOnly() async throws {
        try await TestServer.run { server in
            let answer = try await server.request("GET", "/health/live", fields: [origin])

            #expect(answer.field("Access-Control-Allow-Origin") == nil)
        }
    }

    @Test("get permission where they are listed")
    func listed() async throws {
        let policy = try OriginPolicy("https://a.example, https://b.example")
        try await TestServer.run({ $0.allowedOrigins = policy }) { server in
            let answer = try await server.request("GET", "/health/live", fields: [origin])
            let other = try await server.request("GET", "/health/live", fields: ["Origin: https://c.example"])
            let program = try await server.request("GET", "/health/live")

            #expect(answer.field("Access-Control-Allow-Origin") == "https://a.example")
            #expect(answer.field("Vary") == "Origin")
            #expect(program.field("Vary") == "Origin")
            #expect(other.field("Access-Control-Allow-Origin") == nil)
        }
    }

    @Test("read a stream where they are allowed")
    func stream() async throws {
        try await TestServer.run({ $0.allowedOrigins = .any }) { server in
            let code = try await server.createRoom()
            let client = try await server.connect()

            try await client.send("GET /api/\(code)/connect HTTP/1.1\r\nHost: a\r\n\(origin)\r\n\r\n")

            #expect(try await client.read(until: "\r\n\r\n").contains("access-control-allow-origin: *"))
        }
    }
}
