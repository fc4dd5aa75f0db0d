/// Why a connection must be failed (RFC 6455, section 7.1.7): the close code, and a reason for people.
package struct Violation: Error, Equatable {
    let code: CloseCode
    let reason: String

    init(_ code: CloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}
