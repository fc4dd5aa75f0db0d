import Foundation
import Synchronization
import TandemTesting
import Testing

/// Instructions and not time, so that it is the same on every machine under any load.
@Suite("Parsers of what strangers send", .timeLimit(.minutes(10)))
struct ParserCostTests {
    /// Bytes of a short input, of one with 192 more, and of one with four times as many more. Not none: what is absent,
    /// or so short that it is taken over, is answered in another way.
    private static let sizes = [64, 64 + 192, 64 + 4 * 192]
    /// Instructions per byte in a debug build, in which they are ten to fifty times as many as in a release build.
    /// A list's element of two bytes takes some 35,000.
    private static let limit = 25_000

    private struct Call: Sendable {
        let parser: Substring
        let shape: Substring
        let size: Int
    }

    @Test("work no more than in proportion to it")
    func linear() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "parser-cost-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        let calls = try await Self.runElsewhere(in: folder)
        let costs = try calls.indices.map { try Self.instructions(folder.appending(path: "out.\($0 + 1)")) }

        #expect(calls.count > 750)
        var index = 0
        while index + 2 < calls.count {
            let call = calls[index]
            let (short, small, large) = (costs[index], costs[index + 1] - costs[index], costs[index + 2] - costs[index])
            index += 3
            let what = "\(call.parser) of \(call.shape): \(short), \(small) and \(large) instructions more"
            let perByte = Double(large) / Double(Self.sizes[2] - Self.sizes[0])
            // Less than that is noise: an allocator that gets another page.
            #expect(large <= 5 * max(small, 30_000), "\(what)")
            #expect(perByte < Double(Self.limit), "\(what)")
        }
    }

    /// ``run(in:)`` on a thread of its own: it takes a minute or two, and other tests need those of the pool.
    private static func runElsewhere(in folder: URL) async throws -> [Call] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "parser-cost").async {
                continuation.resume(with: Result { try run(in: folder) })
            }
        }
    }

    /// Runs all parsers on all shapes, with a file of callgrind's for each call. Whatever else wants the processor goes
    /// first.
    private static func run(in folder: URL) throws -> [Call] {
        let function = "tandem_parser_cost_measured"
        // Without what debuggers read, which valgrind cannot.
        let program = folder.appending(path: "parser-cost").path
        let product = ChildProcess.product("parser-cost")
        guard try ChildProcess("/usr/bin/strip", ["--strip-debug", "-o", program, product]).wait() == 0 else {
            throw RawClient.Failure(description: "\(product) cannot be stripped")
        }
        let (output, process) = try ChildProcess.spawning.withLock { _ in
            let output = try ChildProcess.makePipe()
            defer { close(output.writing) }
            let process = try ChildProcess(
                "/usr/bin/nice",
                [
                    "-n", "19", "/usr/bin/valgrind", "--tool=callgrind", "--toggle-collect=\(function)",
                    "--dump-after=\(function)",
                    "--callgrind-out-file=\(folder.path)/out", program,
                ] + sizes.map(String.init),
                output: output.writing
            )
            return (FileHandle(fileDescriptor: output.reading, closeOnDealloc: true), process)
        }
        let text = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
        guard process.wait() == 0 else {
            throw RawClient.Failure(description: "no valgrind, which the README's test command installs: \(text)")
        }
        return text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: "\t")
            guard columns.count == 3, let size = Int(columns[2]) else { return nil }
            return Call(parser: columns[0], shape: columns[1], size: size)
        }
    }

    private static func instructions(_ file: URL) throws -> Int {
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let total = text.split(separator: "\n").last { $0.hasPrefix("totals: ") }.flatMap { Int($0.dropFirst(8)) }
        return try #require(total, "\(file.path) has no total")
    }
}
