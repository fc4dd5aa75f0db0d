import Synchronization
import TandemCore
import TandemTesting
import Testing

@testable import TandemEngine

#if DEBUG
@Suite("A write that goes wrong, whenever it does", .timeLimit(.minutes(5)))
struct FaultyPeerTests {
    /// What a subscriber reads from the start of a run of 3 s to the end of the stream, but for who is connected.
    private static let script = """
        2-0 timer start
        2-0 remaining-time 3000
        2-1 remaining-time 2000
        2-2 remaining-time 1000
        2-3 remaining-time 0
        3-0 timer stop
        3-0 remaining-time 3000
        heartbeat
        close shutdown

        """
    /// The last tick is never left out, since none comes after it.
    private static let scriptsWithoutATick = ["2-1 remaining-time 2000\n", "2-2 remaining-time 1000\n"]
        .map { script.replacing($0, with: "") }
    /// Start, three ticks, stop, who is connected and a heartbeat, to six subscribers.
    private static let writes = 7 * 6

    @Test("costs nobody else a byte", arguments: SendFaults.Kind.allCases)
    func costsNobodyElse(kind: SendFaults.Kind) async throws {
        let faults = SendFaults()
        for number in 1...Self.writes + 1 {
            let transcripts = try await transcripts(faults, kind, at: number)

            #expect(faults.hasStruck == (number <= Self.writes), "write \(number)")
            // A tick that finds no place is left out, and the next one is the newest.
            let whole = kind == .blocked ? [Self.script] + Self.scriptsWithoutATick : [Self.script]
            let broken = transcripts.filter { !whole.contains($0) }
            #expect(broken.count == (kind == .broken && faults.hasStruck ? 1 : 0), "write \(number)")
            #expect(transcripts.filter { $0 != Self.script }.count <= 1, "write \(number)")
            for transcript in broken { #expect(Self.script.hasPrefix(transcript), "write \(number)") }
        }
    }

    /// What each of six subscribers of two encodings reads, if write number `number` is a fault of `kind`.
    private func transcripts(_ faults: SendFaults, _ kind: SendFaults.Kind, at number: Int) async throws -> [String] {
        var transcripts: [String] = []
        let wire = EngineHost.Wire(encodings: 2, showsAll: true, faults: faults)
        try await EngineHost.run(wire: wire) { host in
            let engine = host.engine
            try await engine.perform(.update(TimerSetting(duration: .seconds(3))), in: host.code)
            var clients: [RawClient] = []
            for _ in 0..<6 { clients.append(try await host.join()) }
            faults.arm(kind, at: number)

            try await engine.perform(.start, in: host.code)
            for _ in 0..<3 { try await host.clock.advance(by: .seconds(1)) }
            try await host.clock.advance(by: .seconds(20))

            let left = kind == .broken && faults.hasStruck ? 5 : 6
            try await host.untilStreamCount(is: left)
            #expect(try await engine.report(of: host.code).subscribers == [TransportName("test"): left])
            engine.drain()
            for client in clients {
                let text = String(decoding: try await client.readToEnd(), as: UTF8.self)
                let lines = text.split(separator: "\n").filter { !$0.contains("presence") }
                transcripts.append(lines.map { "\($0)\n" }.joined())
            }
        }
        return transcripts
    }
}
#endif

@Suite("Messages to the parts of an engine", .timeLimit(.minutes(5)))
struct TurnTests {
    @Test("that come while one is handled wait for its end")
    func turns() async throws {
        try await EngineHost.run { host in
            let order = Mutex<[Int]>([])
            let note = { @Sendable (number: Int) in order.withLock { $0.append(number) } }
            let mailbox = host.engine.mailboxes[0]
            let shard = host.engine.directory.shard(of: host.code)

            mailbox.onLoop { _ in
                mailbox.onLoop { _ in note(2) }
                note(1)
            }
            shard.onLoop { _ in
                shard.onLoop { _ in
                    shard.onLoop { _ in note(5) }
                    note(4)
                }
                shard.onLoop { _ in }
                note(3)
            }
            try await host.clock.settle()

            #expect(order.withLock(\.self) == [1, 2, 3, 4, 5])
        }
    }
}
