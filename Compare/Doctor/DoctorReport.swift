import Foundation

/// What an examination of a path found.
struct DoctorReport: Codable, Sendable {
    let url: String
    /// Whether a Tandem answered; otherwise only the generic checks were made.
    let isTandem: Bool
    var results: [CheckResult]

    var findings: [CheckResult] { results.filter { $0.outcome == .found } }
}

/// What is looked for on a path.
enum Check: String, Codable, CaseIterable, Sendable {
    /// One room spread over instances that do not share it.
    case instances
    /// The server sends the client to another address.
    case redirect
    /// The server sends more than a stream may have, or breaks its protocol.
    case conduct
    /// A check took longer than it may.
    case time
    /// The server takes no more from this address for now.
    case limit
    /// A WebSocket of the server's own page is refused.
    case origin
    /// No stream at all: an error in its place.
    case refused
    /// The upgrade to WebSocket does not arrive.
    case upgrade
    /// The server is spoken to in HTTP/1.0.
    case httpVersion = "http-version"
    /// Events are held back.
    case buffering
    /// The stream is compressed on the way.
    case compression
    /// Connections are cut, or go dead, while nothing is sent.
    case idle
    /// Heartbeats do not arrive.
    case heartbeats
}

/// The result of one check.
struct CheckResult: Codable, Sendable, Equatable {
    enum Outcome: String, Codable, Sendable {
        case passed
        case found
        /// Could not be made, or says nothing here.
        case unknown
    }

    let check: Check
    /// nil where the check is about no transport.
    let transport: StreamTransport?
    let outcome: Outcome
    /// What was seen.
    let evidence: String
    /// What to change, where something was found.
    let remedy: String?

    static func passed(_ check: Check, _ transport: StreamTransport?, _ evidence: String) -> CheckResult {
        CheckResult(check: check, transport: transport, outcome: .passed, evidence: evidence, remedy: nil)
    }

    static func unknown(_ check: Check, _ transport: StreamTransport?, _ evidence: String) -> CheckResult {
        CheckResult(check: check, transport: transport, outcome: .unknown, evidence: evidence, remedy: nil)
    }

    static func found(_ check: Check, _ transport: StreamTransport?, _ evidence: String, _ remedy: String)
        -> CheckResult
    {
        CheckResult(check: check, transport: transport, outcome: .found, evidence: evidence, remedy: remedy)
    }
}
