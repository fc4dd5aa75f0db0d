import NIOCore

extension StreamSet {
    /// The first stream of each room, whatever the order in which they were opened.
    func firstChannels(ofRooms count: Int) async throws -> [any Channel] {
        let channels = try await withChannels { channels in
            var first: [Int: any Channel] = [:]
            for channel in channels {
                guard let handler = try? channel.pipeline.syncOperations.handler(type: StreamHandler.self) else {
                    continue
                }
                if handler.number == 0 { first[handler.room] = channel }
            }
            return (0..<count).compactMap { first[$0] }
        }
        guard channels.count == count else { throw BenchError("\(count - channels.count) rooms have no stream") }
        return channels
    }
}
