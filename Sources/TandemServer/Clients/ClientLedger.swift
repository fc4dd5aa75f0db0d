import Synchronization
import TandemCore
import TandemEngine

/// What each client address has and has used up lately, by which ``ClientLimits`` are kept.
///
/// Shared by all event loops; asked when a connection, request or stream begins, never for an event.
final class ClientLedger: Sendable {
    private struct Entry {
        var connections = TokenBucket()
        var newRooms = TokenBucket()
        var unknownCodes = TokenBucket()
        var openConnections = 0
        var streams = 0
        /// Rooms that this address has used.
        var knownCodes: Set<AccessCode> = []

        /// Whether a fresh entry would be as good.
        func isIdle(at now: MonotonicInstant) -> Bool {
            openConnections == 0 && streams == 0 && connections.isFull(at: now) && newRooms.isFull(at: now)
                && unknownCodes.isFull(at: now)
        }
    }

    private struct Table {
        var entries: [ClientAddress: Entry] = [:]
        /// At this many entries the idle ones are removed: twice as many as were left the last time.
        var sweepAt = 1_024
        /// When they were removed last.
        var swept = MonotonicInstant(nanoseconds: .min)
    }

    private let limits: ClientLimits
    private let clock: any EngineClock
    private let table = Mutex(Table())

    init(limits: ClientLimits, clock: any EngineClock) {
        self.limits = limits
        self.clock = clock
    }

    /// How many addresses are told apart now.
    var addressCount: Int { table.withLock(\.entries.count) }

    // MARK: Connections and streams

    /// Counts a new connection.
    /// - Returns: the address to pass to ``closeConnection(_:)``; nil if it opens too many, or has too many.
    func openConnection(_ address: ClientAddress) -> ClientAddress? {
        update(address) { entry, counted, limits, now in
            guard entry.openConnections < limits.streams + limits.idleConnections,
                entry.connections.take(limits.connections, at: now)
            else { return nil }
            entry.openConnections += 1
            return counted
        }
    }

    func closeConnection(_ counted: ClientAddress) {
        table.withLock { $0.entries[counted]?.openConnections -= 1 }
    }

    /// Counts a new stream.
    /// - Returns: the address to pass to ``closeStream(_:)``; nil if it has too many.
    func openStream(_ address: ClientAddress) -> ClientAddress? {
        update(address) { entry, counted, limits, _ in
            guard entry.streams < limits.streams else { return nil }
            entry.streams += 1
            return counted
        }
    }

    func closeStream(_ counted: ClientAddress) {
        table.withLock { $0.entries[counted]?.streams -= 1 }
    }

    // MARK: Rooms and codes

    /// Counts a request for a new room, whatever becomes of it.
    /// - Returns: seconds after which to try again if the address asks too often; nil if it may.
    func askForRoom(_ address: ClientAddress) -> Int? {
        update(address) { entry, _, limits, now in
            entry.newRooms.take(limits.newRooms, at: now)
                ? nil : entry.newRooms.secondsUntilToken(limits.newRooms, at: now)
        }
    }

    /// Whether the address may be told anything about the room of `code`.
    /// - Returns: seconds after which to try again if it has asked for too many codes of no room; nil if it may.
    func look(for code: AccessCode, _ address: ClientAddress) -> Int? {
        update(address) { entry, _, limits, now in
            guard !entry.unknownCodes.hasToken(limits.unknownCodes, at: now), !entry.knownCodes.contains(code) else {
                return nil
            }
            return entry.unknownCodes.secondsUntilToken(limits.unknownCodes, at: now)
        }
    }

    /// The address asked for the room of `code`, which is there, or is not.
    func looked(for code: AccessCode, _ address: ClientAddress, isThere: Bool) {
        update(address) { entry, _, limits, now in
            if isThere {
                if entry.knownCodes.count < limits.knownCodes { entry.knownCodes.insert(code) }
            } else {
                entry.knownCodes.remove(code)
                _ = entry.unknownCodes.take(limits.unknownCodes, at: now)
            }
        }
    }

    // MARK: The table

    /// Runs `body` on the entry of `address`, or of ``ClientAddress/others`` where the table is full, and says which.
    @discardableResult
    private func update<Value: Sendable>(
        _ address: ClientAddress,
        _ body: (inout Entry, ClientAddress, ClientLimits, MonotonicInstant) -> Value
    ) -> Value {
        let now = clock.now
        return table.withLock { [limits] table in
            var counted = address
            if table.entries[address] == nil {
                if table.entries.count >= min(table.sweepAt, limits.addresses) { Self.sweep(&table, at: now) }
                if table.entries.count >= limits.addresses { counted = .others }
            }
            return body(&table.entries[counted, default: Entry()], counted, limits, now)
        }
    }

    /// Forgets the addresses that need not be remembered; at most once a second, since it looks at all of them.
    private static func sweep(_ table: inout Table, at now: MonotonicInstant) {
        guard table.swept + .seconds(1) <= now else { return }
        table.swept = now
        table.entries = table.entries.filter { !$0.value.isIdle(at: now) }
        table.sweepAt = max(1_024, table.entries.count * 2)
    }
}
