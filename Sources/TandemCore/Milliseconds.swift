/// A span of time in whole milliseconds, the unit of every duration in the contract.
public struct Milliseconds: Hashable, Comparable, Sendable, AdditiveArithmetic {
    /// The number of milliseconds; may be negative as an intermediate result.
    public var count: Int64

    public static let zero = Milliseconds(0)

    public init(_ count: Int64) {
        self.count = count
    }

    public static func seconds(_ seconds: Int64) -> Milliseconds { Milliseconds(seconds * 1000) }
    public static func minutes(_ minutes: Int64) -> Milliseconds { .seconds(minutes * 60) }
    public static func hours(_ hours: Int64) -> Milliseconds { .minutes(hours * 60) }

    public static func + (a: Milliseconds, b: Milliseconds) -> Milliseconds { Milliseconds(a.count + b.count) }
    public static func - (a: Milliseconds, b: Milliseconds) -> Milliseconds { Milliseconds(a.count - b.count) }
    public static func * (a: Milliseconds, factor: Int64) -> Milliseconds { Milliseconds(a.count * factor) }
    public static func < (a: Milliseconds, b: Milliseconds) -> Bool { a.count < b.count }
}

extension Milliseconds: CustomStringConvertible {
    public var description: String { "\(count) ms" }
}
