import ArgumentParser
import Foundation

/// The command line of Tandem.
@main
struct TandemCommand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "tandem",
        abstract: "Shared countdown timers over Server-Sent Events and WebSocket.",
        version: version,
        subcommands: [ServeCommand.self],
        defaultSubcommand: ServeCommand.self
    )

    /// Runs what `arguments` ask for; an error is one line on standard error.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch  where exitCode(for: error).isSuccess {
            exit(withError: error)  // a request for help
        } catch {
            FileHandle.standardError.write(Data("tandem: \(OneLine.escaped(message(for: error)))\n".utf8))
            exit(withError: exitCode(for: error))
        }
    }
}
