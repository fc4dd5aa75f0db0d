import ArgumentParser
import Foundation
import TandemCore
import TandemEngine
import TandemServer
import Testing

@testable import tandem

@Suite("A value that a setting does not have")
struct SettingRefusalTests {
    private static let port = "but must be a whole number from 0 to 65535"

    private func refusal(_ arguments: [String], _ environment: [String: String] = [:]) -> String? {
        let error = #expect(throws: ValidationError.self) {
            try ServeSettings(ServeOptions.parse(arguments), environment: environment)
        }
        return error?.message
    }

    @Test(
        "is refused by the name of the variable, with the value and what is allowed",
        arguments: [
            ("TANDEM_PORT", "x", port), ("TANDEM_PORT", "true", port), ("TANDEM_PORT", "80.5", port),
            ("TANDEM_PORT", "99999999999999999999", port), ("TANDEM_MAX_ROOMS", "0", "from 1 to 100000000"),
            ("TANDEM_HEARTBEAT", "15s", "but must be a number of seconds from 0.1 to 3600"),
            ("TANDEM_WEBSOCKET_COMPRESSION", "true", "but must be on or off"),
            ("TANDEM_LOG_LEVEL", "loud", "but must be one of trace, debug"),
        ]
    )
    func variable(name: String, value: String, allowed: String) {
        let text = refusal([], [name: value])

        #expect(text?.hasPrefix("\(name) is '\(value)', ") == true)
        #expect(text?.contains(allowed) == true)
    }

    @Test(
        "is refused by the name of the option, also where it looks like an option",
        arguments: ["-1", "x", "", "true"]
    )
    func option(value: String) {
        #expect(refusal(["--port", value]) == "--port is '\(value)', \(Self.port)")
    }

    @Test(
        "is refused by the key and the file",
        arguments: [
            (#"{"port": "x"}"#, #""port" in FILE is "x", "# + port),
            (#"{"port": true}"#, #""port" in FILE is "true", "# + port),
            (#"{"port": 1.5}"#, #""port" in FILE is "1.5", "# + port),
            (#"{"port": [1]}"#, #""port" in FILE is "[…]", "# + port),
            (#"{"host": 5}"#, #""host" in FILE is "5", but must be an IP address"#),
            (#"{"log-level": true}"#, #""log-level" in FILE is "true", but must be one of"#),
            ("{", "cannot read the settings in FILE: it must be a JSON object like"),
            ("[]", "cannot read the settings in FILE: it must be a JSON object like"),
        ]
    )
    func file(json: String, message: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try json.write(to: file, atomically: true, encoding: .utf8)

        let text = refusal(["--config", file.path])

        #expect(text?.hasPrefix(message.replacing("FILE", with: file.path)) == true, "\(text ?? "")")
    }

    @Test("is refused by the element of a list that is at fault")
    func element() {
        #expect(
            refusal(["--allowed-origins", "https://a.example,b"])?.hasPrefix("--allowed-origins has 'b', ") == true
        )
        let reason = "(it is of no page: none has the scheme 'ws')"
        #expect(refusal(["--allowed-origins", "ws://a.example"])?.hasSuffix(reason) == true)
    }

    @Test("of a file that is not there is refused with the reason")
    func missingFile() {
        let text = refusal([], ["TANDEM_CONFIG": "/nowhere.json"])
        #expect(text == "cannot read the settings in /nowhere.json: No such file or directory")
    }

    @Test("is quoted only in part where it is long")
    func longValue() {
        #expect(refusal(["--port", String(repeating: "9", count: 100_000)])?.count ?? .max < 200)
    }

    @Test(
        "of the host is anything more than a host",
        arguments: [
            "http://a.example", "a.example:80", "127.0.0.1:8080", "[::1]:80", "[::1", "::1]", "[a]", "a b", "", ":80",
            "1:2:3", "::1%", "a/b",
        ]
    )
    func host(value: String) {
        let text = refusal(["--host", value])
        #expect(text?.hasPrefix("--host is '\(value)', but must be") == true)
        #expect(text?.contains("without a scheme or a port") == true)
    }
}

@Suite("A host to listen on")
struct ListenHostTests {
    @Test(
        "is an address or a name as people write it",
        arguments: [
            ("[::1]", "::1"), ("::1", "::1"), ("localhost", "127.0.0.1"), ("a.example", "a.example"),
            ("fe80::1%eth0", "fe80::1%eth0"), ("0.0.0.0", "0.0.0.0"),
        ]
    )
    func address(text: String, address: String) {
        #expect(ListenHost(text)?.address == address)
    }

    @Test("can be all addresses, of both versions where there are both")
    func all() {
        #expect(ListenHost("*") { true }?.address == "::")
        #expect(ListenHost("*") { false }?.address == "0.0.0.0")
    }
}

@Suite("A variable of the environment")
struct SettingVariableTests {
    private func settings(_ environment: [String: String]) throws -> ServeSettings {
        try ServeSettings(ServeOptions.parse([]), environment: environment)
    }

    @Test("that is empty is treated as not set")
    func empty() throws {
        let settings = try settings(["TANDEM_PORT": "", "TANDEM_STORE": "", "TANDEM_CONFIG": "", "TANDEM_X": ""])

        #expect(settings.server.port == 8080)
        #expect(settings.notices == [])
    }

    @Test("of a Kubernetes service link is ignored, with one notice of all")
    func serviceLinks() throws {
        let settings = try settings([
            "TANDEM_PORT": "tcp://10.0.0.1:8080", "TANDEM_SERVICE_HOST": "10.0.0.1", "TANDEM_SERVICE_PORT": "8080",
            "TANDEM_SERVICE_PORT_HTTP": "8080", "TANDEM_PORT_8080_TCP": "tcp://10.0.0.1:8080",
            "TANDEM_PORT_8080_TCP_PROTO": "tcp", "TANDEM_PORT_8080_TCP_PORT": "8080",
            "TANDEM_PORT_8080_TCP_ADDR": "10.0.0.1", "TANDEM_WEB_SERVICE_HOST": "10.0.0.2",
            "TANDEM_WEB_PORT": "tcp://10.0.0.2:80",
        ])

        #expect(settings.server.port == 8080)
        #expect(settings.notices.count == 1)
        #expect(settings.notices.first?.hasPrefix("TANDEM_PORT and 9 more come from Kubernetes") == true)
        #expect(settings.notices.first?.contains("enableServiceLinks: false") == true)
    }

    @Test("that is no setting is ignored, with a notice that names the nearest")
    func unknown() throws {
        let settings = try settings(["TANDEM_PROT": "1", "TANDEM_SOMETHING_ELSE": "1", "TANDEMX": "1"])

        #expect(
            settings.notices == [
                "TANDEM_PROT is not a variable of Tandem and is ignored; did you mean TANDEM_PORT?",
                "TANDEM_SOMETHING_ELSE is not a variable of Tandem and is ignored",
            ]
        )
    }

    @Test("or a key of the file that is no setting is ignored, with a notice that names the nearest")
    func unknownKey() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID()).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let json = #"{"max-room": 1, "config": "x", "something": {}, "port": null, "heartbeat": "7.5"}"#
        try json.write(to: file, atomically: true, encoding: .utf8)

        let settings = try settings(["TANDEM_CONFIG": file.path])

        #expect(settings.server.engine.heartbeat.count == 7_500)
        #expect(
            settings.notices == [
                "\"config\" in \(file.path) is ignored: a file cannot name another",
                "\"max-room\" in \(file.path) is not a setting and is ignored; did you mean max-rooms?",
                "\"something\" in \(file.path) is not a setting and is ignored",
            ]
        )
    }
}
