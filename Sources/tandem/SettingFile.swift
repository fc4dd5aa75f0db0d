import ArgumentParser
import Foundation
import SystemPackage

/// The settings in a JSON file: an object with their names.
struct SettingFile {
    private(set) var values: [SettingValue] = []
    /// What whoever wrote the file should know.
    private(set) var notices: [String] = []

    private static let maximumSize = 1024 * 1024

    /// - Throws: `ValidationError` if there is no such file, or it is no JSON object, or a value is of another kind.
    init(_ path: String) throws(ValidationError) {
        let settings = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.key, $0) })
        for (key, value) in try Self.read(path).sorted(by: { $0.key < $1.key }) {
            if value == .null { continue }
            guard let setting = settings[key] else {
                notices.append(
                    key == Setting.config.key
                        ? "\"config\" in \(path) is ignored: a file cannot name another"
                        : NearestName.notice(of: "\"\(key)\" in \(path)", name: key, among: Array(settings.keys))
                )
                continue
            }
            let given = SettingValue(setting: setting, text: value.text, origin: .file(path: path))
            guard value.fits(setting) else { throw given.refusal(UnusableValue()) }
            values.append(given)
        }
    }

    private static func read(_ path: String) throws(ValidationError) -> [String: Value] {
        let bytes: [UInt8]
        do {
            bytes = try contents(path)
        } catch {
            let reason = (error as? Errno).map { "\($0)" } ?? "\(error)"
            throw ValidationError("cannot read the settings in \(path): \(reason)")
        }
        guard bytes.count <= maximumSize else {
            throw ValidationError("cannot read the settings in \(path): it has more than \(maximumSize) bytes")
        }
        do {
            return try JSONDecoder().decode([String: Value].self, from: Data(bytes))
        } catch {
            throw ValidationError("cannot read the settings in \(path): it must be a JSON object like {\"port\": 8080}")
        }
    }

    /// All of the file, or more than may be.
    private static func contents(_ path: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            while bytes.count <= maximumSize {
                let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
                if count == 0 { break }
                bytes += buffer[..<count]
            }
            return bytes
        }
    }

    /// A value of JSON.
    private enum Value: Decodable, Equatable {
        case null
        case flag(Bool)
        case number(String)
        case text(String)
        case other(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Int.self) {
                self = .number("\(number)")
            } else if let number = try? container.decode(Double.self) {
                self = .number("\(number)")
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .other((try? decoder.unkeyedContainer()) == nil ? "{…}" : "[…]")
            }
        }

        var text: String {
            switch self {
            case .null: "null"
            case .flag(let flag): "\(flag)"
            case .number(let text), .text(let text), .other(let text): text
            }
        }

        /// Numbers may be given as text, as in the environment; nothing else may be of another kind.
        func fits(_ setting: Setting) -> Bool {
            switch self {
            case .null, .flag, .other: false
            case .number: setting.isNumber
            case .text: true
            }
        }
    }
}
