import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import TandemTesting

/// The built `tandem`, as a process of its own on a free port.
final class Site {
    private(set) var url = ""
    private var port = 0
    private var server: ServerProcess?
    private let options: [String]

    private init(options: [String]) {
        self.options = options
    }

    /// - Parameters:
    ///   - keepsRooms: over a restart, in a file of its own.
    ///   - prefix: of the instance, for one among several.
    ///   - more: options of the server.
    static func run(
        keepsRooms: Bool = false,
        prefix: String? = nil,
        more: [String] = [],
        body: (Site) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "tandem-\(UUID())")
        let store = keepsRooms ? "sqlite:\(folder.appending(path: "rooms.sqlite").path)" : "memory"
        let site = Site(options: ["--store", store] + (prefix.map { ["--instance-prefix", $0] } ?? []) + more)
        try await withEnd {
            try await site.start(port: freePort())
            try await body(site)
        } end: {
            await site.server?.stop()
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// Stops the server and starts it again on the same port; `meanwhile` runs while it is down.
    func restart(meanwhile: () async throws -> Void = {}) async throws {
        await server?.stop()
        try await meanwhile()
        try await start(port: port)
    }

    /// Stops the server's process, so that every connection falls silent and none ends, until `meanwhile` is over.
    func silence(meanwhile: () async throws -> Void) async throws {
        server?.signal(SIGSTOP)
        defer { server?.signal(SIGCONT) }
        try await meanwhile()
    }

    /// Opens a room and returns its access code.
    func createRoom(_ json: String = #"{"duration":600000}"#) async throws -> String {
        let room = try await request("POST", "/api/rooms", json) as? [String: Any]
        return room?["code"] as? String ?? ""
    }

    @discardableResult
    func request(_ method: String, _ path: String, _ json: String? = nil) async throws -> Any {
        var request = HTTPClientRequest(url: url + path)
        request.method = .init(rawValue: method)
        if let json {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(string: json))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = Data(buffer: try await response.body.collect(upTo: 1 << 20))
        return bytes.isEmpty ? [:] : try JSONSerialization.jsonObject(with: bytes)
    }

    private func start(port: Int) async throws {
        self.port = port
        let products = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
        let server = try ServerProcess(
            products.appending(path: "tandem").path,
            ["serve", "--port", "\(port)"] + options
        )
        self.server = server
        url = try await server.match(/listening on (\S+)/)
    }
}
