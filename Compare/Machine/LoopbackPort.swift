import Foundation

/// TCP ports of 127.0.0.1.
enum LoopbackPort {
    /// A port that nobody listens on, below those that systems give to whoever names none: nobody gets it before the
    /// process that is told to listen there.
    static func free() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 20_000..<32_000)
            if !accepts(port) { return port }
        }
        throw BenchError("there is no free port")
    }

    /// Waits, at most five seconds and as long as `isStarting`, until somebody accepts connections on `port`.
    static func accepts(_ port: Int, while isStarting: () -> Bool) -> Bool {
        for _ in 0..<500 where isStarting() {
            if accepts(port) { return isStarting() }
            usleep(10_000)
        }
        return false
    }

    private static func accepts(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        } == 0
    }
}
