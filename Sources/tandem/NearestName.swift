/// The name that somebody meant who wrote another.
enum NearestName {
    /// Warns of `place`, where `name` stands, which is none of `names`.
    static func notice(of place: String, name: String? = nil, among names: [String], as kind: String = "a setting")
        -> String
    {
        let meant = nearest(to: name ?? place, among: names).map { "; did you mean \($0)?" } ?? ""
        return "\(place) is not \(kind) and is ignored\(meant)"
    }

    /// The name with the fewest edits from `name`, nil if all need more than three.
    static func nearest(to name: String, among names: [String]) -> String? {
        // Longer than any name and three edits: none is near, and the distance would be costly.
        guard name.utf8.count <= 64 else { return nil }
        let near = names.map { (name: $0, distance: distance(name, $0)) }.filter { $0.distance <= 3 }
        return near.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
    }

    /// The number of letters to insert, remove or replace (Levenshtein).
    private static func distance(_ first: String, _ second: String) -> Int {
        let second = Array(second.utf8)
        var row = Array(0...second.count)
        for (index, letter) in first.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in second.indices {
                let replaced = diagonal + (letter == second[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
            }
        }
        return row[second.count]
    }
}
