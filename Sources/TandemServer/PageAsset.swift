import HTTPTypes
import Hummingbird
import NIOCore

/// One file of the web pages as it is served: compressed once, and known by its hash.
struct PageAsset {
    private let type: String
    private let plain: Form
    private let compressed: Form?

    /// What is sent, and the strong validator (RFC 9110, section 8.8.3) of just these bytes.
    private struct Form {
        let bytes: ByteBuffer
        let tag: String
    }

    init(_ bytes: [UInt8], type: String) {
        self.type = type
        let hash = String(Self.hash(bytes), radix: 36)
        plain = Form(bytes: ByteBuffer(bytes: bytes), tag: "\"\(hash)\"")
        compressed = Gzip.compress(bytes).map { Form(bytes: ByteBuffer(bytes: $0), tag: "\"\(hash)-gzip\"") }
    }

    /// The answer to a `GET`; 304 without a body if the client has these very bytes.
    func response(to request: Request) -> Response {
        let acceptsGzip = AcceptedCodings(request.headers[.acceptEncoding] ?? "").prefersGzip
        let form = acceptsGzip ? compressed ?? plain : plain
        var fields: HTTPFields = [
            .eTag: form.tag,
            // Kept, but asked for each time: an update shows at once, and costs a few hundred bytes when there is none.
            .cacheControl: "no-cache",
            .vary: "Accept-Encoding",
            .contentSecurityPolicy: Self.contentSecurityPolicy,
            // The address of a room is the permission to use it.
            Self.referrerPolicy: "no-referrer",
        ]
        if Self.matches(request.headers[.ifNoneMatch] ?? "", form.tag) {
            return Response(status: .notModified, headers: fields)
        }
        fields[.contentType] = type
        if acceptsGzip, compressed != nil { fields[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: fields, body: ResponseBody(byteBuffer: form.bytes))
    }

    /// Everything comes from this server, and from nowhere else; the tab's icon is drawn by the page.
    private static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
        worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    private static let referrerPolicy: HTTPField.Name = {
        guard let name = HTTPField.Name("Referrer-Policy") else { preconditionFailure("a valid field name") }
        return name
    }()

    /// RFC 9110, section 13.1.2.
    private static func matches(_ field: String, _ tag: String) -> Bool {
        field.listElements.contains { element in
            if element.isEqual(to: "*") { return true }
            return (element.starts(with: "W/".utf8) ? element.dropFirst(2) : element).isEqual(to: tag)
        }
    }

    /// FNV-1a, 64 bits: tells versions of a file apart, and keeps no secret.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}
