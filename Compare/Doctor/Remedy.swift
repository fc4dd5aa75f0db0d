/// The settings that take a finding away, in the words of the proxies that have them.
enum Remedy {
    static let instances = """
        send a room's requests to one instance: nginx `hash $room consistent;` in the upstream, with the code taken \
        from the path by a map, or an instance prefix in the codes and a location for each; or let the instances share \
        a store
        """

    static func redirect(to address: String?) -> String {
        let again = address.map { "if that is the server you mean, run it again with `--url \($0)`" }
        return "\(again ?? "pass the address that does not redirect"): nothing is followed to another address unasked"
    }

    static let conduct = "look at the server itself, or at what answers in its place; the stream was given up"

    static let time = "see what is slow on the way; what was not checked in time is not known"

    static let origin = """
        let the proxy pass the Host field on (nginx: `proxy_set_header Host $http_host;`), or name the public origin: \
        `tandem serve --allowed-origins https://timer.example`
        """

    static let handshake = """
        something on the way answers the handshake in the server's place, or changes its fields: browsers close such a \
        WebSocket at once
        """

    static let refused = "see that the proxy passes the path on unchanged, and that the room exists where it leads"

    static let upgrade = """
        nginx: `map $http_upgrade $connection_upgrade { default upgrade; '' close; }` and in the location \
        `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \
        $connection_upgrade;`. An AWS ALB passes upgrades on; a CDN may need WebSockets switched on
        """

    static let httpVersion = """
        nginx: `proxy_http_version 1.1;` and, where nothing is upgraded, `proxy_set_header Connection "";`. An SSE \
        stream works over HTTP/1.0, too, but no WebSocket does
        """

    static let buffering = """
        nginx: `proxy_buffering off;` in the location, or take `X-Accel-Buffering` out of `proxy_ignore_headers`; \
        other proxies: switch response buffering off for `text/event-stream`
        """

    static let compression = """
        nginx: take `text/event-stream` out of `gzip_types`, or `gzip off;` in the location; other proxies: let them \
        obey `Cache-Control: no-transform`
        """

    static func idle(after seconds: Double, heartbeat: Double) -> String {
        let enough = Int((max(seconds, heartbeat) * 2).rounded(.up))
        return """
            nginx: `proxy_read_timeout \(max(60, enough))s;` and `proxy_send_timeout` alike; AWS ALB: attribute \
            `idle_timeout.timeout_seconds`; HAProxy: `timeout tunnel` and `timeout server`. Or heartbeats that come \
            sooner than \(rounded(seconds, 0)) s: `tandem serve --heartbeat \(max(1, Int(seconds / 2)))`
            """
    }

    static let heartbeats = """
        something on the way takes heartbeats for nothing and drops them: let it pass comments of event streams and \
        WebSocket pings, or raise every idle timeout over the longest silence
        """
}
