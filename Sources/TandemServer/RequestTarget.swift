/// What a request line asks for (RFC 9112, section 3.2): a path, or all of a URI as a proxy is asked for it.
struct RequestTarget {
    /// Of a URI, where it counts more than the `Host` field.
    let authority: String?
    /// With the query, if there is one; the only form of it that the server knows, however it was written.
    let path: String

    init(_ target: String) {
        guard let authority = Self.authority(of: target) else {
            self.authority = nil
            path = Self.normalized(target[...].utf8)
            return
        }
        self.authority = String(authority)
        let end = target[authority.endIndex...]
        path = (end.utf8.first == UInt8(ascii: "/") ? "" : "/") + Self.normalized(end.utf8)
    }

    /// The authority of a target that is a whole URI; nil for a path.
    static func authority(of target: String) -> Substring? {
        let bytes = target[...].utf8
        guard bytes.first != UInt8(ascii: "/"),
            let scheme = ["http://", "https://"].first(where: { bytes.prefix($0.utf8.count).isEqual(toLowercase: $0) })
        else { return nil }
        let rest = bytes.dropFirst(scheme.utf8.count)
        return Substring(rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
    }

    /// With the unreserved characters in plain, which mean the same (RFC 3986, section 6.2.2.2). Others stay encoded:
    /// `%2F` is no slash.
    private static func normalized(_ text: FieldText) -> String {
        guard text.contains(UInt8(ascii: "%")) else { return String(Substring(text)) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let decoded = Self.encodedByte(rest), isUnreserved(decoded) {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The byte of the two hexadecimal digits at the start of `text`.
    private static func encodedByte(_ text: FieldText) -> UInt8? {
        var digits = text.prefix(2).makeIterator()
        guard let high = UInt8.hexDigit(digits.next()), let low = UInt8.hexDigit(digits.next()) else { return nil }
        return high << 4 | low
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit.
    static func hexDigit(_ byte: UInt8?) -> UInt8? {
        switch byte {
        case .some(let byte) where (0x30...0x39).contains(byte): byte - 0x30
        case .some(let byte) where (0x61...0x66).contains(byte.asciiLowercase): byte.asciiLowercase - 0x61 + 10
        default: nil
        }
    }
}
