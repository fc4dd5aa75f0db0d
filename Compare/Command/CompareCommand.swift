import ArgumentParser

/// The bench: how much a delivered event costs on either transport, and how close that is to the least possible.
@main
struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Measures Server-Sent Events and WebSocket on one engine.",
        subcommands: [
            RunCommand.self, RenderCommand.self, AgreeCommand.self, DoctorCommand.self, WatchCommand.self,
            BenchCommand.self,
            LoadCommand.self,
            FloorCommand.self, StormCommand.self, ServerProcessCommand.self, FloorProcessCommand.self,
            OutageNetworkCommand.self, OutageEndCommand.self,
        ],
        defaultSubcommand: RunCommand.self
    )
}
