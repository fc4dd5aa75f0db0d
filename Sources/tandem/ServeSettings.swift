import ArgumentParser
import Foundation
import Logging
import TandemServer

/// What `tandem serve` runs with: options before environment before file before defaults.
struct ServeSettings {
    var server = ServerConfiguration()
    /// Nil if none is given; then it is ``StoreLocation/standard(_:)``.
    var store: StoreLocation?
    var logLevel = Logger.Level.notice
    /// Warnings for the log, each of one line.
    private(set) var notices: [String] = []

    /// - Throws: `ValidationError` for a value that cannot be used, naming where it is, the value and what is allowed.
    init(
        _ options: ServeOptions,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ValidationError) {
        let variables = SettingVariables(environment)
        var values: [String: SettingValue] = [:]
        func add(_ more: [SettingValue]) {
            for value in more { values[value.setting.key] = value }
        }
        add(variables.values)
        add(options.values)
        notices = variables.notices
        if let path = values[Setting.config.key]?.text {
            let file = try SettingFile(path)
            notices += file.notices
            values = [:]
            add(file.values)
            add(variables.values)
            add(options.values)
        }
        for setting in Setting.all {
            try values[setting.key]?.apply(to: &self)
        }
    }
}
