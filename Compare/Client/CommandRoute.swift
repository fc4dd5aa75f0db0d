import NIOCore
import NIOPosix

/// The way a command takes to the server.
enum CommandRoute: Hashable, Sendable {
    case inBand(StreamTransport)
    /// A request on a connection that is kept for the next.
    case keptConnection
    /// A request on a connection of its own.
    case newConnection

    var label: String {
        switch self {
        case .inBand(let transport): transport.rawValue
        case .keptConnection: "sse, kept connection"
        case .newConnection: "sse, new connection"
        }
    }

    /// The transport of the streams that see the command's event.
    var transport: StreamTransport {
        if case .inBand(let transport) = self { transport } else { .sse }
    }

    /// What is to be compared: requests first, then every transport that takes commands.
    static func all(_ variants: [StreamTransport]) -> [CommandRoute] {
        [.keptConnection, .newConnection] + variants.filter { $0.command("{}") != nil }.map(CommandRoute.inBand)
    }
}

/// Sends commands to rooms, each by one ``CommandRoute``. Confined to the event loop of its streams.
final class CommandSender {
    private static let json = #"{"command":"update","duration":36000000}"#

    private let route: CommandRoute
    private let codes: [String]
    private let port: Int
    private let eventLoop: any EventLoop
    /// Of each room: its first stream, or its connection for requests.
    private let channels: [any Channel]

    private init(_ route: CommandRoute, codes: [String], port: Int, eventLoop: any EventLoop, channels: [any Channel]) {
        self.route = route
        self.codes = codes
        self.port = port
        self.eventLoop = eventLoop
        self.channels = channels
    }

    /// - Parameter streams: at least one in each room.
    static func make(_ route: CommandRoute, codes: [String], port: Int, streams: StreamSet) async throws
        -> NIOLoopBound<CommandSender>
    {
        let eventLoop = streams.eventLoop
        let channels: [any Channel]
        switch route {
        case .newConnection: channels = []
        case .keptConnection:
            var connections: [any Channel] = []
            for _ in codes {
                connections.append(try await bootstrap(eventLoop).connect(host: "127.0.0.1", port: port).get())
            }
            channels = connections
        case .inBand:
            channels = try await streams.firstChannels(ofRooms: codes.count)
        }
        return try await eventLoop.submit {
            NIOLoopBound(
                CommandSender(route, codes: codes, port: port, eventLoop: eventLoop, channels: channels),
                eventLoop: eventLoop
            )
        }.get()
    }

    func send(to room: Int) {
        switch route {
        case .inBand(let transport):
            if let command = transport.command(Self.json) { channels[room].writeAndFlush(command, promise: nil) }
        case .keptConnection:
            channels[room].writeAndFlush(request(codes[room], isLast: false), promise: nil)
        case .newConnection:
            let request = request(codes[room], isLast: true)
            Self.bootstrap(eventLoop).connect(host: "127.0.0.1", port: port).whenSuccess { channel in
                channel.writeAndFlush(request, promise: nil)
            }
        }
    }

    func close() {
        if route == .keptConnection { for channel in channels { channel.close(promise: nil) } }
    }

    private func request(_ code: String, isLast: Bool) -> ByteBuffer {
        let body = #"{"duration":36000000}"#
        return ByteBuffer(
            string: "PATCH /api/\(code)/timer HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\(isLast ? "Connection: close\r\n" : "")\r\n\(body)"
        )
    }

    private static func bootstrap(_ eventLoop: any EventLoop) -> ClientBootstrap {
        ClientBootstrap(group: eventLoop).channelOption(.tcpOption(.tcp_nodelay), value: 1)
    }
}
