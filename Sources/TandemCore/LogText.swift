/// What a log may say of rooms: an access code is the permission to use its room, and logs are read by many.
public enum LogText {
    /// `path`, with or without a query, in which every access code is cut to its ``AccessCode/logPrefix``, in any case
    /// and percent-encoded or not. All else stays as it is.
    public static func redacted(path: String) -> String {
        redacted(path) { AccessCode($0) }
    }

    /// `text`, such as an error message, in which every access code, as the server writes it, is cut to its
    /// ``AccessCode/logPrefix``.
    public static func redacted(text: String) -> String {
        // In any case, ten letters may be a word of the text.
        redacted(text) { word in AccessCode(word).flatMap { $0.text == word ? $0 : nil } }
    }

    /// Looks at every run of ASCII letters and digits once, with percent-encoded ones decoded.
    private static func redacted(_ text: String, _ code: (String) -> AccessCode?) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var word: [UInt8] = []
        var wordStart = 0
        func endWord(at end: Int) {
            if let code = code(String(decoding: word, as: UTF8.self)) {
                result += code.logPrefix.utf8
            } else {
                result += bytes[wordStart..<end]
            }
            word = []
        }
        var index = 0
        while index < bytes.count {
            let (byte, length) = decode(bytes, at: index)
            if isWordByte(byte) {
                if word.isEmpty { wordStart = index }
                word.append(byte)
            } else {
                if !word.isEmpty { endWord(at: index) }
                result += bytes[index..<index + length]
            }
            index += length
        }
        if !word.isEmpty { endWord(at: index) }
        return String(decoding: result, as: UTF8.self)
    }

    /// The byte at `index`, or the one that a percent sign and two digits there stand for, and how many bytes it takes.
    private static func decode(_ bytes: [UInt8], at index: Int) -> (byte: UInt8, length: Int) {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = hexDigit(bytes[index + 1]), let low = hexDigit(bytes[index + 2])
        else { return (bytes[index], 1) }
        return (high << 4 | low, 3)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}
