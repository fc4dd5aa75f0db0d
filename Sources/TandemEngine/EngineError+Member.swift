public import TandemContract
import TandemCore

extension ProblemCode {
    /// The code of a mistake in this member of a JSON object, whether it came over HTTP or in a message.
    public init(member: String) {
        self =
            switch member {
            case "duration", "remainingTime": .invalidTimer
            case "name", "by": .invalidName
            case "names": .invalidNames
            default: .invalidCommand
            }
    }
}

extension EngineError {
    /// What is wrong with a member that could not be read, or is missing; nil if the text is no JSON object at all.
    public init?(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, _):
            self.init(ProblemCode(member: key.stringValue), "there is no '\(key.stringValue)'")
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            guard let member = context.codingPath.first?.stringValue else { return nil }
            self.init(unreadable: member)
        @unknown default: return nil
        }
    }

    /// What is wrong with a member whose value cannot be read.
    public init(unreadable member: String) {
        self.init(ProblemCode(member: member), "'\(member)' must be \(Self.kind(of: member))")
    }

    private static func kind(of member: String) -> String {
        switch member {
        case "duration", "remainingTime": "a whole number of milliseconds, at most \(TimerSetting.longest.count)"
        case "turn": "a whole number"
        case "names": "a list of texts"
        default: "a text"
        }
    }
}

/// The member of an object that is a number, but not one of the kind it must be: decoders do not name it.
public struct UnreadableNumber: Decodable {
    public let member: String

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case duration, remainingTime, turn
    }

    /// - Throws: `DecodingError` if there is none.
    public init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        for key in CodingKeys.allCases {
            do {
                _ = try members.decodeIfPresent(Int64.self, forKey: key)
            } catch {
                member = key.rawValue
                return
            }
        }
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "every number is readable"))
    }
}
