/// What a line or block of an event stream says (WHATWG HTML, section 9.2.6).
enum EventStreamItem: Equatable, Sendable {
    case event(id: String, name: String, data: String)
    case comment
    case retry(milliseconds: Int)
}

/// Reads any server's event stream, piece by piece: CR, LF or CRLF, fields in any order, data of many lines.
///
/// Holds at most ``StreamLimits/line`` and ``StreamLimits/event``: reads no further when more comes.
struct EventStreamParser {
    /// Why nothing more is read.
    private(set) var violation: StreamViolation?
    private var line: [UInt8] = []
    private var endedWithReturn = false
    private var isAtStart = true
    private var name = ""
    private var data: [String] = []
    /// Bytes of ``data`` and of what joins it.
    private var dataSize = 0
    /// The id that stays until another comes.
    private var lastID = ""

    mutating func read(_ bytes: some Sequence<UInt8>) -> [EventStreamItem] {
        var items: [EventStreamItem] = []
        for byte in bytes {
            guard violation == nil else { break }
            switch byte {
            case UInt8(ascii: "\n") where endedWithReturn:
                endedWithReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                endedWithReturn = byte == UInt8(ascii: "\r")
                if let item = endLine() { items.append(item) }
            default:
                endedWithReturn = false
                line.append(byte)
                if line.count > StreamLimits.line { violation = .tooLong("a line", StreamLimits.line) }
            }
        }
        return items
    }

    private mutating func endLine() -> EventStreamItem? {
        defer { line.removeAll(keepingCapacity: true) }
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        if colon == 0 { return .comment }
        var bytes = colon.map { line[($0 + 1)...] } ?? []
        if bytes.first == UInt8(ascii: " ") { bytes.removeFirst() }
        let value = String(decoding: bytes, as: UTF8.self)
        switch String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self) {
        case "event": name = value
        case "data":
            dataSize += value.utf8.count + 1
            data.append(value)
            if dataSize > StreamLimits.event { violation = .tooLong("an event", StreamLimits.event) }
        case "id" where !bytes.contains(0): lastID = value
        case "retry": return Int(value).map { .retry(milliseconds: $0) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> EventStreamItem? {
        defer { (name, data, dataSize) = ("", [], 0) }
        guard !data.isEmpty else { return nil }
        return .event(id: lastID, name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
    }
}
