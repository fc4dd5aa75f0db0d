/// What was agreed on compression (permessage-deflate, RFC 7692).
///
/// The server never takes a context over, so that the compressed bytes of an event are the same for all its receivers.
/// The client may if it accepts a limit of its window. Where it does not, the window could be 32 KiB, which only the
/// client can bound (RFC 7692, section 7.1.2.2); so it is told to take no context over, asked or not (section 7.1.1.2),
/// and nothing is kept between its messages.
package struct PermessageDeflate: Equatable, Sendable {
    /// The base-2 logarithm of the server's window, 9 to 15.
    package let serverWindowBits: Int
    /// That of the client's, 8 to 15; answered only to clients that offer to be told.
    let clientWindowBits: Int
    /// Whether a message of the client may refer to those before, for which its window must be kept.
    let clientKeepsContext: Bool
    /// The value of the answer's `Sec-WebSocket-Extensions`.
    let response: String

    private static let name = "permessage-deflate"

    /// The first offer that can be accepted; nil if there is none, and messages go uncompressed.
    init?(_ offers: [ExtensionOffer], limits: WebSocketLimits) {
        for offer in offers where offer.name.lowercased() == Self.name {
            if let agreed = Self(offer, limits: limits) {
                self = agreed
                return
            }
        }
        return nil
    }

    /// Declines unknown and repeated parameters, and values other than RFC 7692, section 7.1, allows.
    private init?(_ offer: ExtensionOffer, limits: WebSocketLimits) {
        var seen: Set<String> = []
        var serverBits: Int?
        var clientBits: Int?
        var keepsContext = true
        for parameter in offer.parameters {
            let name = parameter.name.lowercased()
            guard seen.insert(name).inserted else { return nil }
            switch (name, parameter.value) {
            case ("server_no_context_takeover", nil): break
            case ("client_no_context_takeover", nil): keepsContext = false
            case ("server_max_window_bits", let value?):
                // zlib has no window of 8 bits for raw deflate.
                guard let bits = Self.windowBits(value), bits >= 9 else { return nil }
                serverBits = bits
            case ("client_max_window_bits", let value):
                guard let bits = value.map(Self.windowBits) ?? 15 else { return nil }
                clientBits = min(bits, limits.clientWindowBits)
            default: return nil
            }
        }
        serverWindowBits = serverBits ?? 15
        if clientBits == nil { keepsContext = false }
        clientWindowBits = clientBits ?? 15
        clientKeepsContext = keepsContext
        var response = Self.name + "; server_no_context_takeover"
        if !keepsContext { response += "; client_no_context_takeover" }
        if let serverBits { response += "; server_max_window_bits=\(serverBits)" }
        if let clientBits { response += "; client_max_window_bits=\(clientBits)" }
        self.response = response
    }

    /// The base-2 logarithm of the window that decompressing needs, 9 to 15: without context takeover nothing lies
    /// further back than a message is long.
    func inflaterWindowBits(messageSize: Int) -> Int {
        guard !clientKeepsContext else { return max(9, clientWindowBits) }
        var bits = 9
        while bits < clientWindowBits, 1 << bits < messageSize { bits += 1 }
        return bits
    }

    /// 8 to 15, without leading zeros.
    private static func windowBits(_ text: String) -> Int? {
        guard let bits = Int(text), (8...15).contains(bits), text == "\(bits)" else { return nil }
        return bits
    }
}
