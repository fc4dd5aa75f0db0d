import Hummingbird

/// Turns the router's own "no such route" into the problem that the contract names.
struct UnroutedMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            throw RouteTable.knows(request.method) ? Problem.notFound : .methodNotImplemented(request.method)
        }
    }
}
