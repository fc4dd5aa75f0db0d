import Foundation

/// A server that sends the client to another address. The bench does not follow: what it would examine there is not what
/// it was asked to examine.
struct Redirection: Error, CustomStringConvertible {
    let status: UInt
    /// What was asked.
    let source: URL
    /// What the server said, as it said it.
    let location: String

    var description: String { "\(source) is redirected (\(status)) to \(location)" }

    /// What to pass as `--url` instead of `url`; nil if the server's word is no address, or is for `url` itself.
    func address(insteadOf url: URL) -> String? {
        guard var target = URL(string: location, relativeTo: source)?.absoluteURL, target.host() != nil else {
            return nil
        }
        // The source may lie below what was given.
        let given = url.pathComponents.filter { $0 != "/" }.count
        let asked = source.pathComponents.filter { $0 != "/" }.count
        if target.pathComponents.filter({ $0 != "/" }).count == asked {
            for _ in given..<max(given, asked) { target.deleteLastPathComponent() }
        }
        return target.absoluteString == url.absoluteString ? nil : target.absoluteString
    }
}
