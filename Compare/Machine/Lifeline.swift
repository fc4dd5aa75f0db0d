import Foundation

/// What a child of the bench hangs on: its standard input, which ends when the bench does, however that ends.
enum Lifeline {
    /// Ends this process with the bench.
    static func watch() {
        Thread.detachNewThread {
            while !FileHandle.standardInput.availableData.isEmpty {}
            exit(EXIT_SUCCESS)
        }
    }
}
