import TandemCore
import TandemServer
import TandemTesting
import Testing

@Suite("The pages", .timeLimit(.minutes(5)))
struct PageTests {
    private static let files = [
        "/", "/rooms/AAAAAAAAAA", "/rooms/AAAAAAAAAA/compare", "/pages/style.css", "/pages/icon.svg",
        "/pages/alerts.js", "/pages/api.js", "/pages/compare.js", "/pages/countdown.js", "/pages/home.js",
        "/pages/link.js", "/pages/memory.js", "/pages/qr.js", "/pages/read.js", "/pages/room.js", "/pages/shared.js",
        "/pages/text.js",
        "/pages/worker.js",
    ]

    @Test("come from this server alone, and say so")
    func policy() async throws {
        try await TestServer.run { server in
            let page = try await server.request("GET", "/rooms/AAAAAAAAAA")

            #expect(page.status == 200)
            #expect(page.field("Content-Type") == "text/html; charset=utf-8")
            #expect(page.field("Content-Security-Policy")?.hasPrefix("default-src 'none'; script-src 'self';") == true)
            #expect(page.field("Referrer-Policy") == "no-referrer")
            #expect(page.field("X-Content-Type-Options") == "nosniff")
            #expect(page.body.contains(#"<meta name="tandem-base" content="/api">"#))
        }
    }

    @Test("know where the rooms are served")
    func basePath() async throws {
        try await TestServer.run({ $0.basePath = "/a/b/" }) { server in
            let page = try await server.request("GET", "/")

            #expect(page.body.contains(#"<meta name="tandem-base" content="/a/b">"#))
        }
    }

    @Test(
        "have one address each, on which their relative links count",
        arguments: [
            ("/rooms/AAAAAAAAAA/", "../../rooms/AAAAAAAAAA"),
            ("/rooms/AAAAAAAAAA/compare/?a=/", "../../../rooms/AAAAAAAAAA/compare"),
            ("/rooms//AAAAAAAAAA", "../../rooms/AAAAAAAAAA"), ("//", "../"),
        ]
    )
    func address(path: String, location: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.request("GET", path)

            #expect(answer.status == 308)
            #expect(answer.field("Location") == location)
        }
    }

    @Test("are sent again only when they changed", arguments: ["identity", "gzip"])
    func validation(coding: String) async throws {
        try await TestServer.run { server in
            let accept = "Accept-Encoding: \(coding)"
            let first = try await server.request("GET", "/pages/room.js", fields: [accept])
            let tag = try #require(first.field("ETag"))

            let second = try await server.request("GET", "/pages/room.js", fields: [accept, "If-None-Match: \(tag)"])
            let weak = try await server.request("GET", "/pages/room.js", fields: [accept, "If-None-Match: W/\(tag)"])
            let other = try await server.request("GET", "/pages/room.js", fields: [accept, #"If-None-Match: "other""#])
            let otherForm = try await server.request(
                "GET",
                "/pages/room.js",
                fields: ["Accept-Encoding: \(coding == "gzip" ? "identity" : "gzip")", "If-None-Match: \(tag)"]
            )

            #expect(first.field("Content-Encoding") == (coding == "gzip" ? "gzip" : nil))
            #expect(first.field("Vary") == "Accept-Encoding")
            #expect(second.status == 304 && second.body.isEmpty)
            #expect(weak.status == 304)
            #expect(other.status == 200)
            #expect(otherForm.status == 200)
        }
    }

    @Test("are not compressed for who refuses that", arguments: ["gzip;q=0", "br", "gzip; q=0.000"])
    func refusedCoding(field: String) async throws {
        try await TestServer.run { server in
            let page = try await server.request("GET", "/", fields: ["Accept-Encoding: \(field)"])

            #expect(page.field("Content-Encoding") == nil)
            #expect(page.body.hasPrefix("<!doctype html>"))
        }
    }

    @Test("have less than 60 KiB in all, compressed")
    func size() async throws {
        try await TestServer.run { server in
            var size = 0
            for file in Self.files {
                let answer = try await server.request("HEAD", file, fields: ["Accept-Encoding: gzip"])
                #expect(answer.status == 200, "\(file)")
                size += Int(answer.field("Content-Length") ?? "") ?? 1 << 20
            }

            #expect(size < 60 * 1024)
        }
    }
}
