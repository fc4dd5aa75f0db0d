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
        get { base[metadataKey: Self.escaped(key)] }
        set { base[metadataKey: Self.escaped(key)] = newValue.map(Self.escaped) }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(Self.escaped("\(event.message)"))"
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
        Dictionary(metadata.map { (escaped($0), escaped($1)) }) { first, _ in first }
    }

    private static func escaped(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        .string(escaped("\(value)"))
    }

    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: breaksLine) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            case _ where breaksLine(scalar):
                let hex = String(scalar.value, radix: 16, uppercase: true)
                result.append(contentsOf: "\\u{\(hex)}".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// C0, DEL, C1, and the two separators.
    private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: true
        default: false
        }
    }
}
