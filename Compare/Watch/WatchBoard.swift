import NIOCore

/// The events of one room as they came over each transport, beside each other.
struct WatchBoard {
    private struct Row {
        let id: String
        let text: String
        /// nil for what no schedule says when it is due.
        let tick: (revision: Substring, number: Int64)?
        var arrivals: [StreamTransport: NIODeadline] = [:]
    }

    /// Nanoseconds from tick to tick.
    private static let interval: Int64 = 1_000_000_000
    private static let cell = 24
    private static let label = 32
    /// Schedules that are remembered.
    private static let schedules = 64

    private let transports: [StreamTransport]
    private let limit: Int
    private var rows: [Row] = []
    /// Of each revision: the start of its schedule, as the earliest tick on any transport shows it.
    private var origins: [Substring: Int64] = [:]
    /// Transports whose snapshot has not come to its end.
    private var inSnapshot: Set<StreamTransport> = []
    private(set) var remaining: Int64?
    private var status: [StreamTransport: String] = [:]

    /// - Parameter limit: events that are kept.
    init(_ transports: [StreamTransport], limit: Int) {
        self.transports = transports
        self.limit = limit
    }

    /// - Returns: the event's line.
    @discardableResult
    mutating func receive(_ event: StreamLog.Event, over transport: StreamTransport) -> String {
        status[transport] = "connected"
        let isSnapshot = event.name == "connect" || inSnapshot.contains(transport)
        if event.name == "connect" {
            inSnapshot.insert(transport)
        } else if event.name == "remaining-time" {
            inSnapshot.remove(transport)
            remaining = Int64(event.data) ?? remaining
        }
        let tick = isSnapshot || event.name != "remaining-time" ? nil : Self.tick(event.id)
        if let tick {
            let origin = Int64(event.at.uptimeNanoseconds) - tick.number * Self.interval
            // Those of an honest room are few; whichever goes, its ticks are told late against each other instead.
            if origins[tick.revision] == nil, origins.count >= Self.schedules { origins.removeAll() }
            origins[tick.revision] = min(origins[tick.revision] ?? .max, origin)
        }
        // A `close` has no id of its own, but an event stream goes on with the last one.
        let id = event.name == "close" ? "" : Self.beginning(event.id)
        // A row shows no more of them.
        let text = Self.beginning("\(event.name) \(event.data)")
        // The snapshot's events come to each stream by itself, and again after a reconnect.
        let known = rows.lastIndex {
            ($0.id, $0.text, $0.tick == nil) == (id, text, tick == nil) && $0.arrivals[transport] == nil
        }
        let index = known ?? rows.count
        if known == nil { rows.append(Row(id: id, text: text, tick: tick)) }
        rows[index].arrivals[transport] = event.at
        let line = line(rows[index])
        if rows.count > limit { rows.removeFirst(rows.count - limit) }
        return line
    }

    mutating func note(_ text: String, _ transport: StreamTransport) {
        status[transport] = text.printable
    }

    /// The view, newest event last.
    var lines: [String] {
        var lines = [Self.clock(remaining), ""]
        lines.append(pad("event", Self.label) + transports.map { pad($0.rawValue, Self.cell) }.joined())
        lines.append(pad("", Self.label) + transports.map { pad(status[$0] ?? "connecting", Self.cell) }.joined())
        return lines + rows.map(line)
    }

    private func line(_ row: Row) -> String {
        let cells = transports.map { pad(lateness(row, $0), Self.cell) }.joined()
        return pad("\(pad(row.id, 9))\(row.text)", Self.label) + cells
    }

    /// How late the event was: a tick against its schedule, anything else against the other transport.
    private func lateness(_ row: Row, _ transport: StreamTransport) -> String {
        guard let at = row.arrivals[transport] else { return "—" }
        var due = row.arrivals.values.min() ?? at
        if let tick = row.tick, let origin = origins[tick.revision] {
            due = NIODeadline.uptimeNanoseconds(UInt64(max(0, origin + tick.number * Self.interval)))
        }
        return "+\(rounded(Double((at - due).nanoseconds) / 1e6, 2)) ms"
    }

    /// As much as a row shows, in code points, of which a character may have any number.
    private static func beginning(_ text: String) -> String {
        String(text.unicodeScalars.prefix(label)).printable
    }

    /// The tick that an id names, if it names one.
    private static func tick(_ id: String) -> (revision: Substring, number: Int64)? {
        let parts = id.split(separator: "-")
        // A century of ticks, so that their times can be reckoned.
        guard parts.count == 2, let number = Int64(parts[1]), (1...3_200_000_000).contains(number) else { return nil }
        return (parts[0], number)
    }

    static func clock(_ milliseconds: Int64?) -> String {
        guard let milliseconds, milliseconds < .max - 999 else { return "--:--" }
        let seconds = (milliseconds + 999) / 1000
        return "\(rounded(Double(seconds / 60), 0)):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text.count >= width
            ? String(text.prefix(width - 1)) + " " : text + String(repeating: " ", count: width - text.count)
    }
}
