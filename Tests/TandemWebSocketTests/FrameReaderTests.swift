import NIOCore
import NIOWebSocket
import Testing

@testable import TandemWebSocket

@Suite("The frame reader")
struct FrameReaderTests {
    private static func frame(
        _ opcode: WebSocketOpcode,
        _ payload: [UInt8] = [],
        fin: Bool = true,
        rsv1: Bool = false,
        masked: Bool = true
    ) -> WebSocketFrame {
        var bytes = ByteBuffer(bytes: payload)
        let mask: WebSocketMaskingKey = [1, 2, 3, 4]
        if masked { bytes.webSocketMask(mask) }
        return WebSocketFrame(fin: fin, rsv1: rsv1, opcode: opcode, maskKey: masked ? mask : nil, data: bytes)
    }

    private func read(_ frames: [WebSocketFrame], messageSize: Int = 64) -> FrameReader.Input? {
        var reader = FrameReader(messageSize: messageSize)
        return frames.map { reader.read($0) }.last
    }

    private func violation(_ input: FrameReader.Input?) -> CloseCode? {
        if case .violation(let code, _)? = input { code } else { nil }
    }

    @Test("gives a whole message")
    func whole() {
        #expect(read([Self.frame(.text, Array("päir".utf8))]) == .text("päir"))
        #expect(read([Self.frame(.binary, [0, 255])]) == .binary(ByteBuffer(bytes: [0, 255])))
    }

    @Test("joins fragments, with control frames between them")
    func fragments() {
        let frames = [
            Self.frame(.text, Array("pa".utf8), fin: false),
            Self.frame(.ping),
            Self.frame(.continuation, Array("i".utf8), fin: false),
            Self.frame(.continuation, Array("r".utf8)),
        ]

        #expect(read(frames) == .text("pair"))
    }

    @Test("joins a character that two fragments share")
    func splitCharacter() {
        let frames = [Self.frame(.text, [0xC3], fin: false), Self.frame(.continuation, [0xA4])]

        #expect(read(frames) == .text("ä"))
    }

    @Test("fails the connection where RFC 6455 says so", arguments: Violation.all)
    func violations(_ violation: Violation) {
        #expect(self.violation(read(violation.frames))?.number == violation.code)
    }

    @Test(
        "takes a close frame with every code that may be sent",
        arguments: [1000, 1003, 1007, 1014, 3000, 4999] as [UInt16]
    )
    func close(code: UInt16) {
        let payload = [UInt8(code >> 8), UInt8(code & 0xFF)] + Array("bye".utf8)

        #expect(read([Self.frame(.connectionClose, payload)]) == .close(CloseCode(number: code)))
    }

    @Test("takes a close frame without a code")
    func emptyClose() {
        #expect(read([Self.frame(.connectionClose)]) == .close(nil))
    }

    struct Violation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: UInt16
        let frames: [WebSocketFrame]

        private static func closing(_ code: UInt16) -> Violation {
            let payload = [UInt8(code >> 8), UInt8(code & 0xFF)]
            return Violation(
                testDescription: "close code \(code)",
                code: 1002,
                frames: [frame(.connectionClose, payload)]
            )
        }

        static let all: [Violation] =
            [
                .init(testDescription: "no mask", code: 1002, frames: [frame(.text, masked: false)]),
                .init(testDescription: "reserved bit", code: 1002, frames: [frame(.text, rsv1: true)]),
                .init(
                    testDescription: "reserved opcode",
                    code: 1002,
                    frames: [frame(WebSocketOpcode(encodedWebSocketOpcode: 3) ?? .text)]
                ),
                .init(testDescription: "nothing to continue", code: 1002, frames: [frame(.continuation)]),
                .init(
                    testDescription: "message in a message",
                    code: 1002,
                    frames: [frame(.text, fin: false), frame(.text)]
                ),
                .init(testDescription: "no UTF-8", code: 1007, frames: [frame(.text, [0xFF])]),
                .init(testDescription: "cut UTF-8", code: 1007, frames: [frame(.text, [0xC3])]),
                .init(testDescription: "UTF-8 of a surrogate", code: 1007, frames: [frame(.text, [0xED, 0xA0, 0x80])]),
                .init(
                    testDescription: "too long",
                    code: 1009,
                    frames: [frame(.text, [UInt8](repeating: 0x61, count: 65))]
                ),
                .init(
                    testDescription: "too long in fragments",
                    code: 1009,
                    frames: [
                        frame(.binary, [UInt8](repeating: 0, count: 40), fin: false),
                        frame(.continuation, [UInt8](repeating: 0, count: 25)),
                    ]
                ),
                .init(testDescription: "half a close code", code: 1002, frames: [frame(.connectionClose, [3])]),
                .init(
                    testDescription: "close reason no UTF-8",
                    code: 1007,
                    frames: [frame(.connectionClose, [3, 232, 0xFF])]
                ),
            ] + [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000].map(closing)
    }
}
