import NIOCore
import Testing

@testable import TandemWebSocket

@Suite("Compressed messages")
struct CompressionTests {
    private typealias Reading = MessageReaderTests.Reading

    private static func agreed(_ offer: String) throws -> PermessageDeflate {
        let offers = try #require(ExtensionOffer.list(["permessage-deflate" + offer]))
        return try #require(PermessageDeflate(offers, limits: WebSocketLimits()))
    }

    private static func read(_ bytes: [UInt8], messageSize: Int = 64, offer: String = "") throws -> Reading {
        MessageReaderTests.read(bytes, messageSize: messageSize, compression: try agreed(offer))
    }

    private static func text(_ text: String) -> MessageReader.Input {
        .message(WebSocketMessage(kind: .text, bytes: ByteBuffer(string: text)))
    }

    private static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

    @Test(
        "are read in every form of RFC 7692, section 7.2.3",
        arguments: [
            // One block; no compression; BFINAL set; two blocks.
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
        ] as [[UInt8]]
    )
    func forms(payload: [UInt8]) throws {
        #expect(try Self.read(MessageReaderTests.frame(0xC1, payload)).inputs == [Self.text("Hello")])
    }

    @Test("are read in fragments, of which the first alone says that they are compressed")
    func fragments() throws {
        let bytes =
            MessageReaderTests.frame(0x41, Array(Self.hello[..<3])) + MessageReaderTests.frame(0x89)
            + MessageReaderTests.frame(0x80, Array(Self.hello[3...]))

        #expect(try Self.read(bytes).inputs == [.ping(ByteBuffer()), Self.text("Hello")])
    }

    @Test("may refer to those before if the client bounds its window, unless it said that they do not")
    func contextTakeover() throws {
        // The second is the reference of RFC 7692, section 7.2.3.2.
        let bytes =
            MessageReaderTests.frame(0xC1, Self.hello)
            + MessageReaderTests.frame(0xC1, [0xF2, 0x00, 0x11, 0x00, 0x00])

        let bounded = "; client_max_window_bits"
        #expect(try Self.read(bytes, offer: bounded).inputs == [Self.text("Hello"), Self.text("Hello")])
        #expect(try Self.read(bytes, offer: bounded + "; client_no_context_takeover").violation == 1007)
        #expect(try Self.read(bytes).violation == 1007)
    }

    @Test("may be empty, and may come between uncompressed ones")
    func mixed() throws {
        let bytes =
            MessageReaderTests.frame(0xC1, [0x00]) + MessageReaderTests.frame(0x81, [0x61])
            + MessageReaderTests.frame(0xC1, Self.hello)

        #expect(try Self.read(bytes).inputs == [Self.text(""), Self.text("a"), Self.text("Hello")])
    }

    @Test(
        "fail the connection where they break a rule",
        arguments: [
            ([0xC9, 0x80], 1002), ([0x41, 0x80, 0, 0, 0, 0, 0xC0, 0x80], 1002),
            (MessageReaderTests.frame(0xC1, [0xFF, 0xFF, 0xFF]), 1007),
            // Decompresses to 0xFF; to half a character.
            (MessageReaderTests.frame(0xC1, [0x00, 0x01, 0x00, 0xFE, 0xFF, 0xFF, 0x00]), 1007),
            (MessageReaderTests.frame(0xC1, [0x00, 0x01, 0x00, 0xFE, 0xFF, 0xC3, 0x00]), 1007),
        ] as [([UInt8], UInt16)]
    )
    func violations(bytes: [UInt8], code: UInt16) throws {
        #expect(try Self.read(bytes).violation == code)
    }

    @Test("are bounded by what they decompress to", arguments: [(1_000_000, UInt16?.none), (999_999, 1009)])
    func bomb(messageSize: Int, violation: UInt16?) throws {
        // A million times the same byte.
        var frame = WebSocketMessage(kind: .binary, bytes: ByteBuffer(repeating: 0, count: 1_000_000)).frame
        MessageCompressor(windowBits: 15, threshold: 0).compressFrame(at: 0, in: &frame)
        let bomb = Array(frame.readableBytesView.dropFirst(4))
        #expect(bomb.count < 2_000)

        let reading = try Self.read(MessageReaderTests.frame(0xC2, bomb), messageSize: messageSize)

        #expect(reading.violation == violation)
        #expect(reading.inputs.count == (violation == nil ? 1 : 0))
    }

    @Test("of the server are each by itself, and the same bytes every time")
    func written() throws {
        let compressor = MessageCompressor(windowBits: 9, threshold: 16)
        let text = String(repeating: "remaining-time ", count: 10)
        var frames: [ByteBuffer] = []
        for _ in 0..<2 {
            var buffer = ByteBuffer(string: "before")
            buffer.writeImmutableBuffer(
                WebSocketMessage(kind: .text, bytes: ByteBuffer(string: text)).frame
            )
            compressor.compressFrame(at: 6, in: &buffer)
            frames.append(buffer)
        }

        let frame = Array(frames[0].readableBytesView.dropFirst(6))
        #expect(frames[0] == frames[1])
        #expect(frame[0] == 0xC1)
        #expect(Int(frame[1]) == frame.count - 2)
        #expect(frame.count < 40)
        #expect(
            try Self.read(MessageReaderTests.frame(0xC1, Array(frame[2...])), messageSize: 1000).inputs
                == [Self.text(text)]
        )
    }

    @Test("of the server stay as they are where that is no longer", arguments: ["short", "0123456789abcdefghijklmno"])
    func incompressible(text: String) {
        let plain = WebSocketMessage(kind: .text, bytes: ByteBuffer(string: text)).frame
        var frame = plain

        MessageCompressor(windowBits: 15, threshold: 16).compressFrame(at: 0, in: &frame)

        #expect(frame == plain)
    }
}
