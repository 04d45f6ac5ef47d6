#!/usr/bin/env python3
"""createAndGo with every column in one request installs a file of two."""

from harness import *

MIB = "CISCO-LICENSE-MGMT-MIB::"


def every_column(row, name):
    """One request that leaves nothing to defaults."""
    values = [(ENT, "i", 0), (PROTOCOL, "i", LOCAL), (ADDRESS_TYPE, "i", 0),
              (ADDRESS, "s", ""), (USER, "s", ""), (PASSWORD, "s", ""),
              (FILE, "s", name), (STORE, "u", 0), (LICENSE, "u", 0),
              (PERMISSION_TICKET, "s", ""), (REHOST_TICKET, "s", ""),
              (BACKUP, "s", ""), (STOP_ON_FAILURE, "i", 2),
              (DO, "i", INSTALL), (STORAGE, "i", 2),
              (STATUS, "i", CREATE_AND_GO), (ACCEPT_EULA, "i", 1),
              (EULA_FILE, "s", "")]
    return [part for column, letter, value in values
            for part in (f"{ACTION}.{column}.{row}", letter, value)]


def rows_appear(lab, row):
    results = lab.table(RESULT)
    equal({index: {c: int(v) for c, v in r.items()}
           for index, r in results.items()},
          {(row, 1): {2: SUCCESSFUL, 3: 1}, (row, 2): {2: SUCCESSFUL, 3: 1}},
          "one result row for each license")

    licenses = lab.installed()
    equal([(r[3].text, r[4].text, int(r[5]), int(r[6]), r[13].text)
           for r in licenses.values()],
          [("ipbasek9", "1.0", 4, 2, "the first"),
           ("cme-srst", "1.0", 4, 1, "the second")],
          "both licenses in clmgmtLicenseInfoTable")
    first, second = licenses.values()
    equal((int(first[10]), int(first[11])), (2**32 - 1, 2**32 - 1),
          "counts of the uncounted license")
    equal((int(second[10]), int(second[11])), (25, 25),
          "counts of the counted license")
    return list(licenses)


def notifications_arrive(lab, indexes):
    lab.settled()
    traps = lab.traps("clmgmtLicenseInstalled")
    want = []
    for index, texts in zip(indexes, (
            ("ipbasek9", "1.0", "permanent(4)", "the first"),
            ("cme-srst", "1.0", "permanent(4)", "the second"))):
        suffix = ".".join(str(i) for i in index)
        kinds = ("STRING", "STRING", "INTEGER", "STRING")
        names = ("FeatureName", "FeatureVersion", "Type", "Comments")
        want.append(("clmgmtLicenseInstalled", [
            (f"{MIB}clmgmtLicense{name}.{suffix}", f"{kind}: {text}")
            for name, kind, text in zip(names, kinds, texts)]))
    equal(traps, want, "notifications: four varbinds in the MIB's order")


def install(lab):
    lab.issue_two("two.lic")
    before = int(lab.get1(f"{STORES}.4.1.1"))
    row = lab.next_row()

    step("the request is answered at once, the states follow in order")
    lab.set(*every_column(row, "flash:two.lic"))
    check(lab.next_row() != row, f"row {row} is taken, so not next free")
    seen = lab.states(row)
    check(seen in ([2, 3, 4], [2, 4], [3, 4], [4]), f"states seen: {seen}")
    equal(int(lab.get1(f"{ACTION}.{CAUSE}.{row}")), 1, "fail cause none")
    equal(int(lab.get1(f"{ACTION}.{STATUS}.{row}")), ACTIVE, "row status")

    step("result rows, licenses, notifications")
    indexes = rows_appear(lab, row)
    notifications_arrive(lab, indexes)

    step("the store has become smaller, the password reads empty")
    check(int(lab.get1(f"{STORES}.4.1.1")) < before, "room left in the store")
    equal(lab.get1(f"{ACTION}.{PASSWORD}.{row}").text, "", "password")

    step("destroying the row takes its results along")
    lab.set(f"{ACTION}.{STATUS}.{row}", "i", DESTROY)
    equal((lab.table(ACTION), lab.table(RESULT)), ({}, {}), "rows left")
    equal(list(lab.installed()), indexes, "the licenses stay")

    step("the same file again: both licenses exist already")
    row = lab.install("flash:two.lic")
    equal(lab.outcome(row), (FAILED, 9), "state and cause")
    equal(list(lab.installed()), indexes, "nothing was added")
    lab.settled()
    equal(len(lab.traps("clmgmtLicenseInstalled")), 2, "nor announced")


main(install)
