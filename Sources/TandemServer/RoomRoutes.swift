import HTTPTypes
import Hummingbird
import NIOCore
import TandemCore
import TandemEngine

/// The control API: all of the contract's HTTP that is not a stream.
struct RoomRoutes: Sendable {
    let engine: Engine
    let configuration: ServerConfiguration
    let transports: [TransportName]

    func add(to table: RouteTable, under base: String) {
        table.add("\(base)/rooms", [.post: create])
        table.add("\(base)/{code}", [.get: show, .patch: setNames, .delete: delete])
        table.add(
            "\(base)/{code}/connect",
            // GET and HEAD are streams and taken before the router; here they only stand for the Allow header.
            [.get: { _, _ in throw Problem.notFound }, .delete: endStreams]
        )
        table.add("\(base)/{code}/timer", [.get: showTimer, .patch: update])
        table.add("\(base)/{code}/timer/start", [.patch: start])
        table.add("\(base)/{code}/timer/stop", [.patch: pause])
        table.add("\(base)/{code}/timer/pause", [.patch: pause])
        table.add("\(base)/{code}/turn/swap", [.patch: swap])
    }

    @Sendable private func create(_ request: Request, _: BasicRequestContext) async throws -> Response {
        let body = try await JSONBody(request).decode(RoomBody.self)
        let setting = try body.timer.setting
        let rotation = try body.people.rotation ?? .none
        let name = try body.roomName
        let room = try await answering { () async throws(EngineError) in
            try await engine.createRoom(name: name, setting: setting, rotation: rotation)
        }
        return try JSONBody.response(
            RoomJSON(room, transports: transports),
            status: .created,
            headerFields: [.location: "\(configuration.routePrefix)/\(room.code)"]
        )
    }

    @Sendable private func show(_: Request, _ context: BasicRequestContext) async throws -> Response {
        let room = try await room(context)
        return try JSONBody.response(
            RoomJSON(room, transports: transports),
            headerFields: [.eTag: RevisionCondition.tag(of: room.revision)]
        )
    }

    @Sendable private func showTimer(_: Request, _ context: BasicRequestContext) async throws -> Response {
        try JSONBody.response(TimerJSON(await room(context)))
    }

    @Sendable private func delete(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (code, expected) = (try code(context), try revisions(request))
        try await answering { () async throws(EngineError) in try await engine.deleteRoom(code, expecting: expected) }
        return Response(status: .noContent)
    }

    @Sendable private func endStreams(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let (code, expected) = (try code(context), try revisions(request))
        try await answering { () async throws(EngineError) in
            try await engine.endStreams(of: code, expecting: expected)
        }
        return Response(status: .noContent)
    }

    // MARK: Commands

    @Sendable private func start(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try await perform(.start, request, context)
    }

    @Sendable private func pause(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        try await perform(.pause, request, context)
    }

    @Sendable private func update(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let setting = try await JSONBody(request).decode(TimerBody.self).setting
        return try await perform(.update(setting), request, context)
    }

    @Sendable private func swap(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = try await JSONBody(request)
        let turn = body.isEmpty ? nil : try body.decode(SwapBody.self).turn
        return try await perform(.swap(turn: turn), request, context)
    }

    @Sendable private func setNames(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        guard let rotation = try await JSONBody(request).decode(NamesBody.self).rotation else {
            throw Problem.missingNames
        }
        return try await perform(.setNames(rotation), request, context)
    }

    /// Performs `command` in the name of whoever the request's body, if it has one, says.
    private func perform(
        _ command: RoomCommand,
        _ request: Request,
        _ context: BasicRequestContext
    ) async throws -> Response {
        let code = try code(context)
        let body = try await JSONBody(request)
        var command = command
        if !body.isEmpty { command.by = try body.decode(ByBody.self).person }
        let (named, expected) = (command, try revisions(request))
        let id = try await answering { () async throws(EngineError) in
            try await engine.perform(named, in: code, expecting: expected)
        }
        return Response(status: .noContent, headers: [.eTag: RevisionCondition.tag(of: id.revision)])
    }

    /// Those at which `request` may change the room; nil for any.
    private func revisions(_ request: Request) throws(Problem) -> Set<Int>? {
        try RevisionCondition(request.headers[values: .ifMatch])?.revisions
    }

    private func room(_ context: BasicRequestContext) async throws -> RoomReport {
        let code = try code(context)
        return try await answering { () async throws(EngineError) in try await engine.report(of: code) }
    }

    private func code(_ context: BasicRequestContext) throws -> AccessCode {
        let text = context.parameters.get("code") ?? ""
        guard let code = AccessCode(text) else { throw Problem.invalidCode(text) }
        return code
    }

    private func answering<Value>(_ body: () async throws(EngineError) -> Value) async throws(Problem) -> Value {
        do throws(EngineError) { return try await body() } catch { throw Problem(error) }
    }
}
