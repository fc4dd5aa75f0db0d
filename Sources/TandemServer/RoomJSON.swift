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

/// A room as the contract answers it.
struct RoomJSON: Encodable {
    let code: String
    let name: String?
    let timer: TimerJSON
    let revision: Int
    let subscribers: [String: Int]

    init(_ room: RoomReport, transports: [TransportName]) {
        code = room.code.text
        name = room.name
        timer = TimerJSON(room)
        revision = room.revision
        let pairs = transports.map { ($0.text, room.subscribers[$0] ?? 0) }
        subscribers = Dictionary(pairs) { first, _ in first }
    }
}

/// A timer as a client sets it, in milliseconds.
struct TimerBody: Decodable {
    let duration: Int64?
    let remainingTime: Int64?

    var setting: TimerSetting {
        get throws(Problem) {
            guard let duration else { throw .missingDuration }
            do throws(TimerError) {
                return try TimerSetting(
                    duration: Milliseconds(duration),
                    remaining: remainingTime.map { Milliseconds($0) }
                )
            } catch {
                throw Problem(EngineError(error))
            }
        }
    }
}

/// A room as a client asks for it.
struct RoomBody: Decodable {
    let timer: TimerBody
    let name: String?

    private enum CodingKeys: CodingKey {
        case name
    }

    init(from decoder: any Decoder) throws {
        timer = try TimerBody(from: decoder)
        name = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .name)
    }
}
