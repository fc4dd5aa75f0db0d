#if DEBUG
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypesHTTP1
import NIOPosix
import TandemCore
import TandemEngine
import TandemStores

@testable import TandemServer
@testable import TandemWebSocket

/// A parser of what a stranger sends, and the shapes of input that it is given.
struct Parser: Sendable {
    let name: String
    let shapes: [Shape]
    let run: @Sendable (String) -> Void

    static let all = heads + fields + bodies

    private static let heads = [
        Parser(name: "target", shapes: Shape.paths) { read(head("/" + $0)) },
        Parser(name: "query", shapes: Shape.paths) { read(head("/api/AAAAAAAAAA/connect?" + $0)) },
        Parser(name: "whole URI", shapes: Shape.paths) { read(head("http://a" + $0)) },
        Parser(name: "host", shapes: Shape.fields) { read(head("/", host: $0)) },
        Parser(name: "origin of the host", shapes: Shape.fields) {
            read(head("/", host: $0, ("Origin", "http://" + $0)))
        },
        Parser(name: "Last-Event-ID", shapes: Shape.fields) { read(head("/", ("Last-Event-ID", $0))) },
        Parser(name: "X-Request-Id", shapes: Shape.fields) { read(head("/", ("X-Request-Id", $0))) },
        Parser(name: "Transfer-Encoding", shapes: Shape.fields) { read(head("/", ("Transfer-Encoding", $0))) },
        Parser(name: "Connection", shapes: Shape.fields) { read(head("/", ("Connection", $0))) },
        Parser(name: "many fields of one name", shapes: [Shape("a")]) { text in
            read(head("/", fields: (0..<text.utf8.count / 8).map { _ in ("A", "b") }))
        },
        Parser(name: "many fields of many names", shapes: [Shape("a")]) { text in
            read(head("/", fields: (0..<text.utf8.count / 8).map { ("A\($0)", "b") }))
        },
        Parser(name: "many hosts", shapes: [Shape("a")]) { text in
            read(head("/", fields: (0..<text.utf8.count / 8).map { _ in ("Host", "b") }))
        },
        Parser(name: "router", shapes: Shape.paths) { respond(.get, "/" + $0) },
        Parser(name: "router, in a room", shapes: Shape.paths) { respond(.patch, "/api/AAAAAAAAA1/" + $0) },
    ]

    private static let fields = [
        Parser(name: "Accept-Encoding", shapes: Shape.fields) { respond(.get, "/pages/api.js", (.acceptEncoding, $0)) },
        Parser(name: "If-None-Match", shapes: Shape.fields) { respond(.get, "/pages/api.js", (.ifNoneMatch, $0)) },
        Parser(name: "Content-Type", shapes: Shape.fields) { respond(.post, "/api/rooms", (.contentType, $0)) },
        Parser(name: "Content-Type, of JSON", shapes: Shape.fields) {
            respond(.post, "/api/rooms", (.contentType, "application/" + $0 + "+json"))
        },
        Parser(name: "X-Forwarded-For", shapes: Shape.fields + addresses) {
            forwarded("X-Forwarded-For", $0, by: .xForwardedFor)
        },
        Parser(name: "Forwarded", shapes: Shape.fields + forwardedAddresses) {
            forwarded("Forwarded", $0, by: .forwarded)
        },
        handshake("Upgrade"), handshake("Connection"), handshake("Sec-WebSocket-Extensions"),
        handshake("Sec-WebSocket-Protocol"), handshake("Sec-WebSocket-Key"),
    ]

    private static let bodies = [
        Parser(name: "JSON of a room", shapes: Shape.bodies) {
            respond(.post, "/api/rooms", (.contentType, "application/json"), body: $0)
        },
        Parser(name: "JSON of a swap", shapes: Shape.bodies) {
            respond(.patch, "/api/AAAAAAAAA1/turn/swap", (.contentType, "application/json"), body: $0)
        },
        Parser(name: "JSON on a WebSocket", shapes: Shape.bodies) {
            _ = try? ClientMessage(ByteBuffer(string: $0), limits: WebSocketLimits())
        },
    ]

    private static let addresses = ["10.0.0.1,", "::ffff:10.0.0.1, ", "[fd00::1]:1,", "\"10.0.0.1\","].map { Shape($0) }
    private static let forwardedAddresses = ["for=10.0.0.1,", "a=b;For=\"[fd00::1]:1\",", "for=", ";for=,"].map {
        Shape($0)
    }

    // MARK: Running them

    private static let services: HTTPServices = {
        var configuration = ServerConfiguration()
        configuration.allowedOrigins = (try? OriginPolicy("https://a.example")) ?? .any
        configuration.allowedHosts = HostPolicy("a.example, 10.0.0.1:80") ?? .any
        configuration.instancePrefix = InstancePrefix("IAN")
        let logger = Logger(label: "parser-cost") { _ in SwiftLogNoOpLogHandler() }
        let transports = TandemServer.transports(configuration)
        return HTTPServices(
            configuration: configuration,
            engine: Engine(
                eventLoops: [MultiThreadedEventLoopGroup.singleton.next()],
                transports: transports.map(\.name),
                store: MemoryStore(),
                logger: logger
            ),
            transports: transports,
            clock: SystemClock(),
            logger: logger
        )
    }()

    private static func head(_ uri: String, host: String = "a", _ fields: (String, String)...) -> HTTPRequestHead {
        head(uri, host: host, fields: fields)
    }

    private static func head(_ uri: String, host: String = "a", fields: [(String, String)]) -> HTTPRequestHead {
        HTTPRequestHead(version: .http1_1, method: .POST, uri: uri, headers: HTTPHeaders([("Host", host)] + fields))
    }

    /// Everything that is done with a head before the request is routed.
    private static func read(_ head: HTTPRequestHead) {
        _ = HTTPRequestRules.problem(of: head, limits: HTTPLimits())
        _ = HTTPExchange.unreadable(head).id
        guard let exchange = HTTPExchange(head, client: "") else { return }
        _ = services.refusal(of: exchange)
        _ = services.configuration.allowedOrigins.preflightFields(for: exchange.request)
        _ = exchange.lastEventIDs
        var stream = exchange.request
        stream.method = .get
        if let code = services.streamCode(of: stream), AccessCode(code) == nil { _ = Problem.invalidCode(code).body }
    }

    private static let channel: any Channel = EmbeddedChannel()
    private static let executor = HereExecutor()

    /// Everything that is done with a whole request.
    private static func respond(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ field: (name: HTTPField.Name, value: String)? = nil,
        body: String = "{"
    ) {
        var request = HTTPRequest(method: method, scheme: "http", authority: "a", path: path)
        if let field { request.headerFields[field.name] = field.value }
        let headers = HTTPHeaders(request.headerFields)
        let head = HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: method.rawValue),
            uri: path,
            headers: headers
        )
        guard let exchange = HTTPExchange(head, client: "") else { return }
        executor.run { [services, channel] in
            _ = await services.respond(to: exchange, body: ByteBuffer(string: body), channel: channel)
        }
    }

    /// With as many trusted blocks as a large content network has.
    private static let proxies: [TrustedProxies.Header: TrustedProxies] = {
        let blocks = (["10.0.0.0/8", "fd00::/8"] + (1...22).map { "172.\($0).0.0/16" }).reversed().joined(
            separator: ","
        )
        var proxies: [TrustedProxies.Header: TrustedProxies] = [:]
        for header in [TrustedProxies.Header.xForwardedFor, .forwarded] {
            proxies[header] = TrustedProxies(blocks)
            proxies[header]?.header = header
        }
        return proxies
    }()

    private static let peer = try? SocketAddress(ipAddress: "10.0.0.1", port: 1)

    private static func forwarded(_ name: String, _ value: String, by header: TrustedProxies.Header) {
        _ = proxies[header]?.client(head("/", (name, value)), peer)
    }

    private static func handshake(_ name: String) -> Parser {
        let transport = WebSocketTransport(compression: true)
        guard let field = HTTPField.Name(name) else { preconditionFailure("a valid field name") }
        return Parser(name: name, shapes: Shape.fields + [Shape("permessage-deflate;"), Shape("permessage-deflate,")]) {
            value in
            var head = HTTPRequest(method: .get, scheme: "http", authority: "a", path: "/")
            head.headerFields = [
                .upgrade: "websocket", .connection: "Upgrade", .secWebSocketVersion: "13",
                .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
            ]
            head.headerFields[field] = value
            let request = StreamRequest(head: head, version: .http11, isOriginAllowed: true)
            if transport.accepts(request) { _ = try? transport.open(request) }
        }
    }
}
#endif
