import Foundation
import NIOCore
import NIOPosix
import Synchronization

@testable import compare

/// A server on the loopback that says whatever a test makes it say, however wrong, as often as it is taken.
final class HostileServer: Sendable {
    /// What it says to one request.
    enum Answer: Sendable {
        /// And closes, if `closes`.
        case bytes(String, closes: Bool = false)
        /// `beginning`, and then `flood` for ever, as fast as it is read.
        case flood(String, [UInt8])
        /// `beginning`, and then a byte now and then.
        case drip(String)
    }

    let port: Int
    private let channel: any Channel

    private init(port: Int, channel: any Channel) {
        self.port = port
        self.channel = channel
    }

    /// Runs `body` with a server.
    /// - Parameters:
    ///   - answer: called with the head and body of each request, on the server's event loop.
    ///   - readsFlooded: whether it reads what comes while it floods.
    static func run<Value: Sendable>(
        _ answer: @escaping @Sendable (String) -> Answer,
        readsFlooded: Bool = true,
        _ body: (HostileServer, any EventLoopGroup) async throws -> Value
    ) async throws -> Value {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(answer, readsFlooded))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await body(HostileServer(port: channel.localAddress?.port ?? 0, channel: channel), group)
            )
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        return try result.get()
    }

    func url(_ path: String = "", scheme: String = "http") -> URL {
        URL(string: "\(scheme)://127.0.0.1:\(port)\(path)")!
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let answer: @Sendable (String) -> Answer
        private var request = ""
        private var flood: ByteBuffer?

        private let readsFlooded: Bool

        init(_ answer: @escaping @Sendable (String) -> Answer, _ readsFlooded: Bool) {
            self.answer = answer
            self.readsFlooded = readsFlooded
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard flood == nil else { return }
            request += String(buffer: unwrapInboundIn(data))
            guard let head = request.firstRange(of: "\r\n\r\n") else { return }
            let length = request.firstMatch(of: /(?i)content-length: ([0-9]+)/).flatMap { Int($0.1) } ?? 0
            guard request[head.upperBound...].utf8.count >= length else { return }
            let whole = request
            request = ""
            switch answer(whole) {
            case .bytes(let text, let closes):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                if closes { context.close(promise: nil) }
            case .flood(let beginning, let bytes):
                flood = ByteBuffer(bytes: bytes)
                if !readsFlooded { _ = context.channel.setOption(.autoRead, value: false) }
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: beginning)), promise: nil)
                pour(context)
            case .drip(let beginning):
                flood = ByteBuffer()
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: beginning)), promise: nil)
                drip(context)
            }
        }

        private func drip(_ context: ChannelHandlerContext) {
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) {
                guard context.channel.isActive else { return }
                context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(string: "x")), promise: nil)
                self.drip(context)
            }
        }

        func channelWritabilityChanged(context: ChannelHandlerContext) { pour(context) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func pour(_ context: ChannelHandlerContext) {
            guard let flood, flood.readableBytes > 0 else { return }
            while context.channel.isActive, context.channel.isWritable {
                context.write(wrapOutboundOut(flood), promise: nil)
            }
            context.flush()
        }
    }
}

/// Answers that tests have in common.
enum Canned {
    static let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
    static let notFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    static let noContent = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

    /// The `101` that the handshake in `request` deserves, with `fields` in place of its own.
    static func upgrade(_ request: String, _ fields: [String: String?] = [:]) -> String {
        let key = request.firstMatch(of: /(?i)sec-websocket-key: (\S+)/).map { String($0.1) } ?? ""
        var all: [String: String?] = [
            "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": HandshakeCheck.accept(key),
        ]
        for (name, value) in fields { all[name] = .some(value) }
        let lines = all.sorted { $0.key < $1.key }.compactMap { name, value in value.map { "\(name): \($0)\r\n" } }
        return "HTTP/1.1 101 Switching Protocols\r\n\(lines.joined())\r\n"
    }

    static func room(_ code: String) -> String {
        let body = #"{"code":"\#(code)"}"#
        return "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
            + "Connection: close\r\n\r\n\(body)"
    }
}

/// The rooms of a server that keeps none, but counts them.
final class RoomCount: Sendable {
    private let state = Mutex<(made: Int, open: Set<String>)>((0, []))

    var made: Int { state.withLock { $0.made } }
    var open: Set<String> { state.withLock { $0.open } }

    /// The answer to a request of the control API; nil to any other.
    func answer(_ request: String) -> HostileServer.Answer? {
        if request.hasPrefix("POST /api/rooms ") {
            let code = state.withLock {
                $0.made += 1
                $0.open.insert("room\($0.made)")
                return "room\($0.made)"
            }
            return .bytes(Canned.room(code), closes: true)
        }
        if let code = request.firstMatch(of: #/^DELETE /api/(\w+) /#) {
            state.withLock { _ = $0.open.remove(String(code.1)) }
            return .bytes(Canned.noContent, closes: true)
        }
        if request.firstMatch(of: #/^GET /api/\w+ /#) != nil {
            return .bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", closes: true)
        }
        return nil
    }
}
