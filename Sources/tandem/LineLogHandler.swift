import Logging

/// Makes every log event one line: what clients send, and logs quote, cannot forge another.
///
/// Control characters, and the line and paragraph separators of Unicode, are written as escapes (`\n`, `\u{1B}`) in the
/// message and in all metadata, whoever logs them.
struct LineLogHandler<Base: LogHandler>: LogHandler {
    private var base: Base

    init(_ base: Base) {
        self.base = base
    }

    var logLevel: Logger.Level {
        get { base.logLevel }
        set { base.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = Self.escaped(newValue) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: OneLine.escaped(key)] }
        set { base[metadataKey: OneLine.escaped(key)] = newValue.map(Self.escaped) }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(OneLine.escaped("\(event.message)"))"
        var metadata = metadataProvider?.get() ?? [:]
        if let own = event.metadata { metadata.merge(own) { _, own in own } }
        // As the handlers of swift-log write it; they would do so after this one.
        if let error = event.error {
            metadata["error.message"] = "\(error)"
            metadata["error.type"] = "\(String(reflecting: type(of: error)))"
            event.error = nil
        }
        event.metadata = Self.escaped(metadata)
        base.log(event: event)
    }

    /// Kept here, since what it provides is to be escaped too.
    var metadataProvider: Logger.MetadataProvider?

    private static func escaped(_ metadata: Logger.Metadata) -> Logger.Metadata {
        Dictionary(metadata.map { (OneLine.escaped($0), escaped($1)) }) { first, _ in first }
    }

    private static func escaped(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        .string(OneLine.escaped("\(value)"))
    }
}
