#!/usr/bin/env python3
"""Comments and notification switches: written, and there after kill -9, after
a start, and when the license comes back."""

from harness import *

TEXTS = {6: "Nachtschicht, Gebäude 3", 7: "", 8: "x" * 255}
USAGE, DEPLOYMENT, ERROR, LEVEL = (f"{SWITCHES}.1.0", f"{SWITCHES}.2.0",
                                   f"{SWITCHES}.3.0",
                                   f"{IMAGE_OBJECTS}.4.1.0")


def comment(store, index):
    return f"{LICENSES}.13.1.{store}.{index}"


def die_and_come_back(lab, how):
    lab.kill(how)
    wait_until("the daemon gone", lambda: not lab.alive())
    lab.restart()


def comments(lab):
    step("comments outlive the daemon's death, those of trials as well")
    for i in range(3):
        lab.issue("three.lic", *(["--append"] if i else []), "--comment",
                  f"by the issuer {i}", feature="datak9")
    equal(lab.outcome(lab.install("flash:three.lic")), (SUCCESSFUL, 1),
          "install")
    names = [comment(1, i) for i in TEXTS] + [comment(2, 1)]
    equal([v.text for v in lab.get(*names)],
          ["by the issuer 0", "by the issuer 1", "by the issuer 2", ""],
          "at first those of the license file")
    texts = [*TEXTS.values(), "a trial"]
    lab.set(*(part for name, text in zip(names, texts)
              for part in (name, "x", text.encode().hex())), auth=lab.v3)
    before = lab.get(*names)
    for how in (signal.SIGKILL, signal.SIGTERM):
        die_and_come_back(lab, how)
        equal(lab.get(*names), before, f"comments after {how.name}")

    step("a license that was cleared and comes back begins anew")
    equal(lab.outcome(lab.clear(8)), (SUCCESSFUL, 1), "clear")
    equal(lab.outcome(lab.install("flash:three.lic")), (PARTIAL, 1),
          "the one that was cleared, beside two that are there")
    equal(lab.get1(names[2]).text, "by the issuer 2", "its comment")


def switches(lab):
    step("switches: on but for the levels', and durable")
    names = (USAGE, DEPLOYMENT, ERROR, LEVEL)
    equal([int(v) for v in lab.get(*names)], [1, 1, 1, 2], "at first")
    lab.set(DEPLOYMENT, "i", 2, LEVEL, "i", 1, auth=lab.v3)
    for how in (signal.SIGKILL, signal.SIGTERM):
        die_and_come_back(lab, how)
        equal([int(v) for v in lab.get(*names)], [1, 2, 1, 1],
              f"after {how.name}")

    step("what is switched off is not sent, nor later; all else is")
    lab.settled()
    before = len(lab.traps())
    lab.issue("one.lic", feature="uck9")
    equal(lab.outcome(lab.install("flash:one.lic")), (SUCCESSFUL, 1),
          "install")
    lab.set(DEPLOYMENT, "i", 1, auth=lab.v3)
    lab.issue("two.lic", feature="securityk9")
    equal(lab.outcome(lab.install("flash:two.lic")), (SUCCESSFUL, 1),
          "install")
    lab.settled()
    equal([dict(bound).get(name) for _, bound in lab.traps()[before:]
           for name in dict(bound) if "clmgmtLicenseFeatureName" in name],
          ["STRING: securityk9"], "features of the notifications")


def durable(lab):
    comments(lab)
    switches(lab)


main(durable)
