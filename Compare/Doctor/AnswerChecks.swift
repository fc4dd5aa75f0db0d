import NIOCore
import NIOHTTP1

/// What the head of the answer alone shows.
struct AnswerChecks {
    let results: [CheckResult]

    init(_ transport: StreamTransport, _ log: StreamLog) {
        var results: [CheckResult] = []
        if transport == .sse {
            if log.isStream(.sse) {
                results = [Self.version(log), Self.compression(log)]
            } else if let refusal = Self.redirect(.sse, log) ?? Self.limit(.sse, log) {
                results = [refusal]
            } else {
                results = [.found(.refused, .sse, "\(log.answer) instead of a stream", Remedy.refused)]
            }
        } else {
            results = [Self.upgrade(transport, log)]
        }
        self.results = results
    }

    private static func version(_ log: StreamLog) -> CheckResult {
        // What the server saw, which it tells only when it was not what a client today sends.
        if let version = log.head?.headers.first(name: "x-received-protocol") {
            let evidence = "asked by HTTP/1.1, but the server was asked by \(version)"
            return .found(.httpVersion, .sse, evidence, Remedy.httpVersion)
        }
        if log.head?.version == .http1_0 {
            return .found(.httpVersion, .sse, "answered by HTTP/1.0", Remedy.httpVersion)
        }
        return .passed(.httpVersion, .sse, "answered by HTTP/1.1, and no older version was seen on the way")
    }

    private static func compression(_ log: StreamLog) -> CheckResult {
        guard let coding = log.head?.headers.first(name: "content-encoding"), coding != "identity" else {
            return .passed(.compression, .sse, "no content coding, although several were offered")
        }
        let evidence = "Content-Encoding: \(coding), by which events wait until a block is full"
        return .found(.compression, .sse, evidence, Remedy.compression)
    }

    private static func upgrade(_ transport: StreamTransport, _ log: StreamLog) -> CheckResult {
        guard let head = log.head else {
            return .found(.upgrade, transport, "the handshake got \(log.answer)", Remedy.upgrade)
        }
        if let refusal = redirect(transport, log) ?? limit(transport, log) { return refusal }
        switch head.status {
        case .switchingProtocols where !log.handshakeFaults.isEmpty:
            let evidence = "the handshake was answered with 101, but \(log.handshakeFaults.joined(separator: "; "))"
            return .found(.upgrade, transport, evidence, Remedy.handshake)
        case .forbidden where log.refusal.contains("origin-not-allowed"):
            let evidence = "the handshake of a page from the same address was answered with 403 origin-not-allowed"
            return .found(.origin, transport, evidence, Remedy.origin)
        case .switchingProtocols:
            return .passed(.upgrade, transport, "the handshake was answered with 101")
        case .notFound, .unauthorized, .forbidden, .serviceUnavailable, .badGateway:
            return .found(.refused, transport, "the handshake was answered with \(log.answer)", Remedy.refused)
        default:
            let evidence = "the handshake was answered with \(log.answer): the Upgrade field did not reach the server"
            return .found(.upgrade, transport, evidence, Remedy.upgrade)
        }
    }

    private static func limit(_ transport: StreamTransport, _ log: StreamLog) -> CheckResult? {
        guard let head = log.head, head.status == .tooManyRequests else { return nil }
        let refusal = TooManyRequests(transport == .sse ? "the stream" : "the handshake", head.headers)
        return .found(.limit, transport, "\(refusal)", refusal.remedy)
    }

    private static func redirect(_ transport: StreamTransport, _ log: StreamLog) -> CheckResult? {
        guard let location = log.redirect else { return nil }
        let evidence = "\(log.answer) to \(location) instead of a stream"
        return .found(.redirect, transport, evidence, Remedy.redirect(to: nil))
    }
}
