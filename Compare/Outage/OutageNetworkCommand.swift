import ArgumentParser
import Foundation

/// Holds the network of an outage. It is a process of its own so that the namespaces go when the bench does, however
/// that ends: by Ctrl-C, by a failure, or killed.
struct OutageNetworkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "outage-network", shouldDisplay: false)

    enum Request: Codable, Sendable {
        case make
        case cut
        case restore
    }

    func run() async throws {
        // Ctrl-C reaches the whole group of processes; the end of the bench's pipe is what ends this one.
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
        let network = OutageNetwork(names: .init(owner: getpid()))
        defer { network.remove() }
        await LineConversation.answer { (request: Request) in
            switch request {
            case .make: try network.make()
            case .cut: try network.cut()
            case .restore: try network.restore()
            }
            return network.names
        }
    }
}
