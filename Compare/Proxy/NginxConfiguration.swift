/// A configuration of nginx that proxies everything to servers on the loopback.
///
/// As it stands it says nothing but `proxy_pass`: nginx's defaults.
struct NginxConfiguration: Sendable {
    /// Ports of the servers, which get requests by turns.
    var upstreams: [Int]
    /// `proxy_read_timeout` in seconds; 60 in nginx's defaults.
    var readTimeout: Double?
    /// Whether the server is spoken to in HTTP/1.1 and not in 1.0.
    var isHTTP11 = false
    /// Whether `Upgrade` and `Connection` are passed on by the usual map.
    var passesUpgrade = false
    /// Whether the `Host` field that the client sent is passed on, by which a server knows its own pages.
    var passesHost = false
    /// Whether responses are buffered whatever the server says.
    var ignoresAccelBuffering = false
    /// Whether event streams are compressed, too.
    var compressesStreams = false

    init(upstreams: [Int]) {
        self.upstreams = upstreams
    }

    /// What the README advises for both transports.
    static func recommended(upstreams: [Int]) -> NginxConfiguration {
        var configuration = NginxConfiguration(upstreams: upstreams)
        configuration.isHTTP11 = true
        configuration.passesUpgrade = true
        configuration.passesHost = true
        return configuration
    }

    /// The lines of the location, for a report.
    var location: [String] {
        var lines = ["proxy_pass http://tandem;"]
        if isHTTP11 { lines.append("proxy_http_version 1.1;") }
        if passesUpgrade {
            lines.append("proxy_set_header Upgrade $http_upgrade;")
            lines.append("proxy_set_header Connection $connection_upgrade;")
        }
        if passesHost { lines.append("proxy_set_header Host $http_host;") }
        if let readTimeout { lines.append("proxy_read_timeout \(Int(readTimeout * 1000))ms;") }
        if ignoresAccelBuffering { lines.append("proxy_ignore_headers X-Accel-Buffering;") }
        if compressesStreams { lines.append("gzip on; gzip_types text/event-stream; gzip_min_length 0;") }
        return lines
    }

    /// The whole file, for a process that works in `folder` and may be root.
    func text(port: Int, folder: String) -> String {
        let servers = upstreams.map { "server 127.0.0.1:\($0) max_fails=0;" }.joined(separator: " ")
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/\($0);" }
        return """
            daemon off;
            master_process off;
            pid \(folder)/nginx.pid;
            error_log \(folder)/error.log;
            events { worker_connections 4096; }
            http {
                access_log off;
                \(paths.joined(separator: " "))
                map $http_upgrade $connection_upgrade { default upgrade; '' close; }
                upstream tandem { \(servers) }
                server {
                    listen 127.0.0.1:\(port);
                    location / {
                        \(location.joined(separator: "\n                        "))
                    }
                }
            }

            """
    }
}
