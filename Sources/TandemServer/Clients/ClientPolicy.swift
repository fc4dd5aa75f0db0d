import HTTPTypes
import TandemContract
import TandemCore
import TandemEngine

/// Keeps each client's requests within ``ClientLimits``.
final class ClientPolicy: Sendable {
    private let limits: ClientLimits
    private let ledger: ClientLedger
    private let notices: ClientNotices
    private let roomPath: RoomPath

    init(limits: ClientLimits, ledger: ClientLedger, notices: ClientNotices, roomPath: RoomPath) {
        self.limits = limits
        self.ledger = ledger
        self.notices = notices
        self.roomPath = roomPath
    }

    /// Refuses a request, before anything is done for it, whose client asks for too many rooms or too many codes of
    /// no room. `OPTIONS` has the same answer whatever the code, so it tells nothing.
    func refusal(of exchange: HTTPExchange) -> Problem? {
        guard exchange.request.method != .options else { return nil }
        let address = ClientAddress(exchange.client)
        switch roomPath.target(of: exchange.request) {
        case .rooms? where exchange.request.method == .post:
            return ledger.askForRoom(address).map { tooMany("new rooms", exchange, retryAfter: $0) }
        case .room(let code)?:
            return ledger.look(for: code, address).map { tooMany("codes of no room", exchange, retryAfter: $0) }
        case .rooms?, nil: return nil
        }
    }

    /// Takes note of the answer to a request that was not refused.
    func answered(_ exchange: HTTPExchange, _ answer: HTTPResponse) {
        guard exchange.request.method != .options else { return }
        switch roomPath.target(of: exchange.request) {
        case .rooms? where answer.status == .created:
            let location = answer.headerFields[.location]?.split(separator: "/").last
            if let code = location.flatMap({ AccessCode($0) }) { looked(for: code, exchange, isThere: true) }
        case .room(let code)? where answer.status == .notFound: looked(for: code, exchange, isThere: false)
        case .room(let code)? where answer.status.kind == .successful: looked(for: code, exchange, isThere: true)
        default: break
        }
    }

    /// The client asked for the room of `code`, which is there, or is not.
    func looked(for code: AccessCode, _ exchange: HTTPExchange, isThere: Bool) {
        ledger.looked(for: code, ClientAddress(exchange.client), isThere: isThere)
    }

    /// Counts a new stream of the client.
    /// - Returns: what to pass to ``closeStream(_:)`` when it has ended.
    /// - Throws: `too-many-requests`.
    func openStream(_ exchange: HTTPExchange) throws(EngineError) -> ClientAddress {
        guard let place = ledger.openStream(ClientAddress(exchange.client)) else {
            notices.reached("streams", exchange.client)
            throw EngineError(
                .tooManyRequests,
                "your address has \(limits.streams) streams, its limit",
                retryAfter: 5
            )
        }
        return place
    }

    func closeStream(_ place: ClientAddress) {
        ledger.closeStream(place)
    }

    private func tooMany(_ what: String, _ exchange: HTTPExchange, retryAfter: Int) -> Problem {
        notices.reached(what, exchange.client)
        return Problem(EngineError(.tooManyRequests, "your address asks for too many \(what)", retryAfter: retryAfter))
    }
}
