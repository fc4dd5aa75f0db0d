import HTTPTypes
import Hummingbird

/// Routes by path, each with all of its methods, so that every other method gets 405 with `Allow`.
final class RouteTable {
    typealias Handler = @Sendable (Request, BasicRequestContext) async throws -> Response

    private static let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace]

    let router = Router(context: BasicRequestContext.self)

    init() {
        router.add(middleware: UnroutedMiddleware())
    }

    /// Whether `method` is one that HTTP itself defines; others are answered with 501 (RFC 9110, section 15.6.2).
    static func knows(_ method: HTTPRequest.Method) -> Bool { methods.contains(method) }

    func add(_ path: String, _ handlers: [HTTPRequest.Method: Handler]) {
        var handlers = handlers
        handlers[.head] = handlers[.head] ?? handlers[.get]
        let allowed = Self.methods.filter { handlers[$0] != nil || $0 == .options }
        handlers[.options] = { _, _ in
            Response(status: .noContent, headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
        }
        for method in Self.methods {
            // HEAD gets the fields of GET, its length among them.
            let named = method == .head ? .get : method
            let handler = handlers[method] ?? { _, _ in throw Problem.methodNotAllowed(named, allowed: allowed) }
            router.on(RouterPath(path), method: method, use: handler)
        }
    }
}
