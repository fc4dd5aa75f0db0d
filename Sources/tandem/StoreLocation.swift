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
    static func standard(_ environment: [String: String]) -> StoreLocation {
        let folder: String
        if let service = environment["STATE_DIRECTORY"]?.split(separator: ":").first {
            folder = String(service)
        } else {
            #if os(macOS)
            folder = URL.applicationSupportDirectory.appending(path: "tandem").path
            #else
            let home = environment["HOME"] ?? NSHomeDirectory()
            // The specification has relative paths ignored.
            let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            folder = (state ?? "\(home)/.local/state") + "/tandem"
            #endif
        }
        return .sqlite(path: "\(folder)/rooms.sqlite")
    }

    func open() throws(StoreError) -> any RoomStore {
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
