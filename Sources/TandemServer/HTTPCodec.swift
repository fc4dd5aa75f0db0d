import NIOCore
import NIOHTTP1
import TandemEngine

/// The HTTP handlers of one connection, kept at hand to remove them when it becomes a stream.
struct HTTPCodec {
    let deadline: RequestDeadline
    let decoder: ByteToMessageHandler<HTTPRequestDecoder>
    /// Every answer names its own length.
    let encoder = HTTPResponseEncoder(configuration: .withoutFramingHeaders)
    let pipelining = HTTPServerPipelineHandler()

    init(limits: HTTPLimits, clock: any EngineClock) {
        deadline = RequestDeadline(limits: limits, clock: clock)
        var decoderLimits = NIOHTTPDecoderLimitConfiguration()
        decoderLimits.maxHeaderFieldSize = limits.headSize
        decoderLimits.maxHeaderListSize = limits.headSize
        decoder = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes,
                informationalResponseStrategy: .drop,
                limitConfiguration: decoderLimits
            )
        )
    }

    var handlers: [any ChannelHandler] { [deadline, decoder, encoder, pipelining] }

    /// All but the decoder, which has bytes to give up first.
    var immediatelyRemovable: [any RemovableChannelHandler] { [deadline, encoder, pipelining] }
}

extension HTTPResponseEncoder.Configuration {
    fileprivate static var withoutFramingHeaders: Self {
        var configuration = Self()
        configuration.automaticallySetFramingHeaders = false
        return configuration
    }
}
