import Foundation

/// A client of the WebSocket that speaks frames byte by byte.
public final class WebSocketClient: EventClient {
    /// A frame as the server sent it.
    public struct Frame: Hashable, Sendable {
        public let opcode: UInt8
        public let payload: [UInt8]
        /// Whether RSV1 is set: the payload is compressed (RFC 7692, section 6).
        public let isCompressed: Bool

        public init(opcode: UInt8, payload: [UInt8], isCompressed: Bool = false) {
            self.opcode = opcode
            self.payload = payload
            self.isCompressed = isCompressed
        }

        public var text: String { String(decoding: payload, as: UTF8.self) }
        /// The code of a close frame.
        public var closeCode: Int? {
            opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil
        }
    }

    /// The key of the example in RFC 6455, section 1.3.
    public static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    /// The head of the answer.
    public let head: String
    public let connection: RawClient
    private var waiting: [ReceivedEvent] = []
    private var commandCount = 0

    public init(
        _ server: TestServer,
        _ code: String,
        fields: [String] = [],
        lastEventID: String? = nil
    ) async throws {
        connection = try await server.connect()
        let query = lastEventID.map { "?lastEventId=\($0)" } ?? ""
        try await connection.send(
            Self.handshake("/api/\(code)/connect\(query)", fields: ["Host: 127.0.0.1:\(server.port)"] + fields)
        )
        head = try await connection.read(until: "\r\n\r\n")
    }

    /// The opening handshake that asks for `path`.
    public static func handshake(_ path: String, fields: [String]) -> String {
        let lines =
            ["GET \(path) HTTP/1.1", "Upgrade: websocket", "Connection: Upgrade"]
            + ["Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13"] + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// The bytes of a client's frame.
    public static func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
        let mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        var bytes: [UInt8] = [(isFinal ? 0x80 : 0) | opcode]
        if payload.count <= 125 {
            bytes.append(0x80 | UInt8(payload.count))
        } else if payload.count <= 0xFFFF {
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        } else {
            bytes.append(0x80 | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        return bytes + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    public func send(_ text: String) async throws {
        try await connection.send(Self.frame(1, Array(text.utf8)))
    }

    public func nextFrame() async throws -> Frame {
        let start = try await connection.read(count: 2)
        var length = Int(start[1])
        if length == 126 { length = try await connection.read(count: 2).reduce(0) { $0 << 8 | Int($1) } }
        let payload = try await connection.read(count: length)
        return Frame(opcode: start[0] & 0x0F, payload: payload, isCompressed: start[0] & 0x40 != 0)
    }

    /// The next frame that is no event.
    public func nextReply() async throws -> Frame {
        while true {
            let frame = try await nextFrame()
            guard frame.opcode == 1, let event = try Self.event(frame) else { return frame }
            waiting.append(event)
        }
    }

    public func receive() async throws -> ReceivedEvent {
        if !waiting.isEmpty { return waiting.removeFirst() }
        while true {
            let frame = try await nextFrame()
            if frame.opcode == 9 { try await connection.send(Self.frame(10, frame.payload)) }
            if let event = try Self.event(frame) { return event }
        }
    }

    public func perform(_ command: TestCommand) async throws -> String? {
        commandCount += 1
        try await send(#"{\#(command.json),"ref":"\#(commandCount)"}"#)
        let reply = try Self.members(try await nextReply())
        guard reply["ref"] == "\(commandCount)" else {
            throw RawClient.Failure(description: "a reply to another: \(reply)")
        }
        return reply["event"] == "ack" ? nil : reply["code"]
    }

    public func disconnect() async {
        await connection.close()
    }

    private static func members(_ frame: Frame) throws -> [String: String] {
        guard frame.opcode == 1 else { return [:] }
        return try JSONDecoder().decode([String: String].self, from: Data(frame.payload))
    }

    private static func event(_ frame: Frame) throws -> ReceivedEvent? {
        let members = try members(frame)
        guard let name = members["event"], let data = members["data"] else { return nil }
        return ReceivedEvent(id: members["id"], name, data)
    }
}
