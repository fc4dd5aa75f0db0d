import Foundation

/// An event as a client received it.
public struct ReceivedEvent: Hashable, Sendable, CustomStringConvertible {
    public let id: String?
    public let name: String
    public let data: String

    public init(id: String?, _ name: String, _ data: String) {
        self.id = id
        self.name = name
        self.data = data
    }

    public var description: String { "\(id ?? "-") \(name) \(data)" }
}

/// A client of one stream, whatever its transport.
public protocol EventClient: AnyObject {
    /// The next event of any kind.
    func receive() async throws -> ReceivedEvent

    /// Performs a command the way this transport does it.
    /// - Returns: the error code, nil if it was carried out.
    func perform(_ command: TestCommand) async throws -> String?

    /// Goes away without a word.
    func disconnect() async
}

/// A command, in the words of the contract.
public enum TestCommand: Sendable {
    case start
    case pause
    case update(duration: Int64)
    case swap(turn: Int?)

    var json: String {
        switch self {
        case .start: #""command":"start""#
        case .pause: #""command":"pause""#
        case .update(let duration): #""command":"update","duration":\#(duration)"#
        case .swap(let turn): #""command":"swap""# + (turn.map { #","turn":\#($0)"# } ?? "")
        }
    }
}

extension EventClient {
    /// The next event of the room's sequence; who is connected and heartbeats are passed over.
    public func next() async throws -> ReceivedEvent {
        while true {
            let event = try await receive()
            if event.name != "presence", event.name != "heartbeat" { return event }
        }
    }

    /// The data of the next `presence`; all else is passed over.
    public func nextPresence() async throws -> String {
        while true {
            let event = try await receive()
            if event.name == "presence" { return event.data }
        }
    }

    public func next(_ count: Int) async throws -> [ReceivedEvent] {
        var events: [ReceivedEvent] = []
        while events.count < count { events.append(try await next()) }
        return events
    }
}

/// A client that performs its commands by separate requests.
public protocol HTTPCommanding: EventClient {
    var server: TestServer { get }
    var code: String { get }
}

extension HTTPCommanding {
    public func perform(_ command: TestCommand) async throws -> String? {
        let response =
            switch command {
            case .start: try await server.request("PATCH", "/api/\(code)/timer/start")
            case .pause: try await server.request("PATCH", "/api/\(code)/timer/pause")
            case .update(let duration):
                try await server.request("PATCH", "/api/\(code)/timer", json: #"{"duration":\#(duration)}"#)
            case .swap(let turn):
                try await server.request(
                    "PATCH",
                    "/api/\(code)/turn/swap",
                    json: turn.map { #"{"turn":\#($0)}"# }
                )
            }
        return response.status == 204 ? nil : try response.member("code")
    }
}
