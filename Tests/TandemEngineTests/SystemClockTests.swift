import Foundation
import TandemCore
import TandemEngine
import Testing

@Suite("The system clock")
struct SystemClockTests {
    @Test("is the machine's boot time, which setting the wall clock does not move, and suspending it does not stop")
    func isBootTime() {
        func bootTime() -> Int64 {
            var time = timespec()
            clock_gettime(CLOCK_BOOTTIME, &time)
            return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
        }

        let before = bootTime()
        let now = SystemClock().now.nanoseconds
        let after = bootTime()

        #expect((before...after).contains(now))
    }
}
