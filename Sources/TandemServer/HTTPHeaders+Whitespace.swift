import NIOHTTP1

extension HTTPHeaders {
    /// Takes away spaces and tabs behind values: they are no part of them (RFC 9112, section 5.1), but the parser leaves
    /// them there.
    mutating func trimTrailingWhitespace() {
        guard contains(where: { $0.value.utf8.last.map(FieldText.isBlank) ?? false }) else { return }
        self = HTTPHeaders(map { name, value in (name, String(Substring(value[...].utf8.trimmed))) })
    }
}
