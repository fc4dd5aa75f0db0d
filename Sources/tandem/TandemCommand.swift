import ArgumentParser
import Foundation

/// The command line of Tandem.
@main
struct TandemCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tandem",
        abstract: "Shared countdown timers over Server-Sent Events and WebSocket.",
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
            FileHandle.standardError.write(Data("tandem: \(message(for: error))\n".utf8))
            exit(withError: exitCode(for: error))
        }
    }
}
