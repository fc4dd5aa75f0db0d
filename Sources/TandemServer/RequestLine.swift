import NIOCore

/// The first line of the request under way, as far as its bytes have come.
struct RequestLine {
    /// Bytes so far; of the whole line once it is here.
    private(set) var length = 0
    private var isWhole = false

    mutating func extend(with bytes: ByteBufferView) {
        guard !isWhole else { return }
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            // An empty line before a request is none of it (RFC 9112, section 2.2).
            if length == 0, line.isEmpty || line.elementsEqual("\r".utf8) { continue }
            length += line.count
            isWhole = true
            return
        }
        length += rest.count
    }
}
