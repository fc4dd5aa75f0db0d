/// The order of runs: A B C, C B A, A B C and so on, so that no variant always comes first, or after the same other.
enum Alternation {
    static func rounds<Variant>(_ variants: [Variant], _ count: Int) -> [[Variant]] {
        (0..<count).map { $0.isMultiple(of: 2) ? variants : variants.reversed() }
    }
}
