import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1
import TandemCore
import TandemEngine

/// A request under way: its head, and what the answer must repeat or heed.
struct HTTPExchange {
    let request: HTTPRequest
    let version: StreamRequest.Version
    let keepAlive: Bool
    let id: RequestID
    /// The IP address that the request came from, as far as it can be trusted.
    let client: String

    /// Stands for a request that could not be read; its answer is the connection's last.
    /// - Parameter head: what was read of it, for its own id, and for the page that may read the answer.
    static func unreadable(_ head: HTTPRequestHead? = nil) -> HTTPExchange {
        let ids = head?.headers[RequestID.field.rawName] ?? []
        let origins = head?.headers[HTTPField.Name.origin.rawName] ?? []
        return HTTPExchange(
            request: HTTPRequest(
                method: .get,
                scheme: nil,
                authority: nil,
                path: nil,
                headerFields: origins.count == 1 ? [.origin: origins[0]] : [:]
            ),
            version: .http11,
            keepAlive: false,
            id: RequestID(ids.count == 1 ? ids[0] : nil),
            client: ""
        )
    }

    private init(
        request: HTTPRequest,
        version: StreamRequest.Version,
        keepAlive: Bool,
        id: RequestID,
        client: String
    ) {
        self.request = request
        self.version = version
        self.keepAlive = keepAlive
        self.id = id
        self.client = client
    }

    init?(_ head: HTTPRequestHead, client: String) {
        guard let method = try? HTTPRequest.Method(head.method) else { return nil }
        let target = RequestTarget(head.uri)
        let request = HTTPRequest(
            method: method,
            scheme: "http",
            authority: target.authority ?? head.headers.first(name: "host"),
            path: target.path,
            headerFields: HTTPFields(head.headers, splitCookie: false)
        )
        self.init(
            request: request,
            version: head.version == .http1_0 ? .http10 : .http11,
            // The HTTP decoder reads nothing more after a request with an upgrade, so a refused one is the last.
            keepAlive: head.isKeepAlive && !head.headers.contains(name: "upgrade"),
            id: RequestID(request.headerFields[RequestID.field]),
            client: client
        )
    }

    /// This exchange as the connection's last.
    var last: HTTPExchange {
        HTTPExchange(request: request, version: version, keepAlive: false, id: id, client: client)
    }

    /// The ids after which a client wants to go on: the `Last-Event-ID` that `EventSource` sends by itself, and the
    /// `lastEventId` of the query, for clients that cannot set headers. An `EventSource` whose address has one goes on to
    /// send the field. What is no id is treated as absent.
    var lastEventIDs: [EventID] {
        let fields = request.headerFields[values: .lastEventID].flatMap(\.listElements)
        let key = "lastEventId=".utf8
        let query = request.path?[...].utf8.drop { $0 != UInt8(ascii: "?") }.dropFirst() ?? "".utf8[...]
        let items = query.split(separator: UInt8(ascii: "&")).filter { $0.starts(with: key) }
        return (fields + items.map { $0.dropFirst(key.count) }).compactMap { EventID(Substring($0)) }
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID: HTTPField.Name = {
        guard let name = HTTPField.Name("Last-Event-ID") else { preconditionFailure("a valid field name") }
        return name
    }()
}
