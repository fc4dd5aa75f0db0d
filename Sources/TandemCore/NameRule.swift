/// What a name may be, of a room or a person, in any script: one line of text that somebody can see, and that does not
/// change how the text around it is shown.
///
/// Spaces at both ends are taken off. What is left has 1 to ``longest`` Unicode scalars and at least one that is
/// visible. Control characters, line and paragraph separators, and unassigned code points are refused. So are
/// characters that cannot be seen, among them those that set the direction of text. Joiners (U+200C, U+200D) and
/// variation selectors may follow a visible character, as in families of emoji and in Persian.
struct NameRule {
    /// Unicode scalars of a name.
    let longest: Int

    /// - Returns: `text` without the spaces at its ends.
    func check(_ text: String) throws(NameError) -> String {
        let scalars = Self.trimmed(text.unicodeScalars[...])
        guard scalars.count <= longest else { throw fault(.length(scalars.count)) }
        var place = Place.start
        var isVisible = false
        for scalar in scalars {
            let role = Role(scalar)
            switch role {
            case .refused(let reason): throw fault(reason)
            case .joiner, .selector:
                guard place.allows(role) else { throw fault(.unattached(scalar.value)) }
            case .visible: isVisible = true
            case .mark, .blank: break
            }
            place = Place(after: role)
        }
        guard isVisible else { throw fault(.blank) }
        return String(scalars)
    }

    /// What is left of `text` when everything is taken out that is refused; nil if that is no name.
    ///
    /// For names that were kept under an older rule.
    func clean(_ text: String) -> String? {
        var cleaned = String.UnicodeScalarView()
        var place = Place.start
        for scalar in Self.trimmed(text.unicodeScalars[...]) where cleaned.count < longest {
            let role = Role(scalar)
            guard place.allows(role) else { continue }
            place = Place(after: role)
            cleaned.append(scalar)
        }
        return try? check(String(cleaned))
    }

    private func fault(_ reason: NameError.Reason) -> NameError {
        NameError(reason: reason, longest: longest)
    }

    private static func trimmed(_ scalars: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var scalars = scalars.drop(while: isSpace)
        while let last = scalars.last, isSpace(last) { scalars.removeLast() }
        return scalars
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .spaceSeparator
    }
}

extension NameRule {
    /// What a scalar is to a name.
    private enum Role {
        case visible
        /// Combines with what is before it.
        case mark
        case blank
        case joiner
        case selector
        case refused(NameError.Reason)

        init(_ scalar: Unicode.Scalar) {
            let properties = scalar.properties
            switch scalar.value {
            case 0x20...0x7E: self = scalar == " " ? .blank : .visible
            case 0x200C, 0x200D: self = .joiner
            // The blank of Braille, and annotations of text that is not shown.
            case 0x2800: self = .blank
            case 0xFFF9...0xFFFB: self = .refused(.invisible(scalar.value))
            case _ where properties.isBidiControl: self = .refused(.direction(scalar.value))
            case _ where properties.isVariationSelector: self = .selector
            default:
                switch properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator: self = .refused(.control(scalar.value))
                case .unassigned, .surrogate: self = .refused(.unassigned(scalar.value))
                case _ where properties.isDefaultIgnorableCodePoint: self = .refused(.invisible(scalar.value))
                case .spaceSeparator: self = .blank
                case .nonspacingMark, .spacingMark, .enclosingMark: self = .mark
                default: self = .visible
                }
            }
        }
    }

    /// What came before the next scalar.
    private enum Place {
        case start
        case visible
        case selector

        init(after role: Role) {
            self =
                switch role {
                case .visible, .mark: .visible
                case .selector: .selector
                case .blank, .joiner, .refused: .start
                }
        }

        func allows(_ role: Role) -> Bool {
            switch role {
            case .visible, .mark, .blank: true
            case .joiner: self != .start
            case .selector: self == .visible
            case .refused: false
            }
        }
    }
}
