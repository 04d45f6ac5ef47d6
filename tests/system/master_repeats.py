#!/usr/bin/env python3
"""The same SET delivered twice acts once, whoever repeats it: the wire, snmpd
whose answer is late, or the manager."""

from harness import *
from master_lab import *


class Double:
    """All that a SET consists of comes twice; the second answer counts."""

    def __init__(self):
        self.twice = set()
        self.answered = set()

    def __call__(self, pdu):
        if pdu.from_master and pdu.type in (TEST_SET, COMMIT_SET,
                                            CLEANUP_SET):
            self.twice.add(pdu.packet)
            return [pdu, pdu]
        if not pdu.from_master and pdu.type == RESPONSE and \
                pdu.packet in self.twice and pdu.packet not in self.answered:
            self.answered.add(pdu.packet)
            return []
        return [pdu]


class Late:
    """The answer to a phase is kept until snmpd has asked for it so often;
    only the last answer counts."""

    def __init__(self, kind, times):
        self.kind = kind
        self.times = times
        self.asked = []
        self.kept = []

    def __call__(self, pdu):
        if pdu.from_master and pdu.type == self.kind and \
                len(self.asked) < self.times:
            self.asked.append(pdu.packet)
        elif not pdu.from_master and pdu.type == RESPONSE and \
                pdu.packet in self.asked:
            self.kept.append(pdu)
            if len(self.kept) < self.times:
                return []
            self.asked = []
        return [pdu]


def installs_once(lab, name, seconds=PATIENCE, retries=0):
    """Installs a file of two licenses, with one SET."""
    before, told = len(lab.installed()), len(lab.traps())
    row = lab.next_row()
    manager = Manager(lab, ["-v2c", "-c", lab.rw], seconds, retries)
    bindings = lab.install_bindings(row, f"flash:{name}")
    words = [f"{bindings[i]}={value_of(bindings[i + 1], bindings[i + 2])}"
             for i in range(0, len(bindings), 3)]
    answer = manager.ask("set", *words)
    equal(answer[:2], (0, 0), "error and index")
    manager.close()
    equal(lab.outcome(row), (SUCCESSFUL, 1), "the action")
    lab.settled()
    equal(len(lab.installed()) - before, 2, "licenses installed")
    equal([name for name, _ in lab.traps()[told:]],
          ["clmgmtLicenseInstalled"] * 2, "notifications")
    equal(len([r for r in lab.table(RESULT) if r[0] == row]), 2,
          "results of the action")


def value_of(letter, value):
    return "x" + value.encode().hex() if letter == "s" else f"{letter}{value}"


def repeats(lab):
    between = Between(lab)
    between.join()
    wait_answers(lab, NEXT_ACTION)
    for name in ("wire", "test", "commit", "manager"):
        lab.issue_two(f"{name}.lic")

    step("the wire repeats each PDU")
    between.follow(Double())
    installs_once(lab, "wire.lic")
    equal(between.count(TEST_SET)[0], 1, "transactions")

    for name, kind in (("test", TEST_SET), ("commit", COMMIT_SET)):
        step(f"snmpd repeats the {name} phase")
        between.follow(Late(kind, 2))
        installs_once(lab, f"{name}.lic")
        transactions, pdus = between.count(kind)
        equal(transactions, 1, "transactions")
        check(pdus >= 2, f"{pdus} PDUs")

    step("the manager repeats the request")
    between.follow(Late(TEST_SET, 3))
    installs_once(lab, "manager.lic", seconds=1, retries=PATIENCE)
    wait_until("the same request as another transaction",
               lambda: between.count(TEST_SET)[0] >= 2)
    equal(len(lab.installed()), 8, "licenses")
    check("lost the master" not in lab.log().partition("between")[2],
          "the session was lost")
    between.close()


main(repeats)
