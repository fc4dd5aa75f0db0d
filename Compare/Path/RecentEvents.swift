import NIOCore

/// The events of a stream: all are counted, and the latest kept.
struct RecentEvents: Sendable {
    /// Events that came, whether they are still kept or not.
    private(set) var count = 0
    private var kept = CircularBuffer<StreamLog.Event>()
    private var bytes = 0

    /// Those that are kept, the latest last.
    var latest: some Collection<StreamLog.Event> & BidirectionalCollection<StreamLog.Event> { kept }
    var isEmpty: Bool { count == 0 }
    var first: StreamLog.Event? { kept.first }
    var last: StreamLog.Event? { kept.last }

    mutating func append(_ event: StreamLog.Event) {
        count += 1
        kept.append(event)
        bytes += event.size
        while kept.count > StreamLimits.events || (bytes > StreamLimits.eventBytes && kept.count > 1) {
            bytes -= kept.removeFirst().size
        }
    }

    /// Those that came after the first `number`, as far as they are kept.
    func after(_ number: Int) -> some Collection<StreamLog.Event> {
        kept.suffix(max(0, count - number))
    }

    func contains(where condition: (StreamLog.Event) -> Bool) -> Bool { kept.contains(where: condition) }
}

extension StreamLog.Event {
    fileprivate var size: Int { id.utf8.count + name.utf8.count + data.utf8.count }
}
