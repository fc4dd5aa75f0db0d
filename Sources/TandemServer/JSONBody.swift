import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat
import TandemCore
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

    /// - Throws: `unsupported-media-type` unless the request says that its body is JSON, `malformed-json` unless it is a
    ///   JSON object, and the code of the member (``ProblemCode/init(member:)``) that has the wrong type.
    func decode<Value: Decodable>(_: Value.Type) throws(Problem) -> Value {
        // A body without a type is what a page of any site can send without being asked for leave.
        guard type.map(Self.isJSON) ?? isEmpty else { throw .unsupportedMediaType(type) }
        guard JSONSyntax.isValid(bytes.readableBytesSpan) else { throw .malformedJSON }
        do {
            return try JSONDecoder().decode(Value.self, from: Data(buffer: bytes))
        } catch let error as DecodingError {
            if let error = EngineError(error) { throw Problem(error) }
            guard let number = try? JSONDecoder().decode(UnreadableNumber.self, from: Data(buffer: bytes)) else {
                throw .malformedJSON
            }
            throw Problem(EngineError(unreadable: number.member))
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

    /// `application/json` or `application/*+json`, with or without parameters.
    private static func isJSON(_ type: String) -> Bool {
        let essence = type[...].utf8.prefix { $0 != UInt8(ascii: ";") }.trimmed
        let (kind, suffix) = ("application/", "+json")
        guard essence.prefix(kind.utf8.count).isEqual(toLowercase: kind) else { return false }
        let subtype = essence.dropFirst(kind.utf8.count)
        if subtype.isEqual(toLowercase: "json") { return true }
        let isToken = subtype.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ",") }
        return isToken && subtype.count > suffix.utf8.count
            && subtype.suffix(suffix.utf8.count).isEqual(toLowercase: suffix)
    }
}
