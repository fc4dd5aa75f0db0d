import ArgumentParser
import Foundation

/// `compare load`: one run against a server.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a server with streams and report what a delivered event costs."
    )

    @OptionGroup var plan: LoadPlan

    func run() async throws {
        try await LoadRun(plan: plan, target: .tandem).run().print(asJSON: plan.json)
    }
}

/// `compare floor`: the same run against the least that a server can do.
struct FloorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "floor",
        abstract: "Load a loop of write(2) with the same streams: the least that any server costs."
    )

    @OptionGroup var plan: LoadPlan

    func run() async throws {
        guard plan.transport != .mixed, plan.commands == 0, plan.url == nil else {
            throw ValidationError("the floor has one transport, takes no commands, and is the bench's own")
        }
        try await LoadRun(plan: plan, target: .floor).run().print(asJSON: plan.json)
    }
}

extension LoadResult {
    func print(asJSON: Bool) throws {
        guard asJSON else { return Swift.print(table) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        Swift.print(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}
