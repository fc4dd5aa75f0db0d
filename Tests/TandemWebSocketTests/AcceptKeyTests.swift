import Testing

@testable import TandemWebSocket

@Suite("The accept key")
struct AcceptKeyTests {
    @Test("is that of the example in RFC 6455, section 1.3")
    func example() {
        #expect(AcceptKey.accepting("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(
        "is made of 16 bytes in base64, and nothing else",
        arguments: [
            ("dGhlIHNhbXBsZSBub25jZQ==", true), ("AAAAAAAAAAAAAAAAAAAAAA==", true),
            ("", false), ("dGhlIHNhbXBsZSBub25jZQ", false), ("dGhlIHNhbXBsZSBub25jZQ=A", false),
            ("dGhlIHNhbXBsZSBub25jZR==", false), ("dGhlIHNhbXBsZSBub25j*Q==", false),
            ("dGhlIHNhbXBsZSBub25jZXM=", false), (" dGhlIHNhbXBsZSBub25jZQ==", false),
        ]
    )
    func validity(key: String, isValid: Bool) {
        #expect(AcceptKey.isValid(key) == isValid)
    }
}
