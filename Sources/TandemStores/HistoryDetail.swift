import Foundation
import TandemCore

/// What a row keeps of one transition beside its letter: who asked for it, and the turn that began with it.
struct HistoryDetail: Codable {
    struct TurnDetail: Codable {
        let number: Int
        let driver: String
        let navigator: String
    }

    /// Counted from the oldest transition that the row has, from 0 on.
    let index: Int
    let by: String?
    let turn: TurnDetail?

    /// Nil if there is nothing that the letter does not say.
    init?(_ record: RoomHistory.Record, at index: Int) {
        guard record.by != nil || record.turn != nil else { return nil }
        self.index = index
        by = record.by?.text
        turn = record.turn.map {
            TurnDetail(number: $0.number, driver: $0.driver.text, navigator: $0.navigator.text)
        }
    }

    /// The record of a transition of `kind`.
    func record(_ kind: Transition.Kind) -> RoomHistory.Record {
        let by = by.map { PersonName(restoring: $0) }
        var turn: Turn?
        if let detail = self.turn {
            turn = Turn(
                number: detail.number,
                driver: PersonName(restoring: detail.driver),
                navigator: PersonName(restoring: detail.navigator)
            )
        }
        return RoomHistory.Record(kind: kind, by: by, turn: turn)
    }
}
