import ArgumentParser
import Foundation
import NIOPosix

/// `compare watch`: one room over both transports, live.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch one room over both transports beside each other: id, value, and how late each event came.",
        discussion: """
            A tick's lateness counts from the room's schedule, as its earliest arrival shows it; any other event's from \
            the transport on which it came first. Where the output is no terminal, every event is a line.
            """
    )

    @Argument(help: "Access code of the room.")
    var code: String

    @Option(help: ArgumentHelp("Address of the server, with its base path if that is not /api.", valueName: "url"))
    var url = "http://127.0.0.1:8080"

    func validate() throws {
        guard let parsed = URL(string: url), parsed.host() != nil, ["http", "https"].contains(parsed.scheme) else {
            throw ValidationError("'\(url)' is not a URL of http or https")
        }
    }

    func run() async throws {
        guard let address = URL(string: url) else { return }
        let base = address.path().isEmpty || address.path() == "/" ? address.appending(path: "api") : address
        let room = base.appending(path: "\(code)/connect")
        let transports: [StreamTransport] = [.sse, .websocket]
        let (news, tell) = AsyncStream.makeStream(of: (StreamTransport, RoomWatch.News).self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for transport in transports {
                let watch = RoomWatch(
                    endpoint: try StreamEndpoint(room, transport),
                    group: MultiThreadedEventLoopGroup.singleton
                )
                tasks.addTask { try await watch.run { tell.yield((transport, $0)) } }
            }
            tasks.addTask { [code, base] in
                var view = WatchView(title: "Room \(code) at \(base)", transports)
                for await (transport, item) in news { view.show(item, transport) }
            }
            // The view goes on as long as there is somebody to watch.
            for _ in transports { try await tasks.next() }
            tell.finish()
            try await tasks.waitForAll()
        }
    }
}

/// The board on a terminal, or its events as lines elsewhere.
private struct WatchView {
    private let title: String
    private let isTerminal = isatty(STDOUT_FILENO) == 1
    private var board: WatchBoard

    init(title: String, _ transports: [StreamTransport]) {
        self.title = title
        var size = winsize()
        let height = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 12 ? Int(size.ws_row) : 24
        board = WatchBoard(transports, limit: height - 8)
    }

    mutating func show(_ news: RoomWatch.News, _ transport: StreamTransport) {
        var line: String?
        switch news {
        case .event(let event): line = board.receive(event, over: transport)
        case .status(let text): board.note(text, transport)
        }
        if isTerminal {
            write("\u{1B}[H\u{1B}[J" + ([title, ""] + board.lines).joined(separator: "\n") + "\n")
        } else if let line {
            write("\(transport.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)) \(line)\n")
        }
    }

    private func write(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
