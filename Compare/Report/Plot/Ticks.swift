import Foundation

/// Round values for the axes of plots.
enum Ticks {
    /// From 0 to `maximum` or a little more, in steps of 1, 2 or 5 times a power of ten.
    static func linear(to maximum: Double) -> [Double] {
        guard maximum > 0, maximum.isFinite else { return [0, 1] }
        let rough = maximum / 4
        let magnitude = pow(10, floor(log10(rough)))
        let step = [1.0, 2, 5, 10].map { $0 * magnitude }.first { $0 >= rough * 0.999 } ?? rough
        let count = Int((maximum / step * 0.999).rounded(.up))
        return (0...count).map { Double($0) * step }
    }

    /// The powers of ten that enclose the range; both bounds are above 0.
    static func logarithmic(from minimum: Double, to maximum: Double) -> [Double] {
        guard minimum > 0, maximum >= minimum else { return [1, 10] }
        let first = Int(floor(log10(minimum) + 1e-9))
        let last = max(first + 1, Int(ceil(log10(maximum) - 1e-9)))
        return (first...last).map { pow(10, Double($0)) }
    }

    /// As short as the value allows: `0.05`, `20`, `10k`.
    static func label(_ value: Double) -> String {
        if value >= 10_000 { return rounded(value / 1000, 0) + "k" }
        let digits = value == 0 || value >= 10 ? 0 : value >= 1 ? 1 : value >= 0.1 ? 2 : 3
        let text = rounded(value, digits)
        guard text.contains(".") else { return text }
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }
}
