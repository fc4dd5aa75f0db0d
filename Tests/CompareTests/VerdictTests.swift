import Foundation
import Testing

@testable import compare

@Suite("The verdict")
struct VerdictTests {
    private func rule(_ needs: Needs) -> String {
        let criterion = Criterion(
            question: "How often?",
            rules: [
                .init(
                    conditions: [.atLeast(60, .commandsPerMinute)],
                    favours: .websocket,
                    weight: .decides,
                    reason: "often"
                ),
                .init(
                    conditions: [.atLeast(10, .commandsPerMinute), .no(.mobile)],
                    favours: .websocket,
                    weight: .counts,
                    reason: "sometimes"
                ),
                .init(conditions: [], favours: .either, weight: .none, reason: "seldom"),
            ],
            axis: nil
        )
        return criterion.rule(for: needs)?.reason ?? ""
    }

    @Test("takes the first rule whose conditions all hold")
    func rules() {
        #expect(rule(Needs(commandsPerMinute: 60)) == "often")
        #expect(rule(Needs(commandsPerMinute: 59)) == "sometimes")
        #expect(rule(Needs(commandsPerMinute: 59, mobile: true)) == "seldom")
        #expect(rule(Needs(commandsPerMinute: 9)) == "seldom")
    }

    @Test(
        "says what decides before it counts reasons",
        arguments: [
            ([(.sse, .decides), (.websocket, .counts), (.websocket, .counts)], Verdict.text.sseDecided),
            ([(.sse, .decides), (.websocket, .decides)], Verdict.text.both),
            ([(.websocket, .counts), (.either, .none)], Verdict.text.websocket),
            ([(.websocket, .counts), (.sse, .counts)], Verdict.text.either),
            ([], Verdict.text.either),
        ] as [([(Criterion.Favours, Criterion.Weight)], String)]
    )
    func conclusion(rows: [(Criterion.Favours, Criterion.Weight)], expected: String) {
        let criteria = rows.map { favours, weight in
            Criterion(
                question: "",
                rules: [.init(conditions: [], favours: favours, weight: weight, reason: "")],
                axis: nil
            )
        }

        #expect(Verdict(criteria, for: Needs()).conclusion == expected)
    }

    @Test("makes of measured differences a reason, and of none of them no reason")
    func figures() throws {
        let cheaper = Criteria(SampleReport.make(cpu: [10, 7])).all.first { $0.axis == "delivery" }
        let alike = Criteria(SampleReport.make(cpu: [10, 10])).all.first { $0.axis == "delivery" }

        #expect(try #require(cheaper?.rule(for: Needs())).favours == .websocket)
        #expect(try #require(alike?.rule(for: Needs())).weight == .none)
        #expect(try #require(alike?.rule(for: Needs())).reason.contains("10.00 µs and 10.00 µs"))
    }

    @Test(
        "for clients that lose their connection takes who is right again sooner after the longest outage, if anybody is",
        arguments: [([2.0, 2.1], Criterion.Favours.either), ([2, 6], .sse), ([6, 2], .websocket)]
    )
    func outage(blind: [Double], expected: Criterion.Favours) throws {
        var report = SampleReport.make(cpu: [10, 10])
        var axis = AxisResult(definition: OutageAxis().definition, command: "")
        axis.measures = [("blind-5", [1.0, 9.0]), ("unwatched-5", [9, 1]), ("blind-60", blind)].map { id, values in
            let series = zip(["sse", "websocket"], values).map { Series($0, [Double](repeating: $1, count: 6)) }
            return Measure(id, id, unit: "s", series)
        }
        report.axes.append(axis)

        let rule = Criteria(report).all.first { $0.axis == "outage" }?.rule(for: Needs(mobile: true))

        #expect(try #require(rule).favours == expected)
        #expect(try #require(rule).reason.contains("Away for 60 s"))
    }
}

/// A report of one axis with six equal runs of each variant.
enum SampleReport {
    static func make(cpu: [Double], text: String = "SSE & <WebSocket>") -> BenchReport {
        var axis = AxisResult(definition: DeliveryAxis().definition, command: "compare run --axis delivery")
        axis.measures = [
            Measure(
                "cpu",
                "Server CPU per delivered event",
                unit: "µs",
                digits: 2,
                zip(["sse", "websocket"], cpu).map { Series($0, [Double](repeating: $1, count: 6)) }
            )
        ]
        axis.notes = [text]
        return BenchReport(
            command: "compare",
            profile: "quick",
            machine: MachineDescription(
                processor: "a processor",
                processors: 2,
                memory: 1 << 32,
                system: "Debian",
                kernel: "6",
                compiler: "Swift",
                isOptimized: true,
                nginx: nil,
                chromium: nil,
                commit: nil
            ),
            startedAt: Date(timeIntervalSince1970: 1_000_000_000),
            planned: ["delivery", "memory"],
            axes: [axis],
            needs: Needs()
        )
    }
}
