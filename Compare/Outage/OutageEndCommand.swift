import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// One end of an outage's network: the followers beyond the router, or beside the server those who stay, who also make
/// the rooms and what happens in them.
struct OutageEndCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "outage-end", shouldDisplay: false)

    enum Request: Codable, Sendable {
        case rooms(count: Int, url: String)
        case start(codes: [String])
        case update(codes: [String], duration: Int64)
        /// Opens them evenly over `seconds`, and answers when each has a snapshot.
        case follow([Follower], url: String, FollowerPatience, over: Double)
        case report
    }

    struct Answer: Codable, Sendable {
        var codes: [String] = []
        var logs: [FollowerLog] = []
    }

    func run() async throws {
        let end = End()
        await LineConversation.answer { (request: Request) in try await end.answer(request) }
        // The followers' connections end with the process.
    }

    private actor End {
        private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        private var control: ControlClient?
        private var followers: [OutageFollower] = []

        func answer(_ request: Request) async throws -> Answer {
            switch request {
            case .rooms(let count, let url):
                let control = ControlClient(group, url: url)
                self.control = control
                return Answer(codes: try await control.createRooms(count))
            case .start(let codes):
                try await control?.start(codes)
            case .update(let codes, let duration):
                try await control?.update(codes, duration: duration)
            case .follow(let followers, let url, let patience, let seconds):
                try await follow(followers, url, patience, over: seconds)
            case .report:
                return Answer(logs: await logs())
            }
            return Answer()
        }

        private func follow(_ followers: [Follower], _ url: String, _ patience: FollowerPatience, over seconds: Double)
            async throws
        {
            for follower in followers {
                guard let url = URL(string: "\(url)/api/\(follower.code)/connect") else { throw BenchError("no URL") }
                let one = OutageFollower(
                    follower,
                    try StreamEndpoint(url, follower.transport),
                    patience,
                    on: group
                )
                self.followers.append(one)
                Task { await one.run() }
                try await Task.sleep(for: .seconds(seconds / Double(followers.count)))
            }
            for _ in 0..<100 {
                if await logs().allSatisfy(\.hasSnapshot) { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            throw BenchError("the streams did not begin")
        }

        private func logs() async -> [FollowerLog] {
            var logs: [FollowerLog] = []
            for follower in followers { logs.append(await follower.log) }
            return logs
        }
    }
}
