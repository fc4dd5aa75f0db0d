import Foundation
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Sends the request of an ``ObservedStream`` and keeps its log. Confined to its event loop.
final class ObservedStreamHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Waiter {
        let condition: (StreamLog) -> Bool
        let promise: EventLoopPromise<StreamLog>
        let timeout: Scheduled<Void>
    }

    private let endpoint: StreamEndpoint
    /// What leaves when a WebSocket's frames take the place of HTTP.
    private let codec: (encoder: HTTPRequestEncoder, decoder: ByteToMessageHandler<HTTPResponseDecoder>)
    private var parser = EventStreamParser()
    private let handshake: HandshakeCheck
    private var frames: ObservedFrameHandler?
    private var waiters: [Int: Waiter] = [:]
    private var nextWaiter = 0
    private var log = StreamLog(lastByteAt: .now())
    private var channel: (any Channel)?

    init(
        _ endpoint: StreamEndpoint,
        codec: (encoder: HTTPRequestEncoder, decoder: ByteToMessageHandler<HTTPResponseDecoder>)
    ) {
        self.endpoint = endpoint
        self.codec = codec
        // The contract's events are below the size from which the server compresses; what came compressed would be
        // counted, but not understood.
        handshake = HandshakeCheck(extensions: endpoint.transport == .websocketDeflate ? ["permessage-deflate"] : [])
    }

    func wait(
        _ time: TimeAmount,
        on eventLoop: any EventLoop,
        until condition: @escaping (StreamLog) -> Bool
    ) -> EventLoopFuture<StreamLog> {
        let promise = eventLoop.makePromise(of: StreamLog.self)
        let key = nextWaiter
        nextWaiter += 1
        let timeout = eventLoop.assumeIsolated().scheduleTask(in: time) {
            if let waiter = self.waiters.removeValue(forKey: key) { waiter.promise.succeed(self.log) }
        }
        waiters[key] = Waiter(condition: condition, promise: promise, timeout: timeout)
        tellWaiters()
        return promise.futureResult
    }

    /// Changes the log and tells those who wait for it.
    func note(_ change: (inout StreamLog) -> Void) {
        change(&log)
        tellWaiters()
    }

    func send(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer) {
        frames?.send(opcode, bytes)
    }

    /// The kernel's counters of the connection.
    func counters() -> TCPCounters? {
        try? channel?.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            TCPCounters(of: $0)
        } ?? nil
    }

    private func tellWaiters() {
        for (key, waiter) in waiters
        where log.closedAt != nil || log.violation != nil || waiter.condition(log) {
            waiters[key] = nil
            waiter.timeout.cancel()
            waiter.promise.succeed(log)
        }
    }

    // MARK: The channel

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: endpoint.target)
        head.headers.add(name: "Host", value: endpoint.authority)
        if endpoint.transport == .sse {
            head.headers.add(name: "Accept", value: "text/event-stream")
            // As browsers do, so that a proxy that compresses streams shows itself.
            head.headers.add(name: "Accept-Encoding", value: "gzip, deflate, br")
        } else {
            head.headers.add(name: "Upgrade", value: "websocket")
            head.headers.add(name: "Connection", value: "Upgrade")
            head.headers.add(name: "Sec-WebSocket-Version", value: "13")
            head.headers.add(name: "Sec-WebSocket-Key", value: handshake.key)
            for name in handshake.extensions { head.headers.add(name: "Sec-WebSocket-Extensions", value: name) }
        }
        for field in endpoint.fields { head.headers.add(name: field.name, value: field.value) }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        guard log.violation == nil else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            let isUpgrade = head.status == .switchingProtocols
            let faults = isUpgrade && endpoint.transport != .sse ? handshake.faults(in: head.headers) : []
            note {
                $0.head = head
                $0.headAt = now
                $0.lastByteAt = now
                $0.handshakeFaults = faults
            }
        case .body(let bytes):
            read(bytes, at: now, context)
        case .end where log.head?.status == .switchingProtocols:
            if endpoint.transport == .sse {
                give(up: StreamViolation("switched protocols, which was not asked of it"), context)
            } else if log.handshakeFaults.isEmpty {
                upgrade(context)
            } else {
                context.close(promise: nil)
            }
        case .end:
            // The end of a stream's body is the end of the stream.
            if log.isStream(endpoint.transport) { context.close(promise: nil) }
            note { $0.closedAt = $0.closedAt ?? now }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        note { $0.closedAt = $0.closedAt ?? .now() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            give(up: .tooLong("a head", StreamLimits.head), context)
        case NIOWebSocketError.invalidFrameLength:
            give(up: .tooLong("a WebSocket frame", StreamLimits.message), context)
        case let error as NIOWebSocketError:
            give(up: StreamViolation("broke the WebSocket protocol (\(error))"), context)
        // An answer that is cut is no fault of its form.
        case let error as HTTPParserError where error != .invalidEOFState && error != .closedConnection:
            give(up: StreamViolation("broke the HTTP protocol (\(error))"), context)
        default:
            context.close(promise: nil)
        }
    }

    private func give(up violation: StreamViolation, _ context: ChannelHandlerContext) {
        note { $0.violation = $0.violation ?? violation }
        context.close(promise: nil)
    }

    private func read(_ bytes: ByteBuffer, at now: NIODeadline, _ context: ChannelHandlerContext) {
        let isStream = log.isStream(endpoint.transport)
        let items = isStream ? parser.read(bytes.readableBytesView) : []
        note { log in
            log.lastByteAt = now
            for case .event(_, "heartbeat", let interval) in items { log.hear(beat: interval) }
            let room = StreamLimits.refusal - log.refusal.utf8.count
            if !isStream, room > 0 {
                log.refusal += String(decoding: bytes.readableBytesView.prefix(room), as: UTF8.self)
            }
            for item in items {
                switch item {
                case .event(_, "heartbeat", _): log.heartbeats += 1
                case .event(let id, let name, let data):
                    log.events.append(.init(at: now, id: id, name: name, data: data))
                    if name == "close" { log.wasClosedOnPurpose = true }
                case .comment: log.heartbeats += 1
                case .retry: break
                }
            }
        }
        if let violation = parser.violation { give(up: violation, context) }
    }

    /// The frames take the place of HTTP; what came with the head of the answer is theirs.
    private func upgrade(_ context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        let frames = ObservedFrameHandler(stream: self)
        self.frames = frames
        do {
            let decoder = ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: StreamLimits.message))
            try pipeline.addHandlers([decoder, WebSocketFrameEncoder(), frames], position: .before(self))
        } catch {
            return context.close(promise: nil)
        }
        pipeline.removeHandler(codec.encoder, promise: nil)
        // It leaves one turn of the event loop later.
        let loopBound = NIOLoopBound(frames, eventLoop: context.eventLoop)
        pipeline.removeHandler(codec.decoder).whenComplete { _ in loopBound.value.begin() }
    }
}
