#!/usr/bin/env python3
"""Actions wait for each other: pending, inProgress, successful as polled; what
takes long holds nobody up."""

import select

from harness import *
from servers import HTTP, Held, configure
from time_lab import Control

LINES = 4000
FILE_PATH, OTHER_DEVICE = 6, 10


def start_held(lab, row):
    """An install that is in progress until its server answers."""
    server = Held()
    configure(lab, http_port=server.port, stall=PATIENCE, timeout=PATIENCE)
    lab.set(*lab.install_bindings(row, "held.lic", values={
        PROTOCOL: ("i", HTTP), ADDRESS_TYPE: ("i", 1),
        ADDRESS: ("x", "7F000001")}))
    check(server.asked.wait(PATIENCE), "the server is asked")
    return server


def in_turn(lab):
    step("the second request waits while the first one works")
    first, second = lab.next_row(), lab.next_row() + 1
    server = start_held(lab, first)
    lab.set(*lab.install_bindings(second, "flash:two.lic"))
    states = [int(v) for v in lab.get(
        f"{ACTION}.{STATE}.{first}", f"{ACTION}.{STATE}.{second}",
        f"{ACTION}.{QUEUE}.{first}", f"{ACTION}.{QUEUE}.{second}")]
    equal(states, [IN_PROGRESS, PENDING, 0, 1], "states and queue positions")

    step("the second one's turn comes")
    server.answer.set()
    seen = lab.states(second)
    check(seen in ([PENDING, IN_PROGRESS, SUCCESSFUL], [PENDING, SUCCESSFUL],
                   [IN_PROGRESS, SUCCESSFUL], [SUCCESSFUL]),
          f"states seen: {seen}")
    equal(lab.outcome(first), (FAILED, FILE_PATH), "the first: nothing there")
    equal(lab.outcome(second), (SUCCESSFUL, 1), "the second")
    equal(len(lab.installed()), 2, "licenses installed")
    server.close()


def taken_back(lab):
    step("a request that waits can be taken back")
    first, second = lab.next_row(), lab.next_row() + 1
    server = start_held(lab, first)
    lab.issue("third.lic", feature="uck9")
    lab.set(*lab.install_bindings(second, "flash:third.lic"))
    lab.set(f"{ACTION}.{STATUS}.{second}", "i", DESTROY)
    server.answer.set()
    lab.states(first)
    check((second,) not in lab.table(ACTION), "the row is gone")
    equal(len(lab.installed()), 2, "licenses installed")
    server.close()


def long_file(lab):
    """A file that takes a while: licenses of another device, many times."""
    path = lab.issue("long.lic", udi="OTHER:SN0")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text * LINES)


def answers_meanwhile(lab):
    """How often the daemon answers while it looks through the long file."""
    asking, working = Control(lab), Control(lab)
    working.socket.sendall(b'{"do":"install","file":"flash:long.lic"}\n')
    working.lines.readline()    # it introduces itself
    done = select.poll()
    done.register(working.socket, select.POLLIN)
    answers = 0
    while not done.poll(0):
        asking.ask("statistics")
        answers += 1
    check('"failed"' in working.lines.readline(), "it is for another device")
    asking.close()
    working.close()
    return answers


def in_slices(lab):
    step("a file of thousands of licenses holds nobody up")
    long_file(lab)
    # A machine may be so busy that it is all over before we ask again.
    wait_until("answers meanwhile", lambda: answers_meanwhile(lab) > 3)


def waiting(lab):
    lab.issue_two("two.lic")
    in_turn(lab)
    taken_back(lab)
    in_slices(lab)


main(waiting)
