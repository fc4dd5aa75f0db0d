import HTTPTypes
import TandemCore

/// What a request's path says of rooms, under the base path and at the root alike.
struct RoomPath {
    enum Target {
        /// The collection, to which a new room is added.
        case rooms
        /// A room, or something of it.
        case room(AccessCode)
    }

    private let base: [FieldText]

    init(basePath: String) {
        base = basePath.pathSegments
    }

    /// Nil for the pages, the probes, and paths of nothing.
    func target(of request: HTTPRequest) -> Target? {
        guard let path = request.path else { return nil }
        var segments = path.pathSegments[...]
        if segments.starts(with: base, by: { $0.elementsEqual($1) }) { segments = segments.dropFirst(base.count) }
        guard let first = segments.first else { return nil }
        if first.isEqual(to: "rooms") { return segments.count == 1 ? .rooms : nil }
        return AccessCode(Substring(first)).map { .room($0) }
    }
}
