/// The look of the HTML report, and of its plots by themselves.
enum HTMLStyle {
    private static let colors = """
        :root { color-scheme: light dark; --ink: #1c1f24; --faint: #667; --line: #d9dce3; --paper: #fff; --card: #f6f7f9;
          --v0: #2166c4; --v1: #d2620c; --v2: #2b8a57; --v3: #7d4fb5; --warn: #b3261e; --good: #23774a }
        @media (prefers-color-scheme: dark) { :root { --ink: #e7e9ee; --faint: #9aa0ad; --line: #343943; --paper: #14161a;
          --card: #1c1f25; --v0: #6ea8ff; --v1: #ff9d52; --v2: #5ecb93; --v3: #b794f4; --warn: #ff8a80; --good: #63d297 } }
        """

    /// What plots need of it.
    static let plots = """
        svg text { fill: var(--ink); font: 12px system-ui, sans-serif } svg .tick { fill: var(--faint); font-size: 11px }
        .grid { stroke: var(--line); stroke-width: 1 } .median { stroke-width: 2.5 } .curve { fill: none; stroke-width: 2 }
        .dot { opacity: .65 } .v0 { stroke: var(--v0) } .v1 { stroke: var(--v1) } .v2 { stroke: var(--v2) } .v3 { stroke: var(--v3) }
        .dot.v0 { fill: var(--v0) } .dot.v1 { fill: var(--v1) } .dot.v2 { fill: var(--v2) } .dot.v3 { fill: var(--v3) }
        .curve.v0, .curve.v1, .curve.v2, .curve.v3 { fill: none }
        """

    /// For a plot in a file of its own, which has no page around it.
    static let standalone = colors + plots + "svg { background: var(--paper) }"

    static let text = """
        \(colors)
        body { margin: 0 auto; padding: 1rem 1rem 4rem; max-width: 60rem; background: var(--paper); color: var(--ink);
          font: 16px/1.5 system-ui, sans-serif }
        h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .3rem } h2 { font-size: 1.25rem; margin: 0 0 .3rem }
        h3 { margin: 1.5rem 0 .3rem } h4 { margin: 1rem 0 0 }
        section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem }
        .small, .facts { font-size: .87rem } .small { color: var(--faint) }
        .facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; color: var(--faint) }
        .facts dd { margin: 0; overflow-wrap: anywhere }
        code { font: .9em ui-monospace, monospace; background: var(--card); padding: .1em .3em; border-radius: 3px;
          overflow-wrap: anywhere }
        .warning { color: var(--warn); border-left: 3px solid; padding-left: .7rem }
        .conclusion { font-size: 1.15rem; font-weight: 600; background: var(--card); border-left: 4px solid var(--v0);
          padding: .6rem .9rem }
        form { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; background: var(--card); padding: .8rem; border-radius: 6px }
        input[type=number] { width: 4.5em; font: inherit }
        .scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
        th { text-align: left; font-weight: 600; font-size: .87rem; color: var(--faint) }
        td, th { padding: .25rem .8rem .25rem 0; vertical-align: top; border-bottom: 1px solid var(--line) }
        .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
        tr.same td:nth-child(2), tr.none td:nth-child(2) { color: var(--faint) }
        tr.difference td:nth-child(2), tr.counts td:nth-child(2), tr.decides td:nth-child(2) { font-weight: 600 }
        #decision td:nth-child(1) { min-width: 9rem } #decision td:nth-child(2) { white-space: nowrap }
        tr.good td:nth-child(3) { color: var(--good) } tr.bad td:nth-child(3) { color: var(--warn) }
        .observations td:nth-child(2) { white-space: nowrap }
        td i { display: inline-block; width: .65em; height: .65em; border-radius: 50%; margin-right: .45em }
        i.v0 { background: var(--v0) } i.v1 { background: var(--v1) } i.v2 { background: var(--v2) } i.v3 { background: var(--v3) }
        figure { margin: 1.2rem 0 } figcaption { font-weight: 600 }
        .plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; align-items: center }
        svg { width: 100%; max-width: 30rem; height: auto; display: block }
        \(plots)
        a { color: inherit }
        @media print { body { font-size: 11pt; max-width: none } section, figure { break-inside: avoid-page }
          form { display: none } }
        """
}

extension SVG {
    /// A plot's markup as a file of its own, in the colours of the reader's system.
    static func file(_ markup: String) -> String {
        markup.replacing("<title>", with: "<style>\(HTMLStyle.standalone)</style><title>", maxReplacements: 1)
    }
}
