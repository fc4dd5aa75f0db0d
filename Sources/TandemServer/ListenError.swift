import NIOCore
import SystemPackage

/// The server's address cannot be listened on, for example because another process does.
public struct ListenError: Error, CustomStringConvertible {
    /// One line for people: the address and the reason.
    public let description: String

    init(_ host: String, _ port: Int, _ cause: any Error) {
        let reason =
            switch cause {
            case let error as IOError: "\(Errno(rawValue: error.errnoCode))"
            default: "\(cause)"
            }
        description = "cannot listen on \(host):\(port): \(reason)"
    }
}
