import Foundation

/// The bench's own executable, whose hidden subcommands are its children.
enum OwnExecutable {
    static var path: String { URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path() }
}
