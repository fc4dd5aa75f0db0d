import NIOCore
import NIOHTTP1
import TandemCore
import TandemEngine

/// The HTTP handlers of one connection, kept at hand to remove them when it becomes a stream.
struct HTTPCodec {
    let gate: RequestGate
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    /// Every answer names its own length.
    let encoder = HTTPResponseEncoder(configuration: .withoutFramingHeaders)
    let pipelining = HTTPServerPipelineHandler()

    /// - Parameter answerTime: how long a client may leave an answer unread.
    init(limits: HTTPLimits, answerTime: Milliseconds, clock: any EngineClock) {
        gate = RequestGate(limits: limits, answerTime: answerTime, clock: clock)
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = limits.headSize
        decoderLimits.maxHeaderListSize = limits.headSize
        decoder = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes,
                informationalResponseStrategy: .drop,
                limitConfiguration: decoderLimits
            ),
            // Holds next to nothing, but for a parser that has stopped.
            maximumBufferSize: limits.heldSize
        )
    }

    var handlers: [any ChannelHandler] { [gate, decoder, encoder, pipelining] }

    /// All but those that have bytes to give up first.
    var immediatelyRemovable: [any RemovableChannelHandler] { [encoder, pipelining] }
}

extension HTTPResponseEncoder.Configuration {
    fileprivate static var withoutFramingHeaders: Self {
        var configuration = Self()
        configuration.automaticallySetFramingHeaders = false
        return configuration
    }
}
