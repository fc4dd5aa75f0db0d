import Foundation

/// How one quantity grows with another.
enum Slope {
    /// The exponent p of the power law y = c · x^p that fits best, by least squares of the logarithms: 1 is
    /// proportional, 0 constant.
    /// - Returns: nil for fewer than two different positive points.
    static func exponent(_ points: [(x: Double, y: Double)]) -> Double? {
        let logarithms = points.filter { $0.x > 0 && $0.y > 0 }.map { (x: log($0.x), y: log($0.y)) }
        guard logarithms.count >= 2 else { return nil }
        let count = Double(logarithms.count)
        let meanX = logarithms.reduce(0) { $0 + $1.x } / count
        let meanY = logarithms.reduce(0) { $0 + $1.y } / count
        let variance = logarithms.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
        guard variance > 0 else { return nil }
        return logarithms.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / variance
    }
}
