#!/usr/bin/env python3
"""createAndWait: column by column, then active."""

from harness import *


def install_wait(lab):
    lab.issue("one.lic")
    row = lab.next_row()
    status = f"{ACTION}.{STATUS}.{row}"

    step("an install is not ready before it has a file")
    lab.set(status, "i", CREATE_AND_WAIT)
    lab.set(f"{ACTION}.{DO}.{row}", "i", INSTALL)
    equal(int(lab.get1(status)), NOT_READY, "row status")
    equal([int(lab.get1(f"{ACTION}.{c}.{row}")) for c in (STATE, CAUSE)],
          [1, 1], "state notStarted, cause none")

    step("with its columns set it is")
    lab.set(f"{ACTION}.{PROTOCOL}.{row}", "i", LOCAL)
    lab.set(f"{ACTION}.{FILE}.{row}", "s", "flash:one.lic")
    lab.set(f"{ACTION}.{ACCEPT_EULA}.{row}", "i", 1)
    equal(int(lab.get1(status)), NOT_IN_SERVICE, "row status")
    equal(lab.installed(), {}, "nothing happens yet")

    step("a wrong value is refused, the row stays as it is")
    try:
        lab.set(f"{ACTION}.{DO}.{row}", "i", 99)
        raise Failure("action 99 was accepted")
    except SnmpError as e:
        check("wrongValue" in str(e), f"refused otherwise: {e}")
    equal(int(lab.get1(f"{ACTION}.{DO}.{row}")), INSTALL, "action")

    step("active starts the work")
    lab.set(status, "i", ACTIVE)
    equal(lab.outcome(row), (SUCCESSFUL, 1), "state and cause")
    equal([(r[3].text, int(r[5])) for r in lab.installed().values()],
          [("ipbasek9", 4)], "licenses")
    equal(lab.table(RESULT), {}, "no result rows for a single license")

    step("an active row refuses changes; active again starts nothing")
    try:
        lab.set(f"{ACTION}.{FILE}.{row}", "s", "flash:two.lic")
        raise Failure("the file of an active row was changed")
    except SnmpError as e:
        check("inconsistentValue" in str(e), f"refused otherwise: {e}")
    lab.set(status, "i", ACTIVE)
    equal(lab.outcome(row), (SUCCESSFUL, 1), "state and cause")

    step("createAndGo of an incomplete row creates nothing")
    row = lab.next_row()
    try:
        lab.set(f"{ACTION}.{STATUS}.{row}", "i", CREATE_AND_GO,
                f"{ACTION}.{DO}.{row}", "i", INSTALL)
        raise Failure("an install without a file was accepted")
    except SnmpError as e:
        check("inconsistentValue" in str(e), f"refused otherwise: {e}")
    check((row,) not in lab.table(ACTION), "no row")


main(install_wait)
