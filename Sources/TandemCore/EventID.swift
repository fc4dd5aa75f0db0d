/// The identity of an event, written `revision-tick`: `12-0` is transition 12, `12-37` its 37th tick.
///
/// Derived from the room's schedule alone, so the same event bears the same id on every event loop, transport and
/// instance, and any of them understands it as a `Last-Event-ID`.
public struct EventID: Hashable, Sendable {
    /// The number of the transition, from 1 on; 0 is a room to which nothing has happened yet.
    public var revision: Int
    /// How many ticks after the transition, 0 for the transition itself.
    public var tick: Int

    public init(revision: Int, tick: Int) {
        self.revision = revision
        self.tick = tick
    }

    /// Reads `revision-tick`, both plain decimal numbers without a sign; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, let revision = Self.number(parts[0]), let tick = Self.number(parts[1]) else {
            return nil
        }
        self.init(revision: revision, tick: tick)
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty else { return nil }
        var number = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isSumTooLarge) = product.addingReportingOverflow(Int(digit - 48))
            if isTooLarge || isSumTooLarge { return nil }
            number = sum
        }
        return number
    }
}

extension EventID: Comparable {
    /// Whether `one` came before `other` in the same room.
    public static func < (one: EventID, other: EventID) -> Bool {
        (one.revision, one.tick) < (other.revision, other.tick)
    }
}

extension EventID: CustomStringConvertible {
    public var description: String { "\(revision)-\(tick)" }
}
