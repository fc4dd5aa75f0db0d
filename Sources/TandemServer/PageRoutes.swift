import HTTPTypes
import Hummingbird

/// The web pages: a room for people, and the comparison of the transports. Files of the binary, made ready at the start.
struct PageRoutes {
    private static let html = "text/html; charset=utf-8"
    private static let javascript = "text/javascript; charset=utf-8"

    /// - Parameter basePath: where the pages find the room routes.
    func add(to table: RouteTable, basePath: String) {
        let pages = [
            ("/", PackageResources.home_html),
            ("/rooms/{code}", PackageResources.room_html),
            ("/rooms/{code}/compare", PackageResources.compare_html),
        ]
        for (path, bytes) in pages {
            let text = String(decoding: bytes, as: UTF8.self).replacing("{{base}}", with: Self.escaped(basePath))
            let page = PageAsset(Array(text.utf8), type: Self.html)
            table.add(path, [.get: { request, _ in Self.redirect(request, to: path) ?? page.response(to: request) }])
        }
        add(PageAsset(PackageResources.style_css, type: "text/css; charset=utf-8"), at: "/pages/style.css", to: table)
        add(PageAsset(PackageResources.icon_svg, type: "image/svg+xml"), at: "/pages/icon.svg", to: table)
        for (name, bytes) in Self.modules {
            add(PageAsset(bytes, type: Self.javascript), at: "/pages/\(name).js", to: table)
        }
    }

    private static let modules = [
        ("alerts", PackageResources.alerts_js),
        ("api", PackageResources.api_js),
        ("compare", PackageResources.compare_js),
        ("countdown", PackageResources.countdown_js),
        ("home", PackageResources.home_js),
        ("link", PackageResources.link_js),
        ("memory", PackageResources.memory_js),
        ("qr", PackageResources.qr_js),
        ("read", PackageResources.read_js),
        ("room", PackageResources.room_js),
        ("shared", PackageResources.shared_js),
        ("text", PackageResources.text_js),
        ("worker", PackageResources.worker_js),
    ]

    private func add(_ asset: PageAsset, at path: String, to table: RouteTable) {
        table.add(path, [.get: { request, _ in asset.response(to: request) }])
    }

    /// The way to the one address of a page, nil if the request has it.
    ///
    /// The links of the pages are relative, so that a proxy may serve them under a path of its own. So a page must have as
    /// many slashes in its address as its links count on: `/rooms/CODE/` is led to `../../rooms/CODE`.
    private static func redirect(_ request: Request, to path: String) -> Response? {
        let target = request.head.path ?? "/"
        let slashes = target.utf8.prefix { $0 != UInt8(ascii: "?") }.count { $0 == UInt8(ascii: "/") }
        guard target.utf8.first == UInt8(ascii: "/"), slashes > path.utf8.count(where: { $0 == UInt8(ascii: "/") })
        else { return nil }
        let up = String(repeating: "../", count: slashes - 1)
        let location = up + target.pathSegments.map { String(Substring($0)) }.joined(separator: "/")
        return Response(status: .permanentRedirect, headers: [.location: location])
    }

    /// For an attribute of HTML.
    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
    }
}
