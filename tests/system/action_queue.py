#!/usr/bin/env python3
"""The queue as a manager sees it: positions, what cannot be destroyed while it
is in progress, what is cancelled by it while it waits."""

from harness import *
from servers import *

INCONSISTENT_VALUE, NO_ERROR = 12, 0
SERVER_CAUSE, CLEARING, OTHER_DEVICE = 4, 21, 10
BACKUP_ACTION = 6


def create(manager, row, **values):
    columns = {"do": (DO, "i"), "protocol": (PROTOCOL, "i"),
               "kind": (ADDRESS_TYPE, "i"), "address": (ADDRESS, "x"),
               "file": (FILE, "x"), "license": (LICENSE, "u"),
               "backup": (BACKUP, "x")}
    answer = manager.ask(
        "set", f"{ACTION}.{STATUS}.{row}=i{CREATE_AND_GO}",
        *(f"{ACTION}.{columns[name][0]}.{row}={columns[name][1]}{value}"
          for name, value in values.items()))
    equal(answer[:2], (NO_ERROR, 0), f"row {row}")


def shown(manager, row):
    """State and position."""
    state, position = manager.get(f"{ACTION}.{STATE}.{row}",
                                  f"{ACTION}.{QUEUE}.{row}")
    return state, position


def queue(lab):
    need_transfers()
    server = Odd(lambda connection: time.sleep(2 * PATIENCE))
    configure(lab, http_port=server.port, stall=PATIENCE, timeout=PATIENCE)
    manager = Manager(lab, lab.v3)
    there = {"protocol": HTTP, "kind": 1, "address": "7f000001"}

    step("one in progress, three behind it at the same server")
    create(manager, 10, do=INSTALL, file=b"x.lic".hex(), **there)
    wait_until("in progress", lambda: shown(manager, 10)[0] == "i3")
    create(manager, 7, do=BACKUP_ACTION, backup=b"a".hex(), **there)
    create(manager, 30, do=INSTALL, file=b"y.lic".hex(), **there)
    create(manager, 20, do=BACKUP_ACTION, backup=b"b".hex(), **there)
    equal([shown(manager, row) for row in (10, 7, 30, 20)],
          [("i3", "u0"), ("i2", "u1"), ("i2", "u2"), ("i2", "u3")],
          "states and positions")

    step("those without a server do not wait for it")
    create(manager, 40, do=BACKUP_ACTION, backup=b"flash:here".hex())
    equal(lab.outcome(40), (SUCCESSFUL, 1), "a local backup")
    create(manager, 41, do=CLEAR, license=99)
    equal(lab.outcome(41), (FAILED, OTHER_DEVICE), "a clear")
    equal([shown(manager, row) for row in (10, 7)],
          [("i3", "u0"), ("i2", "u1")], "meanwhile, at the server")

    step("a backup behind a clear, in one SET")
    answer = manager.ask(
        "set", f"{ACTION}.{STATUS}.50=i{CREATE_AND_GO}",
        f"{ACTION}.{DO}.50=i{CLEAR}", f"{ACTION}.{LICENSE}.50=u99",
        f"{ACTION}.{STATUS}.51=i{CREATE_AND_GO}",
        f"{ACTION}.{DO}.51=i{BACKUP_ACTION}",
        f"{ACTION}.{BACKUP}.51=x{b'flash:late'.hex()}")
    equal(answer[:2], (NO_ERROR, 0), "the SET")
    equal([lab.outcome(row) for row in (50, 51)],
          [(FAILED, OTHER_DEVICE), (FAILED, CLEARING)], "states and causes")

    step("what is in progress is not destroyed, nor changed")
    for name, value in ((STATUS, f"i{DESTROY}"), (STATUS, "i2"),
                        (FILE, "x61"), (STOP_ON_FAILURE, "i1")):
        equal(manager.ask("set", f"{ACTION}.{name}.10={value}")[:2],
              (INCONSISTENT_VALUE, 1), f"column {name}")
    equal(manager.ask("set", f"{ACTION}.{STATUS}.7=i{DESTROY}",
                      f"{ACTION}.{STATUS}.10=i{DESTROY}")[:2],
          (INCONSISTENT_VALUE, 2), "one that waits, and one in progress")
    equal(shown(manager, 7), ("i2", "u1"), "the one that waits does so still")
    equal(manager.ask("set", f"{ACTION}.{STATUS}.10=i{ACTIVE}")[:2],
          (NO_ERROR, 0), "active once more is nothing")

    step("what waits is cancelled, and those behind it move up")
    equal(manager.ask("set", f"{ACTION}.{STATUS}.7=i{DESTROY}")[:2],
          (NO_ERROR, 0), "destroy")
    equal([shown(manager, row) for row in (30, 20)],
          [("i2", "u1"), ("i2", "u2")], "states and positions")

    step("the others are done in their order")
    server.close()
    equal([lab.outcome(row) for row in (10, 30, 20)],
          [(FAILED, SERVER_CAUSE)] * 3, "states and causes")
    equal(sorted(lab.table(ACTION)),
          [(10,), (20,), (30,), (40,), (41,), (50,), (51,)], "rows")
    equal(manager.ask("set", *(f"{ACTION}.{STATUS}.{row}=i{DESTROY}"
                               for row in (10, 20, 30)))[:2],
          (NO_ERROR, 0), "now all can be destroyed")
    manager.close()


main(queue)
