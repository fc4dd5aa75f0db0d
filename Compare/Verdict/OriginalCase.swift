/// The case of the team that Tandem comes from, worked through with the report's own figures.
struct OriginalCase {
    struct Stage: Sendable {
        let title: String
        let text: String
        let verdict: Verdict
    }

    let stages: [Stage]
    let lesson: String

    init(_ criteria: [Criterion]) {
        let timer = Needs(commandsPerMinute: 0.2, proxy: .managed, http2: false, streamsPerBrowser: 1, mobile: false)
        let conversation = Needs(
            commandsPerMinute: 20,
            proxy: .managed,
            http2: false,
            streamsPerBrowser: 1,
            mobile: false
        )
        stages = [
            Stage(
                title: "The timer alone",
                text:
                    "Two people, one room, a start or a pause every few minutes; nginx and a load balancer of the team's own.",
                verdict: Verdict(criteria, for: timer)
            ),
            Stage(
                title: "After the move to WebSocket",
                text:
                    "The same room, in which pages talk to the server in-band; counted here with twenty commands of a person "
                    + "a minute, which is where a WebSocket begins to pay.",
                verdict: Verdict(criteria, for: conversation)
            ),
        ]
        lesson = """
            None of the original's outages was the transport's doing. Streams were cut after a minute because nothing was \
            sent for longer than a proxy waits: heartbeats cure that on either transport (see Behind nginx). Timers began \
            again at 10:00 because two instances did not share the room: `compare doctor` finds that on either transport, \
            too. What the move changes is where commands go, and who writes the reconnect after a closed connection: the \
            browser with SSE, the page with WebSocket. A connection that died silently is the page's to notice on either \
            (see The network away and Lines of client code).
            """
    }
}
