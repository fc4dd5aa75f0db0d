import NIOCore
import TandemContract
import TandemCore
import Testing

@testable import TandemWebSocket

@Suite("A client's message")
struct ClientMessageTests {
    private func read(_ text: String) -> Result<ClientMessage, ClientMessage.Failure> {
        Result { () throws(ClientMessage.Failure) in
            try ClientMessage(ByteBuffer(string: text), limits: WebSocketLimits())
        }
    }

    @Test("names a command")
    func command() throws {
        guard case .command(let command) = try read(#"{"command":"start","ref":"7"}"#).get().content else {
            Issue.record("not a command")
            return
        }

        #expect(command == .start)
    }

    @Test("may carry a setting")
    func update() throws {
        let message = try read(#"{"command":"update","duration":600000,"remainingTime":5}"#).get()
        guard case .command(let command) = message.content else {
            Issue.record("not a command")
            return
        }

        #expect(command == .update(try TimerSetting(duration: .minutes(10), remaining: Milliseconds(5))))
    }

    @Test(
        "is answered with an error that names what is wrong",
        arguments: [
            ("", "malformed-json"), ("{", "malformed-json"), ("start", "malformed-json"),
            (#"{"command":"start"} x"#, "malformed-json"), (#"{"command":"start",}"#, "malformed-json"),
            (#"{"command":"names","names":["a","b",]}"#, "malformed-json"),
            (#"{"command":"\ud800"}"#, "malformed-json"),
            ("[]", "malformed-json"), ("7", "malformed-json"), ("{}", "invalid-command"),
            (#"{"command":7}"#, "invalid-command"), (#"{"command":"start","ref":7}"#, "invalid-command"),
            (#"{"command":"START"}"#, "unknown-command"), (#"{"command":"toggle"}"#, "unknown-command"),
            (#"{"command":"update"}"#, "invalid-timer"),
            (#"{"command":"update","duration":0}"#, "invalid-timer"),
            (#"{"command":"update","duration":86400001}"#, "invalid-timer"),
            (#"{"command":"update","duration":9223372036854775808}"#, "invalid-timer"),
            (#"{"command":"update","duration":1.5}"#, "invalid-timer"),
            (#"{"command":"update","duration":"600000"}"#, "invalid-timer"),
            (#"{"command":"names"}"#, "invalid-names"), (#"{"command":"names","names":["a"]}"#, "invalid-names"),
            (#"{"command":"names","names":[1,2]}"#, "invalid-names"),
            (#"{"command":"swap","turn":"1"}"#, "invalid-command"), (#"{"command":"start","by":""}"#, "invalid-name"),
            (#"{"command":"start","by":7}"#, "invalid-name"),
        ]
    )
    func errors(text: String, code: String) {
        guard case .failure(let failure) = read(text) else {
            Issue.record("understood: \(text)")
            return
        }

        #expect(failure.code.rawValue == code)
    }

    @Test(
        "has only the members that count for its command looked at, as in the body of a request",
        arguments: [
            #"{"command":"start","duration":"x","turn":"x","names":7}"#, #"{"command":"swap","duration":"x"}"#,
            #"{"command":"ping","by":7}"#,
        ]
    )
    func otherMembers(text: String) throws {
        _ = try read(text).get()
    }

    @Test("is refused unread if it is full of values", arguments: [(128, "unknown-command"), (129, "invalid-command")])
    func values(commas: Int, code: String) {
        // A comma in a text is none between values.
        let list = Array(repeating: #""\\\",,""#, count: commas).joined(separator: ",")
        guard case .failure(let failure) = read(#"{"command":"x","y":[\#(list)]}"#) else {
            Issue.record("understood")
            return
        }

        #expect(failure.code.rawValue == code)
    }

    @Test(
        "that is refused unread still has its ref, if it is short",
        arguments: [(#"{"command":"start","ref":"a"}"#, "a"), (#"{"command":"start","ref":7}"#, nil), ("{", nil)]
    )
    func reference(text: String, ref: String?) {
        #expect(ClientMessage.reference(in: ByteBuffer(string: text), limits: WebSocketLimits()) == ref)
        let long = text + String(repeating: " ", count: 256)
        #expect(ClientMessage.reference(in: ByteBuffer(string: long), limits: WebSocketLimits()) == nil)
    }

    @Test("keeps its ref in the error where there is one")
    func refOfAnError() {
        guard case .failure(let failure) = read(#"{"command":7,"ref":"a"}"#) else {
            Issue.record("understood")
            return
        }

        #expect(failure.ref == "a")
    }

    @Test("has a ref of at most 64 characters", arguments: [(64, true), (65, false)])
    func refLength(length: Int, isAllowed: Bool) {
        let ref = String(repeating: "é", count: length)
        let isRead = (try? read(#"{"command":"ping","ref":"\#(ref)"}"#).get()) != nil

        #expect(isRead == isAllowed)
    }
}
