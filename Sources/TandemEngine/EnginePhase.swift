import Synchronization

/// Whether an engine still takes streams and requests: a state, shared by all its parts, that only moves forward.
final class EnginePhase: Sendable {
    private enum Step: UInt8 {
        case serving
        case draining
        case closed
    }

    private let step = Atomic<UInt8>(Step.serving.rawValue)

    /// No stream is admitted any more.
    var isDraining: Bool { step.load(ordering: .acquiring) >= Step.draining.rawValue }

    /// Nothing is done any more.
    var isClosed: Bool { step.load(ordering: .acquiring) == Step.closed.rawValue }

    func drain() {
        _ = step.max(Step.draining.rawValue, ordering: .acquiringAndReleasing)
    }

    /// - Returns: false if the engine was closed before.
    func close() -> Bool {
        step.max(Step.closed.rawValue, ordering: .acquiringAndReleasing).oldValue != Step.closed.rawValue
    }
}
