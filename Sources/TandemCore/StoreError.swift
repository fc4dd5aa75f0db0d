/// Why a store cannot be opened, or did not take a change.
public struct StoreError: Error, Hashable, Sendable {
    public enum Code: String, Hashable, Sendable, CaseIterable {
        /// Another process has it open.
        case inUse = "store-in-use"
        /// The disk, or the process's share of it, is full.
        case full = "store-full"
        case readOnly = "store-read-only"
        /// What is there cannot be read as rooms.
        case corrupt = "store-corrupt"
        /// What is there belongs to another program, or to a later version of this one.
        case foreign = "store-foreign"
        /// Anything else: the disk or the file is gone, or the store is closed.
        case unavailable = "store-unavailable"
    }

    public let code: Code
    /// For whoever runs the server: one line that names the place and the reason.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String { message }
}
