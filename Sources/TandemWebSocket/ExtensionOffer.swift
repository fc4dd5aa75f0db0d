/// One element of `Sec-WebSocket-Extensions`: an extension's name and its parameters, as they stand in the field
/// (RFC 6455, section 9.1).
struct ExtensionOffer: Equatable {
    struct Parameter: Equatable {
        let name: String
        /// Nil for a parameter without one; a quoted value is as good as the token in it.
        let value: String?
    }

    let name: String
    let parameters: [Parameter]

    /// The offers in order of preference; nil if a field is not what the grammar allows.
    static func list(_ fields: [String]) -> [ExtensionOffer]? {
        var offers: [ExtensionOffer] = []
        for field in fields {
            var scanner = Scanner(rest: Array(field.utf8)[...])
            repeat {
                scanner.skipBlanks()
                // Empty elements are to be passed over (RFC 9110, section 5.6.1).
                if scanner.isAtEnd || scanner.rest.first == UInt8(ascii: ",") { continue }
                guard let offer = scanner.offer() else { return nil }
                offers.append(offer)
            } while scanner.skip(",")
            guard scanner.isAtEnd else { return nil }
        }
        return offers
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        var isAtEnd: Bool { rest.isEmpty }

        mutating func offer() -> ExtensionOffer? {
            guard let name = token() else { return nil }
            var parameters: [Parameter] = []
            skipBlanks()
            while skip(";") {
                skipBlanks()
                guard let name = token() else { return nil }
                skipBlanks()
                var value: String?
                if skip("=") {
                    skipBlanks()
                    value = rest.first == UInt8(ascii: "\"") ? quoted() : token()
                    guard value != nil else { return nil }
                    skipBlanks()
                }
                parameters.append(Parameter(name: name, value: value))
            }
            return ExtensionOffer(name: name, parameters: parameters)
        }

        mutating func skipBlanks() {
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
        }

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        private mutating func token() -> String? {
            let token = rest.prefix(while: Self.isTokenByte)
            rest = rest.dropFirst(token.count)
            return token.isEmpty ? nil : String(decoding: token, as: UTF8.self)
        }

        /// A quoted string whose content, without its backslashes, must be a token.
        private mutating func quoted() -> String? {
            rest.removeFirst()
            var content: [UInt8] = []
            while var byte = rest.popFirst() {
                if byte == UInt8(ascii: "\"") {
                    return content.isEmpty ? nil : String(decoding: content, as: UTF8.self)
                }
                if byte == UInt8(ascii: "\\") {
                    guard let escaped = rest.popFirst() else { return nil }
                    byte = escaped
                }
                guard Self.isTokenByte(byte) else { return nil }
                content.append(byte)
            }
            return nil
        }

        /// RFC 9110, section 5.6.2.
        private static func isTokenByte(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
    }
}
