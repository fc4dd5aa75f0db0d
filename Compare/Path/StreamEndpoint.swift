import Foundation

/// Where a stream is, and how to ask for it.
struct StreamEndpoint: Sendable {
    private(set) var url: URL
    let transport: StreamTransport
    var fields: [(name: String, value: String)] = []

    /// - Throws: ``BenchError`` unless `url` has a host and a scheme of `http`, `https`, `ws` or `wss`.
    init(_ url: URL, _ transport: StreamTransport) throws {
        guard let scheme = url.scheme, ["http", "https", "ws", "wss"].contains(scheme), url.host() != nil else {
            throw BenchError("'\(url)' is not a URL of http, https, ws or wss")
        }
        self.url = url
        self.transport = transport
    }

    var host: String { url.host() ?? "" }
    var isSecure: Bool { url.scheme == "https" || url.scheme == "wss" }
    var port: Int { url.port ?? (isSecure ? 443 : 80) }

    /// The same stream, from the event after `id` on.
    func resuming(after id: String) -> StreamEndpoint {
        var endpoint = self
        if transport == .sse {
            endpoint.fields.append(("Last-Event-ID", id))
        } else {
            endpoint.url.append(queryItems: [URLQueryItem(name: "lastEventId", value: id)])
        }
        return endpoint
    }

    /// Path and query.
    var target: String {
        let path = url.path(percentEncoded: true)
        return (path.isEmpty ? "/" : path) + (url.query(percentEncoded: true).map { "?\($0)" } ?? "")
    }

    /// The value of the `Host` field.
    var authority: String { url.port.map { "\(host):\($0)" } ?? host }
}
