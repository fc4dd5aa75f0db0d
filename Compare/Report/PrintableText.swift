extension StringProtocol {
    /// The text with everything made visible that a terminal or a browser would obey instead of showing: controls of C0
    /// and C1 (line breaks among them), DEL, line and paragraph separators, and controls of the writing direction.
    ///
    /// For all that leaves the bench and may have come from a peer: header fields, data, reasons, errors.
    var printable: String {
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isObeyed {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// ``printable``, but for line breaks, which are the bench's own.
    var printableLines: String {
        split(separator: "\n", omittingEmptySubsequences: false).map(\.printable).joined(separator: "\n")
    }
}

extension Unicode.Scalar {
    /// Whether it is an instruction rather than a sign. The joiners that words and emoji need are signs.
    var isObeyed: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: value != 0x200C && value != 0x200D
        default: false
        }
    }
}
