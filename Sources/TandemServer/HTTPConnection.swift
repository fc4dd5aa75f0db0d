import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import TandemCore
import TandemEngine

/// One HTTP/1 connection: gathers a request, has it answered, and hands the connection over when it becomes a stream.
///
/// Requests come one at a time: the pipeline handler before it holds back what a client sends ahead. Confined to the
/// channel's event loop.
final class HTTPConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case receiving(HTTPExchange, body: ByteBuffer)
        /// Whatever else comes of this request is of no interest.
        case answering
        /// The connection is a stream's. Its handlers get the bytes if the request was an upgrade; what a client sent
        /// after a request that was none are further requests, which nobody will answer.
        case handedOver(isUpgrade: Bool)
    }

    let services: HTTPServices
    /// The handlers that leave together when the connection becomes a stream.
    let codec: HTTPCodec
    private var state = State.idle
    private var answer: Task<Void, Never>?

    init(services: HTTPServices, codec: HTTPCodec) {
        self.services = services
        self.codec = codec
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .handedOver(let isUpgrade) = state {
            if isUpgrade { context.fireChannelRead(data) }
            return
        }
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .idle): receive(head, context)
        case (.body(let bytes), .receiving(let exchange, let body)): receive(bytes, after: body, of: exchange, context)
        case (.end, .receiving(let exchange, let body)): respond(to: exchange, body: body, context)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer?.cancel()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        services.logger.debug("connection error", metadata: ["error": "\(error)"])
        switch state {
        case .handedOver: context.fireErrorCaught(error)
        case .idle where error is HTTPParserError, .receiving where error is HTTPParserError:
            send(.badRequest("the request is not valid HTTP/1.1: \(error)"), HTTPExchange.unreadable, context)
        default: context.close(promise: nil)
        }
    }

    /// From now on the connection is a stream's.
    func beHandedOver(isUpgrade: Bool) {
        state = .handedOver(isUpgrade: isUpgrade)
    }

    // MARK: Receiving

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let limits = services.configuration.http
        let peer = context.channel.remoteAddress
        guard let exchange = HTTPExchange(head, client: services.configuration.trustedProxies.client(head, peer)) else {
            return send(.badRequest("the method or target is not valid"), HTTPExchange.unreadable, context)
        }
        let size = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard size <= limits.headSize else {
            return send(.headersTooLarge(size, limit: limits.headSize), exchange.last, context)
        }
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > limits.bodySize {
            return send(.payloadTooLarge(limit: limits.bodySize), exchange.last, context)
        }
        if head.headers.first(name: "expect")?.lowercased() == "100-continue", exchange.version == .http11 {
            let interim = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(interim)), promise: nil)
        }
        state = .receiving(exchange, body: ByteBuffer())
    }

    private func receive(
        _ bytes: ByteBuffer,
        after start: ByteBuffer,
        of exchange: HTTPExchange,
        _ context: ChannelHandlerContext
    ) {
        let limit = services.configuration.http.bodySize
        guard start.readableBytes + bytes.readableBytes <= limit else {
            return send(.payloadTooLarge(limit: limit), exchange.last, context)
        }
        var body = start
        body.writeImmutableBuffer(bytes)
        state = .receiving(exchange, body: body)
    }

    // MARK: Answering

    private func respond(to exchange: HTTPExchange, body: ByteBuffer, _ context: ChannelHandlerContext) {
        state = .answering
        codec.deadline.requestReceived()
        if let problem = services.misdirection(of: exchange.request) {
            return send(problem, exchange, context)
        }
        if let code = services.streamCode(of: exchange.request) {
            return openStream(code, exchange, context)
        }
        let channel = context.channel
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        answer = Task { [services] in
            let answer = await services.respond(to: exchange, body: body, channel: channel)
            channel.eventLoop.execute {
                let (connection, context) = loopBound.value
                connection.send(answer, exchange, context)
            }
        }
    }

    func send(_ problem: Problem, _ exchange: HTTPExchange, _ context: ChannelHandlerContext) {
        send(HTTPAnswer(problem), exchange, context)
    }

    /// Writes the answer to the request under way, and gets ready for the next one or closes.
    func send(_ answer: HTTPAnswer, _ exchange: HTTPExchange, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        state = .answering
        codec.deadline.requestReceived()
        let keepAlive = exchange.keepAlive && !services.draining.isRaised
        var response = answer.head
        response.headerFields.append(contentsOf: services.commonFields(for: exchange))
        if !keepAlive {
            response.headerFields[.connection] = "close"
        } else if exchange.version == .http10 {
            response.headerFields[.connection] = "keep-alive"
        }
        services.logger.info(
            "request",
            metadata: [
                "id": "\(exchange.id)", "method": "\(exchange.request.method)",
                "path": "\(exchange.request.path ?? "")", "client": "\(exchange.client)",
                "status": "\(response.status.code)",
            ]
        )
        context.write(wrapOutboundOut(.head(HTTPResponseHead(response))), promise: nil)
        if exchange.request.method != .head, answer.body.readableBytes > 0 {
            context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
        }
        // Before the end is written: it lets the next request through, perhaps at once.
        if keepAlive {
            state = .idle
            codec.deadline.responseSent(on: context.channel)
        }
        let channel = context.channel
        let sent = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if !keepAlive { sent.whenComplete { _ in channel.close(promise: nil) } }
    }
}
