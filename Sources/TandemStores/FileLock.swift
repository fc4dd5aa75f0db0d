import Synchronization
import TandemCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sees to it that one store alone works on a file: an advisory lock (`flock(2)`), which the system itself gives back
/// when the process dies.
///
/// A store locks two files. One beside its own, `….lock`, holds the process's id for whoever finds it locked, and keeps
/// a second one away before it touches anything. As that file can be removed, the store's own file is locked, too. These
/// locks and those of SQLite (`fcntl(2)`) are independent on Linux.
///
/// A process that closes any descriptor of a file loses all its `fcntl` locks on it. So the store's own file is opened
/// here before SQLite opens it, closed after SQLite has closed it, and never opened twice in a process.
final class FileLock: Sendable {
    enum Subject {
        /// The file beside the store's.
        case note
        /// The store's own file.
        case store
    }

    let identity: FileIdentity
    private let descriptor: CInt

    /// The files that this process has locked.
    private static let held = Mutex<Set<FileIdentity>>([])

    /// Creates the file, empty and for its owner alone, if it is not there. Follows no link.
    /// - Parameter store: the store's path, for the error.
    /// - Throws: `store-in-use` if another process, or another store of this one, has it; `store-unavailable` if it is
    ///   no file that can be a lock; and the reason for which it cannot be opened.
    init(_ subject: Subject, at path: String, of store: String) throws(StoreError) {
        // Who is first to lock a file may find that it has lost its name meanwhile, to one that is locked by another.
        for _ in 0..<100 {
            if let identity = FileIdentity(path), Self.held.withLock({ $0.contains(identity) }) {
                throw Self.inUse(store, getpid())
            }
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                let number = errno
                if number == ELOOP {
                    throw StoreError(.unavailable, "\(path) is a link, but must be a file; remove it")
                }
                throw StoreError(opening: path, number)
            }
            do throws(StoreError) {
                let identity = try Self.check(descriptor, subject, path)
                guard Self.lock(descriptor, subject) else { throw Self.inUse(store, Self.read(descriptor, subject)) }
                if FileIdentity(path) == identity {
                    guard Self.held.withLock({ $0.insert(identity).inserted }) else {
                        throw Self.inUse(store, getpid())
                    }
                    self.identity = identity
                    self.descriptor = descriptor
                    if subject == .note { Self.write(descriptor) }
                    return
                }
            } catch {
                close(descriptor)
                throw error
            }
            close(descriptor)
        }
        throw StoreError(.unavailable, "\(path) is being replaced again and again")
    }

    deinit {
        // A process that is just being started has a copy of the descriptor until it runs its program, and by it the
        // lock; unlocked, all copies are.
        flock(descriptor, LOCK_UN)
        close(descriptor)
        _ = Self.held.withLock { $0.remove(identity) }
    }

    /// Lets nobody but the owner read the file.
    /// - Throws: `store-read-only` if it is another user's.
    func makePrivate(_ path: String) throws(StoreError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StoreError(opening: path, errno) }
        guard status.st_mode & 0o077 != 0, fchmod(descriptor, 0o600) != 0 else { return }
        throw StoreError(
            .readOnly,
            "the room store \(path) can be read by others and belongs to another user; its owner must set its mode to 600"
        )
    }

    private static func check(_ descriptor: CInt, _ subject: Subject, _ path: String) throws(StoreError) -> FileIdentity
    {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StoreError(opening: path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.unavailable, "\(path) is no regular file; remove it")
        }
        // Another user, or another name, could change what is in it. None: it was removed just now.
        if subject == .note, status.st_uid != geteuid() || status.st_nlink > 1 {
            throw StoreError(.unavailable, "\(path) belongs to another user or has another name; remove it")
        }
        return FileIdentity(status)
    }

    private static func lock(_ descriptor: CInt, _ subject: Subject) -> Bool {
        #if !os(Linux)
        // Elsewhere it would be in the way of SQLite's own.
        if subject == .store { return true }
        #endif
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    private static func inUse(_ store: String, _ owner: pid_t?) -> StoreError {
        StoreError(
            .inUse,
            "the room store \(store) is in use by another process\(owner.map { " (\($0))" } ?? "")"
        )
    }

    /// The process id in a note.
    private static func read(_ descriptor: CInt, _ subject: Subject) -> pid_t? {
        guard subject == .note else { return nil }
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return pid_t(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self))
    }

    private static func write(_ descriptor: CInt) {
        ftruncate(descriptor, 0)
        let text = "\(getpid())\n"
        _ = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
    }
}

extension StoreError {
    /// Why a file could not be opened, by the system's error number.
    init(opening path: String, _ number: CInt) {
        let code: Code =
            switch number {
            case ENOSPC, EDQUOT: .full
            case EROFS, EACCES, EPERM: .readOnly
            default: .unavailable
            }
        self.init(code, "cannot open \(path): \(String(cString: strerror(number)))")
    }
}
