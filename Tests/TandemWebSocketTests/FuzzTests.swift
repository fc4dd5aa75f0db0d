import NIOCore
import TandemContract
import TandemCore
import TandemTesting
import Testing

@testable import TandemWebSocket

@Suite("Random bytes")
struct FuzzTests {
    private static let seeds = Array(UInt64(1)...8)
    /// Enough to run for a second or two in a debug build, over all seeds.
    private static let rounds = 400

    private static func frames(_ generator: inout SeededGenerator) -> [UInt8] {
        let compressed: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]
        let texts = [Array("päir 🍎 programming".utf8), [], compressed, [0x03, 0xE8], generator.bytes(20)]
        let firsts: [UInt8] = [0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0x8A, 0xC1, 0x41]
        return (0..<Int.random(in: 1...6, using: &generator)).flatMap { _ in
            MessageReaderTests.frame(
                firsts.randomElement(using: &generator) ?? 0x81,
                texts.randomElement(using: &generator) ?? []
            )
        }
    }

    @Test("mean the same to the message reader however they are cut", arguments: seeds)
    func reader(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let offers = try #require(ExtensionOffer.list(["permessage-deflate; client_max_window_bits"]))
        let agreed = try #require(PermessageDeflate(offers, limits: WebSocketLimits()))
        for _ in 0..<Self.rounds {
            let bytes = generator.mutate(Self.frames(&generator))
            let cuts = (0..<3).map { _ in Int.random(in: 0...bytes.count, using: &generator) }.sorted()
            let compression = Bool.random(using: &generator) ? agreed : nil

            let whole = MessageReaderTests.read(bytes, compression: compression)
            let cut = MessageReaderTests.read(bytes, compression: compression, cuts: cuts)

            #expect(cut.inputs == whole.inputs && cut.violation == whole.violation, "\(bytes)")
        }
    }

    @Test("never make more of a compressed message than is allowed", arguments: seeds)
    func inflater(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var frame = WebSocketMessage(kind: .binary, bytes: ByteBuffer(repeating: 7, count: 5_000)).frame
        MessageCompressor(windowBits: 15, threshold: 0).compressFrame(at: 0, in: &frame)
        let sample = Array(frame.readableBytesView.dropFirst(2))
        for round in 0..<Self.rounds {
            let bytes = round.isMultiple(of: 2) ? generator.bytes(40) : generator.mutate(sample)
            let inflater = try #require(Inflater(windowBits: 15))
            var message = ByteBuffer()

            try? inflater.inflateMessage(ByteBuffer(bytes: bytes), into: &message, limit: 1_000)

            #expect(message.readableBytes <= 1_001, "\(bytes)")
        }
    }

    @Test("are a command or a clear error to the decoder", arguments: seeds)
    func commands(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let samples = [
            #"{"command":"update","duration":600000,"remainingTime":5,"ref":"7"}"#, #"{"command":"start"}"#,
            #"{"a":[1,2,{"b":null}],"command":"ping","ref":"\u00e9\n"}"#,
        ]
        for _ in 0..<Self.rounds {
            let bytes = generator.mutate(Array((samples.randomElement(using: &generator) ?? "").utf8))
            do throws(ClientMessage.Failure) {
                let message = try ClientMessage(ByteBuffer(bytes: bytes), limits: WebSocketLimits())
                #expect(message.ref?.unicodeScalars.count ?? 0 <= 64)
            } catch {
                let known: [ProblemCode] = [.malformedJSON, .invalidCommand, .unknownCommand, .invalidTimer]
                #expect(known.contains(error.code), "\(bytes)")
            }
        }
    }

    @Test("are no access code unless they read back as they are", arguments: seeds)
    func accessCodes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<Self.rounds {
            let valid = AccessCode.random(using: &generator).text
            let text = String(decoding: generator.mutate(Array(valid.utf8)), as: UTF8.self)
            if let code = AccessCode(text) {
                #expect(code.text == text.uppercased())
                #expect(AccessCode(code.text) == code)
            }
        }
    }

    @Test("are no extensions, or such that an answer names them alone", arguments: seeds)
    func extensions(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let sample = #"permessage-deflate; client_max_window_bits="12"; server_max_window_bits=10, x; y=z"#
        for _ in 0..<Self.rounds {
            let field = String(decoding: generator.mutate(Array(sample.utf8)), as: UTF8.self)
            guard let offers = ExtensionOffer.list([field]) else { continue }
            guard let agreed = PermessageDeflate(offers, limits: WebSocketLimits()) else { continue }
            #expect((9...15).contains(agreed.serverWindowBits) && (8...15).contains(agreed.clientWindowBits))
            #expect(field.lowercased().contains("permessage-deflate"))
        }
    }
}
