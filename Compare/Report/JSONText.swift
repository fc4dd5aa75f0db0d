import Foundation

/// `value` as JSON with sorted keys, dates as in RFC 3339, and nothing in it that a terminal obeys.
/// - Parameter isCompact: on one line, for what nobody reads.
func jsonText(_ value: some Encodable, isCompact: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !isCompact { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.dateEncodingStrategy = .iso8601
    var text = ""
    // The encoder escapes controls of C0 alone. Outside of strings JSON has none but line breaks.
    for scalar in String(decoding: try encoder.encode(value), as: UTF8.self).unicodeScalars {
        if scalar.isObeyed, scalar != "\n" {
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        } else {
            text.unicodeScalars.append(scalar)
        }
    }
    return text
}
