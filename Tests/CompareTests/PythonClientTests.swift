import Foundation
import TandemTesting
import Testing

/// The comparison counts the lines that a program needs on each transport; what it counts has to work.
@Suite("The clients of the comparison, in Python", .timeLimit(.minutes(5)))
struct PythonClientTests {
    private let port: Int
    private let folder: URL

    init() throws {
        port = try freePort()
        folder = FileManager.default.temporaryDirectory.appending(path: "tandem-python-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    @Test("follow a room, command it and go on after the server's restart", arguments: ["sse", "websocket"])
    func restart(transport: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try serve()
        defer { first.kill() }
        let room = try await first.request("POST", "/api/rooms", json: #"{"duration":600000}"#)
        let client = try Client("\(transport).py", try address(of: room, transport), "start")
        defer { client.kill() }
        // Over SSE the command is a request of its own, before the stream.
        try await client.line(transport == "sse" ? "timer running" : "timer start")

        first.kill()
        let second = try serve()
        defer { second.kill() }

        try await client.line("connect OK")
        try await client.line("timer running")
        #expect(try await second.request("PATCH", "/api/\(try room.member("code"))/timer/pause").status == 204)
        try await client.line("timer pause")
        #expect(try await second.request("DELETE", "/api/\(try room.member("code"))").status == 204)
        try await client.line("close OK")
        #expect(await client.status() == 0)
    }

    @Test("the short way follow a room and command it", arguments: ["sse", "websocket"])
    func unwatched(transport: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try serve()
        defer { server.kill() }
        let room = try await server.request("POST", "/api/rooms", json: #"{"duration":600000}"#)
        let client = try Client("\(transport)-unwatched.py", try address(of: room, transport), "start")
        defer { client.kill() }

        try await client.line(transport == "sse" ? "timer running" : "timer start")
    }

    @Test("end with the reason where there is no room", arguments: ["sse", "websocket"])
    func noRoom(transport: String) async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try serve()
        defer { server.kill() }
        let scheme = transport == "sse" ? "http" : "ws"

        let client = try Client("\(transport).py", "\(scheme)://127.0.0.1:\(port)/api/AAAAAAAAAA")

        #expect(await client.status() == 1)
    }

    private func serve() throws -> TandemProcess {
        try TandemProcess(["--port", "\(port)", "--store", "sqlite:\(folder.path)/rooms.sqlite"])
    }

    private func address(of room: RawResponse, _ transport: String) throws -> String {
        "\(transport == "sse" ? "http" : "ws")://127.0.0.1:\(port)/api/\(try room.member("code"))"
    }
}

/// A program of `Compare/Clients` that runs, and what it prints.
private final class Client {
    private let process: ChildProcess
    private let output: FileHandle
    private var pieces: AsyncStream<Data>.AsyncIterator
    private var text = ""
    private var hasEnded = false

    init(_ name: String, _ arguments: String...) throws {
        let program = URL(filePath: #filePath).appending(path: "../../../Compare/Clients/\(name)").standardized.path
        (process, output) = try ChildProcess.spawning.withLock { _ in
            let output = try ChildProcess.makePipe()
            defer { close(output.writing) }
            let process = try ChildProcess("/usr/bin/python3", [program] + arguments, output: output.writing)
            return (process, FileHandle(fileDescriptor: output.reading, closeOnDealloc: true))
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Data.self)
        pieces = stream.makeAsyncIterator()
        output.forEachPiece({ continuation.yield($0) }, end: { continuation.finish() })
    }

    /// Reads on until it prints the line `expected`.
    func line(_ expected: String) async throws {
        while true {
            while let end = text.firstIndex(of: "\n") {
                let line = text[..<end]
                text = String(text[text.index(after: end)...])
                if line == expected { return }
            }
            guard let piece = await pieces.next() else {
                throw RawClient.Failure(description: "no '\(expected)' came")
            }
            text += String(decoding: piece, as: UTF8.self)
        }
    }

    /// Its exit status, once it has ended by itself.
    func status() async -> Int {
        hasEnded = true
        return await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [process] in continuation.resume(returning: process.wait()) }
        }
    }

    func kill() {
        guard !hasEnded else { return }
        process.signal(SIGKILL)
        process.wait()
    }
}
