import COpenSSL

/// `Sec-WebSocket-Accept`: proof that a server understood an opening handshake (RFC 6455, section 4.2.2).
enum AcceptKey {
    private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// The base64 of the SHA-1 of `key` and the protocol's GUID; nil if OpenSSL refuses SHA-1, as it may by policy.
    static func accepting(_ key: String) -> String? {
        let input = Array((key + guid).utf8)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard EVP_Digest(input, input.count, &digest, &length, EVP_sha1(), nil) == 1 else { return nil }

        // EVP_EncodeBlock writes 4 characters for every 3 bytes begun, and a NUL.
        var text = [UInt8](repeating: 0, count: (Int(length) + 2) / 3 * 4 + 1)
        let written = EVP_EncodeBlock(&text, digest, Int32(length))
        return String(decoding: text.prefix(Int(written)), as: UTF8.self)
    }

    /// Whether `key` is the base64 of 16 bytes (RFC 6455, section 4.2.1): 22 characters of which the last holds
    /// two bits, and two of padding.
    static func isValid(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        guard bytes.count == 24, bytes.suffix(2) == [0x3D, 0x3D] else { return false }
        return bytes.prefix(21).allSatisfy(isBase64) && "AQgw".utf8.contains(bytes[21])
    }

    private static func isBase64(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2B, 0x2F: true
        default: false
        }
    }
}
