#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The number of files and sockets that the process may have open: every stream is one.
public enum DescriptorLimit {
    /// Raises the soft limit, often 1024, to the hard one.
    /// - Returns: the limit that now holds; nil if the system does not tell.
    public static func raise() -> Int? {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        return Int(clamping: setrlimit(resource, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur)
    }

    /// How many connections to serve where `limit` descriptors may be open: some stay free for the store, for the event
    /// loops, and for the answers to those that are refused.
    public static func connections(of limit: Int) -> Int {
        limit - min(128, limit / 2)
    }
}
