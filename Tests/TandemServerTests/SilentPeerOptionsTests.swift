import Foundation
import TandemCore
import TandemEngine
import TandemTesting
import Testing

@testable import TandemServer

#if os(Linux)
@Suite("A connection whose peer may vanish", .timeLimit(.minutes(5)))
struct SilentPeerOptionsTests {
    @Test(
        "has the options by which that is noticed, derived from the heartbeat",
        arguments: [(heartbeat: 15_000, timeout: 45_000, probes: 8), (100, 3_000, 1), (3_600_000, 10_800_000, 1800)]
    )
    func options(heartbeat: Int, timeout: Int, probes: Int) async throws {
        try await TestServer.run({
            $0.engine.heartbeat = .init(Int64(heartbeat))
            $0.unsentBytes = 1
        }) { server in
            let client = try await server.connect()
            try await client.send("GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try await client.read(until: "\r\n\r\n")

            let port = try #require(client.localPort)
            let accepted = try #require(Self.descriptor(at: server.port, connectedTo: port))

            #expect(Self.option(CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, of: accepted) == timeout)
            #expect(Self.option(SOL_SOCKET, SO_KEEPALIVE, of: accepted) == 1)
            #expect(Self.option(CInt(IPPROTO_TCP), TCP_KEEPIDLE, of: accepted) == probes)
            #expect(Self.option(CInt(IPPROTO_TCP), TCP_KEEPINTVL, of: accepted) == probes)
            // TCP_NOTSENT_LOWAT
            #expect(Self.option(CInt(IPPROTO_TCP), 25, of: accepted) == 1)
        }
    }

    // Linux takes the option from 6.15 on.
    @Test(
        "has its bytes sent again within seconds after an outage, where the system can be told so",
        arguments: [(15_000, 3_000), (100, 1_000), (3_600_000, 3_000)]
    )
    func retransmission(heartbeat: Int, time: Int) {
        var limits = EngineLimits()
        limits.heartbeat = Milliseconds(Int64(heartbeat))

        #expect(SilentPeerOptions(limits).retransmission == time)
    }

    /// This process's end, at `port`, of the connection from `peer`. A port alone may have been another's before.
    private static func descriptor(at port: Int, connectedTo peer: Int) -> CInt? {
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.compactMap { CInt($0) }.first { descriptor in
            Self.port { getsockname(descriptor, $0, $1) } == port
                && Self.port { getpeername(descriptor, $0, $1) } == peer
        }
    }

    /// The port of the IPv4 address that `name` gives.
    private static func port(_ name: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt) -> Int?
    {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name($0, &size) }
        }
        guard result == 0, address.sin_family == AF_INET else { return nil }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func option(_ level: CInt, _ name: CInt, of descriptor: CInt) -> Int? {
        var value: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, level, name, &value, &size) == 0 ? Int(value) : nil
    }
}
#endif
