import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import compare

@Suite("Against a hostile server, the doctor", .timeLimit(.minutes(2)))
struct HostileServerTests {
    // MARK: More than there may be

    struct Flood: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let transport: StreamTransport
        let violation: String
        let beginning: String?
        let bytes: [UInt8]
    }

    private static let floods = [
        Flood(
            testDescription: "a line without end",
            transport: .sse,
            violation: "the server sent a line of more than 64 KiB",
            beginning: Canned.stream + "data: ",
            bytes: Array(repeating: UInt8(ascii: "x"), count: 1000)
        ),
        Flood(
            testDescription: "an event without end",
            transport: .sse,
            violation: "the server sent an event of more than 64 KiB",
            beginning: Canned.stream,
            bytes: Array("data: \(String(repeating: "x", count: 1000))\n".utf8)
        ),
        Flood(
            testDescription: "a head without end",
            transport: .sse,
            violation: "the server sent a head of more than 64 KiB",
            beginning: "HTTP/1.1 200 OK\r\n",
            bytes: Array("X: \(String(repeating: "y", count: 1000))\r\n".utf8)
        ),
        Flood(
            testDescription: "a field without end",
            transport: .sse,
            violation: "the server sent a head of more than 64 KiB",
            beginning: "HTTP/1.1 200 OK\r\nX: ",
            bytes: Array(repeating: UInt8(ascii: "x"), count: 1000)
        ),
        Flood(
            testDescription: "a message of endless fragments",
            transport: .websocket,
            violation: "the server sent a WebSocket message of more than 1024 KiB",
            beginning: nil,
            bytes: [0x00, 100] + Array(repeating: UInt8(ascii: "x"), count: 100)
        ),
        Flood(
            testDescription: "a frame of 16 MiB",
            transport: .websocket,
            violation: "the server sent a WebSocket frame of more than 1024 KiB",
            beginning: nil,
            bytes: [0x81, 127, 0, 0, 0, 0, 1, 0, 0, 0]
        ),
    ]

    @Test("gives up a stream", arguments: floods)
    func flood(_ flood: Flood) async throws {
        let answer: @Sendable (String) -> HostileServer.Answer = {
            .flood(flood.beginning ?? Canned.upgrade($0), flood.bytes)
        }
        try await HostileServer.run(answer) { server, group in
            let stream = try await ObservedStream.open(StreamEndpoint(server.url(), flood.transport), on: group)

            let violation = await #expect(throws: StreamViolation.self) {
                try await stream.wait(.seconds(30)) { _ in false }
            }

            #expect(violation?.description == flood.violation)
            try await stream.channel.closeFuture.get()
        }
    }

    @Test("says so in its report", arguments: floods.filter { $0.transport == .sse })
    func conduct(_ flood: Flood) async throws {
        let report = try await HostileServer.run({ _ in .flood(flood.beginning ?? "", flood.bytes) }) { server, group in
            try await Doctor(plan(server.url()), on: group).examine()
        }

        #expect(report.findings.map(\.check) == [.conduct])
        #expect(report.findings.first?.evidence == flood.violation)
    }

    @Test("keeps the latest of endless events, and counts all")
    func events() async throws {
        let answer: @Sendable (String) -> HostileServer.Answer = { _ in
            .flood(Canned.stream, Array("data: \(String(repeating: "x", count: 2000))\n\n".utf8))
        }
        try await HostileServer.run(answer) { server, group in
            let stream = try await ObservedStream.open(StreamEndpoint(server.url(), .sse), on: group)

            let log = try await stream.wait(.seconds(60)) { $0.events.count >= 1200 }
            await stream.close()

            #expect(log.events.count >= 1200)
            #expect(log.events.latest.reduce(0) { $0 + $1.data.utf8.count } <= StreamLimits.eventBytes)
            #expect(log.events.after(log.events.count - 1).map(\.data.utf8.count) == [2000])
        }
    }

    @Test("answers the latest of many pings when its answers are not read")
    func pongs() async throws {
        let pings = [UInt8]([0x89, 125]) + Array(repeating: UInt8(ascii: "x"), count: 125)
        // Reads nothing after the handshake, as its flood says.
        try await HostileServer.run({ .flood(Canned.upgrade($0), pings) }, readsFlooded: false) { server, group in
            let stream = try await ObservedStream.open(StreamEndpoint(server.url(), .websocket), on: group)

            try await stream.wait(.seconds(60)) { $0.heartbeats >= 200_000 }

            #expect(try await stream.channel.getOption(.bufferedWritableBytes).get() < 1000)
            await stream.close()
        }
    }

    @Test("gives an answer that does not end no more time than it has")
    func drip() async throws {
        let drip = "HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n"
        try await HostileServer.run({ $0.hasPrefix("POST") ? .drip(drip) : .bytes(Canned.notFound) }) { server, group in
            var plan = plan(server.url())
            plan.requestLimit = 0.3

            await #expect(throws: TimeLimitError.self) {
                try await Doctor(plan, on: group).examine()
            }
        }
    }

    @Test("takes no endless answer from the control API")
    func endlessBody() async throws {
        let beginning = "HTTP/1.1 201 Created\r\nContent-Length: 1000000000\r\n\r\n"
        let flood = Array(repeating: UInt8(ascii: "x"), count: 10_000)
        let answer: @Sendable (String) -> HostileServer.Answer = {
            $0.hasPrefix("POST") ? .flood(beginning, flood) : .bytes(Canned.notFound)
        }
        try await HostileServer.run(answer) { server, group in
            let doctor = Doctor(plan(server.url()), on: group)

            _ = await #expect(throws: (any Error).self) { try await doctor.examine() }
        }
    }

    @Test("ends the checks of a transport when their time is over")
    func timeLimit() async throws {
        let results = try await CheckResults.collect(.sse, within: 0.05) { results in
            results.append(.passed(.compression, .sse, "before"))
            try await Task.sleep(for: .seconds(60))
        }

        #expect(results.map(\.check) == [.compression, .time])
    }

    // MARK: The handshake

    struct Handshake: Sendable, CustomTestStringConvertible {
        let fields: [String: String?]
        let fault: String
        var testDescription: String { fault }

        init(_ fields: [String: String?], _ fault: String) {
            self.fields = fields
            self.fault = fault
        }
    }

    private static let handshakes = [
        Handshake(
            ["Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
            "Sec-WebSocket-Accept is 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=' and does not answer the key that was sent"
        ),
        Handshake(["Sec-WebSocket-Accept": nil], "Sec-WebSocket-Accept is missing"),
        Handshake(["Upgrade": "h2c"], "Upgrade is 'h2c' and not websocket"),
        Handshake(["Connection": "keep-alive"], "Connection is 'keep-alive' and does not name Upgrade"),
        Handshake(["Sec-WebSocket-Protocol": "chat"], "the subprotocol 'chat' was not asked for"),
        Handshake(
            ["Sec-WebSocket-Extensions": "permessage-deflate; server_no_context_takeover"],
            "the extension 'permessage-deflate' was not offered"
        ),
    ]

    @Test("names what is wrong with a handshake", arguments: handshakes)
    func handshake(_ handshake: Handshake) async throws {
        let answer: @Sendable (String) -> HostileServer.Answer = {
            .bytes(Canned.upgrade($0, handshake.fields))
        }
        let report = try await HostileServer.run(answer) { server, group in
            try await Doctor(plan(server.url(scheme: "ws")), on: group).examine()
        }

        #expect(report.findings.map(\.check) == [.upgrade])
        #expect(report.findings.first?.evidence == "the handshake was answered with 101, but \(handshake.fault)")
    }

    @Test("accepts the handshake of the RFC's example, in whatever case its tokens are")
    func rightHandshake() {
        #expect(HandshakeCheck.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let check = HandshakeCheck(extensions: ["permessage-deflate"])

        let faults = check.faults(
            in: [
                "Upgrade": "WebSocket", "Connection": "keep-alive, Upgrade",
                "Sec-WebSocket-Accept": HandshakeCheck.accept(check.key),
                "Sec-WebSocket-Extensions": "permessage-deflate; client_no_context_takeover",
            ]
        )

        #expect(faults == [])
    }

    @Test("sends the origin of the server's own page, and says what to do when that is refused")
    func origin() async throws {
        let body = #"{"code":"origin-not-allowed"}"#
        let answer: @Sendable (String) -> HostileServer.Answer = { request in
            guard request.contains("Origin: http://127.0.0.1:") else { return .bytes(Canned.upgrade(request)) }
            let head = "HTTP/1.1 403 Forbidden\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            return .bytes(head + body, closes: true)
        }
        let report = try await HostileServer.run(answer) { server, group in
            try await Doctor(plan(server.url(scheme: "ws")), on: group).examine()
        }

        #expect(report.findings.map(\.check) == [.origin])
        #expect(report.findings.first?.remedy?.contains("--allowed-origins") == true)
    }

    // MARK: Other addresses

    @Test("follows no redirect, and says where it leads")
    func redirect() async throws {
        let asked = Mutex(0)
        let elsewhere: @Sendable (String) -> HostileServer.Answer = { _ in
            asked.withLock { $0 += 1 }
            return .bytes(Canned.notFound)
        }
        try await HostileServer.run(elsewhere) { other, _ in
            let target = other.url().absoluteString
            let answer: @Sendable (String) -> HostileServer.Answer = { request in
                let path = request.split(separator: " ")[1]
                return .bytes(
                    "HTTP/1.1 307 Temporary Redirect\r\nLocation: \(target)\(path)\r\nContent-Length: 0\r\n\r\n"
                )
            }
            let report = try await HostileServer.run(answer) { server, group in
                try await Doctor(plan(server.url()), on: group).examine()
            }

            #expect(asked.withLock(\.self) == 0)
            #expect(report.findings.map(\.check) == [.redirect])
            #expect(report.findings.first?.evidence.contains("(307) to \(target)/api/rooms") == true)
            #expect(report.findings.first?.remedy?.contains("--url \(target)/`") == true)
        }
    }

    // MARK: Limits

    @Test("says when to come again, if a room is refused with 429")
    func tooManyRooms() async throws {
        let refusal =
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        let answer: @Sendable (String) -> HostileServer.Answer = {
            .bytes($0.hasPrefix("POST ") ? refusal : Canned.notFound)
        }
        let report = try await HostileServer.run(answer) { server, group in
            try await Doctor(plan(server.url()), on: group).examine()
        }

        #expect(report.findings.map(\.check) == [.limit])
        #expect(report.findings.first?.evidence.hasSuffix("was refused with 429, Retry-After: 7") == true)
        #expect(report.findings.first?.remedy?.hasPrefix("run it again in 7 s.") == true)
    }

    @Test("says when to come again, if a stream is refused with 429", arguments: [StreamTransport.sse, .websocket])
    func tooManyStreams(transport: StreamTransport) async throws {
        let rooms = RoomCount()
        let refusal =
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        let answer: @Sendable (String) -> HostileServer.Answer = {
            $0.hasPrefix("GET / ") ? .bytes(Canned.notFound) : rooms.answer($0) ?? .bytes(refusal)
        }
        let report = try await HostileServer.run(answer) { server, group in
            try await Doctor(plan(server.url()), on: group).examine()
        }

        let finding = try #require(report.findings.first { $0.transport == transport })
        #expect(finding.check == .limit)
        #expect(finding.evidence.contains("429, Retry-After: 7"))
    }

    // MARK: Rooms

    @Test("deletes the rooms that it opened when a check fails")
    func roomsAfterFailure() async throws {
        let rooms = RoomCount()
        // Every stream is without end, and no command is taken.
        let answer: @Sendable (String) -> HostileServer.Answer = { request in
            rooms.answer(request) ?? .flood(Canned.stream, Array("data: \(String(repeating: "x", count: 1000))\n".utf8))
        }
        try await HostileServer.run({ $0.hasPrefix("GET / ") ? .bytes(Canned.notFound) : answer($0) }) {
            server,
            group in
            _ = try await Doctor(plan(server.url()), on: group).examine()
        }

        #expect(rooms.made > 1)
        #expect(rooms.open == [])
    }

    @Test("deletes the rooms that it opened when it is cancelled")
    func roomsAfterCancelling() async throws {
        let rooms = RoomCount()
        let (streams, opened) = AsyncStream.makeStream(of: Void.self)
        let answer: @Sendable (String) -> HostileServer.Answer = { request in
            if request.hasPrefix("GET / ") { return .bytes(Canned.notFound) }
            if let answer = rooms.answer(request) { return answer }
            opened.yield()
            return .bytes(Canned.stream)
        }
        try await HostileServer.run(answer) { server, group in
            var plan = plan(server.url())
            plan.patience = 60
            let examination = Task { try await Doctor(plan, on: group).examine() }
            for await _ in streams { break }

            examination.cancel()

            await #expect(throws: (any Error).self) { try await examination.value }
        }
        #expect(rooms.made > 1)
        #expect(rooms.open == [])
    }

    @Test("deletes the rooms that it opened when it is interrupted", arguments: [SIGINT, SIGTERM])
    func roomsAfterSignal(_ signal: Int32) async throws {
        let rooms = RoomCount()
        let (streams, opened) = AsyncStream.makeStream(of: Void.self)
        let answer: @Sendable (String) -> HostileServer.Answer = { request in
            if request.hasPrefix("GET / ") { return .bytes(Canned.notFound) }
            if let answer = rooms.answer(request) { return answer }
            opened.yield()
            return .bytes(Canned.stream)
        }
        try await HostileServer.run(answer) { server, _ in
            let process = try Compare.start(["doctor", "--url", "\(server.url())", "--patience", "60"])
            for await _ in streams { break }

            kill(process.processIdentifier, signal)

            #expect(await Compare.status(process) == 128 + signal)
        }
        #expect(rooms.made > 1)
        #expect(rooms.open == [])
    }

    private func plan(_ url: URL) -> DoctorPlan {
        var plan = DoctorPlan(url: url)
        plan.idleLimit = 1
        plan.patience = 2
        return plan
    }
}

/// The bench's own executable, built beside these tests.
enum Compare {
    static func start(_ arguments: [String], input: Any? = nil, output: Any? = nil) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "compare")
        process.arguments = arguments
        process.standardInput = input ?? FileHandle.nullDevice
        process.standardOutput = output ?? FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    static func status(_ process: Process) async -> Int32 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                process.waitUntilExit()
                continuation.resume(returning: process.terminationStatus)
            }
        }
    }
}
