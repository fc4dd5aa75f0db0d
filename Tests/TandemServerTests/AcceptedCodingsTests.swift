import Testing

@testable import TandemServer

@Suite("An Accept-Encoding field")
struct AcceptedCodingsTests {
    @Test(
        "asks for gzip where it names it, or anything, with a weight above 0 and not below that of no coding",
        arguments: [
            ("gzip", true), ("GZip", true), ("x-gzip", true), ("br, gzip;q=0.5 , zstd", true), ("gzip;q=0.001", true),
            ("gzip; q=1.000", true), ("gzip ;\tQ=1", true), ("*", true), ("br;q=1, *;q=0.1", true), ("gzip;q=1.", true),
            ("gzip;a;a;a", true), ("gzip;a;q=0", false), ("identity;q=0.5, gzip;q=0.5", true),
            ("", false), ("br", false), ("identity", false), ("gzip;q=0", false), ("gzip;q=0.", false),
            ("gzip; q=0.000", false), ("*;q=0", false), ("gzip;q=0, *", false), ("*, gzip;q=0", false),
            ("identity, gzip;q=0.5", false), ("gzipx", false), ("xgzip", false), ("gzip\u{300}", false),
            // What is no weight (RFC 9110, section 12.4.2) is no wish.
            ("gzip;q=2", false), ("gzip;q=1.001", false), ("gzip;q=0.0001", false), ("gzip;q=.5", false),
            ("gzip;q=-1", false), ("gzip;q=", false), ("gzip;q=0,5", false), ("gzip;q=1e0", false),
        ]
    )
    func gzip(field: String, prefersGzip: Bool) {
        #expect(AcceptedCodings(field).prefersGzip == prefersGzip)
    }
}
