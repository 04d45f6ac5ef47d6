#!/usr/bin/env python3
"""kill -9 right after "successful": what was reported done is there."""

from harness import *


def crash(lab):
    lab.issue_two("two.lic")
    lab.issue("other.lic", feature="datak9")
    state = f"{ACTION}.{STATE}."

    step("installed, killed, started")
    row = lab.next_row()
    lab.set(*lab.install_bindings(row, "flash:two.lic"))
    wait_until("installed", lambda: int(lab.get1(f"{state}{row}")) == 4)
    lab.kill()
    lab.restart()
    licenses = lab.licenses()
    equal([(r[3].text, r[13].text) for i, r in licenses.items() if i[1] == 1],
          [("ipbasek9", "the first"), ("cme-srst", "the second")], "licenses")
    equal(lab.table(ACTION), {}, "action rows are volatile")

    step("once more: same licenses, same indexes")
    lab.kill()
    lab.restart()
    equal(lab.licenses(), licenses, "licenses and their indexes")

    step("cleared, killed, started")
    gone = min(lab.installed())
    row = lab.clear(gone[2])
    wait_until("cleared", lambda: int(lab.get1(f"{state}{row}")) == 4)
    lab.kill()
    lab.restart()
    del licenses[gone]
    equal(list(lab.licenses()), list(licenses), "indexes")

    step("the index stays taken, and the license counts as known")
    equal(lab.outcome(lab.install("flash:other.lic")), (SUCCESSFUL, 1),
          "install another")
    check(max(lab.installed()) > max(i for i in licenses if i[1] == 1),
          "a new index")

    step("the log tells of no damage")
    check("damage" not in lab.log().lower(), "damage reported")


main(crash)
