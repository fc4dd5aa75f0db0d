import Foundation
import Synchronization
import TandemTesting
import Testing

@testable import tandem

@Suite("The command line", .timeLimit(.minutes(5)))
struct CommandLineTests {
    private struct Outcome {
        let status: Int
        let output: String
        let errors: String
    }

    /// Runs `tandem` to its end, with nothing in its environment but `environment`.
    private func run(_ arguments: [String], _ environment: [String] = []) throws -> Outcome {
        let (process, output, errors) = try ChildProcess.spawning.withLock { _ in
            let (output, errors) = (try ChildProcess.makePipe(), try ChildProcess.makePipe())
            defer {
                close(output.writing)
                close(errors.writing)
            }
            let process = try ChildProcess(
                "/usr/bin/env",
                ["-i"] + environment + ["/usr/bin/timeout", "60", ChildProcess.product("tandem")] + arguments,
                output: output.writing,
                errors: errors.writing
            )
            return (
                process, FileHandle(fileDescriptor: output.reading, closeOnDealloc: true),
                FileHandle(fileDescriptor: errors.reading, closeOnDealloc: true)
            )
        }
        // Errors are short.
        let text = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
        let reason = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
        return Outcome(status: process.wait(), output: text, errors: reason)
    }

    @Test(
        "is refused with status 64 and one line that says what is allowed",
        arguments: [
            (["serve", "--port", "-1"], [], "tandem: --port is '-1', but must be a whole number from 0 to 65535\n"),
            (["serve", "--port", "x"], [], "tandem: --port is 'x', but must be a whole number from 0 to 65535\n"),
            ([], ["TANDEM_PORT=x"], "tandem: TANDEM_PORT is 'x', but must be a whole number from 0 to 65535\n"),
            ([], ["TANDEM_PORT=a\nb"], "tandem: TANDEM_PORT is 'a\\nb', but must be a whole number from 0 to 65535\n"),
        ] as [([String], [String], String)]
    )
    func refusal(arguments: [String], environment: [String], errors: String) throws {
        let outcome = try run(arguments, environment)

        #expect(outcome.status == 64)
        #expect(outcome.errors == errors)
        #expect(outcome.output == "")
    }

    @Test(
        "says what to do where rooms cannot be kept at the usual place",
        arguments: [
            ([], "there is no folder to keep rooms in, since HOME is not set; "),
            (["HOME=/proc/nobody"], "/proc/nobody"),
            (["XDG_STATE_HOME=/dev/null"], "/dev/null"),
        ] as [([String], String)]
    )
    func noStore(environment: [String], reason: String) throws {
        let outcome = try run(["serve", "--port", "0"], environment)

        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("tandem: "))
        #expect(outcome.errors.contains(reason))
        #expect(outcome.errors.contains("use --store sqlite:PATH for another file, or --store memory"))
        #expect(outcome.errors.filter { $0 == "\n" }.count == 1)
    }

    @Test("warns of a misspelt variable also where rooms cannot be kept for want of the right one")
    func misspeltStore() throws {
        let outcome = try run(["serve", "--port", "0"], ["TANDEM_STROE=memory"])

        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("did you mean TANDEM_STORE?"))
    }

    @Test("prints the version", arguments: [["--version"], ["serve", "--version"]])
    func version(arguments: [String]) throws {
        let outcome = try run(arguments)

        #expect(outcome.status == 0)
        #expect(outcome.output == "\(TandemCommand.version)\n")
    }

    @Test(
        "listens where a person expects",
        arguments: [("*", ["127.0.0.1", "::1"]), ("[::1]", ["::1"]), ("localhost", ["127.0.0.1"]), ("::", ["::1"])]
    )
    func listens(host: String, addresses: [String]) async throws {
        let server = try TandemProcess(["--store", "memory", "--host", host])
        defer { server.kill() }

        for address in addresses {
            let client = try await RawClient.connect(host: address, port: server.port)
            try await client.send("GET /health/live HTTP/1.0\r\n\r\n")
            #expect(try await client.read(until: "\r\n").hasPrefix("HTTP/1.1 200"))
            await client.close()
        }
    }

    @Test("warns of unknown and foreign variables on standard error, and serves")
    func warnings() async throws {
        // Its address is taken, so it ends after the warnings.
        let first = try TandemProcess(["--store", "memory"])
        defer { first.kill() }

        let outcome = try run(
            ["serve", "--store", "memory", "--port", "\(first.port)"],
            ["TANDEM_PROT=1", "TANDEM_PORT=tcp://10.0.0.1:80"]
        )

        let lines = outcome.errors.split(separator: "\n")
        #expect(outcome.status == 1)
        #expect(lines.contains { $0.contains("did you mean TANDEM_PORT?") && $0.contains("warning") })
        #expect(lines.contains { $0.contains("come from Kubernetes") || $0.contains("comes from Kubernetes") })
        #expect(lines.last?.contains("cannot listen on") == true)
    }
}

@Suite("A signal to stop", .timeLimit(.minutes(5)))
struct StopSignalTests {
    @Test("has streams told why they end", arguments: [SIGTERM, SIGINT, SIGHUP])
    func goodbye(number: Int32) async throws {
        let server = try TandemProcess(["--store", "memory", "--drain-timeout", "1"])
        defer { server.kill() }
        let code = try await server.request("POST", "/api/rooms", json: #"{"duration":600000}"#).member("code")
        let client = try await RawClient.connect(port: server.port)
        try await client.send("GET /api/\(code)/connect HTTP/1.0\r\n\r\n")
        _ = try await client.read(until: "data: 600000\n\n")

        server.signal(number)

        let end = String(decoding: try await client.readToEnd(), as: UTF8.self)
        await client.close()
        #expect(end.hasSuffix("event: close\ndata: shutdown\n\n"))
    }
}

@Suite("The files that a server may have open", .timeLimit(.minutes(5)))
struct OpenFileTests {
    @Test(
        "are as many as the system allows, of which some stay free of connections",
        arguments: [("-Sn 256", 200), ("-n 256", 503)]
    )
    func connections(limit: String, status: Int) async throws {
        let server = try TandemProcess(["--store", "memory"], limit: limit)
        defer { server.kill() }
        // Of 256 files half are for connections.
        var clients: [RawClient] = []
        for _ in 0..<128 {
            let client = try await RawClient.connect(port: server.port)
            clients.append(client)
            try await client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: "}")
        }

        let answer = try await server.request("GET", "/health/live")

        #expect(answer.status == status)
        for client in clients { await client.close() }
    }
}
