import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import TandemCore
import TandemEngine

/// An error answer: RFC 9457 `application/problem+json`.
struct Problem: Error {
    let status: HTTPResponse.Status
    /// The stable, machine-readable name, also the end of the problem's `type`.
    let code: String
    let detail: String
    var headerFields = HTTPFields()

    private struct Body: Encodable {
        let type: String
        let title: String
        let status: Int
        let code: String
        let detail: String
    }

    var body: ByteBuffer {
        let body = Body(
            type: "urn:tandem:problem:\(code)",
            title: status.reasonPhrase,
            status: status.code,
            code: code,
            detail: detail
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and a number always encode; an empty body is still the right status.
        return ByteBuffer(bytes: (try? encoder.encode(body)) ?? Data())
    }

    var responseFields: HTTPFields {
        var fields = headerFields
        fields[.contentType] = "application/problem+json"
        return fields
    }
}

extension Problem {
    init(_ error: EngineError) {
        let status: HTTPResponse.Status =
            switch error.code {
            case .roomNotFound: .notFound
            case .timerNotRunning, .timerFinished, .noNames: .conflict
            case .invalidName, .invalidNames, .invalidTimer, .invalidCommand: .unprocessableContent
            case .preconditionFailed: .preconditionFailed
            case .tooManyRequests: .tooManyRequests
            case .unavailable, .storeUnavailable: .serviceUnavailable
            }
        var fields = HTTPFields()
        if let retryAfter = error.retryAfter { fields[.retryAfter] = String(retryAfter) }
        self.init(status: status, code: error.code.rawValue, detail: error.message, headerFields: fields)
    }

    init(_ refusal: StreamRefusal) {
        self.init(
            status: refusal.status,
            code: refusal.code,
            detail: refusal.message,
            headerFields: refusal.headerFields
        )
    }

    static func invalidCode(_ code: some StringProtocol) -> Problem {
        Problem(
            status: .notFound,
            code: "invalid-code",
            detail:
                "'\(code.quotable(40))' is no access code, which has ten letters and digits, and may have three letters before"
        )
    }

    static func misdirectedRoom(_ prefix: InstancePrefix, own: InstancePrefix) -> Problem {
        Problem(
            status: .misdirectedRequest,
            code: "misdirected-room",
            detail: "rooms whose code begins with \(prefix) are not here; this instance has those with \(own)"
        )
    }

    static func originNotAllowed(_ origin: String?) -> Problem {
        let who = origin.map { "pages of the origin '\($0.quotable(80))'" } ?? "pages of another site"
        return Problem(
            status: .forbidden,
            code: "origin-not-allowed",
            detail: """
                \(who) may not change anything here; name the origin in --allowed-origins, or, if it is this server's \
                own, have the proxy before it forward the Host header
                """
        )
    }

    static func hostNotAllowed(_ host: String?) -> Problem {
        Problem(
            status: .misdirectedRequest,
            code: "host-not-allowed",
            detail: "this server does not answer to the host '\((host ?? "").quotable(80))'; --allowed-hosts names it"
        )
    }

    static let notFound = Problem(status: .notFound, code: "not-found", detail: "there is nothing at this path")

    static let malformedJSON = Problem(
        status: .badRequest,
        code: "malformed-json",
        detail: "the request body is not a valid JSON object"
    )

    static func unsupportedMediaType(_ type: String?) -> Problem {
        let given = type.map { "the body is '\($0.quotable(80))'" } ?? "the body has no Content-Type"
        return Problem(
            status: .unsupportedMediaType,
            code: "unsupported-media-type",
            detail: "\(given); expected is application/json"
        )
    }

    static let missingDuration = Problem(
        status: .unprocessableContent,
        code: EngineError.Code.invalidTimer.rawValue,
        detail: "the body needs a 'duration' in milliseconds"
    )

    static let missingNames = Problem(
        status: .unprocessableContent,
        code: EngineError.Code.invalidNames.rawValue,
        detail: "the body needs 'names', a list of the people in the room"
    )

    static let shuttingDown = Problem(
        status: .serviceUnavailable,
        code: EngineError.Code.unavailable.rawValue,
        detail: "this server is shutting down",
        headerFields: [.retryAfter: "1"]
    )

    static func badRequest(_ detail: String) -> Problem {
        Problem(status: .badRequest, code: "bad-request", detail: detail)
    }

    static let requestTimeout = Problem(
        status: .requestTimeout,
        code: "request-timeout",
        detail: "the request took too long to arrive"
    )

    /// What of it is wrong the parser does not tell.
    static let badRequestLine = badRequest("the request line does not end with HTTP/1.1 or HTTP/1.0, and CR LF")

    static func uriTooLong(limit: Int) -> Problem {
        Problem(
            status: .uriTooLong,
            code: "uri-too-long",
            detail: "the target of a request has at most \(limit) bytes"
        )
    }

    static func headersTooLarge(limit: Int) -> Problem {
        Problem(
            status: .requestHeaderFieldsTooLarge,
            code: "headers-too-large",
            detail: "request line and header fields have at most \(limit) bytes"
        )
    }

    static func payloadTooLarge(limit: Int) -> Problem {
        Problem(
            status: .contentTooLarge,
            code: "payload-too-large",
            detail: "a request body has at most \(limit) bytes"
        )
    }

    static func methodNotImplemented(_ method: HTTPRequest.Method) -> Problem {
        Problem(
            status: .notImplemented,
            code: "method-not-implemented",
            detail: "the method \(method.rawValue.prefix(32)) is unknown here"
        )
    }

    static let internalError = Problem(
        status: .internalServerError,
        code: "internal-error",
        detail: "the server failed to answer this request; its log says why under the request id"
    )

    static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
        let allow = allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(
            status: .methodNotAllowed,
            code: "method-not-allowed",
            detail: "\(method.rawValue) is not possible here; allowed: \(allow)",
            headerFields: [.allow: allow]
        )
    }
}

extension Problem: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) throws -> Response {
        Response(status: status, headers: responseFields, body: ResponseBody(byteBuffer: body))
    }
}
