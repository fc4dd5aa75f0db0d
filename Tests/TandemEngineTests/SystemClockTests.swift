import Foundation
import TandemCore
import TandemEngine
import Testing

@Suite("The system clock")
struct SystemClockTests {
    @Test("is the machine's monotonic one, which setting the wall clock does not move")
    func isMonotonic() {
        func monotonic() -> Int64 {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        }

        let before = monotonic()
        let now = SystemClock().now.nanoseconds
        let after = monotonic()

        #expect((before...after).contains(now))
    }
}
