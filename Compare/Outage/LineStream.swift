import Foundation

/// The lines that come by a pipe, read on a thread of its own: a task that waited for them would keep one of the few
/// threads of all tasks.
enum LineStream {
    static func of(_ handle: FileHandle) -> AsyncStream<String> {
        let (stream, lines) = AsyncStream.makeStream(of: String.self)
        Thread.detachNewThread {
            var pending = Data()
            while case var data = handle.availableData, !data.isEmpty {
                while let end = data.firstIndex(of: UInt8(ascii: "\n")) {
                    lines.yield(String(decoding: pending + data[..<end], as: UTF8.self))
                    pending = Data()
                    data = data[(end + 1)...]
                }
                pending += data
            }
            lines.finish()
        }
        return stream
    }
}
