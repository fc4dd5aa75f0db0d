import NIOCore
import NIOPosix
import TandemWebSocket

/// `websocket-echo PORT`: sends every message back, on the handlers that the product uses.
@main
struct EchoCommand {
    static func main() async throws {
        let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 9001
        var limits = WebSocketLimits()
        // The suite's largest messages have 16 MiB, and it sends as fast as it can.
        limits.messageSize = 64 * 1024 * 1024
        limits.turn = 1024 * 1024
        limits.clientWindowBits = 15
        let compressors = (9...15).map { MessageCompressor(windowBits: $0, threshold: 0) }
        let turns = TurnQueues()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [limits, turns] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(EchoHandshake(limits, compressors, turns))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await server.closeFuture.get()
    }
}
