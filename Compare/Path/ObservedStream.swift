import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket

/// One stream over whatever lies between here and the server, plain or by TLS, with the times of all that comes.
///
/// Unlike the streams of a load, of which thousands must cost little, it reads its bytes with full parsers and accepts
/// any server's.
final class ObservedStream: Sendable {
    let endpoint: StreamEndpoint
    let openedAt: NIODeadline
    let channel: any Channel
    private let handler: NIOLoopBound<ObservedStreamHandler>

    private init(
        _ endpoint: StreamEndpoint,
        openedAt: NIODeadline,
        channel: any Channel,
        handler: NIOLoopBound<ObservedStreamHandler>
    ) {
        self.endpoint = endpoint
        self.openedAt = openedAt
        self.channel = channel
        self.handler = handler
    }

    /// Connects and sends the request; does not wait for the answer.
    /// - Parameter receiveBuffer: bytes of the socket's receive buffer, the system's default if nil.
    static func open(
        _ endpoint: StreamEndpoint,
        on group: any EventLoopGroup,
        receiveBuffer: Int? = nil,
        connectTimeout: TimeAmount = .seconds(10)
    ) async throws -> ObservedStream {
        let openedAt = NIODeadline.now()
        let eventLoop = group.next()
        let tls = endpoint.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        // Kept beside the pipeline, which a server that hangs up at once empties before anybody looks.
        let made = NIOLoopBoundBox<ObservedStreamHandler?>.makeEmptyBox(
            valueType: ObservedStreamHandler.self,
            eventLoop: eventLoop
        )
        var bootstrap = ClientBootstrap(group: eventLoop).connectTimeout(connectTimeout)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls {
                        // An address cannot be a server name (RFC 6066, section 3).
                        let isAddress = (try? SocketAddress(ipAddress: endpoint.host, port: 0)) != nil
                        let name = isAddress ? nil : endpoint.host
                        try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                    }
                    let decoder = ByteToMessageHandler(
                        HTTPResponseDecoder(
                            leftOverBytesStrategy: .forwardBytes,
                            limitConfiguration: StreamLimits.decoding
                        )
                    )
                    let encoder = HTTPRequestEncoder()
                    try pipeline.addHandlers(encoder, decoder)
                    let handler = ObservedStreamHandler(endpoint, codec: (encoder, decoder))
                    made.value = handler
                    try pipeline.addHandler(handler)
                }
            }
            .connect(host: endpoint.host, port: endpoint.port).get()
        let handler = try await eventLoop.submit {
            guard let handler = made.value else { throw ChannelError.ioOnClosedChannel }
            return NIOLoopBound(handler, eventLoop: eventLoop)
        }.get()
        return ObservedStream(endpoint, openedAt: openedAt, channel: channel, handler: handler)
    }

    /// Waits until `condition` holds, the connection is closed, or `time` has passed. If the task is cancelled, the
    /// connection is closed.
    /// - Returns: what had come by then.
    /// - Throws: ``StreamViolation`` when the server sends more than ``StreamLimits`` or breaks its protocol, and
    ///   `CancellationError`.
    @discardableResult
    func wait(_ time: TimeAmount, until condition: @escaping @Sendable (StreamLog) -> Bool) async throws -> StreamLog {
        let log = try await withTaskCancellationHandler {
            try await channel.eventLoop.flatSubmit { [handler, channel] in
                handler.value.wait(time, on: channel.eventLoop, until: condition)
            }.get()
        } onCancel: {
            channel.close(promise: nil)
        }
        try Task.checkCancellation()
        if let violation = log.violation { throw violation }
        return log
    }

    /// What has come so far.
    func log() async throws -> StreamLog {
        try await wait(.zero) { _ in true }
    }

    /// Sends a text message over a WebSocket.
    func send(_ text: String) {
        send(.text, ByteBuffer(string: text))
    }

    func ping() {
        send(.ping, ByteBuffer())
    }

    /// Takes no more bytes from the socket, as a client that hangs does.
    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    /// The kernel's counters of the connection.
    func counters() async throws -> TCPCounters {
        let counters = try await channel.eventLoop.submit { [handler] in handler.value.counters() }.get()
        guard let counters else { throw BenchError("the kernel tells no counters of the connection") }
        return counters
    }

    func close() async {
        try? await channel.close()
    }

    private func send(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer) {
        channel.eventLoop.execute { [handler] in handler.value.send(opcode, bytes) }
    }
}
