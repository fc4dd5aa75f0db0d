import HTTPTypes
import NIOCore
import TandemEngine

extension HTTPServices {
    /// Readies a connection that was just accepted: for requests, or for the one answer that refuses it.
    ///
    /// On the channel's event loop.
    func takeOn(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        switch connections.admit(channel) {
        case .serve:
            let codec = HTTPCodec(
                limits: configuration.http,
                answerTime: configuration.engine.stallTime,
                clock: clock
            )
            try pipeline.addHandlers(codec.handlers)
            try pipeline.addHandler(HTTPConnection(services: self, codec: codec))
        case .refuse(let problem):
            try pipeline.addHandler(RefusedConnection(answer: bytes(of: problem), clock: clock))
        case .drop:
            channel.close(promise: nil)
        }
    }

    /// `problem` as the whole and only answer on an HTTP/1.1 connection.
    private func bytes(of problem: Problem) -> ByteBuffer {
        let answer = HTTPAnswer(problem)
        var head = answer.head
        head.headerFields.append(contentsOf: commonFields(for: HTTPExchange.unreadable()))
        head.headerFields.addConnectionOption("close")
        var bytes = head.http1Bytes
        bytes.writeImmutableBuffer(answer.body)
        return bytes
    }
}
