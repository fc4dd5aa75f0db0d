import TandemCore
import TandemEngine

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

/// The people of a room as a client names them.
struct NamesBody: Decodable {
    let names: [String]?

    /// Nil if the client said nothing of them.
    var rotation: Rotation? {
        get throws(Problem) {
            guard let names else { return nil }
            do { return try Rotation(names: names) } catch { throw Problem(error) }
        }
    }
}

/// Who asks, in the body of any command.
struct ByBody: Decodable {
    let by: String?

    var person: PersonName? {
        get throws(Problem) {
            guard let by else { return nil }
            do { return try PersonName(by: by) } catch { throw Problem(error) }
        }
    }
}

/// The turn that a swap is to end, if the client names one.
struct SwapBody: Decodable {
    let turn: Int?
}

/// A room as a client asks for it.
struct RoomBody: Decodable {
    let timer: TimerBody
    let people: NamesBody
    let name: String?

    /// Nil if the client gave none.
    var roomName: RoomName? {
        get throws(Problem) {
            guard let name else { return nil }
            do { return try RoomName(name: name) } catch { throw Problem(error) }
        }
    }

    private enum CodingKeys: CodingKey {
        case name
    }

    init(from decoder: any Decoder) throws {
        timer = try TimerBody(from: decoder)
        people = try NamesBody(from: decoder)
        name = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(String.self, forKey: .name)
    }
}
