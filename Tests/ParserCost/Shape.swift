/// A way to fill a field, a path or a body, so that a careless parser takes long.
struct Shape: Sendable {
    let name: String
    private let start: String
    private let unit: String
    private let end: String

    init(_ unit: String, between start: String = "", and end: String = "") {
        let visible = (start + unit + end).unicodeScalars.map { scalar in
            (0x21...0x7E).contains(scalar.value)
                ? String(scalar) : "U+" + String(scalar.value, radix: 16, uppercase: true)
        }
        name = visible.joined()
        self.start = start
        self.unit = unit
        self.end = end
    }

    /// `unit` again and again between `start` and `end`: `count` bytes at most, or those two alone.
    func bytes(_ count: Int) -> String {
        let room = max(0, count - start.utf8.count - end.utf8.count)
        return start + String(repeating: unit, count: room / unit.utf8.count) + end
    }

    /// For a field's value: separators, long tokens, escapes, and what is long as one character.
    static let fields = [
        ",", ";", "a,", "*,", ";a;a;a;q=0", " ", "\"", "\\\"", ":", "-", "\u{300}", "\u{1F1F0}\u{1F1F7}",
    ].map { Shape($0) }

    /// What may stand in a target.
    static let paths = [
        "/", "a", "/a", "%CC%80", "a=b&", "?", "://", "lastEventId=1-1&",
    ].map { Shape($0) }

    static let bodies = [
        Shape("["), Shape("{\"a\":"), Shape("[],", between: "{\"x\":[", and: "0]}"),
        Shape("\\ud83c\\udf4e", between: "{\"name\":\"", and: "\"}"),
        Shape("\u{300}", between: "{\"name\":\"", and: "\"}"), Shape("\"a\",", between: "{\"names\":[", and: "\"b\"]}"),
        Shape("1", between: "{\"duration\":", and: "}"), Shape("1", between: "{\"duration\":1.", and: "}"),
        Shape("1", between: "{\"duration\":1e", and: "}"), Shape("\"a\":{},", between: "{", and: "\"b\":2}"),
        Shape("\"\\u0061\":[0],", between: "{", and: "\"b\":2}"), Shape("\n", between: "{", and: "}"), Shape("{},"),
    ]
}
