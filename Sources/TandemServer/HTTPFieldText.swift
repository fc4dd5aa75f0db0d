/// The text of header fields and targets as bytes, so that no work is done on characters: what belongs to a character
/// is found by looking around it, and a stranger chooses the surroundings.
typealias FieldText = Substring.UTF8View

extension StringProtocol where SubSequence == Substring {
    /// The elements of a list (RFC 9110, section 5.6.1) without the blanks around them; empty ones are left out.
    var listElements: [FieldText] {
        self[...].utf8.split(separator: UInt8(ascii: ",")).map(\.trimmed).filter { !$0.isEmpty }
    }

    /// The path's segments, empty ones left out, without query and fragment.
    var pathSegments: [FieldText] {
        self[...].utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }.split(separator: UInt8(ascii: "/"))
    }
}

extension StringProtocol {
    /// The first `count` Unicode scalars, for an error that quotes what a client sent.
    func quotable(_ count: Int) -> String {
        String(String.UnicodeScalarView(unicodeScalars.prefix(count)))
    }
}

extension FieldText {
    /// Without the blanks (RFC 9110, section 5.6.3) at both ends.
    var trimmed: FieldText {
        var text = drop(while: Self.isBlank)
        while let last = text.last, Self.isBlank(last) { text.removeLast() }
        return text
    }

    func isEqual(to text: String) -> Bool { elementsEqual(text.utf8) }

    /// Whether it is `text`, which is in lower case, whatever case its ASCII letters have.
    func isEqual(toLowercase text: String) -> Bool {
        lazy.map(\.asciiLowercase).elementsEqual(text.utf8)
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

extension UInt8 {
    var asciiLowercase: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
