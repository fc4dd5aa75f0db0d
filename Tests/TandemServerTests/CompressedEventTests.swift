import NIOCore
import TandemServer
import TandemTesting
import Testing

@testable import TandemWebSocket

@Suite("Compressed events", .timeLimit(.minutes(5)))
struct CompressedEventTests {
    private static let offer = ["Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"]
    /// The opcode with RSV1.
    private static let compressedText: UInt8 = 0x41
    private static let names = [String(repeating: "apple", count: 6), String(repeating: "pear", count: 8)]

    /// The first event of that name, as it is on the wire.
    private static func frame(_ name: String, of client: WebSocketClient) async throws -> WebSocketClient.Frame {
        while true {
            let frame = try await client.nextFrame()
            guard try text(frame).contains(#""event":"\#(name)""#) else { continue }
            return frame
        }
    }

    private static func text(_ frame: WebSocketClient.Frame) throws -> String {
        guard frame.isCompressed else { return frame.text }
        var text = ByteBuffer()
        // A new one for each: the server promised to keep no context.
        let inflater = try #require(Inflater(windowBits: 15))
        try inflater.inflateMessage(ByteBuffer(bytes: frame.payload), into: &text, limit: 1000)
        return String(buffer: text)
    }

    @Test("are the same bytes to everybody who asked for them, and plain to everybody else")
    func shared() async throws {
        try await TestServer.runWithBystanders({ $0.webSocketCompression = true }) { server, _ in
            let code = try await server.createRoom(names: Self.names)
            let first = try await WebSocketClient(server, code, fields: Self.offer)
            let second = try await WebSocketClient(server, code, fields: Self.offer)
            let plain = try await WebSocketClient(server, code)
            #expect(first.head.contains("permessage-deflate; server_no_context_takeover; client_max_window_bits=10"))
            #expect(!plain.head.contains("permessage-deflate"))
            // The snapshot's, and then the one that is published.
            for client in [first, second, plain] { _ = try await Self.frame("turn", of: client) }

            #expect(try await server.request("PATCH", "/api/\(code)/turn/swap").status == 204)
            let frames = [
                try await Self.frame("turn", of: first), try await Self.frame("turn", of: second),
                try await Self.frame("turn", of: plain),
            ]

            #expect(frames.map(\.isCompressed) == [true, true, false])
            #expect(frames[0] == frames[1])
            #expect(frames[0].payload.count < frames[2].payload.count)
            #expect(try Self.text(frames[0]) == frames[2].text)
            for client in [first, second, plain] { await client.disconnect() }
        }
    }

    @Test("are not made of what compression does not make shorter: a tick is plain, and a command may be compressed")
    func mixed() async throws {
        try await TestServer.runWithBystanders({ $0.webSocketCompression = true }) { server, bystanders in
            let client = try await WebSocketClient(server, bystanders.code, fields: Self.offer)
            let ref = String(repeating: "z", count: 60)
            let command = ByteBuffer(string: #"{"command":"ping","ref":"\#(ref)"}"#)
            var frame = WebSocketMessage(kind: .text, bytes: command).frame
            MessageCompressor(windowBits: 9, threshold: 0).compressFrame(at: 0, in: &frame)
            let payload = Array(frame.readableBytesView.dropFirst(2))
            #expect(Array(frame.readableBytesView)[0] == 0xC1)

            try await client.connection.send(WebSocketClient.frame(Self.compressedText, payload))

            #expect(try await client.nextReply().text.contains(ref))
            try await bystanders.expectTick()
            #expect(try await !Self.frame("remaining-time", of: client).isCompressed)
            await client.disconnect()
        }
    }

    @Test("of nobody: what a client sends that is no deflate stream closes it alone, and a bomb does with 1009")
    func hostile() async throws {
        try await TestServer.runWithBystanders({ $0.webSocketCompression = true }) { server, bystanders in
            var bomb = WebSocketMessage(kind: .text, bytes: ByteBuffer(repeating: 0x20, count: 1_000_000)).frame
            MessageCompressor(windowBits: 10, threshold: 0).compressFrame(at: 0, in: &bomb)
            for (payload, code) in [([0xFF, 0xFF, 0xFF], 1007), (Array(bomb.readableBytesView.dropFirst(4)), 1009)] {
                let client = try await WebSocketClient(server, bystanders.code, fields: Self.offer)

                try await client.connection.send(WebSocketClient.frame(Self.compressedText, payload))

                #expect(try await client.nextReply().closeCode == code)
                await client.disconnect()
            }
        }
    }
}
