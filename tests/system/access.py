#!/usr/bin/env python3
"""Who may read and write: the lab's communities and SNMPv3 users."""

from harness import *

BAD_COMMUNITIES = ".1.3.6.1.2.1.11.4.0"     # snmpInBadCommunityNames
SYS_LOCATION = ".1.3.6.1.2.1.1.6.0"


def refused(lab, auth, *bindings):
    try:
        lab.set(*bindings, auth=auth)
    except SnmpError as e:
        return str(e)
    raise Failure(f"{bindings} was accepted from {auth}")


def access(lab):
    lab.issue("one.lic")
    ro, rw = ["-v2c", "-c", lab.ro], ["-v2c", "-c", lab.rw]

    step("everybody of ours reads the same, nobody else reads")
    want = lab.walk()
    for auth in (rw, lab.v3, lab.v3_ro):
        equal(lab.walk(auth=auth), want, f"walk with {auth}")
    before = int(lab.get1(BAD_COMMUNITIES))
    try:
        lab.snmp("snmpget", "-t", "1", "-r", "0", lab.snmp_address,
                 NEXT_ACTION, auth=["-v2c", "-c", "public"])
        raise Failure("the community public may read")
    except SnmpError:
        pass
    check(int(lab.get1(BAD_COMMUNITIES)) > before, "it was refused")

    step("SNMPv1 reads nothing")
    for community in (lab.ro, lab.rw):
        done = lab.run("snmpget", "-v1", "-c", community, "-t", "1", "-r", "0",
                       lab.snmp_address, NEXT_ACTION)
        equal((done.returncode, done.stdout), (1, ""), "SNMPv1")

    step("readers do not write, writers only the module")
    row = lab.next_row()
    bindings = lab.install_bindings(row, "flash:one.lic")
    for auth in (ro, lab.v3_ro):
        check("noAccess" in refused(lab, auth, *bindings), f"{auth}")
    refused(lab, rw, SYS_LOCATION, "s", "x")
    refused(lab, lab.v3, SYS_LOCATION, "s", "x")
    equal(lab.table(ACTION), {}, "no row was created")

    step("the SNMPv3 user installs")
    lab.set(*bindings, auth=lab.v3)
    equal(lab.outcome(row), (SUCCESSFUL, 1), "state and cause")
    equal(len(lab.installed()), 1, "licenses")


main(access)
