// swift-tools-version: 6.2

import PackageDescription

var commonSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]
// CI only: a newer compiler's new warning must not keep anyone from building.
if Context.environment["WARNINGS_AS_ERRORS"] != nil {
    commonSettings.append(.treatAllWarnings(as: .error))
}
let swiftSettings = commonSettings + [.enableUpcomingFeature("MemberImportVisibility")]

// In the binary, so that it is all there is to install.
let pages: [Resource] = [
    "home.html", "room.html", "compare.html", "style.css", "icon.svg", "alerts.js", "api.js", "compare.js",
    "countdown.js", "home.js", "link.js", "memory.js", "qr.js", "read.js", "room.js", "shared.js", "text.js",
    "worker.js",
].map { .embedInCode("Pages/\($0)") }

let package = Package(
    name: "tandem",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "tandem", targets: ["tandem"]),
        .executable(name: "compare", targets: ["compare"]),
        .library(name: "TandemEngine", targets: ["TandemContract", "TandemCore", "TandemEngine"]),
        .library(name: "TandemStores", targets: ["TandemStores"]),
        .library(name: "TandemServer", targets: ["TandemSSE", "TandemWebSocket", "TandemServer"]),
    ],
    dependencies: [
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
    ],
    targets: [
        // Rooms, timers, events and commands as pure values: no NIO, no Foundation.
        .target(name: "TandemCore", swiftSettings: swiftSettings),

        // The names that clients rely on, each said once.
        .target(
            name: "TandemContract",
            dependencies: [.product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: swiftSettings
        ),

        // Where rooms outlive the process.
        .target(
            name: "TandemStores",
            dependencies: [
                "TandemCore",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings
        ),

        // What glibc can do beyond the C standard.
        .systemLibrary(name: "CMalloc"),

        // Single writer per room, fan-out per event loop; knows no transport by name.
        .target(
            name: "TandemEngine",
            dependencies: [
                "CMalloc",
                "TandemContract",
                "TandemCore",
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),

        // A transport is how events become bytes on a connection.
        .target(
            name: "TandemSSE",
            dependencies: [
                "TandemCore",
                "TandemEngine",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "TandemWebSocket",
            dependencies: [
                "COpenSSL",
                "CZlib",
                "TandemContract",
                "TandemCore",
                "TandemEngine",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .systemLibrary(
            name: "COpenSSL",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
        ),
        .systemLibrary(
            name: "CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]
        ),

        // One port: control API, pages, stream takeover, lifecycle.
        .target(
            name: "TandemServer",
            dependencies: [
                "CZlib",
                "TandemContract",
                "TandemCore",
                "TandemEngine",
                "TandemSSE",
                "TandemStores",
                "TandemWebSocket",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            resources: pages,
            swiftSettings: swiftSettings
        ),

        .executableTarget(
            name: "tandem",
            dependencies: [
                "TandemCore",
                "TandemEngine",
                "TandemServer",
                "TandemStores",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings
        ),

        // The bench; see Compare/README.md.
        .executableTarget(
            name: "compare",
            dependencies: [
                "COpenSSL",
                "TandemCore",
                "TandemEngine",
                "TandemServer",
                "TandemStores",
                "TandemWebSocket",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            path: "Compare",
            exclude: ["README.md", "Sample"],
            resources: [.copy("Clients"), .copy("Browser/limits.html")],
            // Its types of the C library have several homes, so member imports are not told apart.
            swiftSettings: commonSettings
        ),

        // What tests share: a manual clock, a raw byte client, a server to talk to.
        .target(
            name: "TandemTesting",
            dependencies: [
                "TandemCore",
                "TandemEngine",
                "TandemServer",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/TandemTesting",
            swiftSettings: swiftSettings
        ),
        // The WebSocket layer with an echo on top, for the Autobahn TestSuite; see Tests/README.md.
        .executableTarget(
            name: "websocket-echo",
            dependencies: [
                "TandemContract",
                "TandemEngine",
                "TandemWebSocket",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/WebSocketEcho",
            swiftSettings: swiftSettings
        ),
        // Every parser of what a stranger sends, for callgrind to count its instructions; see Tests/README.md.
        .executableTarget(
            name: "parser-cost",
            dependencies: [
                "TandemCore",
                "TandemEngine",
                "TandemServer",
                "TandemStores",
                "TandemWebSocket",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/ParserCost",
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TandemContractTests",
            dependencies: ["TandemContract", .product(name: "HTTPTypes", package: "swift-http-types")],
            swiftSettings: swiftSettings
        ),
        .testTarget(name: "TandemCoreTests", dependencies: ["TandemCore"], swiftSettings: swiftSettings),
        .testTarget(
            name: "TandemStoresTests",
            dependencies: [
                "TandemCore",
                "TandemEngine",
                "TandemStores",
                "TandemTesting",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TandemEngineTests",
            dependencies: [
                "TandemContract",
                "TandemCore",
                "TandemEngine",
                "TandemStores",
                "TandemTesting",
                .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TandemWebSocketTests",
            dependencies: [
                "TandemContract",
                "TandemCore",
                "TandemEngine",
                "TandemTesting",
                "TandemWebSocket",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TandemServerTests",
            dependencies: [
                "parser-cost",
                "TandemCore",
                "TandemEngine",
                "TandemSSE",
                "TandemServer",
                "TandemTesting",
                "TandemWebSocket",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings
        ),
        // The pages in a real browser; needs chromium and chromium-driver, and starts the tandem beside it.
        .testTarget(
            name: "TandemBrowserTests",
            dependencies: [
                "tandem",
                "TandemTesting",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            exclude: ["room.png", "compare.png"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "TandemProxyTests",
            dependencies: ["tandem", "TandemTesting"],
            swiftSettings: swiftSettings
        ),
        .testTarget(
            name: "CompareTests",
            dependencies: [
                "compare",
                "TandemCore",
                "TandemServer",
                "TandemTesting",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            // As of the bench itself.
            swiftSettings: commonSettings
        ),
        .testTarget(
            name: "TandemCommandTests",
            dependencies: [
                "tandem",
                "TandemCore",
                "TandemEngine",
                "TandemServer",
                "TandemStores",
                "TandemTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: swiftSettings
        ),
    ],
    swiftLanguageModes: [.v6]
)
