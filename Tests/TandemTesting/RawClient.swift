import NIOCore
import NIOPosix
import TandemServer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A TCP client that sends and reads bytes as they are.
///
/// Reading waits for what it is asked for; after ten seconds it fails and says what came instead.
public final class RawClient: Sendable {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) {
            self.description = description
        }
    }

    private let channel: any Channel
    private let inbox: NIOLoopBound<Inbox>

    private init(channel: any Channel, inbox: NIOLoopBound<Inbox>) {
        self.channel = channel
        self.inbox = inbox
    }

    /// - Parameter receiveBuffer: bytes of the socket's receive buffer, the system's default if nil.
    public static func connect(
        host: String = "127.0.0.1",
        port: Int,
        receiveBuffer: Int? = nil
    ) async throws -> RawClient {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.closeOnExec()
                    try channel.pipeline.syncOperations.addHandler(Inbox())
                }
            }
            .connect(host: host, port: port).get()
        let inbox = try await channel.eventLoop.submit {
            NIOLoopBound(try channel.pipeline.syncOperations.handler(type: Inbox.self), eventLoop: channel.eventLoop)
        }.get()
        return RawClient(channel: channel, inbox: inbox)
    }

    /// The client's own port.
    public var localPort: Int? { channel.localAddress?.port }

    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    public func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Everything up to `marker`, which is included.
    public func read(until marker: String) async throws -> String {
        String(decoding: try await read(.marker(Array(marker.utf8))), as: UTF8.self)
    }

    public func read(count: Int) async throws -> [UInt8] {
        try await read(.count(count))
    }

    /// Everything until the peer closes its side.
    public func readToEnd() async throws -> [UInt8] {
        try await read(.end)
    }

    /// Stops taking bytes from the socket, as a peer that hangs does.
    public func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).get()
    }

    public func resumeReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Says that nothing more will be sent; answers can still be read.
    public func closeOutput() async throws {
        try await channel.close(mode: .output)
    }

    /// Breaks the connection off, so that the peer's next write fails.
    public func reset() async throws {
        try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        await close()
    }

    public func close() async {
        try? await channel.close()
    }

    private func read(_ wanted: Inbox.Wanted) async throws -> [UInt8] {
        try await channel.eventLoop.flatSubmit { [channel, inbox] in
            inbox.value.read(wanted, on: channel.eventLoop)
        }.get()
    }
}

/// Gathers what a client receives. One reader at a time.
private final class Inbox: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Wanted {
        case marker([UInt8])
        case count(Int)
        case end
    }

    private var received: [UInt8] = []
    private var hasEnded = false
    private var reader: (wanted: Wanted, promise: EventLoopPromise<[UInt8]>, timeout: Scheduled<Void>)?

    func read(_ wanted: Wanted, on eventLoop: any EventLoop) -> EventLoopFuture<[UInt8]> {
        let promise = eventLoop.makePromise(of: [UInt8].self)
        let timeout = eventLoop.assumeIsolated().scheduleTask(in: .seconds(60)) { self.fail("within a minute") }
        reader = (wanted, promise, timeout)
        satisfy()
        if hasEnded, reader != nil { fail("before the end of the connection") }
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += unwrapInboundIn(data).readableBytesView
        satisfy()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { end() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func end() {
        hasEnded = true
        satisfy()
        if reader != nil { fail("before the end of the connection") }
    }

    private func satisfy() {
        guard let reader, let length = length(of: reader.wanted) else { return }
        let bytes = Array(received.prefix(length))
        received.removeFirst(length)
        self.reader = nil
        reader.timeout.cancel()
        reader.promise.succeed(bytes)
    }

    private func length(of wanted: Wanted) -> Int? {
        switch wanted {
        case .marker(let marker): received.firstRange(of: marker)?.upperBound
        case .count(let count): received.count >= count ? count : nil
        case .end: hasEnded ? received.count : nil
        }
    }

    private func fail(_ when: String) {
        guard let reader else { return }
        self.reader = nil
        reader.timeout.cancel()
        let text = String(decoding: received, as: UTF8.self)
        reader.promise.fail(RawClient.Failure(description: "\(reader.wanted) did not come \(when), but: \(text)"))
    }
}
