import Foundation
import TandemCore
import TandemTesting
import Testing

@Suite("JSON from clients", .timeLimit(.minutes(5)))
struct JSONStrictnessTests {
    static let refused = [
        #"{"duration":600000,}"#, #"{"duration":600000,"names":["a","b",]}"#, #"{"duration":600000}{}"#,
        #"{'duration':600000}"#,
        #"{"duration":600000/**/}"#, #"{"duration":0600000}"#, #"{"duration":+600000}"#, #"{duration:600000}"#,
        "\u{FEFF}{\"duration\":600000}", "{\"duration\":600000,\"name\":\"a\tb\"}",
        #"{"duration":600000,"name":"\ud800"}"#,
        #"{"duration":600000,"x":NaN}"#, #"{"duration":600000,"x":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}"#,
    ]

    @Test("is refused as malformed by the letter of RFC 8259", arguments: refused)
    func http(json: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.request("POST", "/api/rooms", json: json)

            #expect(answer.status == 400)
            #expect(try answer.member("code") == "malformed-json")
        }
    }

    @Test("counts the first of two members of one name, and refuses a null where a text must be")
    func members() async throws {
        try await TestServer.run { server in
            let twice = try await server.request("POST", "/api/rooms", json: #"{"duration":5000,"duration":7000}"#)
            let null = try await server.request("POST", "/api/rooms", json: #"{"duration":5000,"names":["a",null]}"#)

            #expect(twice.body.contains(#""duration":5000"#))
            #expect(null.status == 422)
            #expect(try null.member("code") == "invalid-names")
        }
    }

    /// Any JSON, all of whose texts are read; numbers of any size.
    private struct Anything: Decodable {
        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            if let members = try? decoder.container(keyedBy: Key.self) {
                for key in members.allKeys { _ = try members.decode(Anything.self, forKey: key) }
            } else if var elements = try? decoder.unkeyedContainer() {
                while !elements.isAtEnd { _ = try elements.decode(Anything.self) }
            } else {
                let value = try decoder.singleValueContainer()
                if value.decodeNil() { return }
                do { _ = try value.decode(String.self) } catch DecodingError.typeMismatch {}
            }
        }
    }

    @Test("that is accepted is what Foundation reads, too", arguments: 1...20)
    func fuzz(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let samples = [
            #"{"duration":600000,"names":["사과","\ud83c\udf4e\n"],"x":[-1.5e+3,0,true,false,null,{}]}"#,
            #"[[],{"a":{"b":[1,2,3]}}]"#,
            #""\u0041\"\\\/\b\f\n\r\t🍎""#, " [ 0 , 1E5 , -0.0 ] ", #"{"":"","a":"é"}"#,
        ]
        var accepted = 0
        for _ in 0..<2_000 {
            let bytes = generator.mutate(Array(samples.randomElement(using: &generator)!.utf8))
            guard JSONSyntax.isValid(bytes.span.bytes) else { continue }
            accepted += 1
            #expect(throws: Never.self, "\(String(decoding: bytes, as: UTF8.self))") {
                try JSONDecoder().decode(Anything.self, from: Data(bytes))
            }
        }
        #expect(accepted > 200)
    }
}
