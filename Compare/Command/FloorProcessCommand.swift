import ArgumentParser
import Foundation
import TandemServer

/// The floor that is measured.
struct FloorProcessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "floor-process", shouldDisplay: false)

    @Option var cpu: Int?
    @Option var transport: StreamTransport
    /// Milliseconds.
    @Option var tickInterval: Int64 = 1000

    func run() throws {
        Lifeline.watch()
        if let cpu { try Processors.pin(to: cpu) }
        _ = DescriptorLimit.raise()
        signal(SIGPIPE, SIG_IGN)
        var server = try FloorServer(transport: transport, interval: tickInterval * 1_000_000)
        FileHandle.standardOutput.write(Data("\(server.port)\n".utf8))
        server.run()
    }
}
