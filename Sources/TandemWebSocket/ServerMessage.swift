import TandemCore
import TandemEngine

/// What the server says on a WebSocket: one JSON object a text frame, with its members in a fixed order.
enum ServerMessage {
    case event(RoomEvent)
    /// A command was carried out; `id` is that of its transition.
    case ack(ref: String?, id: EventID)
    case error(ref: String?, code: String, message: String)

    var json: String {
        switch self {
        case .event(let event):
            Self.object([
                ("id", event.id.map(String.init(describing:))),
                ("event", "\(event.name)"),
                ("data", event.data),
            ])
        case .ack(let ref, let id):
            Self.object([("event", "ack"), ("ref", ref), ("id", "\(id)")])
        case .error(let ref, let code, let message):
            Self.object([("event", "error"), ("ref", ref), ("code", code), ("message", message)])
        }
    }

    private static func object(_ members: [(String, String?)]) -> String {
        var json = "{"
        for case (let name, let value?) in members {
            if json.utf8.count > 1 { json += "," }
            json += "\"\(name)\":"
            append(value, to: &json)
        }
        return json + "}"
    }

    /// Appends `text` as a JSON string (RFC 8259, section 7).
    private static func append(_ text: String, to json: inout String) {
        json += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: json.unicodeScalars.append(scalar)
            }
        }
        json += "\""
    }
}
