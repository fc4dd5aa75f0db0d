import TandemContract
public import TandemCore

extension Rotation {
    /// The people as a client names them, on any transport.
    /// - Throws: `invalid-names`.
    public init(names: [String]) throws(EngineError) {
        var people: [PersonName] = []
        for name in names {
            do { people.append(try PersonName(name)) } catch { throw EngineError(error, .invalidNames) }
        }
        do { try self.init(people) } catch { throw EngineError(error) }
    }
}

extension RoomName {
    /// A room as a client names it.
    /// - Throws: `invalid-name`.
    public init(name text: String) throws(EngineError) {
        do { try self.init(text) } catch { throw EngineError(error, .invalidName) }
    }
}

extension PersonName {
    /// A person as a client names itself, on any transport.
    /// - Throws: `invalid-name`.
    public init(by text: String) throws(EngineError) {
        do { try self.init(text) } catch { throw EngineError(error, .invalidName) }
    }
}
