#!/usr/bin/env python3
"""Actions wait for each other: pending, inProgress, successful as polled."""

from harness import *

LINES = 4000


def long_file(lab):
    """A file that takes a while: licenses of another device, many times."""
    path = lab.issue("long.lic", udi="OTHER:SN0")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text * LINES)


def waiting(lab):
    lab.issue_two("two.lic")
    long_file(lab)
    first, second = lab.next_row(), lab.next_row() + 1

    step("both requests are answered while the first one works")
    lab.set(*lab.install_bindings(first, "flash:long.lic"))
    lab.set(*lab.install_bindings(second, "flash:two.lic"))
    states = [int(v) for v in lab.get(
        f"{ACTION}.{STATE}.{first}", f"{ACTION}.{STATE}.{second}",
        f"{ACTION}.{QUEUE}.{first}", f"{ACTION}.{QUEUE}.{second}")]
    equal(states, [IN_PROGRESS, PENDING, 0, 1], "states and queue positions")

    step("the second one's turn comes")
    seen = lab.states(second)
    check(seen in ([PENDING, IN_PROGRESS, SUCCESSFUL],
                   [PENDING, SUCCESSFUL]), f"states seen: {seen}")
    equal(lab.outcome(first), (FAILED, 10), "the first: for another device")
    equal(lab.outcome(second), (SUCCESSFUL, 1), "the second")
    equal(len(lab.installed()), 2, "licenses installed")

    step("a request that waits can be taken back")
    first, second = lab.next_row(), lab.next_row() + 1
    lab.set(*lab.install_bindings(first, "flash:long.lic"))
    lab.set(*lab.install_bindings(second, "flash:two.lic"))
    lab.set(f"{ACTION}.{STATUS}.{second}", "i", DESTROY)
    lab.states(first)
    check((second,) not in lab.table(ACTION), "the row is gone")


main(waiting)
