import NIOCore
import TandemWebSocket

/// Sends every message back, compressed where that was agreed on.
final class EchoApplication: WebSocketApplication {
    private let channel: any Channel
    private let compressor: MessageCompressor?
    private var isStopped = false

    init(_ channel: any Channel, _ compressor: MessageCompressor?) {
        self.channel = channel
        self.compressor = compressor
    }

    func admit() {}

    func receive(_ message: WebSocketMessage) throws(Violation) {
        var frame = message.frame
        compressor?.compressFrame(at: frame.readerIndex, in: &frame)
        send(frame)
    }

    func receivePong() {}

    func send(_ frames: ByteBuffer) {
        channel.writeAndFlush(frames, promise: nil)
    }

    func stop() -> Bool {
        defer { isStopped = true }
        return !isStopped
    }

    func failed(_ violation: Violation) {}

    func closed() {}
}
