import Foundation
import TandemTesting
import Testing

/// A heartbeat that keeps a proxy's idle time of three seconds from running out.
private let heartbeat = ["--store", "memory", "--heartbeat", "1"]

@Suite("Behind nginx", .timeLimit(.minutes(5)))
struct NginxTests {
    @Test("with nothing but proxy_pass, SSE comes unbuffered, over HTTP/1.0, and outlives the read timeout")
    func sse() async throws {
        let server = try TandemProcess(heartbeat)
        defer { server.kill() }
        let proxy = try await ProxyProcess(nginx: { port in
            """
            server {
                listen 127.0.0.1:\(port);
                proxy_read_timeout 3s;
                location / { proxy_pass http://127.0.0.1:\(server.port); }
            }
            """
        })
        defer { proxy.stop() }
        let code = try await proxy.createRoom()
        let client = try await proxy.openSSE(code)
        let head = try await client.read(until: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 200"))
        #expect(head.contains("Content-Type: text/event-stream"))
        _ = try await client.read(until: "data: 600000\n\n")

        for _ in 0..<4 { _ = try await client.read(until: "event: heartbeat\ndata: 1000\n\n") }

        #expect(try await proxy.request("PATCH", "/api/\(code)/timer/start").status == 204)
        #expect(try await client.read(until: "data: start\n\n").contains("id: 1-0"))
        await client.close()
    }

    @Test(
        "without the usual map, a WebSocket is told what to set",
        arguments: ["", "proxy_http_version 1.1;", "proxy_set_header Upgrade $http_upgrade;"]
    )
    func strippedUpgrade(setting: String) async throws {
        let server = try TandemProcess(heartbeat)
        defer { server.kill() }
        let proxy = try await ProxyProcess(nginx: { port in
            """
            server {
                listen 127.0.0.1:\(port);
                location / { proxy_pass http://127.0.0.1:\(server.port); \(setting) }
            }
            """
        })
        defer { proxy.stop() }
        let client = try await RawClient.connect(port: proxy.port)
        let path = "/api/\(try await proxy.createRoom())/connect"

        try await client.send(WebSocketClient.handshake(path, fields: ["Host: 127.0.0.1:\(proxy.port)"]))

        let answer = try await client.read(until: "}")

        #expect(answer.hasPrefix("HTTP/1.1 426 "))
        #expect(answer.contains(#""code":"upgrade-required""#))
        #expect(answer.contains("proxy_set_header Upgrade $http_upgrade"))
        await client.close()
    }

    @Test("with the usual map, the WebSocket works, and outlives the read timeout")
    func webSocket() async throws {
        let server = try TandemProcess(heartbeat)
        defer { server.kill() }
        let proxy = try await ProxyProcess(nginx: { port in
            """
            map $http_upgrade $connection_upgrade { default upgrade; '' close; }
            server {
                listen 127.0.0.1:\(port);
                proxy_read_timeout 3s;
                location / {
                    proxy_pass http://127.0.0.1:\(server.port);
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_upgrade;
                }
            }
            """
        })
        defer { proxy.stop() }
        try await outliveIdleTime(proxy)
    }

    @Test("a Host with the port of https written out costs no browser its WebSocket, as by $host:$server_port")
    func hostWithPort() async throws {
        let server = try TandemProcess(heartbeat)
        defer { server.kill() }
        let proxy = try await ProxyProcess(nginx: { port in
            """
            server {
                listen 127.0.0.1:\(port);
                location / {
                    proxy_pass http://127.0.0.1:\(server.port);
                    proxy_http_version 1.1;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection upgrade;
                    proxy_set_header Host timer.example:443;
                }
            }
            """
        })
        defer { proxy.stop() }
        let code = try await proxy.createRoom()

        let client = try await proxy.openWebSocket(code, fields: ["Origin: https://Timer.example"])

        await client.close()
        await #expect(throws: RawClient.Failure.self) {
            try await proxy.openWebSocket(code, fields: ["Origin: https://timer.example:8443"])
        }
    }

    @Test("clients have their own addresses in the log, if the proxy is trusted; what they claim has no weight")
    func clientAddress() async throws {
        let server = try TandemProcess([
            "--store", "memory", "--trusted-proxies", "127.0.0.9/32", "--log-level", "info",
        ])
        defer { server.kill() }
        let proxy = try await ProxyProcess(nginx: { port in
            """
            server {
                listen 127.0.0.1:\(port);
                location / {
                    proxy_bind 127.0.0.9;
                    proxy_pass http://127.0.0.1:\(server.port);
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }
            }
            """
        })
        defer { proxy.stop() }
        let claim = ["X-Forwarded-For: 198.51.100.7"]
        _ = try await proxy.request("GET", "/health/live", fields: claim + ["X-Request-Id: by-proxy"])

        let line = try await line(of: "by-proxy", in: server)

        #expect(line.contains("client=127.0.0.1 "))
    }

    /// The log is written before the answer, but read by another thread.
    private func line(of id: String, in server: TandemProcess) async throws -> String {
        for _ in 0..<1_000 {
            if let line = server.log.split(separator: "\n").first(where: { $0.contains("id=\(id)") }) {
                return String(line)
            }
            _ = try await server.request("GET", "/health/live")
        }
        throw RawClient.Failure(description: "no \(id) in the log: \(server.log)")
    }
}

@Suite("Behind haproxy", .timeLimit(.minutes(5)))
struct HAProxyTests {
    private func withProxy(_ body: (ProxyProcess) async throws -> Void) async throws {
        let server = try TandemProcess(heartbeat)
        defer { server.kill() }
        let proxy = try await ProxyProcess(haproxy: { port in
            """
            defaults
                mode http
                timeout connect 3s
                timeout client 3s
                timeout server 3s
                timeout tunnel 3s
            frontend front
                bind 127.0.0.1:\(port)
                default_backend tandem
            backend tandem
                server one 127.0.0.1:\(server.port)
            """
        })
        defer { proxy.stop() }
        try await body(proxy)
    }

    @Test("SSE outlives the idle times")
    func sse() async throws {
        try await withProxy { proxy in
            let code = try await proxy.createRoom()
            let client = try await proxy.openSSE(code)
            _ = try await client.read(until: "data: 600000\n\n")

            for _ in 0..<4 { _ = try await client.read(until: "event: heartbeat\ndata: 1000\n\n") }

            #expect(try await proxy.request("PATCH", "/api/\(code)/timer/start").status == 204)
            #expect(try await client.read(until: "data: start\n\n").contains("id: 1-0"))
            await client.close()
        }
    }

    @Test("the WebSocket outlives the idle times")
    func webSocket() async throws {
        try await withProxy(outliveIdleTime)
    }
}

/// Follows a room by WebSocket for four pings, a second apart, and then commands it.
private func outliveIdleTime(_ proxy: ProxyProcess) async throws {
    let code = try await proxy.createRoom()
    let client = try await proxy.openWebSocket(code)
    _ = try await client.read(until: #""data":"600000"}"#)
    for _ in 0..<4 {
        // A ping without a payload, perhaps after some `presence` and `heartbeat`, and the pong.
        var start = try await client.read(count: 2)
        while start[0] == 0x81 {
            _ = try await client.read(count: Int(start[1]))
            start = try await client.read(count: 2)
        }
        #expect(start == [0x89, 0])
        try await client.send(WebSocketClient.frame(0xA, []))
    }
    try await client.send(WebSocketClient.frame(1, Array(#"{"command":"start","ref":"1"}"#.utf8)))
    let text = try await client.read(until: #""event":"ack","ref":"1","id":"1-0"}"#)
    #expect(text.contains(#"{"id":"1-0","event":"timer","data":"start"}"#))
    await client.close()
}
