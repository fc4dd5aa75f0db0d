/// Why a WebSocket connection is closed (RFC 6455, section 7.4.1, and its registry).
struct CloseCode: Hashable, Sendable {
    let number: UInt16

    static let normal = CloseCode(number: 1000)
    static let goingAway = CloseCode(number: 1001)
    static let protocolError = CloseCode(number: 1002)
    static let unsupportedData = CloseCode(number: 1003)
    static let invalidPayload = CloseCode(number: 1007)
    static let policyViolation = CloseCode(number: 1008)
    static let messageTooBig = CloseCode(number: 1009)
    static let internalError = CloseCode(number: 1011)

    /// Whether a peer may send this code: assigned ones that stand for something on the wire, and the ranges for
    /// libraries and applications.
    var mayBeSent: Bool {
        switch number {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
