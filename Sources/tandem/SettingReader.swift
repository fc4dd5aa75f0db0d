import ArgumentParser
import Configuration
import Synchronization
import TandemCore

/// Looks settings up and refuses values that cannot be read or are out of range, rather than pass over them.
struct SettingReader {
    /// Remembers the lookup that failed, which `ConfigReader` by itself takes for a missing value.
    private final class Failures: AccessReporter {
        private let latest = Mutex<String?>(nil)

        func report(_ event: AccessEvent) {
            let isUnreadable = event.providerResults.contains { (try? $0.result.get()) == nil }
            guard isUnreadable || event.conversionError != nil else { return }
            latest.withLock { $0 = "\(event.metadata.key)" }
        }

        func check() throws(ValidationError) {
            if let key = latest.withLock({ $0 }) {
                throw ValidationError("the value of '\(key)' is not of the right kind")
            }
        }
    }

    private let reader: ConfigReader
    private let failures = Failures()

    init(_ providers: [any ConfigProvider]) {
        reader = ConfigReader(providers: providers, accessReporter: failures)
    }

    func text(_ setting: Setting) throws(ValidationError) -> String? {
        let value = reader.string(forKey: setting.key)
        try failures.check()
        return value
    }

    func toggle(_ setting: Setting) throws(ValidationError) -> Bool? {
        switch try text(setting) {
        case nil: return nil
        case "on"?: return true
        case "off"?: return false
        case let value?: throw ValidationError("'\(setting.rawValue)' is '\(value)', but must be on or off")
        }
    }

    func count(_ setting: Setting, in range: ClosedRange<Int>) throws(ValidationError) -> Int? {
        let value = reader.int(forKey: setting.key)
        try failures.check()
        return try check(value, of: setting, in: range)
    }

    /// A time given in seconds, with or without a fraction.
    func time(_ setting: Setting, in range: ClosedRange<Double>) throws(ValidationError) -> Milliseconds? {
        let value = reader.double(forKey: setting.key)
        try failures.check()
        return try check(value, of: setting, in: range).map { Milliseconds(Int64(($0 * 1000).rounded())) }
    }

    private func check<Value: Comparable>(
        _ value: Value?,
        of setting: Setting,
        in range: ClosedRange<Value>
    ) throws(ValidationError) -> Value? {
        if let value, !range.contains(value) {
            throw ValidationError(
                "'\(setting.rawValue)' is \(value), but must be from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }
}
