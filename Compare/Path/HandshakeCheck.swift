import COpenSSL
import Foundation
import NIOHTTP1

/// The opening handshake of a WebSocket as a client must check it (RFC 6455, section 4.1).
struct HandshakeCheck {
    /// The base64 of 16 random bytes, anew for each handshake.
    let key = Data((0..<16).map { _ in UInt8.random(in: .min ... .max) }).base64EncodedString()
    /// Subprotocols that the client asks for.
    var subprotocols: [String] = []
    /// Extensions that the client offers.
    var extensions: [String] = []

    /// What is wrong with an answer of status 101; empty when nothing is.
    func faults(in headers: HTTPHeaders) -> [String] {
        var faults: [String] = []
        let upgrades = headers[canonicalForm: "upgrade"].map { $0.lowercased() }
        if upgrades != ["websocket"] {
            faults.append(Self.fault("Upgrade", upgrades.joined(separator: ", "), "and not websocket"))
        }
        let connection = headers[canonicalForm: "connection"].map { $0.lowercased() }
        if !connection.contains("upgrade") {
            faults.append(Self.fault("Connection", connection.joined(separator: ", "), "and does not name Upgrade"))
        }
        let accepts = headers["sec-websocket-accept"]
        if accepts.count != 1 || accepts[0] != Self.accept(key) {
            let said = accepts.joined(separator: ", ")
            faults.append(Self.fault("Sec-WebSocket-Accept", said, "and does not answer the key that was sent"))
        }
        for name in headers[canonicalForm: "sec-websocket-protocol"] where !subprotocols.contains(String(name)) {
            faults.append("the subprotocol '\(name)' was not asked for")
        }
        for offer in headers[canonicalForm: "sec-websocket-extensions"] {
            let name = offer.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
            if !extensions.contains(name) { faults.append("the extension '\(name)' was not offered") }
        }
        return faults
    }

    private static func fault(_ field: String, _ value: String, _ what: String) -> String {
        value.isEmpty ? "\(field) is missing" : "\(field) is '\(value)' \(what)"
    }

    /// The `Sec-WebSocket-Accept` that answers `key`.
    static func accept(_ key: String) -> String {
        let input = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard EVP_Digest(input, input.count, &digest, &length, EVP_sha1(), nil) == 1 else { return "" }
        return Data(digest.prefix(Int(length))).base64EncodedString()
    }
}
