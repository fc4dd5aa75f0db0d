import Foundation
import GRDB
import TandemCore
import Testing

@testable import TandemStores

/// What a store makes of the names and files that it finds.
@Suite("The file of a store", .timeLimit(.minutes(5)))
struct StoreFileTests {
    private let files = FileManager.default

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        try await withTemporaryPath { path in
            let folder = String(path.prefix(upTo: path.lastIndex(of: "/")!))
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await body(folder)
        }
    }

    private func mode(_ path: String) throws -> Int {
        try #require(try files.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("is one store's, by whichever name it is opened", arguments: ["link", "folder", "hard", "dots"])
    func names(kind: String) async throws {
        try await withFolder { folder in
            let path = folder + "/rooms.sqlite"
            let store = try SQLiteStore(path: path)
            let other: String
            switch kind {
            case "link":
                other = folder + "/link.sqlite"
                try files.createSymbolicLink(atPath: other, withDestinationPath: "rooms.sqlite")
            case "folder":
                try files.createSymbolicLink(atPath: folder + "/link", withDestinationPath: ".")
                other = folder + "/link/rooms.sqlite"
            case "hard":
                other = folder + "/hard.sqlite"
                try files.linkItem(atPath: path, toPath: other)
            default: other = folder + "/./../" + folder.split(separator: "/").last! + "/rooms.sqlite"
            }

            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: other) }

            #expect(error?.code == .inUse)
            await store.close()
        }
    }

    @Test("is one store's also after its lock file was removed")
    func removedLock() async throws {
        try await withFolder { folder in
            let path = folder + "/rooms.sqlite"
            let store = try SQLiteStore(path: path)
            try files.removeItem(atPath: path + ".lock")

            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }

            #expect(error?.code == .inUse)
            await store.close()
            await (try SQLiteStore(path: path)).close()
        }
    }

    @Test("has a lock that follows no link and empties no file of another", arguments: ["link", "hard", "folder"])
    func foreignLock(kind: String) async throws {
        try await withFolder { folder in
            let (path, victim) = (folder + "/rooms.sqlite", folder + "/victim")
            try Data("mine".utf8).write(to: URL(filePath: victim))
            switch kind {
            case "link": try files.createSymbolicLink(atPath: path + ".lock", withDestinationPath: victim)
            case "hard": try files.linkItem(atPath: victim, toPath: path + ".lock")
            default: try files.createDirectory(atPath: path + ".lock", withIntermediateDirectories: false)
            }

            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }

            #expect(error?.code == .unavailable)
            #expect(error?.message.contains(path + ".lock") == true)
            #expect(try Data(contentsOf: URL(filePath: victim)) == Data("mine".utf8))
        }
    }

    @Test("that others could read is its owner's alone once it was opened, with its log")
    func existingMode() async throws {
        try await withFolder { folder in
            let path = folder + "/rooms.sqlite"
            await (try SQLiteStore(path: path)).close()
            #expect(chmod(path, 0o644) == 0)
            // Its log and index, which SQLite leaves while another program has the file open.
            let other = try DatabaseQueue(path: path)
            try await other.read { try $0.execute(sql: "SELECT 1 FROM room") }
            #expect(try mode(path + "-shm") == 0o644)

            let store = try SQLiteStore(path: path)

            for suffix in ["", "-wal", "-shm"] { #expect(try mode(path + suffix) == 0o600, "\(suffix)") }
            await store.close()
            try other.close()
        }
    }

    @Test("is not created through a link that leads nowhere")
    func danglingLink() async throws {
        try await withFolder { folder in
            let path = folder + "/rooms.sqlite"
            try files.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")

            let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }

            #expect(error?.message == "\(path) is a link that leads to no file; remove it, or create the file")
            #expect(!files.fileExists(atPath: folder + "/nowhere"))
        }
    }

    @Test(
        "has a name that can be a file's, which SQLite gives no other meaning",
        arguments: [
            ("", "it is empty"), (":memory:", "use --store memory"), ("file:x?mode=memory", "use --store memory"),
            ("/tmp/", "must be a file, not a folder"), ("/tmp", "it is a folder"), (".", "it is a folder"),
            ("/dev/null", "it is no regular file"), ("/tmp/x.sqlite-wal", "belong to the store"), ("a\0b", "zero byte"),
            ("/dev/null/rooms.sqlite", "cannot create /dev/null"),
        ]
    )
    func refusedNames(path: String, reason: String) throws {
        let error = #expect(throws: StoreError.self) { try SQLiteStore(path: path) }

        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("\n") == false)
    }
}
