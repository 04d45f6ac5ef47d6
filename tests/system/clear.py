#!/usr/bin/env python3
"""clear: the license goes, its values are in the notification."""

from harness import *

MIB = "CISCO-LICENSE-MGMT-MIB::clmgmtLicense"


def clear(lab):
    lab.issue_two("two.lic")
    equal(lab.outcome(lab.install("flash:two.lic")), (SUCCESSFUL, 1),
          "install")
    room = int(lab.get1(f"{STORES}.4.1.1"))
    (_, _, first), (_, _, second) = lab.installed()

    step("clear one of two")
    equal(lab.outcome(lab.clear(second, store=1)), (SUCCESSFUL, 1), "clear")
    equal(list(lab.installed()), [(1, 1, first)], "licenses left")
    check(int(lab.get1(f"{STORES}.4.1.1")) > room, "room in the store")
    lab.settled()
    traps = lab.traps("clmgmtLicenseCleared")
    suffix = f"1.1.{second}"
    equal(traps, [("clmgmtLicenseCleared", [
        (f"{MIB}FeatureName.{suffix}", "STRING: cme-srst"),
        (f"{MIB}FeatureVersion.{suffix}", "STRING: 1.0"),
        (f"{MIB}Type.{suffix}", "INTEGER: permanent(4)"),
        (f"{MIB}Comments.{suffix}", "STRING: the second")])],
        "the notification")

    step("what is not there, what came with the device, which device?")
    built_in = next(i for i in lab.licenses() if i[1] == 2)
    for what, row, want in (
            ("cleared before", lab.clear(second), (FAILED, 10)),
            ("never there", lab.clear(4294967295), (FAILED, 10)),
            ("built in", lab.clear(built_in[2], store=2), (FAILED, 2)),
            ("unknown store", lab.clear(first, store=9), (FAILED, 14)),
            ("unknown device", lab.clear(first, device=7), (FAILED, 5))):
        equal(lab.outcome(row), want, what)
    equal(list(lab.installed()), [(1, 1, first)], "licenses left")

    step("its index is not given to another")
    lab.issue("next.lic", feature="datak9")
    equal(lab.outcome(lab.install("flash:next.lic")), (SUCCESSFUL, 1),
          "install")
    index = max(i[2] for i in lab.installed())
    check(index not in (first, second), f"index {index} is new")
    lab.settled()
    equal(len(lab.traps("clmgmtLicenseCleared")), 1, "notifications")


main(clear)
