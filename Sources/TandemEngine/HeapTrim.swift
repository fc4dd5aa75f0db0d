#if canImport(Glibc)
import CMalloc
#endif

/// Gives memory back to the system after many streams have left.
///
/// glibc keeps what was freed between blocks that are still in use; after a storm that is as much as the streams took.
struct HeapTrim {
    /// Streams that must have left since the last time: fewer are not worth the walk over the heap.
    private static let worthwhile = 1_000

    private var peak = 0

    /// Notes that there are `count` streams.
    /// - Returns: whether so many have left that ``run()`` pays.
    mutating func note(_ count: Int) -> Bool {
        peak = max(peak, count)
        guard peak - count >= Self.worthwhile, count <= peak / 2 else { return false }
        peak = count
        return true
    }

    static func run() {
        #if canImport(Glibc)
        _ = malloc_trim(0)
        #endif
    }
}
