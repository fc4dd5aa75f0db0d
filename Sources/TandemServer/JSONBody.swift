import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat
import TandemEngine

/// A JSON request body, and JSON answers.
struct JSONBody {
    private let bytes: ByteBuffer
    private let type: String?

    init(_ request: Request) async throws {
        // The connection has bounded the body already.
        bytes = try await request.body.collect(upTo: .max)
        type = request.headers[.contentType]
    }

    /// Whether there is nothing to read, whatever it is called: `curl -d ''` calls it a form.
    var isEmpty: Bool { bytes.readableBytes == 0 }

    /// Any JSON object whose texts are Unicode.
    private struct Object: Decodable {
        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: Key.self)
            for key in members.allKeys {
                do {
                    _ = try members.decode(String.self, forKey: key)
                } catch DecodingError.typeMismatch {
                    do { _ = try members.decode([String].self, forKey: key) } catch DecodingError.typeMismatch {}
                } catch DecodingError.valueNotFound {}
            }
        }
    }

    /// - Throws: `unsupported-media-type` if the request says that its body is something else, `malformed-json` unless
    ///   it is a JSON object, and `invalid-timer`, `invalid-name` or `invalid-names` if a member has the wrong type.
    func decode<Value: Decodable>(_: Value.Type) throws(Problem) -> Value {
        if let type, !Self.isJSON(type) { throw .unsupportedMediaType(type) }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(buffer: bytes))
        } catch DecodingError.typeMismatch(_, let context) where !context.codingPath.isEmpty {
            throw Self.wrongMember(context)
        } catch DecodingError.dataCorrupted
            where (try? JSONDecoder().decode(Object.self, from: Data(buffer: bytes))) != nil
        {
            // The syntax is right and so are the texts, so it was a number.
            throw Problem(
                status: .unprocessableContent,
                code: EngineError.Code.invalidTimer.rawValue,
                detail: "times are whole numbers of milliseconds"
            )
        } catch {
            throw .malformedJSON
        }
    }

    static func response(
        _ value: some Encodable,
        status: HTTPResponse.Status = .ok,
        headerFields: HTTPFields = [:]
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var fields = headerFields
        fields[.contentType] = "application/json"
        fields[.cacheControl] = "no-store"
        let bytes = ByteBuffer(data: try encoder.encode(value))
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: bytes))
    }

    private static func isJSON(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" }.filter { $0 != " " }.lowercased()
        return essence == "application/json" || (essence.hasPrefix("application/") && essence.hasSuffix("+json"))
    }

    private static func wrongMember(_ context: DecodingError.Context) -> Problem {
        let member = context.codingPath.first?.stringValue ?? ""
        let code: EngineError.Code =
            switch member {
            case "name", "by": .invalidName
            case "names": .invalidNames
            default: .invalidTimer
            }
        return Problem(
            status: .unprocessableContent,
            code: code.rawValue,
            detail: "'\(member)' has the wrong type or is out of range"
        )
    }
}
