import ArgumentParser

/// A value that somebody gave to a setting, and where.
struct SettingValue {
    let setting: Setting
    let text: String
    let origin: Origin

    enum Origin {
        case option
        case variable
        case file(path: String)
    }

    /// - Throws: `ValidationError` that names the place, the value and what is allowed.
    func apply(to settings: inout ServeSettings) throws(ValidationError) {
        do throws(UnusableValue) {
            try setting.apply(text, &settings)
        } catch {
            throw refusal(error)
        }
    }

    func refusal(_ flaw: UnusableValue) -> ValidationError {
        let place: String
        var quote = "'"
        switch origin {
        case .option: place = setting.option
        case .variable: place = setting.variable
        case .file(let path):
            place = "\"\(setting.key)\" in \(path)"
            quote = "\""
        }
        let verb = flaw.element == nil ? "is" : "has"
        // The rest of a long one would hide what is allowed.
        let value = (flaw.element ?? text).truncated(to: 100)
        let reason = flaw.reason.map { " (\($0))" } ?? ""
        return ValidationError("\(place) \(verb) \(quote)\(value)\(quote), but must be \(setting.allowed)\(reason)")
    }
}

extension String {
    fileprivate func truncated(to length: Int) -> String {
        count > length ? "\(prefix(length))…" : self
    }
}
