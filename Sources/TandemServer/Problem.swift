import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import TandemContract
import TandemCore
import TandemEngine

/// An error answer: RFC 9457 `application/problem+json`.
struct Problem: Error {
    /// Also the end of the problem's `type`.
    let code: ProblemCode
    let detail: String
    let headerFields: HTTPFields

    init(_ code: ProblemCode, _ detail: String, headerFields: HTTPFields = [:]) {
        self.code = code
        self.detail = detail
        self.headerFields = headerFields
    }

    var status: HTTPResponse.Status { code.status }

    private struct Body: Encodable {
        let type: String
        let title: String
        let status: Int
        let code: String
        let detail: String
    }

    var body: ByteBuffer {
        let body = Body(
            type: "urn:tandem:problem:\(code.rawValue)",
            title: status.reasonPhrase,
            status: status.code,
            code: code.rawValue,
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
        var fields = HTTPFields()
        if let retryAfter = error.retryAfter { fields[.retryAfter] = String(retryAfter) }
        self.init(error.code, error.message, headerFields: fields)
    }

    init(_ refusal: StreamRefusal) {
        self.init(refusal.code, refusal.message, headerFields: refusal.headerFields)
    }

    static func invalidCode(_ code: some StringProtocol) -> Problem {
        Problem(
            .invalidCode,
            "'\(code.quotable(40))' is no access code, which has ten letters and digits, and may have three letters before"
        )
    }

    static func misdirectedRoom(_ prefix: InstancePrefix, own: InstancePrefix) -> Problem {
        Problem(
            .misdirectedRoom,
            "rooms whose code begins with \(prefix) are not here; this instance has those with \(own)"
        )
    }

    static func originNotAllowed(_ origin: String?) -> Problem {
        let who = origin.map { "pages of the origin '\($0.quotable(80))'" } ?? "pages of another site"
        return Problem(
            .originNotAllowed,
            """
            \(who) may not change anything here; name the origin in --allowed-origins, or, if it is this server's \
            own, have the proxy before it forward the Host header
            """
        )
    }

    static func hostNotAllowed(_ host: String?) -> Problem {
        Problem(
            .hostNotAllowed,
            "this server does not answer to the host '\((host ?? "").quotable(80))'; --allowed-hosts names it"
        )
    }

    static let notFound = Problem(.notFound, "there is nothing at this path")

    static let malformedJSON = Problem(
        .malformedJSON,
        "the request body is not a valid JSON object"
    )

    static func unsupportedMediaType(_ type: String?) -> Problem {
        let given = type.map { "the body is '\($0.quotable(80))'" } ?? "the body has no Content-Type"
        return Problem(
            .unsupportedMediaType,
            "\(given); expected is application/json"
        )
    }

    static let missingDuration = Problem(
        .invalidTimer,
        "the body needs a 'duration' in milliseconds"
    )

    static let missingNames = Problem(
        .invalidNames,
        "the body needs 'names', a list of the people in the room"
    )

    static let shuttingDown = Problem(
        .unavailable,
        "this server is shutting down",
        headerFields: [.retryAfter: "1"]
    )

    static func badRequest(_ detail: String) -> Problem {
        Problem(.badRequest, detail)
    }

    static let requestTimeout = Problem(
        .requestTimeout,
        "the request took too long to arrive"
    )

    /// What of it is wrong the parser does not tell.
    static let badRequestLine = badRequest("the request line does not end with HTTP/1.1 or HTTP/1.0, and CR LF")

    static func uriTooLong(limit: Int) -> Problem {
        Problem(
            .uriTooLong,
            "the target of a request has at most \(limit) bytes"
        )
    }

    static func headersTooLarge(limit: Int) -> Problem {
        Problem(
            .headersTooLarge,
            "request line and header fields have at most \(limit) bytes"
        )
    }

    static func payloadTooLarge(limit: Int) -> Problem {
        Problem(
            .payloadTooLarge,
            "a request body has at most \(limit) bytes"
        )
    }

    static func methodNotImplemented(_ method: HTTPRequest.Method) -> Problem {
        Problem(
            .methodNotImplemented,
            "the method \(method.rawValue.prefix(32)) is unknown here"
        )
    }

    static let internalError = Problem(
        .internalError,
        "the server failed to answer this request; its log says why under the request id"
    )

    static func methodNotAllowed(_ method: HTTPRequest.Method, allowed: [HTTPRequest.Method]) -> Problem {
        let allow = allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(
            .methodNotAllowed,
            "\(method.rawValue) is not possible here; allowed: \(allow)",
            headerFields: [.allow: allow]
        )
    }
}

extension Problem: HTTPResponseError {
    func response(from request: Request, context: some RequestContext) throws -> Response {
        Response(status: status, headers: responseFields, body: ResponseBody(byteBuffer: body))
    }
}
