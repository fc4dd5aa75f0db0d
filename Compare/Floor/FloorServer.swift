import Foundation

/// The least that a server of these streams can do: one `write(2)` of ready bytes per subscriber and tick.
///
/// Speaks just enough HTTP for the bench's own client, checks nothing, survives nothing, and encodes each tick once for
/// all rooms. What a real server takes more per event than this is the price of being one.
struct FloorServer {
    private struct Room {
        var streams: [Int32] = []
        var startedAt: Int64?
        var delivered = 0
    }

    /// Rooms due within this time go in one pass, as in the real server.
    private static let slot: Int64 = 10_000_000

    private let listener: Int32
    private let transport: StreamTransport
    private let interval: Int64
    private var rooms: [Room] = []
    private var running: [Int] = []
    private var requests: [Int32] = []
    /// Heads whose body is still to come.
    private var unfinished: [Int32: String] = [:]
    private var ticks: [[UInt8]] = []

    /// - Parameter interval: from one tick to the next, in nanoseconds.
    init(transport: StreamTransport, interval: Int64) throws {
        self.transport = transport
        self.interval = interval
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(listener, 4096) == 0 else { throw BenchError("the floor cannot listen") }
    }

    var port: Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &length) }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Serves until the process is ended.
    mutating func run() -> Never {
        while true {
            deliver()
            var waiting = ([listener] + requests).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&waiting, nfds_t(waiting.count), Int32(Self.slot / 1_000_000)) > 0 else { continue }
            for entry in waiting where entry.revents != 0 {
                if entry.fd == listener { accept() } else { answer(entry.fd) }
            }
        }
    }

    // MARK: The hot path

    private mutating func deliver() {
        let now = Self.now
        for index in running {
            guard let startedAt = rooms[index].startedAt else { continue }
            let tick = Int((now - startedAt) / interval)
            guard tick > rooms[index].delivered else { continue }
            rooms[index].delivered = tick
            let bytes = bytes(ofTick: tick)
            for stream in rooms[index].streams { _ = write(stream, bytes, bytes.count) }
        }
    }

    private mutating func bytes(ofTick tick: Int) -> [UInt8] {
        while ticks.count <= tick {
            let remaining = 36_000_000 - Int64(ticks.count) * (interval / 1_000_000)
            ticks.append(event("1-\(ticks.count)", "remaining-time", "\(remaining)"))
        }
        return ticks[tick]
    }

    private func event(_ id: String, _ name: String, _ data: String) -> [UInt8] {
        switch transport {
        case .sse:
            let text = "id: \(id)\nevent: \(name)\ndata: \(data)\n\n"
            return Array("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n".utf8)
        case .websocket, .websocketDeflate:
            let text = #"{"id":"\#(id)","event":"\#(name)","data":"\#(data)"}"#
            return [0x81, UInt8(text.utf8.count)] + Array(text.utf8)
        }
    }

    private static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    // MARK: Requests

    private mutating func accept() {
        let connection = Glibc.accept(listener, nil, nil)
        guard connection >= 0 else { return }
        var on: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        requests.append(connection)
    }

    /// Requests are small and the client is our own, so a head comes in one read; its body may come in another.
    private mutating func answer(_ connection: Int32) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(connection, &buffer, buffer.count)
        guard count > 0 else {
            requests.removeAll { $0 == connection }
            unfinished[connection] = nil
            close(connection)
            return
        }
        let text =
            (unfinished.removeValue(forKey: connection) ?? "") + String(decoding: buffer.prefix(count), as: UTF8.self)
        guard !text.hasPrefix("POST") || text.hasSuffix("}") else {
            unfinished[connection] = text
            return
        }
        let words = text.split(separator: " ")
        let path = words[1].split(separator: "/")
        let room = path.count > 1 ? Int(path[1].dropFirst()) ?? 0 : 0
        switch words[0] {
        case "POST":
            let body = #"{"code":"F\#(rooms.count)"}"#
            rooms.append(Room())
            send("HTTP/1.1 201 Created\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", connection)
        case "PATCH":
            if rooms[room].startedAt == nil {
                rooms[room].startedAt = Self.now
                running.append(room)
            } else {
                running.removeAll { $0 == room }
            }
            send("HTTP/1.1 204 No Content\r\n\r\n", connection)
        default:
            requests.removeAll { $0 == connection }
            rooms[room].streams.append(connection)
            let head = transport == .sse ? "200 OK" : "101 Switching Protocols"
            let snapshot =
                event("0-0", "connect", "OK") + event("0-0", "remaining-time", "36000000")
                + event("1-0", "timer", "start")
            send(Array("HTTP/1.1 \(head)\r\n\r\n".utf8) + snapshot, connection)
        }
    }

    private func send(_ text: String, _ connection: Int32) {
        send(Array(text.utf8), connection)
    }

    private func send(_ bytes: [UInt8], _ connection: Int32) {
        _ = write(connection, bytes, bytes.count)
    }
}
