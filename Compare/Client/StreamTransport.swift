import ArgumentParser
import NIOCore

/// What the bench knows of a transport: how to ask for a stream, and where events are in its bytes.
enum StreamTransport: String, CaseIterable, ExpressibleByArgument, Codable {
    case sse
    case websocket
    /// A client that offers compression, as browsers do.
    case websocketDeflate = "websocket-deflate"

    func request(_ code: String) -> ByteBuffer {
        switch self {
        case .sse: ByteBuffer(string: "GET /api/\(code)/connect HTTP/1.1\r\nHost: bench\r\n\r\n")
        case .websocket, .websocketDeflate:
            ByteBuffer(
                string: "GET /api/\(code)/connect HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + (self == .websocketDeflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n" : "\r\n")
            )
        }
    }

    /// A command as the transport takes it in-band; nil where it takes none.
    func command(_ json: String) -> ByteBuffer? {
        guard self != .sse else { return nil }
        let payload = Array(json.utf8)
        // A mask of zeros is as good as any on the loopback.
        return ByteBuffer(bytes: [0x81, 0x80 | UInt8(payload.count), 0, 0, 0, 0] + payload)
    }

    /// The pong that answers a ping without payload.
    static let pong = ByteBuffer(bytes: [0x8A, 0x80, 0, 0, 0, 0])
}
