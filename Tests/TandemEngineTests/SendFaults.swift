import Synchronization

/// Lets one direct write go wrong, counted over all subscribers.
final class SendFaults: Sendable {
    enum Kind: Sendable, CaseIterable {
        /// The connection is found broken.
        case broken
        /// The system takes a part of the bytes.
        case short
        /// The system takes none.
        case blocked
    }

    private struct State {
        var kind = Kind.broken
        /// Writes until the one that goes wrong; nil for none.
        var countdown: Int?
        var hasStruck = false
    }

    private let state = Mutex(State())

    /// Lets the write number `number` from now on go wrong, counted from 1.
    func arm(_ kind: Kind, at number: Int) {
        state.withLock { $0 = State(kind: kind, countdown: number) }
    }

    var hasStruck: Bool { state.withLock(\.hasStruck) }

    /// How many of `bytes` may be sent, nil if the connection is broken.
    func allowance(for bytes: UnsafeRawBufferPointer) -> Int? {
        let isStriking = state.withLock { state -> Kind? in
            guard let countdown = state.countdown else { return nil }
            state.countdown = countdown > 1 ? countdown - 1 : nil
            guard countdown == 1 else { return nil }
            state.hasStruck = true
            return state.kind
        }
        return switch isStriking {
        case nil: bytes.count
        case .broken: nil
        case .short: bytes.count / 2
        case .blocked: 0
        }
    }
}
