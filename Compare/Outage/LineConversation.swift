import Foundation

/// How the bench talks with the children of an outage: a request a line, an answer a line, in JSON.
enum LineConversation {
    /// What a child answers.
    enum Answer<Value: Codable & Sendable>: Codable, Sendable {
        case value(Value)
        case failure(String)
    }

    /// Answers what comes by standard input until that ends, one request after the other.
    static func answer<Request: Codable & Sendable, Value: Codable & Sendable>(
        _ body: (Request) async throws -> Value
    ) async {
        let coder = (decoder: JSONDecoder(), encoder: JSONEncoder())
        for await line in LineStream.of(.standardInput) {
            let answer: Answer<Value>
            do {
                answer = .value(try await body(try coder.decoder.decode(Request.self, from: Data(line.utf8))))
            } catch {
                answer = .failure("\(error)")
            }
            guard let bytes = try? coder.encoder.encode(answer) else { return }
            do { try FileHandle.standardOutput.write(contentsOf: bytes + Data("\n".utf8)) } catch { return }
        }
    }
}
