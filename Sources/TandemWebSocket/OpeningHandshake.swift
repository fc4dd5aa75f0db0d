package import HTTPTypes
import TandemContract
package import TandemEngine

/// The server's side of the opening handshake (RFC 6455, section 4.2): everything is checked before the 101.
package struct OpeningHandshake {
    /// The subprotocol of the contract; echoed to a client that offers it.
    static let subprotocol = "tandem.v1.json"

    package let response: HTTPResponse
    /// What was agreed on compression, if anything was.
    package let compression: PermessageDeflate?

    /// - Parameter allowsCompression: whether permessage-deflate may be agreed to.
    package init(
        _ request: StreamRequest,
        limits: WebSocketLimits,
        compression allowsCompression: Bool
    ) throws(StreamRefusal) {
        let fields = request.head.headerFields
        guard request.head.method == .get else {
            throw StreamRefusal(
                .methodNotAllowed,
                "a WebSocket is opened by GET, not \(request.head.method.rawValue)",
                headerFields: [.allow: "GET"]
            )
        }
        if let flaw = Self.flaw(of: request) {
            throw Self.upgradeRequired(
                """
                the request for a WebSocket came \(flaw); if a proxy is before this server, have it pass the upgrade on \
                (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \
                $connection_upgrade;)
                """
            )
        }
        guard fields[values: .secWebSocketVersion] == ["13"] else {
            throw Self.upgradeRequired("Sec-WebSocket-Version must be 13")
        }
        let keys = fields[values: .secWebSocketKey]
        guard keys.count == 1, AcceptKey.isValid(keys[0]) else {
            throw Self.badHandshake("Sec-WebSocket-Key must be given once, as the base64 of 16 bytes")
        }
        guard let offers = ExtensionOffer.list(fields[values: .secWebSocketExtensions]) else {
            throw Self.badHandshake("Sec-WebSocket-Extensions is not a list of extensions")
        }
        guard request.isOriginAllowed else {
            throw StreamRefusal(
                .originNotAllowed,
                """
                pages of the origin '\(String((fields[.origin] ?? "").unicodeScalars.prefix(80)))' may not open a \
                WebSocket here; name the origin in --allowed-origins, or, if it is this server's own, have the \
                proxy before it forward the Host header
                """
            )
        }
        guard let accept = AcceptKey.accepting(keys[0]) else {
            throw StreamRefusal(
                .internalError,
                "the SHA-1 that a WebSocket handshake needs is switched off on this machine"
            )
        }

        var response = HTTPResponse(status: .switchingProtocols)
        response.headerFields[.upgrade] = "websocket"
        response.headerFields[.connection] = "Upgrade"
        response.headerFields[.secWebSocketAccept] = accept
        // Subprotocol names are compared as they are, unlike the tokens of Upgrade and Connection.
        if Self.list(fields, .secWebSocketProtocol).contains(Self.subprotocol) {
            response.headerFields[.secWebSocketProtocol] = Self.subprotocol
        }
        compression = allowsCompression ? PermessageDeflate(offers, limits: limits) : nil
        if let compression { response.headerFields[.secWebSocketExtensions] = compression.response }
        self.response = response
    }

    /// Whether the request asks for a WebSocket at all, in whatever shape: also after a proxy took `Upgrade` away.
    static func isMeant(by request: HTTPRequest) -> Bool {
        let fields = request.headerFields
        return isUpgrade(fields) || fields.contains(.secWebSocketKey) || fields.contains(.secWebSocketVersion)
    }

    /// What a proxy does not pass on unless told: `Upgrade` and `Connection` are for one connection alone (RFC 9110,
    /// section 7.8), and HTTP/1.0 has no upgrade.
    private static func flaw(of request: StreamRequest) -> String? {
        let fields = request.head.headerFields
        if !isUpgrade(fields) { return "without 'Upgrade: websocket'" }
        if request.version == .http10 { return "over HTTP/1.0, which has no upgrade" }
        return tokens(fields, .connection).contains("upgrade") ? nil : "without 'Connection: Upgrade'"
    }

    private static func isUpgrade(_ fields: HTTPFields) -> Bool {
        tokens(fields, .upgrade).contains("websocket")
    }

    private static func upgradeRequired(_ message: String) -> StreamRefusal {
        StreamRefusal(
            .upgradeRequired,
            message,
            headerFields: [.secWebSocketVersion: "13", .upgrade: "websocket", .connection: "Upgrade"]
        )
    }

    private static func badHandshake(_ message: String) -> StreamRefusal {
        StreamRefusal(.badHandshake, message)
    }

    /// The comma-separated elements of all fields of that name, in lower case.
    private static func tokens(_ fields: HTTPFields, _ name: HTTPField.Name) -> [String] {
        list(fields, name).map { $0.lowercased() }
    }

    private static func list(_ fields: HTTPFields, _ name: HTTPField.Name) -> [String] {
        fields[values: name].flatMap { value in
            // By bytes: what belongs to a character is found by looking around it, as far as a stranger likes.
            value[...].utf8.split(separator: UInt8(ascii: ",")).map { element in
                var element = element.drop(while: Self.isBlank)
                while let last = element.last, Self.isBlank(last) { element.removeLast() }
                return String(Substring(element))
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
