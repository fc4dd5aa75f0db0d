import Foundation

/// An HTTP answer as it came over the wire.
public struct RawResponse: Sendable {
    public let status: Int
    /// The head without its final empty line.
    public let head: String
    public let body: String

    public init(_ bytes: [UInt8]) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let status = Int(text.dropFirst(9).prefix(3)) else {
            throw RawClient.Failure(description: "no HTTP answer: \(text)")
        }
        self.status = status
        head = String(text[..<end.lowerBound])
        body = String(text[end.upperBound...])
    }

    /// The value of a header field, nil if there is none.
    public func field(_ name: String) -> String? {
        for line in head.components(separatedBy: "\r\n").dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            if line[..<colon].lowercased() == name.lowercased() {
                return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            }
        }
        return nil
    }

    /// A text member of the JSON object in the body.
    public func member(_ name: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        guard let value = object?[name] as? String else {
            throw RawClient.Failure(description: "no '\(name)' in: \(body)")
        }
        return value
    }
}
