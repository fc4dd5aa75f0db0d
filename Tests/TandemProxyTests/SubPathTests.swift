import Foundation
import TandemTesting
import Testing

@Suite("Under a path of nginx's own", .timeLimit(.minutes(5)))
struct SubPathTests {
    private func withProxy(_ body: (ProxyProcess) async throws -> Void) async throws {
        let server = try TandemProcess(["--store", "memory"])
        defer { server.kill() }
        let proxy = try await ProxyProcess(nginx: { port in
            """
            map $http_upgrade $connection_upgrade { default upgrade; '' close; }
            server {
                listen 127.0.0.1:\(port);
                location /timer/ {
                    proxy_pass http://127.0.0.1:\(server.port)/;
                    proxy_http_version 1.1;
                    proxy_set_header Host $http_host;
                    proxy_set_header Upgrade $http_upgrade;
                    proxy_set_header Connection $connection_upgrade;
                }
            }
            """
        })
        defer { proxy.stop() }
        try await body(proxy)
    }

    /// What of `text` matches `pattern`, as paths relative to `page`.
    private func links(_ pattern: Regex<(Substring, Substring)>, in text: String, of page: String) throws -> Set<String>
    {
        let base = try #require(URL(string: "http://localhost\(page)"))
        let paths = text.matches(of: pattern).map { String($0.1) }.filter { !$0.hasPrefix("data:") }
        return Set(try paths.map { try #require(URL(string: $0, relativeTo: base)).path(percentEncoded: false) })
    }

    @Test("every file of every page is found, and so are the pages from each other")
    func files() async throws {
        try await withProxy { proxy in
            let code: String = try await proxy.request("POST", "/timer/api/rooms", json: #"{"duration":600000}"#)
                .member("code")
            var found: Set<String> = []
            var open = ["/timer/", "/timer/rooms/\(code)", "/timer/rooms/\(code)/compare"]
            while let path = open.popLast() {
                guard found.insert(path).inserted else { continue }
                let answer = try await proxy.request("GET", path)
                #expect(answer.status == 200, "\(path)")
                var paths = try links(#/(?:href|src)="([^"]+)"/#, in: answer.body, of: path)
                paths.formUnion(try links(#/from "([^"]+)"/#, in: answer.body, of: path))
                open += paths
            }

            let modules = ["room", "home", "compare", "link", "shared", "text"].map { "/timer/pages/\($0).js" }
            #expect(found.isSuperset(of: modules))
            #expect(found.allSatisfy { $0.hasPrefix("/timer/") })
            let led = try await proxy.request("GET", "/timer/rooms/\(code)/")
            #expect(led.status == 308)
            #expect(led.field("Location") == "../../rooms/\(code)")
        }
    }

    @Test("the streams of both transports work, and so do commands")
    func streams() async throws {
        try await withProxy { proxy in
            let code: String = try await proxy.request("POST", "/timer/api/rooms", json: #"{"duration":600000}"#)
                .member("code")
            let events = try await RawClient.connect(port: proxy.port)
            try await events.send("GET /timer/api/\(code)/connect HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _ = try await events.read(until: "data: 600000\n\n")
            let socket = try await RawClient.connect(port: proxy.port)
            try await socket.send(WebSocketClient.handshake("/timer/api/\(code)/connect", fields: ["Host: localhost"]))
            _ = try await socket.read(until: #""data":"600000"}"#)

            #expect(try await proxy.request("PATCH", "/timer/api/\(code)/timer/start").status == 204)

            _ = try await events.read(until: "data: start\n\n")
            _ = try await socket.read(until: #"{"id":"1-0","event":"timer","data":"start"}"#)
            await events.close()
            await socket.close()
        }
    }
}
