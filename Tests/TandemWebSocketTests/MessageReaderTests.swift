import NIOCore
import TandemTesting
import Testing

@testable import TandemWebSocket

@Suite("The message reader")
struct MessageReaderTests {
    /// What came of some bytes: all inputs but parts, and the close code of a violation.
    struct Reading: Equatable {
        var inputs: [MessageReader.Input] = []
        var violation: UInt16?
        /// Bytes that were read before the violation.
        var count = 0
    }

    /// Reads `bytes` in pieces that end where `cuts` say.
    static func read(
        _ bytes: [UInt8],
        messageSize: Int = 64,
        compression: PermessageDeflate? = nil,
        cuts: [Int] = []
    ) -> Reading {
        var reader = MessageReader(messageSize: messageSize, compression: compression)
        var reading = Reading()
        var start = 0
        for end in cuts + [bytes.count] {
            var buffer = ByteBuffer(bytes: bytes[start..<end])
            do throws(Violation) {
                while let input = try reader.next(from: &buffer) {
                    if input == .piece { continue }
                    if case .fragment = input { continue }
                    reading.inputs.append(input)
                }
            } catch {
                reading.violation = error.code.number
                reading.count = end - buffer.readableBytes
                return reading
            }
            start = end
        }
        reading.count = bytes.count
        return reading
    }

    /// A frame masked by 1, 2, 3, 4.
    static func frame(_ first: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
        let length: [UInt8] =
            payload.count <= 125
            ? [0x80 | UInt8(payload.count)] : [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        return [first] + length + [1, 2, 3, 4] + payload.enumerated().map { $1 ^ UInt8($0 % 4 + 1) }
    }

    private static func text(_ text: String) -> MessageReader.Input {
        .message(WebSocketMessage(kind: .text, bytes: ByteBuffer(string: text)))
    }

    @Test("reads the masked hello of RFC 6455, section 5.7")
    func hello() {
        let bytes: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]

        #expect(Self.read(bytes).inputs == [Self.text("Hello")])
    }

    @Test("reads messages however the bytes are cut, with control frames between fragments")
    func cuts() {
        let long = String(repeating: "가나다 abc ", count: 20)
        let bytes =
            Self.frame(0x01, Array("pä".utf8.dropLast())) + Self.frame(0x89, [7]) + Self.frame(0x00)
            + Self.frame(0x80, Array("är".utf8.dropFirst())) + Self.frame(0x8A, [1, 2])
            + Self.frame(0x81, Array(long.utf8)) + Self.frame(0x82, [0, 255]) + Self.frame(0x81)
            + Self.frame(0x88, [0x03, 0xE8])
        let expected: [MessageReader.Input] = [
            .ping(ByteBuffer(bytes: [7])), Self.text("pär"), .pong, Self.text(long),
            .message(WebSocketMessage(kind: .binary, bytes: ByteBuffer(bytes: [0, 255]))), Self.text(""),
            .close(.normal),
        ]

        for cut in 0..<bytes.count {
            #expect(Self.read(bytes, messageSize: 1000, cuts: [cut]).inputs == expected)
        }
        #expect(Self.read(bytes, messageSize: 1000, cuts: Array(1..<bytes.count)).inputs == expected)
    }

    @Test(
        "takes a close frame with every code that may be sent, or none",
        arguments: [1000, 1003, 1007, 1014, 3000, 4999] as [UInt16]
    )
    func close(code: UInt16) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + Array("bye".utf8)

        #expect(Self.read(Self.frame(0x88, payload)).inputs == [.close(CloseCode(number: code))])
        #expect(Self.read(Self.frame(0x88)).inputs == [.close(nil)])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let code: UInt16
        /// How many of the bytes tell; all by default.
        let count: Int?

        init(_ description: String, _ bytes: [UInt8], _ code: UInt16, after count: Int? = nil) {
            testDescription = description
            self.bytes = bytes
            self.code = code
            self.count = count
        }
    }

    static let violations: [Case] =
        [
            Case("RSV1", [0xC1, 0x80], 1002, after: 1),
            Case("RSV2", [0xA1, 0x80], 1002, after: 1),
            Case("RSV3", [0x91, 0x80], 1002, after: 1),
            Case("opcode 3", [0x83, 0x80], 1002, after: 1),
            Case("opcode 15", [0x8F, 0x80], 1002, after: 1),
            Case("fragmented ping", [0x09, 0x80], 1002, after: 1),
            Case("nothing to continue", [0x80, 0x80], 1002, after: 1),
            Case("message in a message", frame(0x01) + [0x81, 0x80], 1002, after: 7),
            Case("no mask", [0x81, 0x05, 0x61], 1002, after: 2),
            Case("ping of 126", [0x89, 0xFE, 0, 126], 1002, after: 2),
            Case("125 in 16 bits", [0x81, 0xFE, 0, 125, 0], 1002, after: 4),
            Case("65535 in 64 bits", [0x81, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0], 1002, after: 10),
            Case("2^63 bytes", [0x81, 0xFF, 0x80, 0], 1002, after: 3),
            Case("2^63 - 1 bytes", [0x82, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 7), 1009, after: 10),
            Case("too long by one", [0x82, 0xC1, 1], 1009, after: 2),
            Case("too long in fragments", frame(0x02, [UInt8](repeating: 0, count: 40)) + [0x80, 0x99], 1009),
            Case("half a close code", frame(0x88, [3]), 1002),
            Case("close reason no UTF-8", frame(0x88, [3, 232, 0xFF]), 1007),
            Case("close reason cut", frame(0x88, [3, 232, 0xC3]), 1007),
            Case("cut UTF-8", frame(0x81, [0xC3]), 1007),
            Case("cut UTF-8 in fragments", frame(0x01, [0xC3]) + frame(0x80), 1007),
        ]
        + [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535].map { code in
            Case("close code \(code)", frame(0x88, [UInt8(code >> 8), UInt8(code & 0xFF)]), 1002)
        }

    @Test("fails the connection at the first byte that breaks the rule", arguments: violations)
    func violation(_ violation: Case) {
        let whole = Self.read(violation.bytes)
        let cut = Self.read(violation.bytes, cuts: Array(1..<violation.bytes.count))

        #expect(whole.violation == violation.code)
        #expect(cut == whole)
        #expect(cut.count == violation.count ?? violation.bytes.count)
    }

    @Test("fails at the first byte that no UTF-8 has there, inside of a frame")
    func failsFast() {
        // The frame has ten bytes of payload, of which the third cannot follow.
        let bytes = Self.frame(0x81, [0x61, 0xED, 0xA0, 0x80, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61])

        let reading = Self.read(bytes, cuts: Array(1..<bytes.count))

        #expect(reading.violation == 1007)
        #expect(reading.count == 6 + 3)
    }

    // Two are the shortest of a form of the length.
    @Test("takes a message of exactly the largest size", arguments: [64, 126, 65_536])
    func largest(size: Int) {
        let reading = Self.read(WebSocketClient.frame(2, [UInt8](repeating: 5, count: size)), messageSize: size)

        #expect(reading.inputs.count == 1)
        #expect(reading.violation == nil)
    }

    @Test("takes a ping inside a message that leaves no room for it")
    func pingInALargeMessage() {
        let bytes =
            Self.frame(0x02, [UInt8](repeating: 5, count: 60)) + Self.frame(0x89, [UInt8](repeating: 7, count: 10))
            + Self.frame(0x80, [UInt8](repeating: 5, count: 4))

        let message = WebSocketMessage(kind: .binary, bytes: ByteBuffer(repeating: 5, count: 64))
        #expect(Self.read(bytes).inputs == [.ping(ByteBuffer(repeating: 7, count: 10)), .message(message)])
    }
}
