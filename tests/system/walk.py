#!/usr/bin/env python3
"""Walks of the module: the same by both tools, rising, of the MIB's types."""

import re

from harness import *

INT, UINT, TEXT = "INTEGER", "Gauge32", "STRING"

# Column: type and, for INTEGER, the values that the MIB knows.
TYPES = {
    NEXT_ACTION[:-2]: {0: (UINT, None)},
    NEXT_CREDENTIALS[:-2]: {0: (UINT, None)},
    SWITCHES: {1: (INT, {1, 2}), 2: (INT, {1, 2}), 3: (INT, {1, 2})},
    ACTION: {
        ENT: (INT, None), PROTOCOL: (INT, set(range(1, 9))),
        ADDRESS_TYPE: (INT, {0, 1, 2, 3, 4, 16}), ADDRESS: (TEXT, None),
        USER: (TEXT, None), PASSWORD: (TEXT, None), FILE: (TEXT, None),
        STORE: (UINT, None), LICENSE: (UINT, None),
        PERMISSION_TICKET: (TEXT, None), REHOST_TICKET: (TEXT, None),
        BACKUP: (TEXT, None), STOP_ON_FAILURE: (INT, {1, 2}),
        DO: (INT, set(range(1, 8))), STATE: (INT, set(range(1, 7))),
        QUEUE: (UINT, None), CAUSE: (INT, set(range(1, 23))),
        STORAGE: (INT, set(range(1, 6))), STATUS: (INT, {1, 2, 3}),
        ACCEPT_EULA: (INT, {1, 2}), EULA_FILE: (TEXT, None)},
    RESULT: {2: (INT, set(range(1, 7))), 3: (INT, set(range(1, 23)))},
    EXPORTS: {
        2: (INT, None), 3: (INT, set(range(1, 9))),
        4: (INT, {0, 1, 2, 3, 4, 16}), 5: (TEXT, None), 6: (TEXT, None),
        7: (TEXT, None), 8: (TEXT, None), 9: (INT, {1, 2}),
        10: (INT, set(range(1, 7))), 11: (INT, set(range(1, 7))),
        12: (INT, set(range(1, 6))), 13: (INT, {1, 2, 3})},
    STORES: {2: (TEXT, None), 3: (UINT, None), 4: (UINT, None)},
    DEVICES: {1: (UINT, None)},
    LICENSES: {
        3: (TEXT, None), 4: (TEXT, None), 5: (INT, set(range(1, 11))),
        6: (INT, {1, 2}), 7: (UINT, None), 8: (UINT, None), 9: (UINT, None),
        10: (UINT, None), 11: (UINT, None), 12: (INT, {1, 2}),
        13: (TEXT, None), 14: (INT, set(range(1, 7))), 15: (TEXT, None),
        16: (TEXT, None), 17: (UINT, None)},
    FEATURES: {2: (TEXT, None), 3: (TEXT, None), 4: (UINT, None),
               5: (TEXT, None), 6: (TEXT, None), 7: (TEXT, None),
               8: (UINT, None)},
}

ENTITY_MIB = ".1.3.6.1.2.1.47"


def column_of(oid):
    for entry, columns in TYPES.items():
        if oid.startswith(entry + "."):
            return columns.get(oid_key(oid[len(entry):])[0])
    return None


def judge(oid, value):
    known = column_of(oid)
    check(known, f"{oid} = {value}: no readable object of the MIB")
    kind, values = known
    got = TEXT if value.kind in ("STRING", "Hex-STRING") else value.kind
    equal(got, kind, f"type of {oid}")
    check(values is None or int(value) in values,
          f"{oid} = {value}: not one of the MIB's values")


def prepare(lab):
    """Something in every table that can have something."""
    lab.issue_two("two.lic")
    lab.issue("sub.lic", "--start", "2025-01-01", "--end", "2099-12-31T12:00",
              feature="datak9", kind="paidSubscription")
    lab.install("flash:two.lic")
    equal(lab.outcome(lab.install("flash:sub.lic")), (SUCCESSFUL, 1),
          "install of a subscription")
    row = lab.next_row()
    lab.set(f"{ACTION}.{STATUS}.{row}", "i", CREATE_AND_WAIT)
    row = int(lab.get1(NEXT_CREDENTIALS))
    lab.set(f"{EXPORTS}.13.{row}", "i", CREATE_AND_WAIT)


def columns_of(walk, entry):
    return {oid_key(oid[len(entry):])[0] for oid, _ in walk
            if oid.startswith(entry + ".")}


def entities(lab):
    step("the device in entPhysicalTable, and the module in sysORTable")
    rows = lab.table(ENTITIES)
    equal({index: {c: v.text for c, v in row.items()}
           for index, row in rows.items()},
          {(1,): {2: "chassis", 3: ".0.0", 4: "0", 5: "3", 6: "-1",
                  7: "chassis", 8: "", 9: "", 10: "", 11: "LAB00000001",
                  12: "", 13: "LIC1921/K9", 14: "", 15: "", 16: "1"}},
          "entPhysicalEntry")
    claimed = [v.text for _, v in lab.walk(".1.3.6.1.2.1.1.9.1.2")]
    check(MODULE in claimed, "the module is in sysORTable")
    equal([oid for oid in claimed if oid.startswith(ENTITY_MIB + ".") or
           oid == ENTITY_MIB], [], "a claim to all of ENTITY-MIB")


def walk(lab):
    prepare(lab)

    step("snmpwalk and snmpbulkwalk agree, and rise")
    plain = lab.walk()
    bulk = lab.walk(MODULE, "-Cr50", tool="snmpbulkwalk")
    equal(bulk, plain, "snmpbulkwalk against snmpwalk")
    small = lab.walk(MODULE, "-Cr3", tool="snmpbulkwalk")
    equal(small, plain, "snmpbulkwalk by threes against snmpwalk")
    oids = [oid_key(oid) for oid, _ in plain]
    check(all(a < b for a, b in zip(oids, oids[1:])), "strictly increasing")

    step("every value is of the type that the MIB demands")
    for oid, value in plain:
        judge(oid, value)
    for entry in (ACTION, RESULT, EXPORTS, STORES, DEVICES, LICENSES, FEATURES):
        equal(columns_of(plain, entry), set(TYPES[entry]),
              f"columns below {entry}")

    step("GET of each instance gives what the walk gave")
    for oid, value in plain[::7]:
        equal(lab.get1(oid), value, f"GET {oid}")

    entities(lab)

    step("dates are DateAndTime in UTC or empty")
    for index, row in lab.licenses().items():
        for column in (15, 16):
            octets = row[column].text.split()
            check(len(octets) in (0, 11), f"date of {index}: {row[column]}")
            if octets:
                equal(octets[8:], ["2B", "00", "00"], f"zone of {index}")

    step("the names resolve, and net-snmp finds no wrong type either")
    printed = lab.named("snmpwalk", lab.snmp_address,
                        "CISCO-LICENSE-MGMT-MIB::ciscoLicenseMgmtMIB")
    check("Wrong Type" not in printed, printed)
    check("SNMPv2-SMI::" not in printed, printed)
    check(re.search(r"clmgmtLicenseType\.1\.1\.\d+ = INTEGER: permanent\(4\)",
                    printed), printed)
    check("2099-12-31,12:0:0.0,+0:0" in printed, printed)


main(walk)
