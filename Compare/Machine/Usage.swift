/// Processor time and clock at one moment.
struct Usage {
    /// What was used between two moments, in seconds.
    struct Span {
        let seconds: Double
        let serverTime: Double
        let clientTime: Double

        /// Of one processor.
        var clientLoad: Double { clientTime / max(seconds, 1e-9) }
    }

    private let instant = ContinuousClock.now
    private let server: Int64
    private let client = ProcessProbe.own.cpuTime

    init(_ server: ProcessProbe) {
        self.server = server.cpuTime
    }

    func until(_ later: Usage) -> Span {
        Span(
            seconds: (later.instant - instant) / .seconds(1),
            serverTime: Double(later.server - server) / 1e9,
            clientTime: Double(later.client - client) / 1e9
        )
    }
}
