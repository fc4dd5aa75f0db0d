import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TandemCore
import TandemEngine

/// What all connections share: the engine, the transports in order of precedence, and the routes.
final class HTTPServices: Sendable {
    let configuration: ServerConfiguration
    let engine: Engine
    let transports: [any Transport]
    let clock: any EngineClock
    let logger: Logger
    /// Raised when the server starts to shut down.
    let draining = DrainFlag()
    let connections: OpenConnections
    let clients: ClientPolicy
    private let responder: RouterResponder<BasicRequestContext>
    private let basePath: [FieldText]
    private let roomPath: RoomPath

    init(
        configuration: ServerConfiguration,
        engine: Engine,
        transports: [any Transport],
        clock: any EngineClock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.engine = engine
        self.transports = transports
        self.clock = clock
        self.logger = logger
        basePath = configuration.basePath.pathSegments
        roomPath = RoomPath(basePath: configuration.basePath)
        let ledger = ClientLedger(limits: configuration.clients, clock: clock)
        let notices = ClientNotices(clock: clock, logger: logger)
        connections = OpenConnections(
            capacity: configuration.connections,
            trustedProxies: configuration.trustedProxies,
            ledger: ledger,
            notices: notices,
            logger: logger
        )
        clients = ClientPolicy(
            limits: configuration.clients,
            ledger: ledger,
            notices: notices,
            roomPath: roomPath
        )

        let routes = RoomRoutes(engine: engine, configuration: configuration, transports: transports.map(\.name))
        let table = RouteTable()
        for base in Set(["", configuration.routePrefix]) {
            routes.add(to: table, under: base)
        }
        HealthRoutes(draining: draining).add(to: table)
        PageRoutes().add(to: table, basePath: configuration.routePrefix)
        responder = table.router.buildResponder()
    }

    /// The access code, as written, if `request` is for a room's stream: `GET` or `HEAD` of `{code}/connect`.
    func streamCode(of request: HTTPRequest) -> Substring? {
        guard request.method == .get || request.method == .head, let path = request.path else { return nil }
        let segments = path.pathSegments
        guard segments.count >= 2, segments[segments.count - 1].isEqual(to: "connect") else { return nil }
        let base = segments.dropLast(2)
        guard base.isEmpty || isBasePath(base) else { return nil }
        return Substring(segments[segments.count - 2])
    }

    /// Why a request is not served at all, whatever it wants; asked before it is routed.
    func refusal(of exchange: HTTPExchange) -> Problem? {
        let request = exchange.request
        if !configuration.allowedHosts.allows(request), !isProbe(request) { return .hostNotAllowed(request.authority) }
        // It is about the request to come, whose refusal the page can read.
        if request.isPreflight { return nil }
        return configuration.allowedOrigins.refusal(of: request) ?? misdirection(of: request)
            ?? clients.refusal(of: exchange)
    }

    /// Whether it asks for the server's health, as balancers do by its address.
    private func isProbe(_ request: HTTPRequest) -> Bool {
        request.path?.utf8.starts(with: "/health/".utf8) ?? false
    }

    private func isBasePath(_ segments: some Collection<FieldText>) -> Bool {
        segments.count == basePath.count && segments.starts(with: basePath) { $0.elementsEqual($1) }
    }

    /// Refuses a request for a room of another instance, whatever it wants of it: only that instance has the room's
    /// timer, and a proxy that sent it here is set up wrongly. The page of a room is the same everywhere, and tells its
    /// reader in words.
    private func misdirection(of request: HTTPRequest) -> Problem? {
        guard let own = configuration.instancePrefix, case .room(let code)? = roomPath.target(of: request),
            let prefix = code.prefix, prefix != own
        else { return nil }
        return .misdirectedRoom(prefix, own: own)
    }

    /// The fields that every answer to `exchange` has.
    func commonFields(for exchange: HTTPExchange) -> HTTPFields {
        var fields = configuration.allowedOrigins.headerFields(for: exchange.request)
        fields[.date] = HTTPDate.now
        // No text that somebody chose, such as a room's name, is ever taken for a script or a page.
        fields[.xContentTypeOptions] = "nosniff"
        fields[RequestID.field] = exchange.id.description
        return fields
    }

    func respond(to exchange: HTTPExchange, body: ByteBuffer, channel: any Channel) async -> HTTPAnswer {
        let request = exchange.request
        if request.isPreflight {
            let fields = configuration.allowedOrigins.preflightFields(for: request)
            return HTTPAnswer(status: .noContent, headerFields: fields)
        }
        var logger = logger
        logger[metadataKey: "id"] = "\(exchange.id)"
        do {
            let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            let response = try await responder.respond(
                to: Request(head: request, body: RequestBody(buffer: body)),
                context: context
            )
            return try await HTTPAnswer(response)
        } catch {
            logger.error("request failed", metadata: ["error": "\(error)"])
            return HTTPAnswer(.internalError)
        }
    }
}
