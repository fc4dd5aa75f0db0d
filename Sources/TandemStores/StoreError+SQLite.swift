import GRDB
import TandemCore

extension StoreError {
    /// What an error of SQLite about the file at `path` means.
    init(_ error: any Error, at path: String) {
        guard let error = error as? DatabaseError else {
            self = error as? StoreError ?? StoreError(.unavailable, "the room store \(path) fails: \(error)")
            return
        }
        let code: Code =
            switch error.resultCode {
            case .SQLITE_FULL: .full
            case .SQLITE_READONLY, .SQLITE_PERM: .readOnly
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
            default: .unavailable
            }
        self.init(code, "the room store \(path) fails: \(error.message ?? "\(error.extendedResultCode)")")
    }
}
