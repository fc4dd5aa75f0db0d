/// What an `Accept-Encoding` field says of gzip (RFC 9110, section 12.5.3).
struct AcceptedCodings {
    /// Whether gzip may be sent, and an answer as it is would not please the client more.
    let prefersGzip: Bool

    init(_ field: String) {
        var gzip: Int?
        var identity: Int?
        var others: Int?
        for element in field.listElements {
            let parts = element.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            let coding = parts[0].trimmed
            let weight = Self.weight(parts.dropFirst())
            if coding.isEqual(toLowercase: "gzip") || coding.isEqual(toLowercase: "x-gzip") {
                gzip = gzip ?? weight
            } else if coding.isEqual(toLowercase: "identity") {
                identity = identity ?? weight
            } else if coding.isEqual(to: "*") {
                others = others ?? weight
            }
        }
        let weight = gzip ?? others ?? 0
        prefersGzip = weight > 0 && weight >= identity ?? 0
    }

    /// In thousandths (RFC 9110, section 12.4.2): 1,000 where none is given, 0 for one that is malformed.
    private static func weight(_ parameters: ArraySlice<FieldText>) -> Int {
        for parameter in parameters {
            let text = parameter.trimmed
            guard text.prefix(2).isEqual(toLowercase: "q=") else { continue }
            return thousandths(text.dropFirst(2)) ?? 0
        }
        return 1_000
    }

    /// 0 or 1, and up to three decimals.
    private static func thousandths(_ text: FieldText) -> Int? {
        guard (1...5).contains(text.count), let whole = text.first, whole == 0x30 || whole == 0x31 else { return nil }
        let rest = text.dropFirst()
        guard rest.isEmpty || rest.first == UInt8(ascii: ".") else { return nil }
        var value = Int(whole - 0x30) * 1_000
        var unit = 100
        for digit in rest.dropFirst() {
            guard (0x30...0x39).contains(digit) else { return nil }
            value += Int(digit - 0x30) * unit
            unit /= 10
        }
        return value <= 1_000 ? value : nil
    }
}
