import Testing

@testable import TandemServer

@Suite("The Date field")
struct HTTPDateTests {
    @Test("has the form of RFC 9110, section 5.6.7, for every second anew")
    func form() {
        #expect(HTTPDate.text(at: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(at: 784_111_778) == "Sun, 06 Nov 1994 08:49:38 GMT")
        #expect(HTTPDate.text(at: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
