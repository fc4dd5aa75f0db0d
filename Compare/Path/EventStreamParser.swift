/// What a line or block of an event stream says (WHATWG HTML, section 9.2.6).
enum EventStreamItem: Equatable, Sendable {
    case event(id: String, name: String, data: String)
    case comment
    case retry(milliseconds: Int)
}

/// Reads any server's event stream, piece by piece: CR, LF or CRLF, fields in any order, data of many lines.
struct EventStreamParser {
    private var line: [UInt8] = []
    private var endedWithReturn = false
    private var isAtStart = true
    private var name = ""
    private var data: [String] = []
    /// The id that stays until another comes.
    private var lastID = ""

    mutating func read(_ bytes: some Sequence<UInt8>) -> [EventStreamItem] {
        var items: [EventStreamItem] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n") where endedWithReturn:
                endedWithReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                endedWithReturn = byte == UInt8(ascii: "\r")
                if let item = endLine() { items.append(item) }
            default:
                endedWithReturn = false
                line.append(byte)
            }
        }
        return items
    }

    private mutating func endLine() -> EventStreamItem? {
        defer { line = [] }
        if isAtStart {
            isAtStart = false
            if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        }
        if line.isEmpty { return dispatch() }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix(":") { return .comment }
        let pair = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var value = pair.count == 2 ? String(pair[1]) : ""
        if value.hasPrefix(" ") { value.removeFirst() }
        switch pair[0] {
        case "event": name = value
        case "data": data.append(value)
        case "id" where !value.contains("\0"): lastID = value
        case "retry": return Int(value).map { .retry(milliseconds: $0) }
        default: break
        }
        return nil
    }

    private mutating func dispatch() -> EventStreamItem? {
        defer { (name, data) = ("", []) }
        guard !data.isEmpty else { return nil }
        return .event(id: lastID, name: name.isEmpty ? "message" : name, data: data.joined(separator: "\n"))
    }
}
