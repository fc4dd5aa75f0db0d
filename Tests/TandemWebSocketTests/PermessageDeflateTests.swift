import NIOCore
import Testing

@testable import TandemWebSocket

@Suite("permessage-deflate, agreed on")
struct PermessageDeflateTests {
    private func answer(_ fields: [String]) -> String? {
        ExtensionOffer.list(fields).flatMap { PermessageDeflate($0, limits: WebSocketLimits())?.response }
    }

    @Test(
        "answers an offer with what is in force",
        arguments: [
            ("permessage-deflate", "; client_no_context_takeover"),
            ("permessage-deflate; client_max_window_bits", "; client_max_window_bits=10"),
            ("permessage-deflate; client_max_window_bits=9", "; client_max_window_bits=9"),
            ("permessage-deflate; client_max_window_bits=\"8\"", "; client_max_window_bits=8"),
            ("permessage-deflate; client_max_window_bits=15", "; client_max_window_bits=10"),
            ("permessage-deflate; server_max_window_bits=9", "; client_no_context_takeover; server_max_window_bits=9"),
            (
                "permessage-deflate ;\tserver_max_window_bits = \"1\\5\"",
                "; client_no_context_takeover; server_max_window_bits=15"
            ),
            ("permessage-deflate; server_no_context_takeover", "; client_no_context_takeover"),
            ("permessage-deflate; client_no_context_takeover", "; client_no_context_takeover"),
            ("Permessage-Deflate; Client_No_Context_Takeover", "; client_no_context_takeover"),
            ("x-webkit-deflate-frame, ,permessage-deflate", "; client_no_context_takeover"),
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", "; client_no_context_takeover"),
            ("permessage-deflate; unknown, permessage-deflate; client_max_window_bits", "; client_max_window_bits=10"),
        ]
    )
    func accepted(offer: String, parameters: String) {
        #expect(answer([offer]) == "permessage-deflate; server_no_context_takeover" + parameters)
    }

    @Test(
        "needs no larger window than the client may use, or than a message is long where contexts are not taken over",
        arguments: [
            ("; client_max_window_bits", 10), ("; client_max_window_bits=8", 9), ("", 13),
            ("; client_no_context_takeover; client_max_window_bits=9", 9),
        ]
    )
    func window(offer: String, bits: Int) throws {
        let offers = try #require(ExtensionOffer.list(["permessage-deflate" + offer]))
        let agreed = try #require(PermessageDeflate(offers, limits: WebSocketLimits()))

        #expect(agreed.inflaterWindowBits(messageSize: WebSocketLimits().messageSize) == bits)
    }

    @Test("takes the first good offer of several fields")
    func fields() {
        #expect(
            answer(["foo", "permessage-deflate; server_max_window_bits=10", "permessage-deflate"])
                == "permessage-deflate; server_no_context_takeover; client_no_context_takeover; "
                + "server_max_window_bits=10"
        )
    }

    @Test(
        "declines what RFC 7692 does not allow",
        arguments: [
            "permessage-deflate; unknown", "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover=\"\\1\"", "permessage-deflate; server_max_window_bits",
            "permessage-deflate; server_max_window_bits=7", "permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=09",
            "permessage-deflate; server_max_window_bits=+9",
            "permessage-deflate; client_max_window_bits=99999999999999",
            "permessage-deflate; client_max_window_bits; client_max_window_bits",
            "permessage-deflate; client_no_context_takeover; client_no_context_takeover", "x-deflate", "",
        ]
    )
    func declined(offer: String) {
        #expect(ExtensionOffer.list([offer]) != nil)
        #expect(answer([offer]) == nil)
    }

    @Test(
        "is not read out of a field that is no list of extensions",
        arguments: [
            ";", "a;", "a;;b", "a b", "a=b", "a;b=", "a;b=\"", "a;b=\"\"", "a;b=\"c d\"", "a;b=\"c\\", "a;=c", "a,b;",
            "é",
            "a;b=\"c\"d",
        ]
    )
    func malformed(field: String) {
        #expect(ExtensionOffer.list([field]) == nil)
    }
}
