import Testing

@testable import TandemWebSocket

@Suite("The UTF-8 validator")
struct UTF8ValidatorTests {
    private static func accepts(_ bytes: [UInt8], cut: Int = 0) -> Bool {
        var validator = UTF8Validator()
        return bytes.withUnsafeBytes { bytes in
            validator.accept(UnsafeRawBufferPointer(rebasing: bytes[..<cut]))
                && validator.accept(UnsafeRawBufferPointer(rebasing: bytes[cut...]))
        } && validator.isAtBoundary
    }

    @Test("agrees with the standard library on every sequence of two bytes, and on three and four at the edges")
    func standardLibrary() {
        let edges: [UInt8] = [
            0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        var sequences: [[UInt8]] = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max { sequences.append([first, second]) }
        }
        for a in edges {
            for b in edges {
                for c in edges {
                    sequences.append([a, b, c])
                    for d in edges { sequences.append([a, b, c, d]) }
                }
            }
        }

        let differing = sequences.filter { Self.accepts($0) != (String(validating: $0, as: UTF8.self) != nil) }

        #expect(differing == [])
    }

    @Test("does not mind where the bytes are cut, nor where the fast path ends")
    func cuts() {
        let text = Array((String(repeating: "a", count: 70) + "é" + String(repeating: "한글🍎b", count: 9)).utf8)

        for cut in 0...text.count {
            #expect(Self.accepts(text, cut: cut))
            #expect(cut == 0 || !Self.accepts(Array(text[..<(cut - 1)]) + [0xFF], cut: cut / 2))
        }
    }
}
