import Foundation

/// What an examination looks at, and for how long.
struct DoctorPlan: Sendable {
    var url: URL
    /// Transports to look at.
    var transports: [StreamTransport] = [.sse, .websocket]
    /// Seconds up to which idle connections are probed. By default beyond the 60 s of nginx and of Amazon's load
    /// balancer.
    var idleLimit = 75.0
    /// Seconds from one heartbeat of the server to the next; Tandem's default.
    var heartbeat = 15.0
    /// Seconds after which what should have come at once counts as held back.
    var patience = 3.0
    /// Seconds for a request to the control API and its answer.
    var requestLimit = 10.0
    /// Seconds for the checks of one transport beside the idle times and the patience that they need.
    var spareTime = 60.0
    /// Connections over which a room is looked for.
    var lookups = 12

    /// Seconds after which the checks of one transport are given up.
    var timeLimit: Double { idleLimit + 12 * patience + spareTime }

    /// The idle times that are probed, each on a connection of its own, rising to ``idleLimit``.
    var idleSteps: [Double] {
        [1, 2, 5, 10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 400, 600, 900, 1800, 3600].filter { $0 < idleLimit }
            + [idleLimit]
    }
}
