/// Runs every parser of what a stranger sends on hostile inputs, each in a call of ``measured(_:)``, and says which
/// call was which. Under callgrind, with a dump after each call, that is the instructions each took; see
/// `ParserCostTests`.
///
/// Usage: `parser-cost SIZE...` prints a line `parser TAB shape TAB bytes` for each call, in their order.
@main
struct ParserCost {
    static func main() {
        #if DEBUG
        let sizes = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        for parser in Parser.all {
            for shape in parser.shapes {
                // What is done once, such as to bind a function on its first call, is done before.
                parser.run(shape.bytes(64))
                for size in sizes {
                    let input = shape.bytes(size)
                    measured { parser.run(input) }
                    print(parser.name, shape.name, size, separator: "\t")
                }
            }
        }
        #else
        print("parsers are internal, so they can be run in a debug build only")
        #endif
    }
}

/// The function that callgrind is told about, by this name.
@inline(never)
@_silgen_name("tandem_parser_cost_measured")
func measured(_ body: () -> Void) {
    body()
}
