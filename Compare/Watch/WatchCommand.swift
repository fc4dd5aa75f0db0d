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
            the transport on which it came first. Where the output is no terminal, every event is a line, and what \
            becomes of the streams is told on standard error. A stream that is silent for two heartbeats and 5 s is \
            opened anew.

            Ends with 0 when the room was closed, 1 when there is no such room or the output can take no more, 2 when \
            the server cannot be reached or gives no stream.
            """
    )

    @Argument(help: "Access code of the room.")
    var code: String

    @Option(help: ArgumentHelp("Address of the server, with its base path if that is not /api.", valueName: "url"))
    var url = "http://127.0.0.1:8080"

    func validate() throws {
        guard StreamURL.parse(url, ["http", "https"]) != nil else {
            throw ValidationError("'\(url)' is not a URL of http or https")
        }
    }

    func run() async throws {
        guard let address = StreamURL.parse(url, ["http", "https"]) else { return }
        let base = address.path().isEmpty || address.path() == "/" ? address.appending(path: "api") : address
        do {
            try await watch(base)
        } catch let code as ExitCode {
            throw code
        } catch {
            let text = "room \(code) at \(base) cannot be watched: \(error)"
            FileHandle.standardError.write(Data("compare: \(text.printable)\n".utf8))
            throw ExitCode("\(error)" == "no such room" ? 1 : 2)
        }
    }

    private func watch(_ base: URL) async throws {
        let room = base.appending(path: "\(code)/connect")
        let transports: [StreamTransport] = [.sse, .websocket]
        // Of a server that sends faster than a terminal shows, the oldest goes.
        let (news, tell) = AsyncStream.makeStream(
            of: (StreamTransport, RoomWatch.News).self,
            bufferingPolicy: .bufferingNewest(256)
        )
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for transport in transports {
                let watch = RoomWatch(
                    endpoint: try StreamEndpoint(room, transport).fromItsPage,
                    group: MultiThreadedEventLoopGroup.singleton
                )
                tasks.addTask { try await watch.run { tell.yield((transport, $0)) } }
            }
            tasks.addTask { [code, base] in
                var view = WatchView(title: "Room \(code) at \(base)", transports)
                for await (transport, item) in news { try view.show(item, transport) }
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

    mutating func show(_ news: RoomWatch.News, _ transport: StreamTransport) throws {
        var line: String?
        switch news {
        case .event(let event): line = board.receive(event, over: transport)
        case .status(let text): board.note(text, transport)
        }
        let label = transport.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0)
        if isTerminal {
            let lines = ([title, ""] + board.lines).map(\.printable)
            try write("\u{1B}[H\u{1B}[J" + lines.joined(separator: "\n") + "\n")
        } else if let line {
            try write("\(label) \(line.printable)\n")
        } else if case .status(let text) = news {
            FileHandle.standardError.write(Data("\(label) \(text.printable)\n".utf8))
        }
    }

    private func write(_ text: String) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        } catch {
            // Whoever read it has gone.
            throw ExitCode(1)
        }
    }
}
