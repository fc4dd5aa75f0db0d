package import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Channel {
    /// Keeps this channel's socket from child processes: in one that inherited it, a connection that was closed here
    /// would live on, and its peer wait for the end. NIO accepts sockets without that.
    ///
    /// On the channel's event loop.
    package func closeOnExec() {
        _ = try? pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { handle in
            _ = fcntl(handle, F_SETFD, FD_CLOEXEC)
        }
    }
}
