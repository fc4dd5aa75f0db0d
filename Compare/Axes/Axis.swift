/// One thing in which transports may differ.
protocol Axis: Sendable {
    var definition: AxisDefinition { get }

    /// Seconds that it takes, for the time left.
    func duration(_ profile: Profile) -> Double

    /// Fills `result` in, step by step, so that what was found stays when it is interrupted.
    func measure(_ bench: Bench, into result: inout AxisResult) async throws
}

/// All axes, in the order of the report.
enum Axes {
    static let all: [any Axis] = [
        ConnectAxis(), BytesAxis(), DeliveryAxis(), MemoryAxis(), CommandAxis(), SaturationAxis(), FanOutAxis(),
        ReconnectAxis(), OutageAxis(), StormAxis(), SlowReaderAxis(), ProxyAxis(), BrowserAxis(), ClientCodeAxis(),
    ]
}
