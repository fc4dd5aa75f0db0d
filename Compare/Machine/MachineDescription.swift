import Foundation

/// The machine and the versions that a report's figures are of.
struct MachineDescription: Codable, Sendable {
    let processor: String
    let processors: Int
    /// Bytes.
    let memory: Int
    let system: String
    let kernel: String
    let compiler: String
    let isOptimized: Bool
    let nginx: String?
    let chromium: String?
    /// The commit of the source, if it is a checkout of git.
    let commit: String?

    static var current: MachineDescription {
        MachineDescription(
            processor: value(of: "model name", in: "/proc/cpuinfo") ?? "unknown",
            processors: ProcessInfo.processInfo.activeProcessorCount,
            memory: Int(ProcessInfo.processInfo.physicalMemory),
            system: value(of: "PRETTY_NAME", in: "/etc/os-release") ?? "Linux",
            kernel: (try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown",
            compiler: compilerVersion,
            isOptimized: isOptimizedBuild,
            nginx: NginxProcess.version,
            chromium: Chromium.version,
            commit: commitOfSource
        )
    }

    var summary: String {
        let gibibytes = rounded(Double(memory) / 1_073_741_824, 0)
        return "\(processor), \(processors) processors, \(gibibytes) GiB; \(system), Linux \(kernel)"
    }

    var versions: String {
        let build = isOptimized ? "release build" : "debug build: the figures say nothing about the product"
        return [commit.map { "Tandem \($0)" }, compiler, build, nginx, chromium].compactMap(\.self).joined(
            separator: ", "
        )
    }

    private static func value(of name: String, in file: String) -> String? {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            let value = line.drop { $0 != ":" && $0 != "=" }.dropFirst()
            return value.trimmingCharacters(in: CharacterSet(charactersIn: "\" \t"))
        }
        return nil
    }

    private static var compilerVersion: String {
        #if compiler(>=6.3)
        "Swift 6.3 or newer"
        #else
        "Swift 6.2"
        #endif
    }

    private static var isOptimizedBuild: Bool {
        var isOptimized = true
        // Assertions are evaluated in debug builds only.
        assert(
            {
                isOptimized = false; return true
            }()
        )
        return isOptimized
    }

    private static var commitOfSource: String? {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().path()
        guard let text = try? ToolOutput.of("/usr/bin/env", ["git", "-C", folder, "rev-parse", "--short", "HEAD"]),
            text.allSatisfy(\.isHexDigit)
        else { return nil }
        return text
    }
}
