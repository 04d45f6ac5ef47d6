#!/usr/bin/env python3
"""A master that is stopped holds up nobody: programs are served, use is
metered, and what came due is told once when it goes on."""

from harness import *
from master_lab import *
from time_lab import Control

MANY, REQUESTS = 2000, 500


def used(program):
    return program.ask("features", feature="uck9")["rows"][0]["used_s"]


def serve_programs(program):
    """Requests, each of which is answered."""
    for n in range(1, REQUESTS + 1):
        lease = program.ask("checkout", feature="cme-srst", count=n)["lease"]
        rows = program.ask("features", feature="cme-srst")["rows"]
        equal(rows[0]["in_use"], n, "in use")
        program.ask("release", lease=lease)


def arrived(lab, before):
    told = lab.traps()[before:]
    return told if len(told) >= MANY else None


def stopped(lab):
    lab.tool("licissue", "issue", lab.issuer, "--udi", lab.udi, "--feature",
             "ipbasek9", "--type", "permanent", "--copies", str(MANY),
             "-o", lab.flash_path("many.lic"))
    lab.issue("demo.lic", "--period", "60d", feature="uck9", kind="demo",
              udi=False)
    # So many that none is the last but a few, which is told, too.
    lab.issue("phones.lic", "--count", str(10 * REQUESTS),
              feature="cme-srst")
    for name in ("demo", "phones"):
        equal(lab.outcome(lab.install(f"flash:{name}.lic")), (SUCCESSFUL, 1),
              f"install {name}")
    lab.lose_no_traps()
    lab.restart("snmpd")
    lab.settled()
    program = Control(lab)
    user = Control(lab)
    user.ask("checkout", feature="uck9")
    start, before = len(lab.log()), len(lab.traps())

    step("snmpd is stopped; programs are served")
    lab.kill(signal.SIGSTOP, "snmpd")
    try:
        serve_programs(program)

        step("more is installed than may be on its way")
        equal(program.ask("install", file="flash:many.lic")["successful"],
              MANY, "licenses")
        equal(program.ask("statistics")["notifications_waiting"], MANY,
              "notifications that wait")

        step("a trial is metered meanwhile")
        so_far = used(program)
        wait_until("it is used up further", lambda: used(program) > so_far)
    finally:
        lab.kill(signal.SIGCONT, "snmpd")

    step("it goes on: everything is told once, in order")
    lab.settled()
    told = wait_until("all of them", lambda: arrived(lab, before))
    equal({name for name, _ in told}, {"clmgmtLicenseInstalled"}, "kinds")
    indexes = [int(objects[0][0].rpartition(".")[2]) for _, objects in told]
    equal(indexes, list(range(indexes[0], indexes[0] + MANY)), "indexes")
    check("lost the master" not in lab.log()[start:], "the session was lost")

    step("the daemon begins while it is stopped")
    lab.kill(signal.SIGTERM)
    wait_until("the daemon ended", lambda: not lab.alive())
    program.close()
    user.close()
    lab.kill(signal.SIGSTOP, "snmpd")
    try:
        with Daemon(lab):
            program = wait_until("a control socket", lambda: connect(lab))
            serve_programs(program)
            program.close()
            lab.kill(signal.SIGCONT, "snmpd")
            wait_answers(lab, NEXT_ACTION)
    finally:
        lab.kill(signal.SIGCONT, "snmpd")


def connect(lab):
    with contextlib.suppress(OSError):
        return Control(lab)
    return None


main(stopped)
