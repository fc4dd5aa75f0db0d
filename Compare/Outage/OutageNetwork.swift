import Foundation

/// Three network namespaces in a row: client, router, server. The router can lose every packet, both ways, while each
/// end's own link stays up, so that neither end is told.
///
/// Made with iproute2. The addresses are known in the namespaces only; nothing of the machine's own network changes.
struct OutageNetwork {
    /// The namespaces' names, as `ip netns` has them.
    struct Names: Codable, Sendable {
        let client: String
        let router: String
        let server: String

        var all: [String] { [client, router, server] }

        /// - Parameter owner: the process that deletes them, whose id makes them unique.
        init(owner: pid_t) {
            client = "\(OutageNetwork.prefix)\(owner)-client"
            router = "\(OutageNetwork.prefix)\(owner)-router"
            server = "\(OutageNetwork.prefix)\(owner)-server"
        }
    }

    static let prefix = "tandem-outage-"
    static let serverAddress = "10.77.1.2"

    let names: Names

    /// The `ip` commands that connect the three, in order.
    var construction: [[String]] {
        var commands: [[String]] = []
        for name in names.all {
            commands.append(["netns", "add", name])
            commands.append(["-n", name, "link", "set", "lo", "up"])
        }
        for (end, subnet) in [(names.client, "10.77.0"), (names.server, "10.77.1")] {
            let far = end == names.client ? "to-client" : "to-server"
            commands += [
                [
                    "link", "add", "name", "uplink", "netns", end, "type", "veth", "peer", "name", far, "netns",
                    names.router,
                ],
                ["-n", names.router, "address", "add", "\(subnet).1/24", "dev", far],
                ["-n", names.router, "link", "set", far, "up"],
                ["-n", end, "address", "add", "\(subnet).2/24", "dev", "uplink"],
                ["-n", end, "link", "set", "uplink", "up"],
                ["-n", end, "route", "add", "default", "via", "\(subnet).1"],
            ]
        }
        commands.append(
            ["netns", "exec", names.router, "/bin/sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]
        )
        return commands
    }

    func make() throws {
        Self.removeAbandoned()
        for command in construction { try Self.ip(command) }
    }

    /// From now on the router drops whatever arrives, and says nothing: a `blackhole` rule, unlike `unreachable`, sends
    /// no ICMP.
    func cut() throws { try Self.ip(["-n", names.router, "rule", "add", "pref", "1", "blackhole"]) }

    func restore() throws { try Self.ip(["-n", names.router, "rule", "delete", "pref", "1"]) }

    /// Processes that are still in them keep them until they end.
    func remove() {
        for name in names.all { try? Self.ip(["netns", "delete", name]) }
    }

    /// How to run a program in one of them.
    static func launcher(in name: String) throws -> [String] { [try executable(), "netns", "exec", name] }

    /// Those that were left behind, as when their owner was killed: the owner is gone and nobody is in them.
    private static func removeAbandoned() {
        guard let list = try? output(["netns", "list"]) else { return }
        for line in list.split(separator: "\n") {
            let name = String(line.prefix { $0 != " " })
            guard name.hasPrefix(prefix), let owner = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" }),
                kill(owner, 0) != 0, let inside = try? output(["netns", "pids", name]), inside.isEmpty
            else { continue }
            try? ip(["netns", "delete", name])
        }
    }

    private static func ip(_ arguments: [String]) throws { _ = try output(arguments) }

    private static func output(_ arguments: [String]) throws -> String {
        let (status, text) = try ToolOutput.result(of: try executable(), arguments)
        guard status == 0 else {
            let said = text.split(separator: "\n").first.map(String.init) ?? "status \(status)"
            throw BenchError("'ip \(arguments.joined(separator: " "))' failed: \(said.printable)")
        }
        return text
    }

    private static func executable() throws -> String {
        let paths = ["/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip", "/bin/ip"]
        guard let path = paths.first(where: FileManager.default.isExecutableFile) else {
            throw BenchError("there is no iproute2 (apt-get install iproute2)")
        }
        return path
    }
}
