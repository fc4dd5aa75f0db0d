/// Text that stays on one line, whoever wrote it.
enum OneLine {
    /// `text` with every control character, and the line and paragraph separators of Unicode, as an escape.
    static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: breaksLine) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case _ where breaksLine(scalar):
                let hex = String(scalar.value, radix: 16, uppercase: true)
                result.append(contentsOf: "\\u{\(hex)}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// C0, DEL, C1, and the two separators.
    private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }
}
