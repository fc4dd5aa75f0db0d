public import TandemEngine

/// The WebSocket transport (RFC 6455): events as JSON text frames, commands in-band.
public struct WebSocketTransport: Transport {
    public static let name = TransportName("websocket")

    private let limits: WebSocketLimits

    public init(limits: WebSocketLimits = WebSocketLimits()) {
        self.limits = limits
    }

    public var name: TransportName { Self.name }

    public func accepts(_ request: StreamRequest) -> Bool {
        OpeningHandshake.isMeant(by: request.head)
    }

    public func open(_ request: StreamRequest) throws(StreamRefusal) -> StreamOpening {
        let handshake = try OpeningHandshake(request)
        return StreamOpening(response: handshake.response, encoding: WebSocketEncoding(limits: limits))
    }
}
