#!/usr/bin/env python3
"""snmpd dies with a request in its hands: what a SET had done until then is
undone, until its last phase; and the daemon lives."""

from harness import *
from master_lab import *

ROW = 77


class Dying:
    """snmpd is killed when the daemon has taken a PDU of this type, and so
    does not get the answer to it."""

    def __init__(self, lab, kind):
        self.lab = lab
        self.kind = kind
        self.packet = None
        self.died = False

    def __call__(self, pdu):
        if pdu.from_master and pdu.type == self.kind:
            self.packet = pdu.packet
            if self.kind == CLEANUP_SET:    # it has no answer
                self.die()
        elif pdu.packet == self.packet and pdu.type == RESPONSE:
            self.die()
            raise HangUp
        return [pdu]

    def die(self):
        self.lab.kill(program="snmpd")
        self.died = True


def dies(lab, between, kind, request):
    rule = Dying(lab, kind)
    between.follow(rule)
    start = len(lab.log())
    done = lab.run(*request)
    check(done.returncode != 0 or kind == CLEANUP_SET,
          f"{request[0]} while snmpd dies: {done.stdout}{done.stderr}")
    wait_until("snmpd died", lambda: rule.died)
    lab.wait_log("lost the master agent", start)
    between.follow()
    lab.restart("snmpd")
    wait_answers(lab, NEXT_ACTION)


def command(lab, tool, *args):
    return [tool, "-v2c", "-c", lab.rw if tool == "snmpset" else lab.ro,
            "-t", "1", "-r", "0", "-On", lab.snmp_address, *map(str, args)]


def state(lab, license_):
    """The comment, the switch and the row that the SETs are about."""
    rows = lab.table(ACTION)
    return (lab.get1(f"{LICENSES}.13.{license_}").text,
            int(lab.get1(f"{SWITCHES}.1.0")), (ROW,) in rows)


def dying(lab):
    lab.issue("one.lic", "--comment", "old")
    equal(lab.outcome(lab.install("flash:one.lic")), (SUCCESSFUL, 1),
          "install")
    license_ = ".".join(map(str, min(lab.installed())))
    between = Between(lab)
    between.join()
    wait_answers(lab, NEXT_ACTION)
    before = state(lab, license_)

    step("a GET is in flight")
    dies(lab, between, GET, command(lab, "snmpget", NEXT_ACTION))

    request = command(
        lab, "snmpset", f"{LICENSES}.13.{license_}", "s", "new",
        f"{SWITCHES}.1.0", "i", 3 - before[1],
        f"{ACTION}.{STATUS}.{ROW}", "i", CREATE_AND_WAIT)
    for name, kind in (("TestSet", TEST_SET), ("CommitSet", COMMIT_SET)):
        step(f"a SET is in flight: {name}")
        dies(lab, between, kind, request)
        equal(state(lab, license_), before, "what it was")

    step("a SET is in flight: CleanupSet, which is what makes it last")
    dies(lab, between, CLEANUP_SET, request)
    equal(state(lab, license_), ("new", 3 - before[1], True), "what was set")

    step("and it lasts")
    lab.kill()
    lab.restart()
    equal(state(lab, license_), ("new", 3 - before[1], False),
          "what was set (rows are volatile)")
    between.close()


main(dying)
