import Foundation
import TandemCore
import TandemStores

/// Where `tandem serve` keeps its rooms.
enum StoreLocation: Hashable {
    case memory
    case sqlite(path: String)

    /// Reads `memory` or `sqlite:PATH`.
    init?(_ text: String) {
        if text == "memory" {
            self = .memory
        } else if text.hasPrefix("sqlite:"), text.count > "sqlite:".count {
            self = .sqlite(path: String(text.dropFirst("sqlite:".count)))
        } else {
            return nil
        }
    }

    /// The file in the platform's state directory: the one that systemd gave the service, else the user's (XDG Base
    /// Directory Specification; on macOS the user's Application Support).
    ///
    /// Nil if the environment names neither.
    static func standard(_ environment: [String: String]) -> StoreLocation? {
        /// The specification has relative paths ignored.
        func folder(_ name: String) -> String? {
            environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
        }
        let state: String?
        if let service = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
            state = String(service)
        } else {
            #if os(macOS)
            state = URL.applicationSupportDirectory.appending(path: "tandem").path
            #else
            state = (folder("XDG_STATE_HOME") ?? folder("HOME").map { "\($0)/.local/state" }).map { "\($0)/tandem" }
            #endif
        }
        return state.map { .sqlite(path: "\($0)/rooms.sqlite") }
    }

    /// Opens `location`, or the standard one if it is nil.
    /// - Throws: `StoreError`; if nobody chose the location, with what to do.
    static func open(
        _ location: StoreLocation?,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(StoreError) -> (location: StoreLocation, store: any RoomStore) {
        if let location { return (location, try location.open()) }
        let remedy = "use --store sqlite:PATH for another file, or --store memory to keep rooms in memory only"
        guard let standard = standard(environment) else {
            let flaw = environment["HOME"].map { "'\($0)', which is no absolute path" } ?? "not set"
            throw StoreError(.unavailable, "there is no folder to keep rooms in, since HOME is \(flaw); \(remedy)")
        }
        do throws(StoreError) {
            return (standard, try standard.open())
        } catch {
            if error.code == .inUse { throw error }
            throw StoreError(error.code, "\(error.message); \(remedy)")
        }
    }

    private func open() throws(StoreError) -> any RoomStore {
        switch self {
        case .memory: MemoryStore()
        case .sqlite(let path): try SQLiteStore(path: path)
        }
    }
}

extension StoreLocation: CustomStringConvertible {
    /// For people, after "rooms are kept".
    var description: String {
        switch self {
        case .memory: "in memory, and end with this process"
        case .sqlite(let path): "in \(path)"
        }
    }
}
