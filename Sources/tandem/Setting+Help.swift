import ArgumentParser

extension Setting {
    /// For `tandem serve --help`.
    var argumentHelp: ArgumentHelp {
        ArgumentHelp("\(help) Default: \(standardText).", valueName: valueName)
    }

    /// The table of README: every setting with its values and its default.
    static var table: String {
        let rows = (Setting.all + [Setting.config]).map { setting in
            let standard = setting.standard.map { "`\($0)`" } ?? setting.standardText
            // An asterisk would be emphasis.
            let texts = [setting.help, setting.allowed].map { $0.replacing("*", with: "\\*") }
            return "| `\(setting.key)` | \(texts[0]) | \(texts[1]) | \(standard) |"
        }
        return (["| setting | what it is | allowed | default |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }
}
