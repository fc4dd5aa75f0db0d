/// One outage: a network of its own, and the followers that lose it.
struct OutagePlan: Sendable {
    /// Seconds that the network is away; nil if it does not return.
    let seconds: Double?
    let transports: [StreamTransport]
    let conducts: [Follower.Conduct]
    /// Rooms, each with one follower, of each transport and conduct, idle and running.
    let repetitions: Int
    let patience: FollowerPatience
    /// Seconds from its return, or from the cut if it does not return, after which nobody waits any longer.
    let limit: Double

    /// Transitions that others make while it is away.
    var transitions: Int { seconds == nil ? 0 : 3 }

    var rooms: Int { transports.count * conducts.count * repetitions * 2 }

    /// A follower for each of `codes`, of which the first half idles and the other runs.
    func followers(_ codes: [String]) -> [Follower] {
        codes.enumerated().map { number, code in
            let kind = number % (transports.count * conducts.count)
            return Follower(
                code: code,
                transport: transports[kind % transports.count],
                conduct: conducts[kind / transports.count]
            )
        }
    }

    func running(_ codes: [String]) -> [String] { Array(codes.dropFirst(codes.count / 2)) }
}
