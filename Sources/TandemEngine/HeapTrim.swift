import Dispatch
import Synchronization
package import TandemCore

#if canImport(Glibc)
import CMalloc
#endif

/// Tells when so many connections have closed that giving their memory back to the system pays.
///
/// glibc keeps what was freed between blocks that are still in use; after a storm that is as much as the connections took.
package struct ConnectionPeak: Sendable {
    /// Connections that must have closed since the last time: fewer are not worth the walk over the heap.
    private static let worthwhile = 200

    private var peak = 0

    package init() {}

    /// Notes that there are `count` connections.
    /// - Returns: whether it pays to trim the heap now.
    package mutating func note(_ count: Int) -> Bool {
        peak = max(peak, count)
        guard peak - count >= Self.worthwhile, count <= peak / 2 else { return false }
        peak = count
        return true
    }
}

/// Gives free memory back to the system, on a thread of its own: the walk over a large heap takes longer than an event
/// loop may be away.
package final class HeapTrim: Sendable {
    /// Of the process, which has one heap, however many engines.
    package static let shared = HeapTrim(trim: systemTrim)

    private let queue = DispatchQueue(label: "tandem.heap-trim", qos: .utility)
    private let isRequested = Atomic<Bool>(false)
    private let trim: @Sendable () -> Void

    /// - Parameter trim: walks over the heap.
    init(trim: @escaping @Sendable () -> Void) {
        self.trim = trim
    }

    /// Trims the heap after `delay`, if it still pays by then. Does nothing while another request waits or is served.
    package func request(
        after delay: Milliseconds = .zero,
        ifStillWorthwhile isWorthwhile: @escaping @Sendable () -> Bool
    ) {
        guard !isRequested.exchange(true, ordering: .acquiringAndReleasing) else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(delay.count))) { [self] in
            if isWorthwhile() { trim() }
            isRequested.store(false, ordering: .releasing)
        }
    }

    /// Returns when all requests so far have been served.
    func finish() {
        queue.sync {}
    }

    private static func systemTrim() {
        #if canImport(Glibc)
        _ = malloc_trim(0)
        #endif
    }
}
