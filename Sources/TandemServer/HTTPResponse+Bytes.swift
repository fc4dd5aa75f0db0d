import HTTPTypes
import NIOCore

extension HTTPFields {
    /// Beside those that the answer has already, such as `Upgrade` (RFC 9110, sections 7.6.1 and 7.8).
    mutating func addConnectionOption(_ option: String) {
        self[.connection] = self[.connection].map { "\($0), \(option)" } ?? option
    }
}

extension HTTPResponse {
    /// This head as it stands on an HTTP/1.1 connection (RFC 9112, sections 4 and 5).
    var http1Bytes: ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(512)
        buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        for field in headerFields {
            buffer.writeString(field.name.canonicalName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
        return buffer
    }
}
