/// What an `If-Match` field asks of a room's revision (RFC 9110, section 13.1.1).
struct RevisionCondition {
    /// Those at which the request may change the room; nil for `*`, which any room fulfils.
    let revisions: Set<Int>?

    /// - Parameter fields: the values of all `If-Match` fields of a request; nil is returned if there are none.
    /// - Throws: `bad-request` if a field names no entity tag at all.
    init?(_ fields: [String]) throws(Problem) {
        guard !fields.isEmpty else { return nil }
        let tags = fields.flatMap(\.listElements)
        guard !tags.isEmpty else { throw .badRequest("If-Match is empty; it is a room's ETag, in its quotes, or *") }
        // Tags that are no revision, weak ones included, are those of no room.
        revisions = tags.contains { $0.isEqual(to: "*") } ? nil : Set(tags.compactMap(Self.revision))
    }

    /// The entity tag of a room at `revision`.
    static func tag(of revision: Int) -> String { "\"\(revision)\"" }

    private static func revision(_ tag: FieldText) -> Int? {
        guard tag.count > 2, let revision = Int(Substring(tag.dropFirst().dropLast())),
            tag.elementsEqual(Self.tag(of: revision).utf8)
        else { return nil }
        return revision
    }
}
