/// Whether bytes are JSON, by the letter of RFC 8259: what decoders forgive is refused.
///
/// Stricter than the RFC's grammar where two readers could understand a text differently: it is UTF-8 without a byte
/// order mark, surrogates come in pairs (section 8.2), and arrays and objects nest ``deepest`` levels at most. Work is
/// linear in the bytes, and nothing is allocated.
public enum JSONSyntax {
    /// Levels of arrays and objects in one another.
    public static let deepest = 16

    /// Whether `json` is one JSON value, with nothing but white space around it.
    public static func isValid(_ json: RawSpan) -> Bool {
        var reader = JSONReader()
        for offset in json.byteOffsets {
            guard reader.take(json.unsafeLoad(fromByteOffset: offset, as: UInt8.self)) else { return false }
        }
        return reader.isAtEnd
    }
}

/// The state machine of ``JSONSyntax``: one byte at a time.
private struct JSONReader {
    private enum State {
        case value
        /// A value, or the end of an empty array.
        case firstElement
        case name
        /// A name, or the end of an empty object.
        case firstName
        case colon
        /// A comma, the end of what the value is in, or of the text.
        case afterValue
        case string(StringState, isName: Bool)
        case number(NumberState)
        /// What is to come of `true`, `false` or `null`, the next byte lowest.
        case literal(UInt32)
    }

    private enum StringState {
        case text
        /// Continuation bytes to come, and the range of the next one (Unicode, table 3-7).
        case continuation(Int, ClosedRange<UInt8>)
        case escape
        /// Hexadecimal digits to come, and the number so far.
        case hex(Int, UInt16, isLow: Bool)
        /// The escape of a low surrogate must follow.
        case lowBackslash
        case lowU
    }

    private enum NumberState {
        case minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits

        var isWhole: Bool {
            switch self {
            case .zero, .integer, .fraction, .exponentDigits: true
            case .minus, .point, .exponent, .exponentSign: false
            }
        }
    }

    private var state = State.value
    private var depth = 0
    /// A bit for each level around, the innermost lowest: set for an object.
    private var objects: UInt32 = 0

    /// Whether the bytes so far are a whole text.
    var isAtEnd: Bool {
        guard depth == 0 else { return false }
        return switch state {
        case .afterValue: true
        case .number(let number): number.isWhole
        default: false
        }
    }

    /// - Returns: false if no JSON text goes on with `byte`.
    mutating func take(_ byte: UInt8) -> Bool {
        switch state {
        case .string(let string, let isName): return take(byte, in: string, isName: isName)
        case .literal(let rest):
            state = rest >> 8 == 0 ? .afterValue : .literal(rest >> 8)
            return byte == UInt8(truncatingIfNeeded: rest)
        case .number(let number):
            if let next = Self.next(number, byte) {
                state = .number(next)
                return true
            }
            guard number.isWhole else { return false }
            state = .afterValue
            return takeStructural(byte)
        default: return takeStructural(byte)
        }
    }

    private mutating func takeStructural(_ byte: UInt8) -> Bool {
        if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { return true }
        switch (state, byte) {
        case (.firstElement, UInt8(ascii: "]")), (.firstName, UInt8(ascii: "}")): return close()
        case (.value, _), (.firstElement, _): return begin(byte)
        case (.name, UInt8(ascii: "\"")), (.firstName, UInt8(ascii: "\"")): state = .string(.text, isName: true)
        case (.colon, UInt8(ascii: ":")): state = .value
        case (.afterValue, UInt8(ascii: ",")) where depth > 0: state = objects & 1 == 1 ? .name : .value
        case (.afterValue, UInt8(ascii: "}")) where depth > 0 && objects & 1 == 1: return close()
        case (.afterValue, UInt8(ascii: "]")) where depth > 0 && objects & 1 == 0: return close()
        default: return false
        }
        return true
    }

    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"): return open(isObject: true)
        case UInt8(ascii: "["): return open(isObject: false)
        case UInt8(ascii: "\""): state = .string(.text, isName: false)
        case UInt8(ascii: "-"): state = .number(.minus)
        case UInt8(ascii: "0"): state = .number(.zero)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): state = .number(.integer)
        // The letters that follow, the last one highest.
        case UInt8(ascii: "t"): state = .literal(0x65_75_72)
        case UInt8(ascii: "f"): state = .literal(0x65_73_6C_61)
        case UInt8(ascii: "n"): state = .literal(0x6C_6C_75)
        default: return false
        }
        return true
    }

    private mutating func open(isObject: Bool) -> Bool {
        guard depth < JSONSyntax.deepest else { return false }
        depth += 1
        objects = objects << 1 | (isObject ? 1 : 0)
        state = isObject ? .firstName : .firstElement
        return true
    }

    private mutating func close() -> Bool {
        depth -= 1
        objects >>= 1
        state = .afterValue
        return true
    }

    private mutating func take(_ byte: UInt8, in string: StringState, isName: Bool) -> Bool {
        if case .text = string, byte == UInt8(ascii: "\"") {
            state = isName ? .colon : .afterValue
            return true
        }
        guard let next = Self.next(string, byte) else { return false }
        state = .string(next, isName: isName)
        return true
    }

    /// Nil if `byte` cannot follow.
    private static func next(_ string: StringState, _ byte: UInt8) -> StringState? {
        switch string {
        case .text: return afterText(byte)
        case .continuation(let count, let range):
            guard range.contains(byte) else { return nil }
            return count == 1 ? .text : .continuation(count - 1, 0x80...0xBF)
        case .escape:
            switch byte {
            case UInt8(ascii: "u"): return .hex(4, 0, isLow: false)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                return .text
            default: return nil
            }
        case .hex(let count, let start, let isLow):
            guard let digit = hexDigit(byte) else { return nil }
            let number = start << 4 | digit
            if count > 1 { return .hex(count - 1, number, isLow: isLow) }
            let isLowSurrogate = 0xDC00...0xDFFF ~= number
            guard isLowSurrogate == isLow else { return nil }
            return 0xD800...0xDBFF ~= number ? .lowBackslash : .text
        case .lowBackslash: return byte == UInt8(ascii: "\\") ? .lowU : nil
        case .lowU: return byte == UInt8(ascii: "u") ? .hex(4, 0, isLow: true) : nil
        }
    }

    private static func afterText(_ byte: UInt8) -> StringState? {
        switch byte {
        case UInt8(ascii: "\\"): .escape
        case 0x20...0x7F: .text
        case 0xC2...0xDF: .continuation(1, 0x80...0xBF)
        case 0xE0: .continuation(2, 0xA0...0xBF)
        case 0xED: .continuation(2, 0x80...0x9F)
        case 0xE1...0xEF: .continuation(2, 0x80...0xBF)
        case 0xF0: .continuation(3, 0x90...0xBF)
        case 0xF1...0xF3: .continuation(3, 0x80...0xBF)
        case 0xF4: .continuation(3, 0x80...0x8F)
        default: nil
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Nil if the number, whole or not, ends before `byte`.
    private static func next(_ number: NumberState, _ byte: UInt8) -> NumberState? {
        switch (number, byte) {
        case (.minus, UInt8(ascii: "0")): .zero
        case (.minus, UInt8(ascii: "1")...UInt8(ascii: "9")): .integer
        case (.integer, UInt8(ascii: "0")...UInt8(ascii: "9")): .integer
        case (.zero, UInt8(ascii: ".")), (.integer, UInt8(ascii: ".")): .point
        case (.point, UInt8(ascii: "0")...UInt8(ascii: "9")): .fraction
        case (.fraction, UInt8(ascii: "0")...UInt8(ascii: "9")): .fraction
        case (.zero, UInt8(ascii: "e")), (.integer, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "e")): .exponent
        case (.zero, UInt8(ascii: "E")), (.integer, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "E")): .exponent
        case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): .exponentSign
        case (.exponent, UInt8(ascii: "0")...UInt8(ascii: "9")): .exponentDigits
        case (.exponentSign, UInt8(ascii: "0")...UInt8(ascii: "9")): .exponentDigits
        case (.exponentDigits, UInt8(ascii: "0")...UInt8(ascii: "9")): .exponentDigits
        default: nil
        }
    }
}
