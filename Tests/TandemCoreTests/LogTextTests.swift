import TandemCore
import Testing

@Suite("What a log says of rooms")
struct LogTextTests {
    @Test(
        "has of a code in a path no more than its beginning",
        arguments: [
            ("/api/23456789AB/connect", "/api/2345…/connect"), ("/23456789ab", "/2345…"),
            ("/api/IAN23456789AB?lastEventId=3-0", "/api/IAN2…?lastEventId=3-0"),
            ("/api/%323456789AB", "/api/2345…"), ("/api%2f23456789AB%2Ftimer", "/api%2f2345…%2Ftimer"),
            ("/api/x?room=23456789AB", "/api/x?room=2345…"), ("/api/rooms", "/api/rooms"),
            ("/%2", "/%2"), ("/%zz%41", "/%zz%41"), ("", ""), ("/23456789AB0", "/23456789AB0"), ("/é/%C3", "/é/%C3"),
        ]
    )
    func path(path: String, logged: String) {
        #expect(LogText.redacted(path: path) == logged)
    }

    @Test("has of a code in a message no more than its beginning, and leaves words alone")
    func text() {
        #expect(
            LogText.redacted(text: "there is no room 23456789AB; deserves a percentage")
                == "there is no room 2345…; deserves a percentage"
        )
    }
}
