import NIOCore

/// How many values a JSON text may hold, told without reading it.
enum JSONSize {
    /// Whether `json` has more than `limit` commas outside of its strings. A text of a size that a command may have, but
    /// full of values, takes milliseconds to read; every value that is not the first of an object or array follows a
    /// comma.
    static func exceeds(_ limit: Int, _ json: ByteBuffer) -> Bool {
        var count = 0
        var isInString = false
        var isEscaped = false
        for byte in json.readableBytesView {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isInString.toggle()
            } else if isInString {
                isEscaped = byte == UInt8(ascii: "\\")
            } else if byte == UInt8(ascii: ",") {
                count += 1
            }
        }
        return count > limit
    }
}
