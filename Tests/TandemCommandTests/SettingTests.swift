import ArgumentParser
import Foundation
import Testing

@testable import tandem

@Suite("The table of settings")
struct SettingTests {
    private static var keys: [String] { Setting.all.map(\.key) }

    private func settings(_ arguments: [String]) throws -> ServeSettings {
        try ServeSettings(ServeOptions.parse(arguments), environment: [:])
    }

    @Test("has defaults that are what the server does without them", arguments: keys)
    func defaults(key: String) throws {
        let setting = try #require(Setting.all.first { $0.key == key })
        guard let standard = setting.standard else { return }

        let given = try settings([setting.option, standard])

        let none = try settings([])
        #expect("\(given)" == "\(none)")
    }

    @Test("has an option, a variable and a key in the file for each, with the same effect", arguments: keys)
    func sources(key: String) throws {
        let setting = try #require(Setting.all.first { $0.key == key })
        let values = [
            "host": "::1", "base-path": "/x", "allowed-origins": "*", "allowed-hosts": "a.example",
            "instance-prefix": "IAN", "trusted-proxies": "::1", "forwarded-by": "forwarded",
            "websocket-compression": "on", "store": "memory", "log-level": "error",
        ]
        let value = values[key] ?? "7"
        let file = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try #"{"\#(key)": \#(setting.isNumber ? value : "\"\(value)\"")}"#.write(
            to: file,
            atomically: true,
            encoding: .utf8
        )

        let option = try settings([setting.option, value])

        let variable = try ServeSettings(ServeOptions.parse([]), environment: [setting.variable: value])
        let key = try settings(["--config", file.path])
        let none = try settings([])
        #expect("\(option)" != "\(none)")
        #expect("\(variable)" == "\(option)")
        #expect("\(key)" == "\(option)")
    }

    @Test("is what the help says", arguments: keys)
    func help(key: String) throws {
        let setting = try #require(Setting.all.first { $0.key == key })
        let help = ServeCommand.helpMessage(columns: 10_000)

        let line = try #require(help.split(separator: "\n").first { $0.contains("\(setting.option) <") })

        #expect(line.contains(setting.help) || help.contains(setting.help))
        #expect(help.contains("Default: \(setting.standardText)."))
    }

    @Test("is the one of README")
    func readme() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(text.range(of: "<!-- settings -->\n"))
        let end = try #require(text[start.upperBound...].range(of: "\n<!-- /settings -->"))

        #expect(text[start.upperBound..<end.lowerBound] == Setting.table)
    }
}
