import ArgumentParser

/// What a reader of the report needs, as far as it bears on the choice.
struct Needs: Codable, Sendable, Equatable {
    enum Proxy: String, Codable, CaseIterable, ExpressibleByArgument, Sendable {
        /// All proxies between clients and server are yours to set.
        case managed
        /// Some are somebody else's: a company's, a hotel's, a customer's.
        case unmanaged
    }

    /// Of one person.
    var commandsPerMinute = 1.0
    var proxy = Proxy.managed
    /// Whether browsers reach the server by HTTP/2 or newer.
    var http2 = false
    /// Rooms that one browser follows at once, all tabs together.
    var streamsPerBrowser = 1
    /// Whether clients change networks and sleep, as phones do.
    var mobile = false

    /// The needs by name, as conditions and the report's form see them; no is 0, yes is 1.
    var values: [Need: Double] {
        [
            .commandsPerMinute: commandsPerMinute, .unmanagedProxy: proxy == .unmanaged ? 1 : 0, .http2: http2 ? 1 : 0,
            .streamsPerBrowser: Double(streamsPerBrowser), .mobile: mobile ? 1 : 0,
        ]
    }
}

/// A need by name.
enum Need: String, Codable, CaseIterable, Sendable {
    case commandsPerMinute
    case unmanagedProxy
    case http2
    case streamsPerBrowser
    case mobile

    /// How the report's form asks for it.
    var question: String {
        switch self {
        case .commandsPerMinute: "Commands of one person a minute"
        case .unmanagedProxy: "Proxies that are not yours to set"
        case .http2: "HTTP/2 from browser to server"
        case .streamsPerBrowser: "Rooms followed by one browser, all tabs"
        case .mobile: "Phones among the clients"
        }
    }

    var isNumber: Bool { self == .commandsPerMinute || self == .streamsPerBrowser }
}

/// The reader's needs as options of `compare run`.
struct NeedsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("For the verdict: commands that one person sends a minute.", valueName: "count"))
    var commandsPerMinute = Needs().commandsPerMinute

    @Option(help: ArgumentHelp("For the verdict: managed, or unmanaged if some proxies are not yours to set."))
    var proxy = Needs().proxy

    @Flag(inversion: .prefixedNo, help: "For the verdict: browsers reach the server by HTTP/2.")
    var http2 = Needs().http2

    @Option(help: ArgumentHelp("For the verdict: rooms that one browser follows, all tabs.", valueName: "count"))
    var roomsPerPage = Needs().streamsPerBrowser

    @Flag(inversion: .prefixedNo, help: "For the verdict: phones among the clients.")
    var mobile = Needs().mobile

    func validate() throws {
        guard commandsPerMinute >= 0, roomsPerPage >= 1 else {
            throw ValidationError("commands a minute are at least 0, rooms of a page at least 1")
        }
    }

    var needs: Needs {
        Needs(
            commandsPerMinute: commandsPerMinute,
            proxy: proxy,
            http2: http2,
            streamsPerBrowser: roomsPerPage,
            mobile: mobile
        )
    }
}
