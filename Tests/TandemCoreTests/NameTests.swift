import TandemCore
import Testing

@Suite("A name")
struct NameTests {
    @Test(
        "may be anything that people can see on one line",
        arguments: [
            "사과", "O'Brien \"Bo\" \\", "علی‌رضا", "👩‍👩‍👧‍👦", "❤️‍🔥", "👍🏽", "🇰🇷", "1️⃣", "e\u{301}", "क्‍ष",
            "a b", "ⓐ", String(repeating: "가", count: 32),
        ]
    )
    func allowed(text: String) throws {
        #expect(try PersonName(text).text == text)
        #expect(try RoomName(text).text == text)
    }

    @Test("loses the spaces at its ends", arguments: [" a b ", "\u{3000}a b\u{A0}"])
    func trimmed(text: String) throws {
        #expect(try PersonName(text).text == "a b")
        #expect(try RoomName(text).text == "a b")
    }

    @Test(
        "that breaks the rule is refused, with the part that it breaks",
        arguments: [
            ("", .blank), ("   ", .blank), ("\u{3000}\u{2003}", .blank), ("\u{2800}", .blank), ("\u{301}", .blank),
            ("a\u{0}b", .control(0)), ("a\nb", .control(10)), ("a\n", .control(10)), ("\u{7F}a", .control(0x7F)),
            ("a\u{85}", .control(0x85)), ("a\u{2028}b", .control(0x2028)), ("a\u{2029}b", .control(0x2029)),
            ("\u{202E}a", .direction(0x202E)), ("a\u{2069}b", .direction(0x2069)), ("\u{200E}a", .direction(0x200E)),
            ("\u{200F}a", .direction(0x200F)), ("\u{61C}a", .direction(0x61C)),
            ("a\u{200B}", .invisible(0x200B)), ("a\u{2060}", .invisible(0x2060)), ("a\u{FEFF}", .invisible(0xFEFF)),
            ("a\u{AD}b", .invisible(0xAD)), ("a\u{180E}", .invisible(0x180E)), ("a\u{FFF9}", .invisible(0xFFF9)),
            ("\u{3164}", .invisible(0x3164)), ("\u{115F}", .invisible(0x115F)), ("\u{1160}", .invisible(0x1160)),
            ("a\u{E0041}", .invisible(0xE0041)), ("a\u{FFFE}", .unassigned(0xFFFE)), ("a\u{378}", .unassigned(0x378)),
            ("\u{200D}a", .unattached(0x200D)), ("a \u{200C}b", .unattached(0x200C)), ("\u{FE0F}", .unattached(0xFE0F)),
            ("a\u{FE0F}\u{FE0F}", .unattached(0xFE0F)), ("a\u{200D}\u{200D}b", .unattached(0x200D)),
        ] as [(String, NameError.Reason)]
    )
    func refused(text: String, reason: NameError.Reason) {
        #expect(throws: NameError(reason: reason, longest: 32)) { try PersonName(text) }
        #expect(throws: NameError(reason: reason, longest: 80)) { try RoomName(text) }
    }

    @Test("has at most 32 characters for a person and 80 for a room")
    func length() {
        #expect(throws: NameError(reason: .length(33), longest: 32)) {
            try PersonName(String(repeating: "a", count: 33))
        }
        #expect(throws: NameError(reason: .length(81), longest: 80)) { try RoomName(String(repeating: "a", count: 81)) }
        #expect((try? RoomName(String(repeating: "a", count: 80))) != nil)
    }

    @Test("is refused with a message that does not repeat what cannot be shown")
    func message() {
        #expect("\(NameError(reason: .direction(0x202E), longest: 32))".hasSuffix("this one has U+202E"))
    }

    @Test(
        "that was kept under an older rule loses what is refused today",
        arguments: [
            ("a\nb", "ab"), (" \u{202E}evil", "evil"), ("\u{200B}", nil), ("", nil), ("\u{200D}a", "a"), ("사과", "사과"),
            ("👩\u{200D}👧", "👩\u{200D}👧"), ("❤\u{FE0F}\u{200D}🔥", "❤\u{FE0F}\u{200D}🔥"),
        ]
    )
    func restored(text: String, name: String?) {
        #expect(RoomName(restoring: text)?.text == name)
        #expect(PersonName(restoring: text).text == name ?? "?")
    }
}
