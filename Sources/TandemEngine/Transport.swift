public import HTTPTypes
public import NIOCore
public import TandemContract
public import TandemCore

/// How a transport is called in the contract, for example `sse`.
public struct TransportName: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public var description: String { text }
}

/// How events become bytes on a connection, and bytes commands.
///
/// A transport answers three questions: is this request mine (``accepts(_:)``, ``open(_:)``), what are the bytes of
/// an event (``StreamEncoding``), and what do the connection's inbound bytes mean
/// (``StreamEncoding/makeInboundHandlers(for:)``). The engine knows no transport by name; a new one is a new
/// conformance and a line where the server is composed.
public protocol Transport: Sendable {
    var name: TransportName { get }

    /// Whether `request`, for a room's stream, speaks this transport. The first transport to say so gets it.
    func accepts(_ request: StreamRequest) -> Bool

    /// Checks the whole of `request` and says how the stream begins.
    func open(_ request: StreamRequest) throws(StreamRefusal) -> StreamOpening
}

/// A request for a room's stream.
public struct StreamRequest: Sendable {
    public enum Version: Sendable {
        case http10
        case http11
    }

    public let head: HTTPRequest
    public let version: Version
    /// Whether the `Origin` of the request, if it has one, may use this server from a page.
    public let isOriginAllowed: Bool

    public init(head: HTTPRequest, version: Version, isOriginAllowed: Bool) {
        self.head = head
        self.version = version
        self.isOriginAllowed = isOriginAllowed
    }
}

/// How a stream begins: the response head, and how it is written from then on.
public struct StreamOpening: Sendable {
    public var response: HTTPResponse
    public var encoding: any StreamEncoding

    public init(response: HTTPResponse, encoding: any StreamEncoding) {
        self.response = response
        self.encoding = encoding
    }
}

/// Why a transport does not open a stream: an HTTP answer.
public struct StreamRefusal: Error, Sendable {
    public let code: ProblemCode
    public let message: String
    public let headerFields: HTTPFields

    public init(_ code: ProblemCode, _ message: String, headerFields: HTTPFields = [:]) {
        self.code = code
        self.message = message
        self.headerFields = headerFields
    }
}

/// The bytes of one kind of stream. All subscribers of a room and event loop with the same ``id`` share the bytes of
/// an event, so they must not depend on the connection.
public protocol StreamEncoding: Sendable {
    /// Equal exactly for encodings that write the same bytes.
    var id: StreamEncodingID { get }
    var heartbeatRule: HeartbeatRule { get }
    /// Whether ``EngineLimits/streamLifetime`` applies.
    var hasBoundedLifetime: Bool { get }
    /// Whether the peer answers ``encodeEnd(_:reconnectAfter:into:)`` before the connection closes.
    var hasClosingHandshake: Bool { get }

    /// What comes between the response head and the snapshot.
    func encodeBeginning(into buffer: inout ByteBuffer)
    /// Called once per event and event loop.
    func encode(_ event: RoomEvent, into buffer: inout ByteBuffer)
    /// The `heartbeat` event, and beside it the question of a transport whose peers must answer.
    func encodeHeartbeat(every interval: Milliseconds, into buffer: inout ByteBuffer)
    /// The question alone, for a peer that gets other events.
    func encodeQuestion(into buffer: inout ByteBuffer)
    /// The `close` event and whatever ends the stream, between two events.
    func encodeEnd(_ reason: CloseReason, reconnectAfter: Milliseconds?, into buffer: inout ByteBuffer)

    /// The handlers that take the connection's inbound bytes from now on; called on the connection's event loop.
    ///
    /// One of them must call ``Subscriber/closed()`` in its `channelInactive`, not later: the descriptor is the
    /// system's to give away from then on.
    func makeInboundHandlers(for subscriber: Subscriber) -> [any ChannelHandler]
}

public struct StreamEncodingID: Hashable, Sendable {
    public let transport: TransportName
    /// Tells the encodings of one transport apart, for example `chunked`.
    public let variant: String

    public init(transport: TransportName, variant: String) {
        self.transport = transport
        self.variant = variant
    }
}

/// What a stream gets besides the `heartbeat` event, which comes after an interval without other bytes.
public enum HeartbeatRule: Sendable {
    /// Nothing.
    case whenSilent
    /// A question every interval; a peer that leaves too many unanswered is gone.
    case answered
}

extension StreamEncoding {
    public func encodeQuestion(into buffer: inout ByteBuffer) {}
}
