public import HTTPTypes

/// Every reason to refuse something, by its stable, machine-readable name: the `code` of a problem (RFC 9457), of a
/// WebSocket's `error` and of the log.
public enum ProblemCode: String, Sendable, CaseIterable {
    case roomNotFound = "room-not-found"
    case invalidCode = "invalid-code"
    case notFound = "not-found"
    case preconditionFailed = "precondition-failed"
    case timerNotRunning = "timer-not-running"
    case timerFinished = "timer-finished"
    case noNames = "no-names"
    case invalidTimer = "invalid-timer"
    case invalidName = "invalid-name"
    case invalidNames = "invalid-names"
    case invalidCommand = "invalid-command"
    case unknownCommand = "unknown-command"
    case malformedJSON = "malformed-json"
    case badRequest = "bad-request"
    case badHandshake = "bad-handshake"
    case originNotAllowed = "origin-not-allowed"
    case hostNotAllowed = "host-not-allowed"
    case misdirectedRoom = "misdirected-room"
    case methodNotAllowed = "method-not-allowed"
    case methodNotImplemented = "method-not-implemented"
    case requestTimeout = "request-timeout"
    case payloadTooLarge = "payload-too-large"
    case uriTooLong = "uri-too-long"
    case headersTooLarge = "headers-too-large"
    case unsupportedMediaType = "unsupported-media-type"
    case upgradeRequired = "upgrade-required"
    case tooManyRequests = "too-many-requests"
    case unavailable
    case storeUnavailable = "store-unavailable"
    case internalError = "internal-error"

    /// That of an HTTP answer with this code. Of `unknown-command` there is none, since a path names the command.
    public var status: HTTPResponse.Status {
        switch self {
        case .roomNotFound, .invalidCode, .notFound: .notFound
        case .preconditionFailed: .preconditionFailed
        case .timerNotRunning, .timerFinished, .noNames: .conflict
        case .invalidTimer, .invalidName, .invalidNames, .invalidCommand, .unknownCommand: .unprocessableContent
        case .malformedJSON, .badRequest, .badHandshake: .badRequest
        case .originNotAllowed: .forbidden
        case .hostNotAllowed, .misdirectedRoom: .misdirectedRequest
        case .methodNotAllowed: .methodNotAllowed
        case .methodNotImplemented: .notImplemented
        case .requestTimeout: .requestTimeout
        case .payloadTooLarge: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .upgradeRequired: .upgradeRequired
        case .tooManyRequests: .tooManyRequests
        case .unavailable, .storeUnavailable: .serviceUnavailable
        case .internalError: .internalServerError
        }
    }

    /// When it is said, for README.
    public var meaning: String {
        switch self {
        case .roomNotFound: "there is no such room; it may have expired or been deleted"
        case .invalidCode: "a code that no room can have"
        case .notFound: "there is nothing at this path"
        case .preconditionFailed:
            "an `If-Match` that does not name the room's revision; the `detail` tells it, and nothing has changed"
        case .timerNotRunning: "a pause, but the timer is paused"
        case .timerFinished: "a pause that came after the timer had reached 0"
        case .noNames: "a swap in a room that names nobody"
        case .invalidTimer: "not 0 < remainingTime ≤ duration ≤ 24 h"
        case .invalidName: "a name that breaks the rule below"
        case .invalidNames: "not 2 to 16 names by the rule below, or none"
        case .invalidCommand:
            "a `turn` that is no whole number; in a WebSocket's `error` also a `command` or `ref` that is no text"
        case .unknownCommand: "in a WebSocket's `error` only: a `command` that there is not"
        case .malformedJSON: "not a JSON object by the letter of RFC 8259, or one more than 16 levels deep"
        case .badRequest: "not HTTP, or a `Host` that is no host"
        case .badHandshake: "not a WebSocket handshake"
        case .originNotAllowed: "a WebSocket, or any request that changes something, from a page of another origin"
        case .hostNotAllowed: "a `Host` that is not among the `--allowed-hosts`"
        case .misdirectedRoom: "the room of another instance"
        case .methodNotAllowed: "a method that this path does not have; `Allow` names those it has"
        case .methodNotImplemented: "a method of no HTTP resource, such as `CONNECT`"
        case .requestTimeout: "a request that did not arrive within 10 s"
        case .payloadTooLarge: "a body of more than 16 KiB"
        case .uriTooLong: "a target of more than 8 KiB"
        case .headersTooLarge: "a request line and fields of more than 16 KiB"
        case .unsupportedMediaType:
            "a body whose `Content-Type` is not `application/json` or `application/*+json`, or that has none"
        case .upgradeRequired:
            "a WebSocket version other than 13; a WebSocket whose `Upgrade` a proxy took away, with the setting to "
                + "change in `detail`"
        case .tooManyRequests: "a room, or a client address, reached its limit; with `Retry-After`"
        case .unavailable:
            "the server reached its limit of rooms, streams or connections, or is going down; with `Retry-After`"
        case .storeUnavailable: "the store did not take the change, so nothing has changed; with `Retry-After`"
        case .internalError: "the server failed; its log says why under the request's id"
        }
    }
}
