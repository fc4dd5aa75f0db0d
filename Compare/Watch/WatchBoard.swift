import NIOCore

/// The events of one room as they came over each transport, beside each other.
struct WatchBoard {
    private struct Row {
        let event: StreamLog.Event
        var arrivals: [StreamTransport: NIODeadline] = [:]
    }

    /// Nanoseconds from tick to tick.
    private static let tick: Int64 = 1_000_000_000
    private static let cell = 24

    private let transports: [StreamTransport]
    private let limit: Int
    private var rows: [Row] = []
    /// Of each revision: the start of its schedule, as the earliest tick on any transport shows it.
    private var origins: [Substring: Int64] = [:]
    private(set) var remaining: Int64?
    private var status: [StreamTransport: String] = [:]

    /// - Parameter limit: events that are kept.
    init(_ transports: [StreamTransport], limit: Int) {
        self.transports = transports
        self.limit = limit
    }

    mutating func receive(_ event: StreamLog.Event, over transport: StreamTransport) {
        status[transport] = "connected"
        if event.name == "remaining-time" { remaining = Int64(event.data) ?? remaining }
        if let (revision, tick) = Self.parts(event.id), tick > 0 {
            let origin = Int64(event.at.uptimeNanoseconds) - Int64(tick) * Self.tick
            origins[revision] = min(origins[revision] ?? .max, origin)
        }
        // The snapshot's events come to each stream by itself, and again after a reconnect.
        let index = rows.lastIndex {
            ($0.event.id, $0.event.name, $0.event.data) == (event.id, event.name, event.data)
                && $0.arrivals[transport] == nil
        }
        if let index {
            rows[index].arrivals[transport] = event.at
        } else {
            rows.append(Row(event: event, arrivals: [transport: event.at]))
            if rows.count > limit { rows.removeFirst(rows.count - limit) }
        }
    }

    mutating func note(_ text: String, _ transport: StreamTransport) {
        status[transport] = text
    }

    /// The view, newest event last.
    var lines: [String] {
        var lines = [Self.clock(remaining), ""]
        lines.append(pad("event", 32) + transports.map { pad($0.rawValue, Self.cell) }.joined())
        lines.append(pad("", 32) + transports.map { pad(status[$0] ?? "connecting", Self.cell) }.joined())
        for row in rows {
            let cells = transports.map { pad(lateness(row, $0), Self.cell) }.joined()
            lines.append(pad("\(pad(row.event.id, 9))\(row.event.name) \(row.event.data)", 32) + cells)
        }
        return lines
    }

    /// How late the event was: a tick against its schedule, anything else against the other transport.
    private func lateness(_ row: Row, _ transport: StreamTransport) -> String {
        guard let at = row.arrivals[transport] else { return "—" }
        var due = row.arrivals.values.min() ?? at
        if let (revision, tick) = Self.parts(row.event.id), tick > 0, row.event.name == "remaining-time",
            let origin = origins[revision]
        {
            due = NIODeadline.uptimeNanoseconds(UInt64(max(0, origin + Int64(tick) * Self.tick)))
        }
        return "+\(rounded(Double((at - due).nanoseconds) / 1e6, 2)) ms"
    }

    private static func parts(_ id: String) -> (revision: Substring, tick: Int)? {
        let parts = id.split(separator: "-")
        guard parts.count == 2, let tick = Int(parts[1]) else { return nil }
        return (parts[0], tick)
    }

    static func clock(_ milliseconds: Int64?) -> String {
        guard let milliseconds else { return "--:--" }
        let seconds = (milliseconds + 999) / 1000
        return "\(rounded(Double(seconds / 60), 0)):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text.count >= width
            ? String(text.prefix(width - 1)) + " " : text + String(repeating: " ", count: width - text.count)
    }
}
