public import TandemCore

/// The bounds of a store: unit, default and reason.
public struct StoreLimits: Sendable {
    /// Awaited changes that are committed together. Those past it wait for one more commit, of some milliseconds.
    public var changesPerCommit = 1_000
    /// Background changes that go along with a commit: few enough that those who wait for it see no difference.
    public var backgroundChangesPerCommit = 100
    /// Transitions of a room that may be stored beyond its history, so that they are deleted some at a time.
    public var superfluousTransitions = 16
    /// How long a commit waits for another program that writes to the file, such as an administrator's shell.
    public var busyTime = Milliseconds.seconds(1)

    public init() {}
}
