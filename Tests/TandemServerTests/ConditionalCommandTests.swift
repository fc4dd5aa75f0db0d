import TandemTesting
import Testing

@Suite("A command with If-Match", .timeLimit(.minutes(5)))
struct ConditionalCommandTests {
    private func names(
        _ server: TestServer,
        _ code: String,
        _ names: String,
        ifMatch: [String]
    ) async throws -> RawResponse {
        let fields = ifMatch.map { "If-Match: \($0)" }
        return try await server.request("PATCH", "/api/\(code)", fields: fields, json: #"{"names":\#(names)}"#)
    }

    @Test("changes the room that its client saw, and tells the new revision")
    func match() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            let seen = try #require(try await server.request("GET", "/api/\(code)").field("ETag"))

            let answer = try await names(server, code, #"["a","b"]"#, ifMatch: [seen])

            #expect(seen == #""0""#)
            #expect(answer.status == 204 && answer.field("ETag") == #""1""#)
            #expect(try await server.request("GET", "/api/\(code)").field("ETag") == #""1""#)
        }
    }

    @Test("changes nothing once the room has moved on, and tells where it is")
    func mismatch() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom(names: ["a", "b"])
            try await server.patch(code, "start")

            let late = try await names(server, code, #"["c","d"]"#, ifMatch: [#""0""#])

            #expect(late.status == 412)
            #expect(late.field("Content-Type") == "application/problem+json")
            #expect(try late.member("code") == "precondition-failed")
            #expect(try late.member("detail").contains("is at revision 1"))
            #expect(try await server.request("GET", "/api/\(code)").body.contains(#""names":["a","b"]"#))
        }
    }

    @Test("deletes no room, and ends no stream, that has moved on", arguments: ["", "/connect"])
    func deletion(path: String) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()
            try await server.patch(code, "start")

            let late = try await server.request("DELETE", "/api/\(code)\(path)", fields: [#"If-Match: "0""#])
            #expect(late.status == 412)
            #expect(try late.member("code") == "precondition-failed")
            #expect(try await server.request("GET", "/api/\(code)").status == 200)

            let right = try await server.request("DELETE", "/api/\(code)\(path)", fields: [#"If-Match: "1""#])
            #expect(right.status == 204)
        }
    }

    @Test(
        "compares strongly, with each tag of each field",
        arguments: [
            ([#""7", "0""#], 204), ([#""7""#, #""0""#], 204), (["*"], 204), ([#"W/"0""#], 412), (["0"], 412),
            ([#""00""#], 412), ([#""+0""#], 412), ([#""99999999999999999999""#], 412), ([""], 400), ([","], 400),
        ]
    )
    func comparison(fields: [String], status: Int) async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()

            #expect(try await names(server, code, #"["a","b"]"#, ifMatch: fields).status == status)
        }
    }

    @Test("is refused for what else is wrong first, and succeeds where nothing has to change")
    func precedence() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom(names: ["a", "b"])
            let old = #""7""#
            let fields = ["If-Match: \(old)"]

            let invalid = try await names(server, code, #"["a"]"#, ifMatch: [old])
            let conflict = try await server.request("PATCH", "/api/\(code)/timer/pause", fields: fields)
            let nowhere = try await server.request("PATCH", "/api/AAAAAAAAAA/timer/start", fields: fields)
            let done = try await names(server, code, #"["a","b"]"#, ifMatch: [old])

            #expect([invalid, conflict, nowhere, done].map(\.status) == [422, 409, 404, 204])
        }
    }

    @Test("lets exactly one of many clients that saw the same room change it")
    func race() async throws {
        try await TestServer.run { server in
            let code = try await server.createRoom()

            let answers = try await withThrowingTaskGroup { group in
                for number in 0..<8 {
                    group.addTask { try await names(server, code, #"["a\#(number)","b"]"#, ifMatch: [#""0""#]).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(answers.sorted() == [204] + Array(repeating: 412, count: 7))
            #expect(try await server.request("GET", "/api/\(code)").field("ETag") == #""1""#)
        }
    }
}
