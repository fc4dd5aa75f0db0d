import Foundation

/// A headless Chromium, where one is installed.
enum Chromium {
    static let installation = "Chromium is not installed: apt-get install chromium"
    private static let executables = [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable",
    ]

    static var executable: String? {
        executables.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// As in `Chromium 140.0.7339.80`; nil if it is not installed.
    static var version: String? {
        guard let executable, let text = try? ToolOutput.of(executable, ["--version"]) else { return nil }
        return text.split(separator: "\n").first { $0.hasPrefix("Chrom") || $0.hasPrefix("Google") }
            .map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    }

    /// Opens `page` and waits for the line on its console that begins with `marker`.
    /// - Returns: the rest of that line.
    /// - Throws: ``BenchError`` if it does not come within `seconds`.
    static func run(_ page: URL, until marker: String, within seconds: Double) async throws -> String {
        guard let executable else { throw BenchError(installation) }
        // It leaves files behind where temporary ones are. The name of its socket there must not get too long.
        let folder = FileManager.default.temporaryDirectory.appending(path: "compare-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let process = Process()
        process.executableURL = URL(filePath: executable)
        process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": folder.path]) { $1 }
        process.arguments = [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--enable-logging=stderr",
            "--user-data-dir=\(folder.appending(path: "profile").path)", page.absoluteString,
        ]
        let output = Pipe()
        process.standardError = output
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Ends the reading below, too.
        let timeout = Task {
            try await Task.sleep(for: .seconds(seconds))
            kill(process.processIdentifier, SIGKILL)
        }
        defer {
            timeout.cancel()
            // It inherits our signal mask, by which it may never hear of SIGTERM.
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        var text = ""
        while true {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw BenchError("Chromium did not say '\(marker)' within \(seconds) s") }
            text += String(decoding: data, as: UTF8.self)
            if let found = message(after: marker, in: text) { return found }
        }
    }

    /// The console's text after `marker`, once its line is whole.
    ///
    /// Chromium writes `[…:INFO:CONSOLE(12)] "text", source: …`.
    static func message(after marker: String, in log: String) -> String? {
        guard let begin = log.range(of: "\"\(marker)"),
            let end = log.range(of: "\", source:", range: begin.upperBound..<log.endIndex)
        else { return nil }
        return String(log[begin.upperBound..<end.lowerBound]).trimmingCharacters(in: .whitespaces)
    }
}
