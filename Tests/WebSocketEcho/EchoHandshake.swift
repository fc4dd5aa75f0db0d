import HTTPTypes
import NIOCore
import TandemContract
import TandemEngine
import TandemWebSocket

/// Reads the opening handshake and makes way for the WebSocket; any path will do.
final class EchoHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let limits: WebSocketLimits
    private let compressors: [MessageCompressor]
    private let turns: TurnQueues
    private var received = ByteBuffer()

    init(_ limits: WebSocketLimits, _ compressors: [MessageCompressor], _ turns: TurnQueues) {
        self.limits = limits
        self.compressors = compressors
        self.turns = turns
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        guard let end = received.readableBytesView.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let head = received.readString(length: end.upperBound - received.readerIndex) ?? ""
        let request = StreamRequest(head: Self.request(head), version: .http11, isOriginAllowed: true)
        do throws(StreamRefusal) {
            try open(OpeningHandshake(request, limits: limits, compression: true), context)
        } catch {
            let answer = "HTTP/1.1 \(error.code.status.code) \(error.message)\r\nContent-Length: 0\r\n\r\n"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            context.close(promise: nil)
        }
    }

    private func open(_ handshake: OpeningHandshake, _ context: ChannelHandlerContext) {
        let fields = handshake.response.headerFields.map { "\($0.name): \($0.value)\r\n" }.joined()
        let head = ByteBuffer(string: "HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\n")
        context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        let compressor = handshake.compression.flatMap { compression in
            compressors.first { $0.windowBits == compression.serverWindowBits }
        }
        let handler = WebSocketInboundHandler(
            application: EchoApplication(context.channel, compressor),
            limits: limits,
            compression: handshake.compression,
            turns: turns.queue(of: context.eventLoop)
        )
        do {
            try context.pipeline.syncOperations.addHandler(handler)
        } catch {
            return context.close(promise: nil)
        }
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private static func request(_ head: String) -> HTTPRequest {
        let lines = head.split(separator: "\r\n")
        var request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon])) else {
                continue
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            request.headerFields.append(HTTPField(name: name, value: String(value)))
        }
        return request
    }
}
