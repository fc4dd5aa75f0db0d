import TandemCore
import TandemEngine

/// A timer as the contract answers it, in milliseconds.
struct TimerJSON: Encodable {
    let duration: Int64
    let remainingTime: Int64
    let state: String

    init(_ room: RoomReport) {
        duration = room.duration.count
        remainingTime = room.remaining.count
        state = room.state.rawValue
    }
}

/// A turn as the contract answers it.
struct TurnJSON: Encodable {
    let turn: Int
    let driver: String
    let navigator: String

    init(_ turn: Turn) {
        self.turn = turn.number
        driver = turn.driver.text
        navigator = turn.navigator.text
    }
}

/// A room as the contract answers it.
struct RoomJSON: Encodable {
    let code: String
    let name: String?
    let timer: TimerJSON
    let revision: Int
    /// Absent where the room names nobody, like `turn`.
    let names: [String]?
    let turn: TurnJSON?
    let subscribers: [String: Int]

    init(_ room: RoomReport, transports: [TransportName]) {
        code = room.code.text
        name = room.name?.text
        timer = TimerJSON(room)
        revision = room.revision
        names = room.rotation.turn.map { _ in room.rotation.names.map(\.text) }
        turn = room.rotation.turn.map { TurnJSON($0) }
        let pairs = transports.map { ($0.text, room.subscribers[$0] ?? 0) }
        subscribers = Dictionary(pairs) { first, _ in first }
    }
}
