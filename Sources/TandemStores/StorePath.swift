import Foundation
import TandemCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The one name of a store's file: absolute and without links, so that its lock and SQLite's other files, which are
/// named after it, are the same for whoever opens it.
///
/// Always a file's name. Names that SQLite gives another meaning, `:memory:` and `file:` URIs, are refused.
struct StorePath {
    let text: String

    /// Creates the folder if it is not there, for its owner alone.
    /// - Throws: `store-unavailable` if `path` can be no store's, `store-read-only` if the folder cannot be created.
    init(_ path: String) throws(StoreError) {
        if let complaint = Self.complaint(about: path) {
            throw StoreError(.unavailable, "'\(path.filter { !$0.isNewline })' cannot be a room store: \(complaint)")
        }
        let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        let parts = absolute.split(separator: "/")
        let folder = "/" + parts.dropLast().joined(separator: "/")
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw StoreError(.unavailable, "cannot create \(folder): \(error.localizedDescription)")
        }
        var status = stat()
        if lstat(absolute, &status) == 0 {
            guard let resolved = Self.resolved(absolute), stat(resolved, &status) == 0 else {
                throw StoreError(.unavailable, "\(path) is a link that leads to no file; remove it, or create the file")
            }
            guard status.st_mode & S_IFMT == S_IFREG else {
                let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "no regular file"
                throw StoreError(.unavailable, "\(path) cannot be a room store: it is \(kind)")
            }
            text = resolved
        } else {
            guard let resolved = Self.resolved(folder), let name = parts.last else {
                throw StoreError(opening: folder, errno)
            }
            text = (resolved == "/" ? "" : resolved) + "/" + name
        }
    }

    /// What is wrong with a path that names no file of its own, nil if nothing is.
    private static func complaint(about path: String) -> String? {
        if path.isEmpty { return "it is empty" }
        if path.utf8.contains(0) { return "it has a zero byte" }
        if path.hasPrefix(":memory:") || path.hasPrefix("file:") {
            return "it must be the path of a file; for rooms that end with the process, use --store memory"
        }
        if path.hasSuffix("/") { return "it must be a file, not a folder" }
        for suffix in ["-wal", "-shm", "-journal", ".lock"] where path.hasSuffix(suffix) {
            return "files in \(suffix) belong to the store beside them"
        }
        return nil
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
