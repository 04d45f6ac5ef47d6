#!/usr/bin/env python3
"""Actions wait for each other: pending, inProgress, successful as polled; what
takes long holds nobody up."""

import select

from harness import *
from servers import HTTP, Held, configure, need_transfers
from time_lab import Control

LINES = 4000
FILE_PATH, OTHER_DEVICE = 6, 10


THERE = {PROTOCOL: ("i", HTTP), ADDRESS_TYPE: ("i", 1),
         ADDRESS: ("x", "7F000001")}


def start_held(lab, row):
    """An install that is in progress until its server answers."""
    server = Held()
    configure(lab, http_port=server.port, stall=PATIENCE, timeout=PATIENCE)
    lab.set(*lab.install_bindings(row, "held.lic", values=THERE))
    check(server.asked.wait(PATIENCE), "the server is asked")
    return server


def in_turn(lab):
    step("the second request to a server waits while the first one works")
    first, second = lab.next_row(), lab.next_row() + 1
    server = start_held(lab, first)
    lab.set(*lab.install_bindings(second, "second.lic", values=THERE))
    states = [int(v) for v in lab.get(
        f"{ACTION}.{STATE}.{first}", f"{ACTION}.{STATE}.{second}",
        f"{ACTION}.{QUEUE}.{first}", f"{ACTION}.{QUEUE}.{second}")]
    equal(states, [IN_PROGRESS, PENDING, 0, 1], "states and queue positions")

    step("an installation from the device does not wait for the server")
    third = lab.install("flash:two.lic")
    equal(lab.outcome(third), (SUCCESSFUL, 1), "the local one")
    equal(len(lab.installed()), 2, "licenses installed")
    equal(int(lab.get1(f"{ACTION}.{STATE}.{first}")), IN_PROGRESS, "the first")

    step("the second one's turn comes")
    server.answer.set()
    seen = lab.states(second)
    check(seen in ([PENDING, IN_PROGRESS, FAILED], [PENDING, FAILED],
                   [IN_PROGRESS, FAILED], [FAILED]), f"states seen: {seen}")
    for row in (first, second):
        equal(lab.outcome(row), (FAILED, FILE_PATH), "nothing there")
    server.close()


def taken_back(lab):
    step("a request that waits can be taken back")
    first, second = lab.next_row(), lab.next_row() + 1
    server = start_held(lab, first)
    lab.set(*lab.install_bindings(second, "third.lic", values=THERE))
    lab.set(f"{ACTION}.{STATUS}.{second}", "i", DESTROY)
    server.answer.set()
    lab.states(first)
    check((second,) not in lab.table(ACTION), "the row is gone")
    check("third.lic" not in lab.log(), "what was taken back was not done")
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
    need_transfers()
    lab.issue_two("two.lic")
    in_turn(lab)
    taken_back(lab)
    in_slices(lab)


main(waiting)
