#!/usr/bin/env python3
"""A stack: rows of every device, actions on each, and on none; and another
agent that knows the hardware goes first."""

from harness import *

FIRST, SECOND, THIRD = 1, 7, 2147483647
UDIS = {FIRST: "LIC1921/K9:LAB00000001", SECOND: "LIC1941/K9:LAB00000002",
        THIRD: "LIC1941/K9:LAB00000003"}
BACKUP_ACTION, EXPORT = 6, 2
OTHER_DEVICE, STORE_CAUSE, DEVICE_CAUSE = 10, 14, 5
CHASSIS = 3
DEVICE = """{{ index = {0}; pid = "{1}"; sn = "{2}"; name = "member {0}";
  stores = ( {{ index = {3}; name = "flash:{0}"; kind = "primary";
                default = true; }},
             {{ index = 9; name = "usb:{0}"; kind = "removable";
                size = 65536; path = "@DIR@/usb-{0}.db"; }} ); }}"""
CONF = """
master = "unix:@DIR@/agentx"; state = "@DIR@/state"; keys = "@DIR@/keys";
control = "@DIR@/control"; own-keys = true;
files = ( {{ prefix = "flash:"; directory = "@DIR@/flash"; }} );
devices = ( {0} );
features = ( {{ name = "ipbasek9"; version = "1.0"; }},
             {{ name = "datak9"; version = "1.0"; }} );
"""
# The default store of each, which is not the same number everywhere.
STORES_OF = {FIRST: 1, SECOND: 2, THIRD: 1}


def configuration():
    return CONF.format(", ".join(
        DEVICE.format(index, *udi.split(":"), STORES_OF[index])
        for index, udi in UDIS.items()))


def ask(lab, action, **values):
    """Runs an action; its row, state and cause."""
    columns = {"device": (ENT, "i"), "store": (STORE, "u"),
               "license": (LICENSE, "u"), "file": (FILE, "s"),
               "backup": (BACKUP, "s")}
    row = lab.next_row()
    lab.set(f"{ACTION}.{STATUS}.{row}", "i", CREATE_AND_GO,
            f"{ACTION}.{DO}.{row}", "i", action, *(
                part for name, value in values.items() for part in (
                    f"{ACTION}.{columns[name][0]}.{row}", columns[name][1],
                    value)))
    return row, *lab.outcome(row)


def entities(lab):
    step("each device is an entity, with what is known of it")
    equal({i[0]: (r[2].text, int(r[5]), r[7].text, r[11].text, r[13].text,
                  int(r[16])) for i, r in lab.table(ENTITIES).items()},
          {index: (f"member {index}", CHASSIS, f"member {index}",
                   udi.split(":")[1], udi.split(":")[0], 1)
           for index, udi in UDIS.items()}, "entPhysicalTable")
    equal({i: int(r[1]) for i, r in lab.table(DEVICES).items()},
          {(index,): store for index, store in STORES_OF.items()},
          "default stores")
    equal(sorted(lab.table(STORES)), sorted(
        (index, store) for index in UDIS for store in (STORES_OF[index], 9)),
        "stores")
    equal(sorted(lab.table(FEATURES)), [(index, f) for index in UDIS
                                        for f in (1, 2)], "features")


def installs(lab):
    step("a license goes to the device that it names")
    lab.issue("second.lic", "--comment", "for the second", udi=UDIS[SECOND])
    equal(ask(lab, INSTALL, file="flash:second.lic")[1:], (SUCCESSFUL, 1),
          "install")
    equal([i[:2] for i in lab.licenses()], [(SECOND, 2)], "where it is")
    lab.settled()
    traps = lab.traps("clmgmtLicenseInstalled")
    check(any(".7.2.1" in name for name, _ in traps[0][1]),
          f"the notification is about its row: {traps}")

    step("a file for several: the store that is asked for does not count")
    for n, udi in enumerate(UDIS.values()):
        lab.issue("all.lic", *(["--append"] if n else []), feature="datak9",
                  udi=udi)
    row, *end = ask(lab, INSTALL, file="flash:all.lic", store=9)
    equal(end, [SUCCESSFUL, 1], "install")
    equal([(int(r[2]), int(r[3])) for i, r in lab.table(RESULT).items()
           if i[0] == row], [(SUCCESSFUL, 1)] * 3, "results")
    equal(sorted(i[:2] for i, r in lab.licenses().items()
                 if r[3].text == "datak9"),
          sorted(STORES_OF.items()), "each in its device's default store")

    step("a file for one: it does; a license for none of them fails")
    lab.issue("usb.lic", udi=UDIS[THIRD])
    equal(ask(lab, INSTALL, file="flash:usb.lic", store=9)[1:],
          (SUCCESSFUL, 1), "install")
    check((THIRD, 9) in [i[:2] for i in lab.licenses()], "it is in store 9")
    lab.issue("none.lic", udi="OTHER:SN0")
    equal(ask(lab, INSTALL, file="flash:none.lic")[1:],
          (FAILED, OTHER_DEVICE), "for another device")


def others(lab):
    step("clear, backup and credentials are of the device that is named")
    before = lab.licenses()
    mine, theirs = next(i for i in before if i[0] == SECOND), \
        next(i for i in before if i[0] == FIRST)
    equal(ask(lab, CLEAR, license=mine[2], device=FIRST, store=2)[1:],
          (FAILED, STORE_CAUSE), "clear: the first has no store 2")
    equal(ask(lab, CLEAR, license=mine[2], device=SECOND)[1:],
          (SUCCESSFUL, 1), "clear")
    del before[mine]
    equal(lab.licenses(), before, "the licenses that are left")
    equal(ask(lab, BACKUP_ACTION, backup="flash:third", device=THIRD)[1:],
          (SUCCESSFUL, 1), "backup")
    equal(ask(lab, BACKUP_ACTION, backup="flash:master")[1:],
          (SUCCESSFUL, 1), "backup of the master, which nobody names")
    for name, index in (("third", THIRD), ("master", FIRST)):
        text = lab.tool("licissue", "inspect", lab.flash_path(name))
        equal([udi for udi in UDIS.values() if udi in text], [UDIS[index]],
              f"devices in the backup of {index}")
    for index in (0, SECOND):
        row = int(lab.get1(NEXT_CREDENTIALS))
        lab.set(f"{EXPORTS}.2.{row}", "i", index, f"{EXPORTS}.9.{row}", "i",
                EXPORT, f"{EXPORTS}.8.{row}", "s", f"flash:cred-{index}",
                f"{EXPORTS}.13.{row}", "i", CREATE_AND_GO)
        wait_until("exported", lambda row=row: int(lab.get1(
            f"{EXPORTS}.10.{row}")) == SUCCESSFUL)
        check(UDIS[index or FIRST] in lab.tool(
            "licissue", "inspect", lab.flash_path(f"cred-{index}")),
            f"credentials of {index}")
    equal(theirs in lab.licenses(), True, "the first has kept its own")


def unknown(lab):
    step("a device that is none")
    for action, more in ((INSTALL, {"file": "flash:second.lic"}),
                         (CLEAR, {"license": 1}),
                         (BACKUP_ACTION, {"backup": "flash:b"})):
        equal(ask(lab, action, device=8, **more)[1:], (FAILED, DEVICE_CAUSE),
              f"action {action}")


# ---- Another agent

PASS = """#!/bin/sh
# Who knows the hardware: entPhysicalClass.1 is a module(9), and that is all.
name=.1.3.6.1.2.1.47.1.1.1.1.5.1
case $1 in
-g) [ "$2" = $name ] || exit 0 ;;
-n) case $2 in
    .1.3.6.1.2.1.47.1.1.1 | .1.3.6.1.2.1.47.1.1.1.1 | \\
    .1.3.6.1.2.1.47.1.1.1.1.[1-4]* | .1.3.6.1.2.1.47.1.1.1.1.5 | \\
    .1.3.6.1.2.1.47.1.1.1.1.5.0) ;;
    *) exit 0 ;;
    esac ;;
esac
printf '%s\\ninteger\\n9\\n' $name
"""


def real_entities(lab):
    step("whoever has the real ENTITY-MIB goes first")
    program = os.path.join(lab.top, "entities")
    with open(program, "w", encoding="utf-8") as f:
        f.write(PASS)
    os.chmod(program, 0o755)
    with open(os.path.join(lab.dir, "snmp", "snmpd.conf"), "a",
              encoding="utf-8") as f:
        f.write(f"pass .1.3.6.1.2.1.47.1.1.1 {program}\n")
    lab.restart("snmpd")
    equal(lab.walk(ENTITIES), [(f"{ENTITIES}.5.1", Value("INTEGER: 9"))],
          "entPhysicalTable")
    check(lab.licenses(), "and the module is where it was")


def devices(lab):
    path = os.path.join(lab.top, "stack.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(configuration())
    lab.start("--conf", path)
    entities(lab)
    installs(lab)
    others(lab)
    unknown(lab)
    real_entities(lab)


main(devices, start=False)
