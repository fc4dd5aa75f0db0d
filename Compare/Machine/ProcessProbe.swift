import Foundation

/// What another process has used so far.
struct ProcessProbe {
    let pid: pid_t

    /// User and system time of all its threads, in nanoseconds.
    var cpuTime: Int64 {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else { return 0 }
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Resident memory of its own, without files, in bytes.
    var memory: Int { status("RssAnon") * 1024 }

    private func status(_ name: String) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    static let own = ProcessProbe(pid: getpid())
}
