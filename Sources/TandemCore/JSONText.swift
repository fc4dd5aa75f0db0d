/// Small JSON objects (RFC 8259) with their members in a fixed order.
public enum JSONText {
    public enum Value {
        case number(Int)
        case string(String)
    }

    public static func object(_ members: [(name: String, value: Value)]) -> String {
        var json = "{"
        for (name, value) in members {
            if json.utf8.count > 1 { json += "," }
            append(name, to: &json)
            json += ":"
            switch value {
            case .number(let number): json += String(number)
            case .string(let text): append(text, to: &json)
            }
        }
        return json + "}"
    }

    /// Appends `text` as a JSON string (RFC 8259, section 7).
    private static func append(_ text: String, to json: inout String) {
        json += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: json.unicodeScalars.append(scalar)
            }
        }
        json += "\""
    }
}
