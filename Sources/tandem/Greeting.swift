import Foundation
import NIOCore

/// What `tandem serve` says once it listens: where, and how to see a countdown at once.
struct Greeting {
    private let address: SocketAddress
    private let routePrefix: String
    private let store: StoreLocation

    init(_ address: SocketAddress, routePrefix: String, store: StoreLocation) {
        self.address = address
        self.routePrefix = routePrefix
        self.store = store
    }

    func show() {
        print(text)
        fflush(nil)
    }

    private var url: String {
        let port = address.port ?? 0
        switch (address.protocol, address.ipAddress) {
        case (_, nil): return "http://localhost:\(port)"
        // The wildcard addresses are for listening; a client on this machine uses the loopback.
        case (_, "0.0.0.0"?), (_, "::"?): return "http://localhost:\(port)"
        case (.inet6, let host?): return "http://[\(host)]:\(port)"
        case (_, let host?): return "http://\(host):\(port)"
        }
    }

    private var text: String {
        """
        Tandem is listening on \(url)
        Rooms are kept \(store)

        Open it in a browser, or open a room of ten minutes and watch it here:

          code=$(curl -s \(url)\(routePrefix)/rooms -H 'Content-Type: application/json' -d '{"duration":600000}' | grep -o '"code":"[^"]*' | cut -d'"' -f4)
          curl -N \(url)\(routePrefix)/$code/connect

        """
    }
}
