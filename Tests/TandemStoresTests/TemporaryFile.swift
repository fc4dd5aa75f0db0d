import Foundation

/// Runs `body` with the path of a file that is not there yet, in a folder of its own that is removed afterwards.
func withTemporaryPath(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appending(path: "rooms.sqlite").path)
}
