import Synchronization

/// Calls something once a number of things have happened, on whatever threads they do.
final class Countdown: Sendable {
    private let left: Atomic<Int>
    private let completion: @Sendable () -> Void

    /// - Parameter number: of calls of ``count()`` to wait for; with none, `completion` is called at once.
    init(from number: Int, _ completion: @escaping @Sendable () -> Void) {
        left = Atomic(number)
        self.completion = completion
        if number == 0 { completion() }
    }

    func count() {
        if left.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { completion() }
    }
}
