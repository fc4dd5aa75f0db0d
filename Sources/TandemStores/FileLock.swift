import TandemCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Sees to it that one process alone works on a file.
///
/// An advisory lock (`flock(2)`) on a file beside it, which the system itself gives back when the process dies. The
/// file stays, and has the process's id for whoever finds it locked.
final class FileLock: Sendable {
    private let descriptor: CInt

    /// - Throws: `store-in-use` if another process, or another store of this one, has it.
    init(besides path: String) throws(StoreError) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(opening: lockPath, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = Self.read(descriptor)
            close(descriptor)
            throw StoreError(
                .inUse,
                "the room store \(path) is in use by another process\(owner.map { " (\($0))" } ?? "")"
            )
        }
        self.descriptor = descriptor
        ftruncate(descriptor, 0)
        let text = "\(getpid())\n"
        _ = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
    }

    deinit {
        // A process that is just being started has a copy of the descriptor until it runs its program, and by it the
        // lock; unlocked, all copies are.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// The process id in the file.
    private static func read(_ descriptor: CInt) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return Int(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 10 }, as: UTF8.self))
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
