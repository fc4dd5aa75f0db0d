import TandemCore
import Testing

@Suite("An event id")
struct EventIDTests {
    @Test("is written revision-tick")
    func text() {
        #expect("\(EventID(revision: 12, tick: 37))" == "12-37")
    }

    @Test("is read as it is written")
    func reading() {
        #expect(EventID("12-37") == EventID(revision: 12, tick: 37))
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "-", "12", "12-", "-37", "1-2-3", "+1-2", "1--2", "a-1", "1 -2", "١-٢", "99999999999999999999-0",
        ]
    )
    func refusal(text: String) {
        #expect(EventID(text) == nil)
    }
}

@Suite("An access code")
struct AccessCodeTests {
    @Test("is read in any case and written in upper case")
    func cases() {
        #expect(AccessCode("ab23cd45ef")?.text == "AB23CD45EF")
    }

    @Test("may have an instance prefix of three letters")
    func prefix() {
        #expect(AccessCode("ianAB23CD45EF")?.text == "IANAB23CD45EF")
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "AB23CD45E", "AB23CD45EF2", "AB23CD45E0", "AB23CD45EO", "AB23CD45E1", "AB23CD45EI", "AB23CD45EL",
            "IA9AB23CD45EF", "AB23 D45EF", "AB23CD45EÄ", "AB23CD45E\u{0}", "ſB23CD45EF",
        ]
    )
    func refusal(text: String) {
        #expect(AccessCode(text) == nil)
    }

    @Test("is drawn from an alphabet of 31, ten times: 49 bits")
    func random() {
        var generator = SystemRandomNumberGenerator()
        let codes = Set((0..<1000).map { _ in AccessCode.random(using: &generator) })

        #expect(codes.count == 1000)
        #expect(codes.allSatisfy { AccessCode($0.text) == $0 && $0.text.utf8.count == 10 })
        #expect(Set(AccessCode.alphabet).count == 31)
    }
}
