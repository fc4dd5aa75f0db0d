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
/// Requests come one at a time: the handlers before it hold back what a client sends ahead, until the answer before has
/// been written out. Confined to the channel's event loop.
final class HTTPConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case receiving(HTTPExchange, body: ByteBuffer)
        /// Whatever else comes of this request is of no interest.
        case answering
        /// Nothing more is sent, and what comes yet of a refused request is thrown away.
        case lingering
        case handedOver(HandOver)
    }

    /// The connection is a stream's, and what comes from the decoder yet is what a client sent after its request.
    enum HandOver {
        /// Further requests, since the stream's was no upgrade. Nobody will answer them.
        case afterRequest
        /// The request was an upgrade, so there must be nothing: a decoder that reads on sees none in it, and takes
        /// for HTTP what is not.
        case upgrading
        /// The bytes that the decoder gives up as it leaves are the stream's.
        case upgraded
    }

    let services: HTTPServices
    /// The handlers that leave together when the connection becomes a stream.
    let codec: HTTPCodec
    private var state = State.idle
    private var answer: Task<Void, Never>?
    /// Nothing that can be answered comes after the request under way.
    private var answersNoMore = false
    private(set) var isHalfClosed = false
    /// The head under way did not arrive in time.
    private var isLate = false

    init(services: HTTPServices, codec: HTTPCodec) {
        self.services = services
        self.codec = codec
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .handedOver(let handOver) = state {
            switch handOver {
            case .afterRequest: return
            case .upgrading: return closeAfterStart(context)
            case .upgraded: return context.fireChannelRead(data)
            }
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
        switch (state, error as? HTTPParserError) {
        // What a client sent after its request for a stream is nobody's, and need not be HTTP.
        case (.handedOver(.afterRequest), .some): break
        case (.handedOver(.upgrading), .some): closeAfterStart(context)
        case (.handedOver, _): context.fireErrorCaught(error)
        case (.idle, let error?):
            let limits = services.configuration.http
            let problem = Problem.unreadable(
                error,
                limits: limits,
                isLongTarget: codec.gate.requestLine.length > limits.targetSize + Self.besideTarget
            )
            send(isLate ? .requestTimeout : problem, .unreadable(), context)
        case (.receiving(let exchange, _), let error?):
            send(.unreadable(error, limits: services.configuration.http), exchange.last, context)
        // What came after a request is garbage; the request itself is answered yet.
        case (.answering, .some): answersNoMore = true
        case (.lingering, _): break
        default:
            services.logger.debug("connection error", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch (event, state) {
        // Held back while the stream was opened.
        case (ChannelEvent.inputClosed, .handedOver): closeAfterStart(context)
        case (_, .handedOver): context.fireUserInboundEventTriggered(event)
        // A client may close its half and wait for the answer.
        case (ChannelEvent.inputClosed, .answering):
            answersNoMore = true
            isHalfClosed = true
        case (ChannelEvent.inputClosed, _): context.close(promise: nil)
        case (is RequestGate.Passed, .receiving(let exchange, _)): send(.requestTimeout, exchange.last, context)
        case (is RequestGate.Passed, .idle):
            // The pipelining handler lets an answer to half a head pass only after a parser's error.
            isLate = true
            context.pipeline.fireErrorCaught(HTTPParserError.invalidEOFState)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func beHandedOver(_ handOver: HandOver) {
        state = .handedOver(handOver)
    }

    /// Closes a connection that is just becoming a stream: its start is sent yet, and its subscriber in the group.
    private func closeAfterStart(_ context: ChannelHandlerContext) {
        let channel = context.channel
        channel.eventLoop.execute { channel.close(promise: nil) }
    }

    // MARK: Receiving

    /// Bytes of a request line beside its target: the longest method there is, the version, spaces and CR.
    private static let besideTarget = 32

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let limits = services.configuration.http
        var head = head
        head.headers.trimTrailingWhitespace()
        codec.gate.requestBegun()
        // The parser reads no request after it, whatever becomes of it.
        if head.method == .CONNECT { answersNoMore = true }
        if let problem = HTTPRequestRules.problem(of: head, limits: limits) {
            return send(problem, .unreadable(head), context)
        }
        let peer = context.channel.remoteAddress
        guard let exchange = HTTPExchange(head, client: services.configuration.trustedProxies.client(head, peer)) else {
            return send(.badRequest("the method or target is not valid"), .unreadable(head), context)
        }
        let size = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard size <= limits.headSize else {
            return send(.headersTooLarge(limit: limits.headSize), exchange.last, context)
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
        codec.gate.requestReceived()
        if let problem = services.refusal(of: exchange) {
            return send(problem, exchange, context)
        }
        if let code = services.streamCode(of: exchange.request) {
            return openStream(code, exchange, context)
        }
        let channel = context.channel
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        answer = Task { [services] in
            let answer = await services.respond(to: exchange, body: body, channel: channel)
            services.clients.answered(exchange, answer.head)
            channel.eventLoop.execute {
                let (connection, context) = loopBound.value
                connection.send(answer, exchange, context)
            }
        }
    }

    func send(_ problem: Problem, _ exchange: HTTPExchange, _ context: ChannelHandlerContext) {
        services.logger.debug(
            "request refused",
            metadata: [
                "id": "\(exchange.id)", "code": "\(problem.code)",
                "reason": "\(LogText.redacted(text: problem.detail))",
            ]
        )
        write(HTTPAnswer(problem), exchange, context)
    }

    func send(_ answer: HTTPAnswer, _ exchange: HTTPExchange, _ context: ChannelHandlerContext) {
        services.logger.info(
            "request",
            metadata: [
                "id": "\(exchange.id)", "method": "\(exchange.request.method)",
                "path": "\(LogText.redacted(path: exchange.request.path ?? ""))", "client": "\(exchange.client)",
                "status": "\(answer.head.status.code)",
            ]
        )
        write(answer, exchange, context)
    }

    /// Writes the answer to the request under way.
    ///
    /// The next one comes, or the connection closes, once it is written out: who does not read answers gets no more of
    /// them, and is closed when it takes too long.
    private func write(_ answer: HTTPAnswer, _ exchange: HTTPExchange, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        let isWhole = if case .answering = state { true } else { false }
        state = .answering
        codec.gate.answerBegun()
        let keepAlive = exchange.keepAlive && !answersNoMore && !services.draining.isRaised
        var response = answer.head
        response.headerFields.append(contentsOf: services.commonFields(for: exchange))
        if !keepAlive {
            response.headerFields.addConnectionOption("close")
        } else if exchange.version == .http10 {
            response.headerFields.addConnectionOption("keep-alive")
        }
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenSuccess {
            let (connection, context) = loopBound.value
            connection.written(keepAlive: keepAlive, isWhole: isWhole, context)
        }
        let head = wrapOutboundOut(.head(HTTPResponseHead(response)))
        if exchange.request.method != .head, answer.body.readableBytes > 0 {
            context.write(head, promise: nil)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: written)
        } else {
            context.writeAndFlush(head, promise: written)
        }
    }

    /// The answer has left: lets the next request in, or closes.
    private func written(keepAlive: Bool, isWhole: Bool, _ context: ChannelHandlerContext) {
        let channel = context.channel
        if keepAlive, !answersNoMore {
            // Before the end is written, which may bring the next request at once.
            state = .idle
            codec.gate.answered()
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            codec.gate.resume()
        } else if isWhole, !codec.gate.holdsBytes {
            channel.close(promise: nil)
        } else {
            state = .lingering
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            codec.gate.linger()
            channel.close(mode: .output, promise: nil)
        }
    }
}
