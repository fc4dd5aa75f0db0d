import NIOCore
import TandemContract
import TandemCore
import TandemEngine

/// The product's application: text messages are commands to the subscriber's room.
final class CommandApplication: WebSocketApplication {
    private let subscriber: Subscriber
    private let limits: WebSocketLimits
    private let compressor: MessageCompressor?
    private var frames = TokenBucket()
    private var commands = TokenBucket()

    init(subscriber: Subscriber, limits: WebSocketLimits, compressor: MessageCompressor?) {
        self.subscriber = subscriber
        self.limits = limits
        self.compressor = compressor
    }

    func admit() throws(Violation) {
        guard frames.take(limits.frames, at: subscriber.now) else {
            throw Violation(.policyViolation, "more than \(limits.frames.perSecond) frames a second")
        }
    }

    func receive(_ message: WebSocketMessage) throws(Violation) {
        guard message.kind == .text else { throw Violation(.unsupportedData, "commands are text messages") }
        // Before the message is read: reading costs most of what a refusal costs.
        guard commands.take(limits.commands, at: subscriber.now) else {
            let reason = "more than \(limits.commands.perSecond) commands a second on one connection; wait a second"
            let ref = ClientMessage.reference(in: message.bytes, limits: limits)
            return refuse(ref: ref, .tooManyRequests, reason)
        }
        let command: ClientMessage
        do throws(ClientMessage.Failure) {
            command = try ClientMessage(message.bytes, limits: limits)
        } catch {
            return refuse(ref: error.ref, error.code, error.message)
        }
        perform(command)
    }

    func receivePong() {
        subscriber.heartbeatAnswered()
    }

    func send(_ frames: ByteBuffer) {
        subscriber.sendUnseen(frames)
    }

    func stop() -> Bool { subscriber.stop() }

    func failed(_ violation: Violation) {
        subscriber.logRefusal("\(violation.code.number)", violation.reason)
    }

    func closed() {
        subscriber.closed()
    }

    private func perform(_ message: ClientMessage) {
        switch message.content {
        case .ping: reply(.ack(ref: message.ref, id: subscriber.newestTransition))
        case .command(let command):
            let ref = message.ref
            let application = NIOLoopBound(self, eventLoop: subscriber.channel.eventLoop)
            subscriber.perform(command) { result in
                switch result {
                case .success(let id): application.value.reply(.ack(ref: ref, id: id))
                case .failure(let error): application.value.refuse(ref: ref, error.code, error.message)
                }
            }
        }
    }

    private func refuse(ref: String?, _ code: ProblemCode, _ message: String) {
        subscriber.logRefusal(code.rawValue, message)
        reply(.error(ref: ref, code: code.rawValue, message: message))
    }

    private func reply(_ message: ServerMessage) {
        var buffer = ByteBuffer()
        FrameWriter.write(message, into: &buffer)
        compressor?.compressFrame(at: buffer.readerIndex, in: &buffer)
        subscriber.send(buffer)
    }
}
