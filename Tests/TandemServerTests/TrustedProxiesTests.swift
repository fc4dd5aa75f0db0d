import NIOCore
import NIOHTTP1
import Testing

@testable import TandemServer

@Suite("A block of addresses")
struct AddressBlockTests {
    @Test(
        "has those that share its first bits",
        arguments: [
            ("10.0.0.0/8", "10.255.1.2", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "255.255.255.255", true),
            ("10.128.0.0/9", "10.127.0.1", false),
            ("::1", "::1", true), ("fd00::/8", "fdff::1", true), ("fd00::/8", "fe00::1", false),
            ("10.0.0.0/8", "::ffff:10.1.1.1", true), ("10.0.0.0/8", "::1", false), ("10.0.0.0/8", "tandem", false),
            // Begins with the same bits.
            ("10.0.0.0/8", "a00::1", false),
        ]
    )
    func contains(block: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressBlock(block)).contains(address) == isIn)
    }

    @Test(
        "is refused where it is none",
        arguments: [
            "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0/8", "a.example", "10.0.0.0/8/8",
        ]
    )
    func refusal(text: String) {
        #expect(AddressBlock(text) == nil)
    }
}

@Suite("A client's address")
struct TrustedProxiesTests {
    private func client(
        _ proxies: String,
        _ fields: [(String, String)],
        header: TrustedProxies.Header = .xForwardedFor,
        peer: String = "10.0.0.1"
    ) throws -> String {
        var trusted = try #require(TrustedProxies(proxies))
        trusted.header = header
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/", headers: HTTPHeaders(fields))
        return trusted.client(head, try SocketAddress(ipAddress: peer, port: 1))
    }

    @Test("is that of the connection, whatever it says, unless a trusted proxy says so")
    func untrusted() throws {
        #expect(try client("", [("X-Forwarded-For", "1.2.3.4")]) == "10.0.0.1")
        #expect(try client("10.0.0.2", [("X-Forwarded-For", "1.2.3.4")]) == "10.0.0.1")
        #expect(try client("10.0.0.1", []) == "10.0.0.1")
        #expect(try client("10.0.0.1", [("Forwarded", "for=1.2.3.4")]) == "10.0.0.1")
    }

    @Test(
        "is the last in X-Forwarded-For that is no proxy's: what is before it, the client may have written",
        arguments: [
            ("1.2.3.4", "1.2.3.4"), ("9.9.9.9, 1.2.3.4", "1.2.3.4"), ("9.9.9.9, 1.2.3.4, 10.0.0.7", "1.2.3.4"),
            ("10.0.0.8,10.0.0.7", "10.0.0.8"), ("1.2.3.4:5678", "1.2.3.4"), ("[2001:db8::1]:80", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"), ("1.2.3.4, rubbish", "10.0.0.1"), ("1.2.3.4, 10.0.0.0/8", "10.0.0.1"),
            ("", "10.0.0.1"),
        ]
    )
    func forwardedFor(value: String, address: String) throws {
        #expect(try client("10.0.0.0/8", [("X-Forwarded-For", value)]) == address)
    }

    @Test("is found over several fields, which are one list")
    func severalFields() throws {
        let fields = [("X-Forwarded-For", "9.9.9.9, 1.2.3.4"), ("X-Forwarded-For", "10.0.0.7")]

        #expect(try client("10.0.0.0/8", fields) == "1.2.3.4")
    }

    @Test(
        "is read from Forwarded (RFC 7239) where that is what the proxies write",
        arguments: [
            ("for=1.2.3.4", "1.2.3.4"), ("proto=https;For=\"1.2.3.4:80\";by=10.0.0.1", "1.2.3.4"),
            ("for=9.9.9.9, for=\"[2001:db8::1]:4711\"", "2001:db8::1"), ("for=1.2.3.4, for=10.0.0.7", "1.2.3.4"),
            ("for=unknown", "10.0.0.1"), ("for=_hidden", "10.0.0.1"), ("by=10.0.0.1", "10.0.0.1"), ("for", "10.0.0.1"),
        ]
    )
    func forwarded(value: String, address: String) throws {
        let fields = [("Forwarded", value), ("X-Forwarded-For", "8.8.8.8")]

        #expect(try client("10.0.0.0/8", fields, header: .forwarded) == address)
    }

    @Test("is told of no proxies that are not addresses", arguments: ["proxy", "10.0.0.1, proxy", "10.0.0.0/99"])
    func refusal(text: String) {
        #expect(TrustedProxies(text) == nil)
    }
}
