"""Several attacks at once."""
import time

from attacker import ATTACKS, Attacker, attack


@attack("mixture", workers=3, weight=1.5)
def mixture(a):
    """Each of three processes runs attacks of its own choice, one after another, two at a time."""
    names = sorted(name for name, made in ATTACKS.items() if not made.alone and name != "mixture")

    def go(index):
        while a.goes_on():
            made = ATTACKS[a.rng.choice(names)]
            part = Attacker(a.port, a.rng.random(), max(0.2, min(a.rng.uniform(0.5, 2), a.until - time.monotonic())),
                            a.rng.random() < 0.3, a.worker)
            a.count(made.name)
            try:
                made.function(part)
            except OSError:
                a.count("errors")
            for fault in part.faults:
                a.fault("%s: %s" % (made.name, fault))

    a.in_parallel(2, go)
