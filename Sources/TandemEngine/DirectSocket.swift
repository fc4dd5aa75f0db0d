import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Sends on a channel's own socket, past its pipeline and its queue of writes.
///
/// What NIO does for a write beyond `send(2)` (the queue, the promise, the pipeline) costs as much again as a third of
/// that call, and a tick needs none of it: `Compare/README.md` has the figures. Only for an active channel with nothing
/// queued, whose pipeline passes bytes on unchanged, and only on its event loop.
struct DirectSocket {
    enum Outcome {
        /// So many bytes were taken, perhaps none; the rest is for the channel's queue.
        case taken(Int)
        case broken
    }

    private let descriptor: NIOBSDSocket.Handle
    #if DEBUG
    /// Tests only: how many of these bytes may be sent, or nil if the connection is broken.
    var fault: (@Sendable (UnsafeRawBufferPointer) -> Int?)?
    /// Tests only: what the peer has acknowledged.
    var assumed: (@Sendable () -> Acknowledgements?)?
    #endif

    /// Nil if `channel` is no socket of its own, for example a stream of HTTP/2, or the system has no such call.
    init?(_ channel: any Channel) {
        #if os(Linux)
        let pipeline = channel.pipeline.syncOperations
        let handle = try? pipeline.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
        guard let handle else { return nil }
        descriptor = handle
        #else
        return nil
        #endif
    }

    /// What the peer has acknowledged so far; nil where the system does not say.
    /// - Precondition: the channel is active, so that the descriptor is still its own.
    func acknowledgements() -> Acknowledgements? {
        #if DEBUG
        if let assumed { return assumed() }
        #endif
        return Acknowledgements(of: descriptor)
    }

    /// - Precondition: the channel is active, so that the descriptor is still its own.
    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        #if DEBUG
        var bytes = bytes
        if let fault {
            guard let count = fault(bytes) else { return .broken }
            guard count > 0 else { return .taken(0) }
            bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(count))
        }
        #endif
        #if os(Linux)
        while true {
            let count = systemSend(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 { return .taken(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: return .taken(0)
            default: return .broken
            }
        }
        #else
        return .taken(0)
        #endif
    }
}

#if os(Linux)
/// `send(2)`, which inside ``DirectSocket`` has a method's name.
///
/// Each write ends a record: the next one does not go into its segment, for which the system would take it whatever
/// waits unsent already. So a tick behind an unsent one is refused, where 18 ticks would find place in one segment.
private func systemSend(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    send(descriptor, bytes, count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL) | CInt(MSG_EOR))
}
#endif
