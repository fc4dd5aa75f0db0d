"""One line for each attack, and a table at the end."""

COLUMNS = ("attack", "s", "request", "new", "ping", "command", "noise", "disk", "missed", "late", "before", "peak",
           "after", "verdict")
FORM = "%-26s %5s %8s %8s %8s %8s %6s %6s %6s %6s %7s %7s %7s  %s"


def ms(seconds):
    return "%.0f" % (seconds * 1000)


def mib(kib):
    return "%.0f" % (kib / 1024) if kib else "-"


class Result:
    """What one attack came to."""

    def __init__(self, kind, name, seconds=0.0):
        self.kind, self.name, self.seconds = kind, name, seconds
        self.counts, self.faults, self.seen = {}, [], None
        self.before = self.peak = self.after = 0
        self.varied = None

    @property
    def passed(self):
        return not self.faults

    def fields(self):
        seen = self.seen
        if seen:
            worst = seen["worst"]
            command = max(worst["command"], worst["http-command"])
            times = [ms(worst["request"]), ms(worst["new"]), ms(worst["ping"]), ms(command), ms(seen["canary"]),
                     ms(seen["disk"]), seen["missed"], ms(seen["late"])]
        else:
            times = ["-"] * 8
        return (self.name + (" *" if self.varied else ""), "%.1f" % self.seconds, *times, mib(self.before),
                mib(self.peak), mib(self.after))

    def verdict(self):
        return "ok" if self.passed else "FAILED"

    def show(self):
        print(FORM % (*self.fields(), self.verdict()), flush=True)
        told = ", ".join("%s %s" % (name, "%.1f" % number if isinstance(number, float) else number)
                         for name, number in sorted(self.counts.items()))
        if told:
            print("      " + told, flush=True)
        if self.seen and self.seen["excused"]:
            excused = self.seen["excused"]
            print("      %d slow answers not counted: the machine itself took the time" % excused, flush=True)
        for fault in self.faults[:5]:
            print("      FAULT: " + fault, flush=True)
        if len(self.faults) > 5:
            print("      and %d more" % (len(self.faults) - 5), flush=True)


def header():
    print("times in ms: the worst of each; noise: the worst of a process that only echoes; disk: the worst sync;")
    print("memory in MiB; *: a variation by the seed")
    print(FORM % COLUMNS, flush=True)


def table(results, kinds):
    """By kind: how many attacks, the worst figures, and what broke first."""
    print()
    print("%-12s %7s %6s %9s %7s %8s  %s" % ("kind", "attacks", "failed", "worst ms", "missed", "peak MiB",
                                             "first fault"))
    for kind in kinds:
        of_kind = [result for result in results if result.kind == kind]
        if not of_kind:
            continue
        seen = [result.seen for result in of_kind if result.seen]
        worst = max([max(one["worst"].values()) for one in seen], default=0)
        missed = sum(one["missed"] for one in seen)
        peak = max(result.peak for result in of_kind)
        faults = [fault for result in of_kind for fault in result.faults]
        print("%-12s %7d %6d %9s %7d %8s  %s" % (
            kind, len(of_kind), sum(not result.passed for result in of_kind), ms(worst), missed, mib(peak),
            faults[0][:110] if faults else "-"))
    passed = sum(result.passed for result in results)
    print()
    print("%d passed, %d failed" % (passed, len(results) - passed), flush=True)
    return passed == len(results)
