#!/usr/bin/env python3
"""The daemon is there before snmpd, and finds it again whenever it returns."""

from harness import *
from master_lab import *
from time_lab import Control

LOST = "lost the master agent"
CONNECTED = "connected to the master agent"


def before_snmpd(lab):
    step("the daemon is started, and there is no snmpd")
    lab.kill(signal.SIGTERM)
    wait_until("the daemon ended", lambda: not lab.alive())
    lab.kill(program="snmpd")
    start = len(lab.log())
    with Daemon(lab):
        lab.wait_log("cannot connect to the master agent", start)
        program = Control(lab)
        equal(program.ask("install", file="flash:two.lic")["successful"], 2,
              "licenses installed without a master")
        program.close()

        step("snmpd comes, and has it at once")
        lab.restart("snmpd")
        wait_answers(lab, NEXT_ACTION)
        lab.settled()
        equal(len(lab.traps("clmgmtLicenseInstalled")), 2, "notifications")
        equal(len(lab.installed()), 2, "licenses")
        told = lab.log()[start:]
        equal((told.count("cannot connect to the master agent"),
               told.count(CONNECTED)), (1, 1), "lines on it in the log")
    lab.restart()


def away(lab):
    lab.issue_two("two.lic")
    before_snmpd(lab)

    step("snmpd is killed and comes back, over and over")
    walk = lab.walk()
    check(len(walk) > 50, f"{len(walk)} variables")
    start = len(lab.log())
    for sig in (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL):
        lab.kill(sig, "snmpd")
        wait_until("snmpd gone", lambda: not lab.alive("snmpd"))
        lab.restart("snmpd")
        wait_answers(lab, NEXT_ACTION)
        equal([oid for oid, _ in lab.walk()], [oid for oid, _ in walk],
              "variables")
    told = lab.log()[start:]
    equal((told.count(LOST), told.count(CONNECTED)), (3, 3), "lines on it")

    step("nothing was told twice")
    lab.settled()
    equal(len(lab.traps("clmgmtLicenseInstalled")), 2, "notifications")


main(away)
