public import TandemContract
public import TandemCore

/// Why the engine refused a request. The same on every transport and over HTTP.
public struct EngineError: Error, Sendable {
    public let code: ProblemCode
    /// For people: names the thing, the value and what is allowed.
    public let message: String
    /// Whole seconds after which a retry may succeed, where that is so.
    public let retryAfter: Int?

    public init(_ code: ProblemCode, _ message: String, retryAfter: Int? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    public init(_ error: TimerError) {
        let code: ProblemCode =
            switch error {
            case .invalidSetting: .invalidTimer
            case .notRunning: .timerNotRunning
            case .finished: .timerFinished
            }
        self.init(code, String(describing: error))
    }

    public init(_ error: RoomError) {
        switch error {
        case .timer(let error): self.init(error)
        case .noNames: self.init(.noNames, String(describing: error))
        }
    }

    init(_ error: NameError, _ code: ProblemCode) {
        self.init(code, String(describing: error))
    }

    init(_ error: RotationError) {
        self.init(.invalidNames, String(describing: error))
    }

    /// What a client is told; the log says more.
    init(_ error: StoreError) {
        let reason =
            switch error.code {
            case .full: "its disk is full"
            case .readOnly: "it is read-only"
            default: "it fails"
            }
        self.init(
            .storeUnavailable,
            "the room store did not take the change, since \(reason); nothing has changed",
            retryAfter: 5
        )
    }

    static let shuttingDown = EngineError(.unavailable, "this server is shutting down", retryAfter: 1)

    static func revision(_ revision: Int, of code: AccessCode) -> EngineError {
        let message = """
            room \(code) is at revision \(revision), which If-Match does not name; nothing has changed. Read the room and \
            try again with its revision in quotes, here "\(revision)"
            """
        return EngineError(.preconditionFailed, message)
    }

    static func roomNotFound(_ code: AccessCode) -> EngineError {
        EngineError(.roomNotFound, "there is no room \(code); it may have expired or been deleted")
    }
}
