import NIOCore
import NIOPosix
import Synchronization
import TandemTesting
import Testing

@testable import TandemWebSocket

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("A flood", .timeLimit(.minutes(1)))
struct FloodTests {
    /// Tells of every answer.
    private final class Application: WebSocketApplication {
        private let onSend: @Sendable () -> Void

        init(_ onSend: @escaping @Sendable () -> Void) {
            self.onSend = onSend
        }

        func admit() {}
        func receive(_ message: WebSocketMessage) { onSend() }
        func receivePong() {}
        func send(_ frames: ByteBuffer) { onSend() }
        func stop() -> Bool { true }
        func failed(_ violation: Violation) {}
        func closed() {}
    }

    /// A connection to a WebSocket handler on `group`.
    /// - Returns: the peer's end.
    private static func connect(
        on group: any EventLoopGroup,
        _ turns: TurnQueues,
        onSend: @escaping @Sendable () -> Void
    ) async throws -> CInt {
        var ends: [CInt] = [-1, -1]
        #if canImport(Darwin) || canImport(Musl)
        let type = SOCK_STREAM
        #else
        let type = CInt(SOCK_STREAM.rawValue)
        #endif
        try #require(socketpair(AF_UNIX, type, 0, &ends) == 0)
        _ = try await ClientBootstrap(group: group)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 * 1024))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = WebSocketInboundHandler(
                        application: Application(onSend),
                        limits: WebSocketLimits(),
                        compression: nil,
                        turns: turns.queue(of: channel.eventLoop)
                    )
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .withConnectedSocket(ends[0]).get()
        return ends[1]
    }

    private static func send(_ bytes: [UInt8], to end: CInt) {
        _ = bytes.withUnsafeBytes { write(end, $0.baseAddress, $0.count) }
    }

    @Test(
        "lets another connection of its event loop in after a turn's work, however much of it is there",
        arguments: [1, 8]
    )
    func others(floods: Int) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let turns = TurnQueues()
        let count = Mutex(0)
        let (answers, answered) = AsyncStream.makeStream(of: Int.self)
        let other = try await Self.connect(on: group, turns) { answered.yield(count.withLock(\.self)) }
        var ends = [other]
        for _ in 0..<floods {
            // With the first answer to a flood the other's ping is in its socket, and only the selector can tell.
            ends.append(
                try await Self.connect(on: group, turns) {
                    let isFirst = count.withLock { count in
                        count += 1
                        return count == 1
                    }
                    if isFirst { Self.send(WebSocketClient.frame(9, []), to: other) }
                }
            )
        }

        let flood = Array(repeatElement(WebSocketClient.frame(9, []), count: 2_000).joined())
        for end in ends.dropFirst() { Self.send(flood, to: end) }

        let before = await answers.first { _ in true }
        // A ping counts as 512 bytes. Each flood may have had its first turn, and some of them a second.
        let perTurn = WebSocketLimits().turn / 512
        #expect(try #require(before) <= 2 * floods * perTurn)
        for end in ends { close(end) }
        try await group.shutdownGracefully()
    }

    @Test("of compressed bytes is counted by what they decompress to, and decompressed in steps")
    func compressed() throws {
        let size = 1_000_000
        var frame = WebSocketMessage(kind: .binary, bytes: ByteBuffer(repeating: 0, count: size)).frame
        MessageCompressor(windowBits: 15, threshold: 0).compressFrame(at: 0, in: &frame)
        let bytes = MessageReaderTests.frame(0xC2, Array(frame.readableBytesView.dropFirst(4)))
        let offers = try #require(ExtensionOffer.list(["permessage-deflate"]))
        let agreed = try #require(PermessageDeflate(offers, limits: WebSocketLimits()))
        var reader = MessageReader(messageSize: size, compression: agreed)
        var buffer = ByteBuffer(bytes: bytes)

        var counts: [Int] = []
        while let input = try reader.next(from: &buffer) {
            counts.append(reader.takeCount())
            #expect(reader.isInflating == (input == .piece))
        }

        #expect(counts.reduce(0, +) == size)
        #expect(counts.allSatisfy { $0 <= Inflater.step })
    }
}
