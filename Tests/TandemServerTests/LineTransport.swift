import HTTPTypes
import NIOCore
import TandemCore
import TandemEngine
import TandemSSE
import TandemServer
import TandemTesting

/// A third transport, for tests: events as newline-delimited JSON over a plain `GET`.
///
/// All that a transport takes: what is asked of it is in this file.
struct LineTransport: Transport {
    static let besidesAll: [any Transport] =
        [LineTransport()] + TandemServer.transports(ServerConfiguration())

    let name = TransportName("lines")

    func accepts(_ request: StreamRequest) -> Bool {
        request.head.headerFields[.accept] == "application/x-ndjson"
    }

    func open(_ request: StreamRequest) throws(StreamRefusal) -> StreamOpening {
        let fields: HTTPFields = [.contentType: "application/x-ndjson", .connection: "close"]
        return StreamOpening(response: HTTPResponse(status: .ok, headerFields: fields), encoding: LineEncoding())
    }
}

private struct LineEncoding: StreamEncoding {
    let id = StreamEncodingID(transport: TransportName("lines"), variant: "json")
    let heartbeatRule = HeartbeatRule.whenSilent
    let hasBoundedLifetime = true
    let hasClosingHandshake = false

    func encodeBeginning(into buffer: inout ByteBuffer) {}

    func encode(_ event: RoomEvent, into buffer: inout ByteBuffer) {
        let id = event.id.map { [("id", JSONText.Value.string("\($0)"))] } ?? []
        let line = JSONText.object(id + [("event", .string("\(event.name)")), ("data", .string(event.data))])
        buffer.writeString(line + "\n")
    }

    func encodeHeartbeat(every interval: Milliseconds, into buffer: inout ByteBuffer) {
        encode(RoomEvent(id: nil, kind: .heartbeat(interval)), into: &buffer)
    }

    func encodeEnd(_ reason: CloseReason, reconnectAfter: Milliseconds?, into buffer: inout ByteBuffer) {
        encode(RoomEvent(id: nil, kind: .close(reason)), into: &buffer)
    }

    func makeInboundHandlers(for subscriber: Subscriber) -> [any ChannelHandler] {
        [LineHandler(subscriber: subscriber)]
    }
}

private final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let subscriber: Subscriber

    init(subscriber: Subscriber) { self.subscriber = subscriber }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
    func channelInactive(context: ChannelHandlerContext) { subscriber.closed() }
}
