import Foundation
import Synchronization

/// The `Date` field's value (RFC 9110, section 5.6.7), formatted once a second.
enum HTTPDate {
    private static let cached = Mutex<(second: time_t, text: String)>((-1, ""))

    static var now: String { text(at: time(nil)) }

    static func text(at second: time_t) -> String {
        var second = second
        return cached.withLock { cached in
            if cached.second != second {
                var parts = tm()
                gmtime_r(&second, &parts)
                let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 30) { characters in
                    // 29 characters and a NUL; the process never leaves the C locale, so names are English.
                    let length = strftime(characters.baseAddress, 30, "%a, %d %b %Y %H:%M:%S GMT", &parts)
                    return String(decoding: characters.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
                }
                cached = (second, text)
            }
            return cached.text
        }
    }
}
