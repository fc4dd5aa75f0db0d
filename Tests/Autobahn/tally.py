"""Prints the tally of a report of the Autobahn TestSuite; fails unless every case is OK or on the list below."""
from __future__ import print_function

import json
import sys

# Cases that have no right answer: the suite itself reports them as informational, whatever the server does.
ALLOWED = {
    "7.1.6": "INFORMATIONAL: whether a 256 KiB message that came right before a close is still echoed",
    "7.13.1": "INFORMATIONAL: close code 5000, of which RFC 6455 says nothing",
    "7.13.2": "INFORMATIONAL: close code 65536, of which RFC 6455 says nothing",
}

cases = json.load(open(sys.argv[1]))["tandem"]
groups = {}
failed = []
for name, case in sorted(cases.items(), key=lambda item: [int(part) for part in item[0].split(".")]):
    behavior = case["behavior"]
    closing = case["behaviorClose"]
    tally = groups.setdefault(int(name.split(".")[0]), {})
    tally[behavior] = tally.get(behavior, 0) + 1
    if behavior == "INFORMATIONAL" and name in ALLOWED:
        print("%s %s" % (name, ALLOWED[name]))
    elif behavior != "OK" or closing not in ("OK", "INFORMATIONAL"):
        failed.append("%s %s, closing %s" % (name, behavior, closing))
for group in sorted(groups):
    print("group %2d: %s" % (group, ", ".join("%d %s" % (groups[group][b], b) for b in sorted(groups[group]))))
for failure in failed:
    print("FAILED " + failure)
print("%d cases, %d failed" % (len(cases), len(failed)))
sys.exit(1 if failed or not cases else 0)
