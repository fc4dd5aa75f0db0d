import Foundation
import TandemTesting
import Testing

@Suite("Two instances behind nginx, told apart by prefix", .timeLimit(.minutes(5)))
struct PrefixRoutingTests {
    /// Runs `body` with the configuration that the documentation points to, but for its ports.
    private func withInstances(_ body: (ProxyProcess, [TandemProcess]) async throws -> Void) async throws {
        let ian = try TandemProcess(["--store", "memory", "--instance-prefix", "ian"])
        defer { ian.kill() }
        let ibn = try TandemProcess(["--store", "memory", "--instance-prefix", "IBN"])
        defer { ibn.kill() }
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Proxies/prefix-routing.conf")
        let text = try String(contentsOf: file, encoding: .utf8)
        let proxy = try await ProxyProcess(nginx: { port in
            text.replacing("127.0.0.1:8081", with: "127.0.0.1:\(ian.port)")
                .replacing("127.0.0.1:8082", with: "127.0.0.1:\(ibn.port)")
                .replacing("listen 8080", with: "listen 127.0.0.1:\(port)")
        })
        defer { proxy.stop() }
        try await body(proxy, [ian, ibn])
    }

    /// Opens a room whose timer stands at 7:00 of ten minutes.
    private func createRoomAtSeven(_ proxy: ProxyProcess) async throws -> String {
        let code = try await proxy.createRoom()
        let seven = #"{"duration":600000,"remainingTime":420000}"#
        #expect(try await proxy.request("PATCH", "/api/\(code)/timer", json: seven).status == 204)
        return code
    }

    @Test("the second user of a timer that stands at 7:00 sees 7:00, and not 10:00")
    func secondUser() async throws {
        try await withInstances { proxy, _ in
            // New rooms go to the instances by turns, so both have one.
            var codes: [String] = []
            for _ in 0..<2 { codes.append(try await createRoomAtSeven(proxy)) }
            #expect(Set(codes.map { $0.prefix(3) }) == ["IAN", "IBN"])
            for code in codes {
                let first = try await proxy.openSSE(code)
                _ = try await first.read(until: "event: remaining-time\ndata: 420000\n\n")

                // Whatever the case of the code, with and without the base path.
                let second = try await proxy.openWebSocket(code.lowercased())
                _ = try await second.read(until: #""event":"remaining-time","data":""#)
                #expect(try await second.read(until: "\"") == "420000\"")
                #expect(try await proxy.request("GET", "/\(code)/timer").body.contains(#""remainingTime":420000"#))
                await first.close()
                await second.close()
            }
        }
    }

    @Test("the second user of a timer that runs, from 7:00, sees the second that the first one sees")
    func secondUserLater() async throws {
        try await withInstances { proxy, _ in
            for _ in 0..<2 {
                let code = try await createRoomAtSeven(proxy)
                let first = try await proxy.openSSE(code)
                #expect(try await proxy.request("PATCH", "/api/\(code)/timer/start").status == 204)
                _ = try await first.read(until: "id: 2-1\nevent: remaining-time\ndata: 419000\n\n")

                let second = try await proxy.openWebSocket(code)
                _ = try await second.read(until: #""event":"remaining-time","data":""#)
                let value = try #require(Int(try await second.read(until: "\"").dropLast()))
                #expect((410_000...419_000).contains(value))
                // The next tick of both.
                let next = value - 1000
                let id = "2-\((420_000 - next) / 1000)"
                _ = try await first.read(until: "id: \(id)\nevent: remaining-time\ndata: \(next)\n\n")
                _ = try await second.read(until: #"{"id":"\#(id)","event":"remaining-time","data":"\#(next)"}"#)
                await first.close()
                await second.close()
            }
        }
    }

    @Test("ten clients of one room, on both transports, see the same second")
    func sameSecond() async throws {
        try await withInstances { proxy, _ in
            let code = try await proxy.createRoom()
            var clients: [(client: RawClient, isSSE: Bool)] = []
            for number in 0..<10 {
                let isSSE = number.isMultiple(of: 2)
                let client = try await isSSE ? proxy.openSSE(code) : proxy.openWebSocket(code)
                _ = try await client.read(until: "600000")
                clients.append((client, isSSE))
            }

            #expect(try await proxy.request("PATCH", "/api/\(code)/timer/start").status == 204)

            for (client, isSSE) in clients {
                let tick =
                    isSSE
                    ? "id: 1-2\nevent: remaining-time\ndata: 598000\n\n"
                    : #"{"id":"1-2","event":"remaining-time","data":"598000"}"#
                _ = try await client.read(until: tick)
                await client.close()
            }
        }
    }

    @Test("an instance refuses the rooms of another with 421 on every route of the API, before all else")
    func misdirected() async throws {
        try await withInstances { proxy, instances in
            var code = try await proxy.createRoom()
            while !code.hasPrefix("IBN") { code = try await proxy.createRoom() }
            let ian = instances[0]
            let requests = [
                ("GET", "/api/\(code)"), ("DELETE", "/api/\(code)"), ("GET", "/\(code)/connect"),
                ("GET", "/api/\(code.lowercased())/connect"), ("HEAD", "/api/\(code)/connect"),
                ("DELETE", "/api/\(code)/connect"), ("PATCH", "/api/\(code)/timer/start"),
                ("PATCH", "/api/\(code)/timer"), ("PUT", "/api/\(code)/timer"),
                ("GET", "/api/\(code)/nothing"),
            ]
            for (method, path) in requests {
                let answer = try await ian.request(method, path)
                #expect(answer.status == 421, "\(method) \(path)")
                if method != "HEAD" { #expect(try answer.member("code") == "misdirected-room") }
            }

            let client = try await RawClient.connect(port: ian.port)
            try await client.send(WebSocketClient.handshake("/api/\(code)/connect", fields: ["Host: localhost"]))
            #expect(try await client.read(until: "\r\n").hasPrefix("HTTP/1.1 421"))
            await client.close()
            // The page, which every instance has, asks the API and says the rest in words.
            #expect(try await ian.request("GET", "/rooms/\(code)").status == 200)
            #expect(try await proxy.request("GET", "/api/\(code)").status == 200)
        }
    }
}
