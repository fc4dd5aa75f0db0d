import HTTPTypes

/// The host names that the server answers to.
///
/// A page can have its own name resolve to this server's address (DNS rebinding) and is then of the same origin. What
/// it cannot do is send another `Host` than its own.
public struct HostPolicy: Hashable, Sendable {
    public static let any = HostPolicy(hosts: [])

    /// Empty: any.
    private let hosts: Set<Authority>

    private init(hosts: Set<Authority>) {
        self.hosts = hosts
    }

    /// Reads a comma-separated list of host names or addresses (`timer.example`, `10.0.0.7:8080`, `[::1]`), also in
    /// Unicode; one without a port stands for all ports. `*` and an empty text are any host.
    ///
    /// Fails if an element is neither.
    public init?(_ text: String) {
        var hosts: Set<Authority> = []
        for element in text.listElements where !element.isEqual(to: "*") {
            guard let host = Authority(setting: Substring(element)) else { return nil }
            hosts.insert(host)
        }
        self.hosts = text.listElements.contains { $0.isEqual(to: "*") } ? [] : hosts
    }

    /// Whether `request` is for one of them. The default ports are the same as none.
    func allows(_ request: HTTPRequest) -> Bool {
        guard !hosts.isEmpty else { return true }
        guard let host = request.authority.flatMap({ Authority($0) }) else { return false }
        let ports: [UInt16?] = host.port.map { [nil, $0] } ?? [nil, 80, 443]
        return ports.contains { hosts.contains(Authority(host: host.host, port: $0)) }
    }
}
