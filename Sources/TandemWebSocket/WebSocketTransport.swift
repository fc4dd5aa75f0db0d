public import TandemEngine

/// The WebSocket transport (RFC 6455): events as JSON text frames, commands in-band.
public struct WebSocketTransport: Transport {
    public static let name = TransportName("websocket")

    private let limits: WebSocketLimits
    private let turns = TurnQueues()
    /// By window, 9 to 15 bits; empty without compression.
    private let compressors: [MessageCompressor]

    /// - Parameter compression: whether permessage-deflate (RFC 7692) is agreed to where a client offers it. Events are
    ///   compressed once per event loop and window; what a client that compresses takes, ``WebSocketLimits`` says.
    public init(limits: WebSocketLimits = WebSocketLimits(), compression: Bool = false) {
        self.limits = limits
        compressors =
            compression
            ? (9...15).map { MessageCompressor(windowBits: $0, threshold: limits.compressionThreshold) } : []
    }

    public var name: TransportName { Self.name }

    public func accepts(_ request: StreamRequest) -> Bool {
        OpeningHandshake.isMeant(by: request.head)
    }

    public func open(_ request: StreamRequest) throws(StreamRefusal) -> StreamOpening {
        let handshake = try OpeningHandshake(request, limits: limits, compression: !compressors.isEmpty)
        var encoding = WebSocketEncoding(limits: limits, turns: turns)
        if let compression = handshake.compression {
            encoding.compression = compression
            encoding.compressor = compressors.first { $0.windowBits == compression.serverWindowBits }
        }
        return StreamOpening(response: handshake.response, encoding: encoding)
    }
}
