/// The rows of the decision table, made of a report's figures.
struct Criteria {
    /// A cost counts as a reason from this ratio on: what is cheaper by less is still not worth a choice.
    private static let smallestReason = 1.25

    private let report: BenchReport

    init(_ report: BenchReport) {
        self.report = report
    }

    var all: [Criterion] {
        [commands, proxies, browserLimit, http2, mobile, clientCode, serverCost, traffic]
    }

    private var commands: Criterion {
        let kept = figure("command", "p50", CommandRoute.keptConnection.label)
        let new = figure("command", "p50", CommandRoute.newConnection.label)
        let inBand = figure("command", "p50", "websocket")
        let cost = (
            kept: figure("saturation", "cpu", CommandRoute.keptConnection.label),
            inBand: figure("saturation", "cpu", "websocket")
        )
        let figures =
            "here \(inBand) in-band, \(kept) by request on a kept connection, \(new) on a new one; a command costs the "
            + "server \(cost.inBand) in-band, \(cost.kept) by request"
        return Criterion(
            question: "Do clients send commands, and how often?",
            rules: [
                .init(
                    conditions: [.atLeast(60, .commandsPerMinute)],
                    favours: .websocket,
                    weight: .decides,
                    reason: "One a second and more is a conversation: in-band keeps order and spares each command a "
                        + "request's fields (\(figures))."
                ),
                .init(
                    conditions: [.atLeast(10, .commandsPerMinute)],
                    favours: .websocket,
                    weight: .counts,
                    reason: "Often enough to feel the way of a command: \(figures), and a network adds its round trips."
                ),
                .init(
                    conditions: [],
                    favours: .either,
                    weight: .none,
                    reason: "Now and then: a request does as well (\(figures); none of it can be felt)."
                ),
            ],
            axis: "command"
        )
    }

    private var proxies: Criterion {
        let defaults = report.axis("proxy")?.observations.filter { $0.subject == "Defaults" } ?? []
        let sse = defaults.first { $0.label == "sse" }
        let websocket = defaults.first { $0.label == "websocket" }
        let seen =
            if let sse, let websocket {
                "Through nginx as it comes: SSE \(sse.kind == .good ? "works" : "fails"), WebSocket "
                    + (websocket.kind == .good ? "works" : "fails")
            } else {
                "Not measured here"
            }
        let harmsWebSocketAlone = sse?.kind == .good && websocket?.kind == .bad
        return Criterion(
            question: "Are all proxies on the way yours to set?",
            rules: [
                .init(
                    conditions: [.yes(.unmanagedProxy)],
                    favours: harmsWebSocketAlone ? .sse : .either,
                    weight: harmsWebSocketAlone ? .decides : .none,
                    reason:
                        "\(seen). Where nobody can add the upgrade's settings, an HTTP response gets through (TLS helps "
                        + "a WebSocket past proxies that do not look inside)."
                ),
                .init(
                    conditions: [],
                    favours: .either,
                    weight: .none,
                    reason: "\(seen). Three lines of configuration make WebSocket work, SSE needs none."
                ),
            ],
            axis: "proxy"
        )
    }

    private var browserLimit: Criterion {
        let opened = report.axis("browser")?.observations.first { $0.label == "sse" }?.text ?? "6 opened"
        let count = Int(opened.prefix { $0.isNumber }) ?? 6
        return Criterion(
            question: "How many rooms does one browser follow?",
            rules: [
                .init(
                    conditions: [.atLeast(Double(count), .streamsPerBrowser), .no(.http2)],
                    favours: .websocket,
                    weight: .decides,
                    reason:
                        "Over HTTP/1.1 a browser opens \(count) event streams to an origin, all tabs together, and then "
                        + "not even a command gets through."
                ),
                .init(
                    conditions: [.atLeast(3, .streamsPerBrowser), .no(.http2)],
                    favours: .websocket,
                    weight: .counts,
                    reason:
                        "A second tab or two brings event streams to the limit of \(count) (one stream shared between "
                        + "tabs is the cure)."
                ),
                .init(
                    conditions: [.yes(.http2)],
                    favours: .either,
                    weight: .none,
                    reason: "Over HTTP/2 all streams share one connection; the limit of \(count) is gone."
                ),
                .init(
                    conditions: [],
                    favours: .either,
                    weight: .none,
                    reason: "Few enough: the limit is \(count) event streams for an origin, all tabs together."
                ),
            ],
            axis: "browser"
        )
    }

    private var http2: Criterion {
        Criterion(
            question: "Do browsers come by HTTP/2?",
            rules: [
                .init(
                    conditions: [.yes(.http2)],
                    favours: .sse,
                    weight: .counts,
                    reason:
                        "Event streams and commands share one connection. A WebSocket over HTTP/2 (RFC 8441) is rare in "
                        + "servers and proxies; most open a connection of their own. Not measured here."
                ),
                .init(
                    conditions: [],
                    favours: .either,
                    weight: .none,
                    reason: "Over HTTP/1.1 each stream is a connection."
                ),
            ],
            axis: nil
        )
    }

    /// A dead connection weighs more than one that was closed: nobody is told of it.
    private var mobile: Criterion {
        let outages = report.axis("outage")?.measures ?? []
        let worst = outages.last { $0.id.hasPrefix("blind-") }
        let unwatched = outages.last { $0.id.hasPrefix("unwatched-") }
        let closed = (sse: figure("reconnect", "blind", "sse"), websocket: figure("reconnect", "blind", "websocket"))
        let seen =
            if let worst, let unwatched {
                "Away for \(worst.id.dropFirst(6)) s (\(report.profile) profile): a client that watches is right again within "
                    + "\(pair("outage", worst.id)) of its return, one that does not within "
                    + "\(pair("outage", unwatched.id)); of one that is away for good the others are told after "
                    + "\(pair("outage", "server-knows"))"
            } else {
                "What a network does that vanishes was not measured here"
            }
        let favours = worst.map { favoured([$0]) } ?? .either
        return Criterion(
            question: "Do clients lose their connection often?",
            rules: [
                .init(
                    conditions: [.yes(.mobile)],
                    favours: favours,
                    weight: favours == .either ? .none : .counts,
                    reason:
                        "\(seen) (SSE, WebSocket). A page has to write the watch on either transport: EventSource comes "
                        + "back by itself only when it is told that its connection has ended."
                ),
                .init(
                    conditions: [],
                    favours: .either,
                    weight: .none,
                    reason:
                        "Seldom: both come back and resume by id (right again within \(closed.sse) and \(closed.websocket))."
                ),
            ],
            axis: worst == nil ? "reconnect" : "outage"
        )
    }

    private var clientCode: Criterion {
        constant(
            "How much code is a client?",
            axis: "client-code",
            comparing: [("client-code", "page")],
            "A page that watches, reconnects, resumes and sends commands: SSE \(figure("client-code", "page", "sse")), "
                + "WebSocket \(figure("client-code", "page", "websocket")). The short way: SSE "
                + "\(figure("client-code", "page-short", "sse")), which comes back from a closed connection alone, WebSocket "
                + "\(figure("client-code", "page-short", "websocket")), which does not come back."
        )
    }

    private var serverCost: Criterion {
        constant(
            "What does it cost the server?",
            axis: "delivery",
            comparing: [("delivery", "cpu"), ("memory", "memory")],
            "An event \(figure("delivery", "cpu", "sse")) and \(figure("delivery", "cpu", "websocket")) of processor time, an "
                + "idle stream \(figure("memory", "memory", "sse")) and \(figure("memory", "memory", "websocket")) of memory "
                + "(SSE, WebSocket)."
        )
    }

    private var traffic: Criterion {
        constant(
            "What does it cost the network?",
            axis: "bytes",
            comparing: [("bytes", "event-wire")],
            "An event \(figure("bytes", "event-wire", "sse")) and \(figure("bytes", "event-wire", "websocket")), an idle "
                + "minute \(figure("bytes", "idle-wire", "sse")) and \(figure("bytes", "idle-wire", "websocket")), headers "
                + "included (SSE, WebSocket)."
        )
    }

    // MARK: From figures to rules

    /// A row that no need changes: counts for whoever is less in all comparisons that show a difference worth one.
    private func constant(
        _ question: String,
        axis: String,
        comparing measures: [(axis: String, measure: String)],
        _ reason: String
    ) -> Criterion {
        let measured = measures.compactMap { axis, measure in report.axis(axis)?.measure(measure) }
        let favours = favoured(measured)
        let isTooLittle = favours == .either && !measured.isEmpty && !measured.contains { advantage($0) != nil }
        let rule = Criterion.Rule(
            conditions: [],
            favours: favours,
            weight: favours == .either ? .none : .counts,
            reason: reason + (isTooLittle ? " Too little to choose by." : "")
        )
        return Criterion(question: question, rules: [rule], axis: axis)
    }

    /// Whoever is less in all that show a difference worth a reason.
    private func favoured(_ measures: [Measure]) -> Criterion.Favours {
        let reasons = Set(measures.compactMap(advantage))
        return reasons.count == 1 ? reasons.first ?? .either : .either
    }

    /// Who is less, by enough to be a reason.
    private func advantage(_ measure: Measure) -> Criterion.Favours? {
        guard let comparison = measure.comparisons.first(where: { $0.candidate == "websocket" }) else { return nil }
        return switch comparison.outcome {
        case .less where comparison.ratio < 1 / Self.smallestReason: .websocket
        case .more where comparison.ratio > Self.smallestReason: .sse
        default: nil
        }
    }

    /// The medians of both transports.
    private func pair(_ axis: String, _ measure: String) -> String {
        "\(figure(axis, measure, "sse")) and \(figure(axis, measure, "websocket"))"
    }

    /// The median with its unit; a dash if it was not measured.
    private func figure(_ axis: String, _ measure: String, _ label: String) -> String {
        guard let measure = report.axis(axis)?.measure(measure), let value = measure.median(label) else { return "—" }
        return "\(rounded(value, measure.digits)) \(measure.unit)"
    }
}
