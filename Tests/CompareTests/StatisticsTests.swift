import Testing

@testable import compare

@Suite("The figures of repeated runs")
struct SampleTests {
    @Test(
        "have the middle value as median",
        arguments: [([3, 1, 2], 2), ([4, 1, 3, 2], 2.5), ([7], 7), ([], 0)] as [([Double], Double)]
    )
    func median(values: [Double], expected: Double) {
        #expect(Sample(values).median == expected)
    }

    @Test("have a deviation that one bad run does not move")
    func deviation() {
        let steady = Sample([10, 11, 9, 10, 11, 9, 10])
        let disturbed = Sample([10, 11, 9, 10, 11, 9, 1000])

        #expect(steady.deviation == 1.4826)
        #expect(disturbed.deviation == 1.4826)
    }
}

@Suite("The interval of a median")
struct OrderIntervalTests {
    @Test("has the ranks of the sign test", arguments: [(5, nil), (6, 1), (8, 1), (9, 2), (12, 3), (20, 6)])
    func ranks(count: Int, rank: Int?) {
        #expect(OrderInterval.rank(of: count) == rank)
    }

    @Test("encloses the values between those ranks")
    func interval() {
        #expect(OrderInterval.ofMedian([9, 1, 8, 2, 7, 3, 6, 4, 5]) == 2...8)
        #expect(OrderInterval.ofMedian([1, 2, 3, 4, 5]) == nil)
    }
}

@Suite("A comparison of paired runs")
struct PairedComparisonTests {
    private func compare(_ baseline: [Double], _ candidate: [Double], isExact: Bool = false) -> PairedComparison {
        PairedComparison(
            baseline: ("sse", Sample(baseline)),
            candidate: ("websocket", Sample(candidate)),
            isExact: isExact
        )
    }

    @Test("tells a difference that every pair shows")
    func difference() {
        let comparison = compare([10, 10.1, 9.9, 10, 10.2, 9.8], [8, 8.1, 7.9, 8, 8.2, 7.8])

        #expect(comparison.outcome == .less)
        #expect(abs(comparison.ratio - 0.8) < 0.01)
    }

    @Test("sees through a machine that slows down meanwhile")
    func drift() {
        let baseline = [10.0, 10.5, 11, 11.5, 12, 12.5]

        #expect(compare(baseline, baseline.map { $0 * 1.4 }).outcome == .more)
    }

    @Test("calls what is within the noise no difference, even if every pair happens to agree")
    func noise() {
        let comparison = compare([10, 10, 10, 10, 10, 10, 10, 10], [148, 100, 22, 23, 42, 44, 39, 11])

        #expect(comparison.interval == 1.1...14.8)
        #expect(comparison.outcome == .noDifference)
    }

    @Test("is not moved by a run in which the machine did something else")
    func outlier() {
        #expect(compare([10, 10, 10, 10, 10, 10], [15, 15.5, 3850, 14.5, 15, 15]).outcome == .more)
    }

    @Test("calls a difference that nobody would act on no difference, however certain")
    func small() {
        let comparison = compare([100, 100, 100, 100, 100, 100], [103, 103, 103, 103, 103, 103])

        #expect(comparison.interval == 1.03...1.03)
        #expect(comparison.outcome == .noDifference)
    }

    @Test("claims no difference of which only a little is sure, since the next run may not show it")
    func barely() {
        let comparison = compare([100, 100, 100, 100, 100, 100], [109, 115, 116, 117, 116, 115])

        #expect(comparison.interval == 1.09...1.17)
        #expect(comparison.ratio > 1 + PairedComparison.smallestDifference)
        #expect(comparison.outcome == .noDifference)
    }

    @Test("claims nothing when the pairs disagree")
    func disagreement() {
        #expect(compare([10, 10, 10, 10, 10, 10], [12, 12, 12, 12, 12, 9]).outcome == .noDifference)
    }

    @Test("claims nothing from fewer than six pairs")
    func fewRuns() {
        #expect(compare([10, 10, 10, 10, 10], [1, 1, 1, 1, 1]).outcome == .tooFewRuns)
    }

    @Test("copes with counts of nothing, and can be written down")
    func zeros() throws {
        let comparison = compare([0, 0, 0, 0, 0, 0, 0, 0], [0, 13_334, 0, 500, 0, 8000, 3, 0])

        #expect(comparison.outcome == .noDifference)
        _ = try jsonText(comparison)
    }

    @Test("is not made of tails, which a single value moves")
    func tail() {
        let series = [Series("sse", [1, 1, 1, 1, 1, 1]), Series("websocket", [2, 2, 2, 2, 2, 2])]

        #expect(Measure("p50", "", unit: "ms", series).comparisons.map(\.outcome) == [.more])
        #expect(Measure("first-event-p99", "", unit: "ms", series).comparisons == [])
    }

    @Test("takes counts as they are")
    func exact() {
        #expect(compare([100], [99], isExact: true).outcome == .less)
        #expect(compare([100], [100], isExact: true).outcome == .noDifference)
    }
}

@Suite("A slope")
struct SlopeTests {
    @Test("is the exponent of the growth", arguments: [0.0, 0.5, 1, 2])
    func exponent(power: Double) throws {
        let points = [1.0, 10, 100, 1000].map { x in
            (x: x, y: 3 * (0..<Int(power * 2)).reduce(1) { y, _ in y * x.squareRoot() })
        }

        let slope = try #require(Slope.exponent(points))

        #expect(abs(slope - power) < 1e-9)
    }

    @Test("needs two different places")
    func tooFew() {
        #expect(Slope.exponent([(x: 1, y: 1)]) == nil)
        #expect(Slope.exponent([(x: 2, y: 1), (x: 2, y: 3)]) == nil)
    }
}

@Suite("The order of runs")
struct AlternationTests {
    @Test("is a palindrome of every two rounds")
    func order() {
        #expect(Alternation.rounds(["A", "B", "C"], 3) == [["A", "B", "C"], ["C", "B", "A"], ["A", "B", "C"]])
    }
}
