import Dispatch
public import Foundation

extension FileHandle {
    /// Calls `body` with whatever comes, and then `end`, from a thread of its own, which holds the handle until then.
    ///
    /// In place of `readabilityHandler`, whose source may still be watched when the handle closes with its last reference.
    public func forEachPiece(_ body: @escaping @Sendable (Data) -> Void, end: @escaping @Sendable () -> Void = {}) {
        DispatchQueue(label: "pieces").async { [self] in
            while true {
                let data = availableData
                guard !data.isEmpty else { break }
                body(data)
            }
            end()
        }
    }
}
