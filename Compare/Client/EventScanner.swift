import NIOCore
import TandemWebSocket

/// An event as far as the bench is interested.
struct ScannedEvent: Equatable {
    enum Kind: Equatable {
        case remainingTime
        case timer
        case other
    }

    let kind: Kind
    let revision: Int
    let tick: Int
}

/// Finds whole events in the bytes of a stream.
///
/// Works on the raw bytes, since it must cost the client less than the event cost the server.
struct EventScanner {
    let transport: StreamTransport

    /// Calls `event` for each whole event in `bytes` and `ping` for each ping.
    /// - Returns: how many bytes were used; the rest is the beginning of an event.
    func scan(_ bytes: UnsafeRawBufferPointer, event: (ScannedEvent) -> Void, ping: () -> Void) -> Int {
        switch transport {
        case .sse: scanBlocks(bytes, event)
        case .websocket, .websocketDeflate: scanFrames(bytes, event, ping)
        }
    }

    private func scanBlocks(_ bytes: UnsafeRawBufferPointer, _ event: (ScannedEvent) -> Void) -> Int {
        var start = 0
        var index = 1
        while index < bytes.count {
            if bytes[index] == 0x0A, bytes[index - 1] == 0x0A {
                // `id: 12-3\nevent: remaining-time`; what has no id is a comment, a retry or a close.
                if let id = find("id: ", bytes, start..<index) { event(parse(bytes, id..<index, separator: 8)) }
                start = index + 1
                index += 1
            }
            index += 1
        }
        return start
    }

    private func scanFrames(
        _ bytes: UnsafeRawBufferPointer,
        _ event: (ScannedEvent) -> Void,
        _ ping: () -> Void
    ) -> Int {
        var start = 0
        while start + 2 <= bytes.count {
            // No frame of the contract is longer than 125 bytes, but for errors.
            var length = Int(bytes[start + 1])
            var payload = start + 2
            if length == 126 {
                guard start + 4 <= bytes.count else { break }
                length = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
                payload += 2
            }
            let end = payload + length
            guard end <= bytes.count else { break }
            if bytes[start] == 0x89 {
                ping()
            } else if bytes[start] & 0x40 != 0 {
                scanCompressed(UnsafeRawBufferPointer(rebasing: bytes[payload..<end]), event)
            } else if let id = find(#"{"id":""#, bytes, payload..<min(end, payload + 7)) {
                event(parse(bytes, id..<end, separator: 11))
            }
            start = end
        }
        return start
    }

    private func scanCompressed(_ bytes: UnsafeRawBufferPointer, _ event: (ScannedEvent) -> Void) {
        var json = ByteBuffer()
        guard let inflater = Inflater(windowBits: 15),
            (try? inflater.inflateMessage(ByteBuffer(bytes: bytes), into: &json, limit: 1 << 16)) != nil
        else { return }
        json.withUnsafeReadableBytes { bytes in
            guard let id = find(#"{"id":""#, bytes, 0..<min(bytes.count, 7)) else { return }
            event(parse(bytes, id..<bytes.count, separator: 11))
        }
    }

    /// Reads `12-3`, passes over what is between an id and the name of an event, and takes the name's first letter.
    private func parse(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, separator: Int) -> ScannedEvent {
        var index = range.lowerBound
        let revision = number(bytes, &index, range.upperBound)
        index += 1
        let tick = number(bytes, &index, range.upperBound)
        index += separator
        guard index < range.upperBound else { return ScannedEvent(kind: .other, revision: revision, tick: tick) }
        let kind: ScannedEvent.Kind =
            switch bytes[index] {
            case UInt8(ascii: "r"): .remainingTime
            case UInt8(ascii: "t"): .timer
            default: .other
            }
        return ScannedEvent(kind: kind, revision: revision, tick: tick)
    }

    private func number(_ bytes: UnsafeRawBufferPointer, _ index: inout Int, _ end: Int) -> Int {
        var value = 0
        while index < end, bytes[index] >= 0x30, bytes[index] <= 0x39 {
            value = value &* 10 &+ Int(bytes[index] &- 0x30)
            index += 1
        }
        return value
    }

    /// The index after the first occurrence of `text`.
    private func find(_ text: StaticString, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
        let count = text.utf8CodeUnitCount
        guard range.count >= count else { return nil }
        for start in range.lowerBound...(range.upperBound - count) where bytes[start] == text.utf8Start[0] {
            if (1..<count).allSatisfy({ bytes[start + $0] == text.utf8Start[$0] }) { return start + count }
        }
        return nil
    }
}
