import HTTPTypes
import Logging
import NIOCore
import Synchronization
import TandemContract
import TandemCore
import TandemEngine

/// All connections of the server: lets no more in than there are descriptors for, nor more of one client than it may
/// have, and can end them all.
final class OpenConnections: Sendable {
    /// What becomes of a connection that was accepted.
    enum Verdict {
        case serve
        /// It is answered with the problem, whatever it asks, and closed.
        case refuse(Problem)
        /// It is closed at once: too many are being refused already.
        case drop
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var refused = 0
        /// Logged, until there is room again.
        var isFull = false
        var peak = ConnectionPeak()
    }

    private let capacity: Int
    private let trustedProxies: TrustedProxies
    private let ledger: ClientLedger
    private let notices: ClientNotices
    private let logger: Logger
    private let state = Mutex(State())

    /// Refused connections at once, each with a descriptor until its answer is read.
    private static let refusedAtOnce = 32

    /// - Parameter capacity: connections served at once.
    init(
        capacity: Int,
        trustedProxies: TrustedProxies,
        ledger: ClientLedger,
        notices: ClientNotices,
        logger: Logger
    ) {
        self.capacity = capacity
        self.trustedProxies = trustedProxies
        self.ledger = ledger
        self.notices = notices
        self.logger = logger
    }

    /// Counts `channel` until it closes. On its event loop.
    func admit(_ channel: any Channel) -> Verdict {
        let id = ObjectIdentifier(channel)
        guard makeRoom(for: channel, id) else {
            return refuse(.outOfConnections, channel)
        }
        channel.closeFuture.whenComplete { [self] _ in leave(id) }
        let peer = channel.remoteAddress?.ipAddress ?? ""
        // A proxy opens connections for all of its clients.
        if let address = IPAddress(peer), trustedProxies.isTrusted(address) { return .serve }
        guard let counted = ledger.openConnection(ClientAddress(peer)) else {
            notices.reached("connections", peer)
            return refuse(.tooManyConnections, channel)
        }
        channel.closeFuture.whenComplete { [ledger] _ in ledger.closeConnection(counted) }
        return .serve
    }

    /// Closes every connection, in whatever state it is.
    func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }

    private func makeRoom(for channel: any Channel, _ id: ObjectIdentifier) -> Bool {
        let (hasRoom, isNews) = state.withLock { [capacity] state in
            guard state.channels.count < capacity else {
                defer { state.isFull = true }
                return (false, !state.isFull)
            }
            state.channels[id] = channel
            _ = state.peak.note(state.channels.count)
            return (true, false)
        }
        if isNews {
            logger.warning(
                "all connections are taken; new ones are refused until some close",
                metadata: ["connections": "\(capacity)"]
            )
        }
        return hasRoom
    }

    private func leave(_ id: ObjectIdentifier) {
        let (count, isTrimWorthwhile) = state.withLock { [capacity] state in
            state.channels[id] = nil
            let count = state.channels.count
            if count <= capacity - capacity / 10 { state.isFull = false }
            return (count, state.peak.note(count))
        }
        guard isTrimWorthwhile else { return }
        // When those who leave together have left, and unless as many have come back.
        HeapTrim.shared.request(after: .seconds(1)) { [weak self] in
            self?.state.withLock { $0.channels.count <= count } ?? false
        }
    }

    private func refuse(_ problem: Problem, _ channel: any Channel) -> Verdict {
        let mayAnswer = state.withLock { state in
            guard state.refused < Self.refusedAtOnce else { return false }
            state.refused += 1
            return true
        }
        guard mayAnswer else { return .drop }
        channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.refused -= 1 } }
        return .refuse(problem)
    }
}

extension Problem {
    fileprivate static let outOfConnections = Problem(
        .unavailable,
        "this server has as many connections as it can have",
        headerFields: [.retryAfter: "5"]
    )

    fileprivate static let tooManyConnections = Problem(
        .tooManyRequests,
        "your address opens too many connections, or has too many",
        headerFields: [.retryAfter: "5"]
    )
}
