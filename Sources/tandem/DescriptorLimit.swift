import Logging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The number of files and sockets that the process may have open: every stream is one.
enum DescriptorLimit {
    /// Raises the soft limit, often 1024, to the hard one.
    static func raise(_ logger: Logger) {
        #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        if setrlimit(resource, &limit) == 0 {
            logger.info("descriptor limit", metadata: ["limit": "\(limit.rlim_cur)"])
        }
    }
}
