import HTTPTypes
import Logging
import NIOCore
import TandemCore
import TandemEngine

/// How a connection becomes a stream.
extension HTTPConnection {
    func openStream(_ codeText: Substring, _ exchange: HTTPExchange, _ context: ChannelHandlerContext) {
        guard let code = AccessCode(codeText) else {
            return send(.invalidCode(codeText), exchange, context)
        }
        let request = StreamRequest(
            head: exchange.request,
            version: exchange.version,
            isOriginAllowed: services.configuration.allowedOrigins.allows(exchange.request)
        )
        guard let transport = services.transports.first(where: { $0.accepts(request) }) else {
            return send(.methodNotAllowed(exchange.request.method, allowed: [.get, .head]), exchange, context)
        }
        let opening: StreamOpening
        do throws(StreamRefusal) {
            opening = try transport.open(request)
        } catch {
            return send(Problem(error), exchange, context)
        }
        services.engine.join(code, on: context.channel) { [self] admission in
            guard context.channel.isActive, !isHalfClosed else { return context.close(promise: nil) }
            do throws(EngineError) {
                services.clients.looked(for: code, exchange, isThere: (try? admission.get()) != nil)
                if exchange.request.method == .head {
                    _ = try admission.get()
                    send(HTTPAnswer(headOf: opening), exchange, context)
                } else {
                    try begin(opening, admission.get(), exchange, context)
                }
            } catch {
                send(Problem(error), exchange, context)
            }
        }
    }

    private func begin(
        _ opening: StreamOpening,
        _ admission: StreamAdmission,
        _ exchange: HTTPExchange,
        _ context: ChannelHandlerContext
    ) throws(EngineError) {
        let place = try services.clients.openStream(exchange)
        do throws(EngineError) {
            try admit(opening, admission, exchange, context)
        } catch {
            services.clients.closeStream(place)
            throw error
        }
        context.channel.closeFuture.whenComplete { [services] _ in services.clients.closeStream(place) }
    }

    private func admit(
        _ opening: StreamOpening,
        _ admission: StreamAdmission,
        _ exchange: HTTPExchange,
        _ context: ChannelHandlerContext
    ) throws(EngineError) {
        try admission.admit(
            context.channel,
            encoding: opening.encoding,
            lastEventIDs: exchange.lastEventIDs
        ) { subscriber in
            services.logger.debug(
                "stream",
                metadata: [
                    "id": "\(exchange.id)", "room": "\(subscriber.room.logPrefix)", "client": "\(exchange.client)",
                ]
            )
            handOver(to: subscriber, isUpgrade: opening.response.status == .switchingProtocols, opening, context)
            var response = opening.response
            response.headerFields.append(contentsOf: services.commonFields(for: exchange))
            return response.http1Bytes
        }
    }

    /// Takes all that is HTTP out of the pipeline, so that nothing remains but the transport's handlers.
    ///
    /// The decoder leaves one turn of the event loop later, when it has given up the bytes it still held; until then this
    /// handler stands between it and the transport's, and the gate lets nothing more in.
    private func handOver(
        to subscriber: Subscriber,
        isUpgrade: Bool,
        _ opening: StreamOpening,
        _ context: ChannelHandlerContext
    ) {
        beHandedOver(isUpgrade ? .upgrading : .afterRequest)
        // A stream's peer that closes its half cannot be told from one that is gone.
        try? context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: false)
        let pipeline = context.pipeline.syncOperations
        let channel = context.channel
        let gate = codec.gate
        gate.handOver()
        do {
            try pipeline.addHandlers(opening.encoding.makeInboundHandlers(for: subscriber))
        } catch {
            return channel.close(promise: nil)
        }
        for handler in codec.immediatelyRemovable {
            pipeline.removeHandler(handler, promise: nil)
        }
        let loopBound = NIOLoopBound((self, pipeline, gate), eventLoop: channel.eventLoop)
        // Comes right before the decoder gives up its bytes, which it does in a task of its own.
        if isUpgrade { channel.eventLoop.execute { loopBound.value.0.beHandedOver(.upgraded) } }
        pipeline.removeHandler(codec.decoder).whenComplete { _ in
            let (connection, pipeline, gate) = loopBound.value
            pipeline.removeHandler(connection, promise: nil)
            pipeline.removeHandler(gate, promise: nil)
        }
    }
}
