import Foundation

/// Where a stream is, and how to ask for it.
struct StreamEndpoint: Sendable {
    private(set) var url: URL
    let transport: StreamTransport
    var fields: [(name: String, value: String)] = []

    /// - Throws: ``BenchError`` unless `url` has a host and a scheme of `http`, `https`, `ws` or `wss`.
    init(_ url: URL, _ transport: StreamTransport) throws {
        guard let scheme = url.scheme?.lowercased(), ["http", "https", "ws", "wss"].contains(scheme), url.host() != nil
        else {
            throw BenchError("'\(url)' is not a URL of http, https, ws or wss")
        }
        self.url = url
        self.transport = transport
    }

    var host: String { url.host() ?? "" }
    var isSecure: Bool { ["https", "wss"].contains(url.scheme?.lowercased()) }
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
    var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return url.port.map { "\(name):\($0)" } ?? name
    }

    /// The origin of a page that the same server served, as a browser sends it with a handshake.
    var origin: String {
        let isDefaultPort = port == (isSecure ? 443 : 80)
        let name = host.contains(":") ? "[\(host)]" : host
        return (isSecure ? "https://" : "http://") + name.lowercased() + (isDefaultPort ? "" : ":\(port)")
    }

    /// The same endpoint, with the handshake of a browser's page.
    var fromItsPage: StreamEndpoint {
        var endpoint = self
        if transport != .sse { endpoint.fields.append(("Origin", origin)) }
        return endpoint
    }
}

/// URLs as people type them.
enum StreamURL {
    /// `text` with its scheme in lower case; nil unless it has a host and one of `schemes`.
    static func parse(_ text: String, _ schemes: [String]) -> URL? {
        guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            schemes.contains(scheme), parts.host?.isEmpty == false
        else { return nil }
        parts.scheme = scheme
        return parts.url
    }
}
