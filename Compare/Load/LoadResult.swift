import Foundation

/// What a run found.
struct LoadResult: Codable {
    let transport: String
    let streams: Int
    let rooms: Int
    let rate: Double
    /// Seconds of measurement.
    let seconds: Double
    let events: Int
    let lost: Int
    let bytesPerEvent: Double
    /// Microseconds of the server's processor time.
    let cpuPerEvent: Double
    /// Share of one processor.
    let serverLoad: Double
    let clientLoad: Double
    /// Bytes of the server's own memory, against the server before the first stream.
    let memoryPerStream: Double
    let lateness: LatencyHistogram.Summary?
    let connectsPerSecond: Double
    /// Microseconds of the server's processor time.
    let cpuPerConnect: Double
    let connect: LatencyHistogram.Summary?
    let commands: LatencyHistogram.Summary?
    let commandCount: Int

    /// A client near its limit measures itself.
    var isClientBound: Bool { clientLoad > 0.9 }

    var table: String {
        var rows = [
            ("streams", "\(streams) \(transport) in \(rooms) rooms, \(rounded(rate, 1)) Hz, \(rounded(seconds, 1)) s"),
            ("events", "\(events) delivered, \(lost) lost, \(rounded(bytesPerEvent, 1)) bytes each"),
            ("server CPU", "\(rounded(cpuPerEvent, 2)) µs per event, \(rounded(serverLoad * 100, 0)) % of a processor"),
            ("memory", "\(rounded(memoryPerStream / 1024, 2)) KiB per idle stream"),
            ("lateness", lateness?.description ?? "-"),
            (
                "connects",
                "\(rounded(connectsPerSecond, 0)) a second, \(rounded(cpuPerConnect, 0)) µs of server CPU each"
            ),
            ("connect time", connect?.description ?? "-"),
        ]
        if let commands { rows.append(("commands", "\(commandCount): \(commands)")) }
        rows.append(("client CPU", "\(rounded(clientLoad * 100, 0)) % of a processor"))
        var text = rows.map { $0.0.padding(toLength: 14, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
        if isClientBound { text += "\nThe client was at its limit: these figures are the client's." }
        return text
    }
}
