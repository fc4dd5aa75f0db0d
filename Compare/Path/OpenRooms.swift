import Foundation
import Synchronization

/// The rooms that the bench opened in somebody's server and has not deleted yet, each with the base of its API.
final class OpenRooms: Sendable {
    private let open = Mutex<[String: URL]>([:])

    var all: [String: URL] { open.withLock(\.self) }

    func insert(_ code: String, at base: URL) { open.withLock { $0[code] = base } }

    func remove(_ code: String) { open.withLock { _ = $0.removeValue(forKey: code) } }
}
