import TandemCore
import Testing

@Suite("The syntax of JSON")
struct JSONSyntaxTests {
    private func isValid(_ bytes: [UInt8]) -> Bool { JSONSyntax.isValid(bytes.span.bytes) }

    @Test(
        "has what RFC 8259 has",
        arguments: [
            "{}", "[]", "0", "-0", "7", "-1.5e+3", "0.1", "1E5", "1e-05", "12345678901234567890123", "1e999",
            "true", "false", "null", #""""#, #""a""#, " \t\r\n[ ] \n", #"{"a":1}"#,
            #" { "a" : [ 1 , { } ] , "b" : null } "#,
            #"{"a":1,"a":2}"#, #"{"":0}"#, #""\"\\\/\b\f\n\r\t\u0000\uABcd""#, #""\ud83C\uDF4e""#, #""사과 🍎 é""#,
            "\"\u{7F}\"",
            "\"\u{2028}\u{FFFF}\u{10FFFF}\"", "\"\u{FEFF}\"", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
            #"[{"a":[{}]},[],""]"#,
        ]
    )
    func accepted(text: String) {
        #expect(isValid(Array(text.utf8)))
    }

    @Test(
        "has nothing else that some decoders take",
        arguments: [
            "", " ", "{", "[", "]", "}", "[}", "{]", "[1,]", "[,1]", "[1,,2]", "[,]", #"{"a":1,}"#, #"{,}"#,
            #"{"a":1,,"b":2}"#,
            #"{"a"}"#, #"{"a":}"#, #"{:1}"#, #"{a:1}"#, #"{'a':1}"#, "'a'", #"{1:1}"#, #"{"a" 1}"#, #"{"a":1 "b":2}"#,
            "[1 2]",
            #"{"a":1:2}"#, #"{"a",1}"#, "[1]]", "{}}", "[1]x", "[]//", "[/**/]", "# \n[]", "[1,#\n2]", #""a"#, #"a""#,
            #""a"b""#,
            "00", "01", "-01", "-", "+1", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1E-", "0x10", "1_000", "1e1.5",
            "--1", "1-",
            "NaN", "nan", "Infinity", "-Infinity", "True", "TRUE", "nul", "nulll", "tru e", "undefined", "truefalse",
            "1 2",
            #""\x41""#, #""\'""#, #""\u12""#, #""\u12G4""#, #""\U0041""#, #""\"#, #""\u""#, #""\a""#, "\"a\nb\"",
            "\"\t\"", "\"\u{0}\"",
            #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\udc00\ud800""#,
            #""\ud800\u0041""#, #"{"\ud800":1}"#,
            "\u{FEFF}[]", "[]\u{0}", "\u{0}", "[\u{A0}1]", "[\u{0B}1]", "[\u{0C}1]", "[1\u{2028}]", "\"", "\\", "é",
            "[é]",
            "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]",
        ]
    )
    func refused(text: String) {
        #expect(!isValid(Array(text.utf8)))
    }

    @Test(
        "is in UTF-8 (Unicode, table 3-7)",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x9F, 0x8D],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]]
    )
    func encoding(bytes: [UInt8]) {
        #expect(!isValid([0x22] + bytes + [0x22]))
    }

    @Test("is not in UTF-16 or UTF-32, with or without a byte order mark")
    func otherEncodings() {
        let text = #"{"a":1}"#.utf8
        let wide: [[UInt8]] = [
            text.flatMap { [0, $0] }, text.flatMap { [$0, 0] }, text.flatMap { [0, 0, 0, $0] },
            text.flatMap { [$0, 0, 0, 0] },
        ]
        for bytes in wide + wide.map({ [0xFE, 0xFF] + $0 }) + wide.map({ [0xFF, 0xFE] + $0 }) {
            #expect(!isValid(bytes))
        }
    }
}
