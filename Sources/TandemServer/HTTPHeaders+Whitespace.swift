import NIOHTTP1

extension HTTPHeaders {
    /// Takes away spaces and tabs behind values: they are no part of them (RFC 9112, section 5.1), but the parser leaves
    /// them there.
    mutating func trimTrailingWhitespace() {
        guard contains(where: { Self.isWhitespace($0.value.utf8.last) }) else { return }
        self = HTTPHeaders(
            map { name, value in
                var value = value[...].utf8
                while Self.isWhitespace(value.last) { value.removeLast() }
                return (name, String(Substring(value)))
            }
        )
    }

    private static func isWhitespace(_ byte: UInt8?) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }
}
