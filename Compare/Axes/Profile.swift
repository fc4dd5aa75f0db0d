import ArgumentParser

/// How long a run of the bench takes.
enum Profile: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// Some two minutes: enough to see what is large.
    case quick
    /// Under fifteen minutes.
    case full

    /// Runs of each variant: a median's interval of 95 % needs six.
    var rounds: Int { self == .quick ? 6 : 8 }

    func pick<Value>(_ quick: Value, _ full: Value) -> Value {
        self == .quick ? quick : full
    }
}
