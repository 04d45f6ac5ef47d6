#!/usr/bin/env python3
"""Levels of the software: read, configured for the next start, announced."""

import sys

from harness import *

sys.path.insert(0, os.path.join(HERE, "..", "agent", "control"))

CONF = """
modules = (
  { name = "image"; version = "1.0";
    levels = ( { feature = "ipbasek9"; }, { feature = "securityk9"; },
               { feature = "uck9"; } ); },
  { name = "radio"; version = "1.0";
    levels = ( { feature = "datak9"; }, { feature = "cme-srst"; } ); } );
"""
(CURRENT, CONFIGURED, NEXT, STORE_NOW, LICENSE_NOW, STORE_NEXT,
 LICENSE_NEXT) = range(2, 9)
EULA, NOTIF = IMAGE_OBJECTS + ".3.0", IMAGE_OBJECTS + ".4.1.0"


def index(module, device=1):
    return (device, len(module), *module.encode())


def row(lab, module):
    found = lab.table(LEVELS)[index(module)]
    return [found[column].text for column in sorted(found)]


def instance(column, module):
    return ".".join(map(str, (LEVELS, column, *index(module))))


def refused(lab, *bindings, auth=None):
    try:
        lab.set(*bindings, auth=auth)
    except SnmpError as e:
        return str(e)
    raise Failure(f"{bindings} was accepted")


def base(lab):
    step("nothing is licensed: the base level, and no license")
    equal(row(lab, "image"), ["ipbasek9", "", "ipbasek9", *"0000"], "image")
    equal(row(lab, "radio"), ["datak9", "", "datak9", *"0000"], "radio")
    equal({i[-1]: [v.text for _, v in sorted(r.items())]
           for i, r in lab.table(LEVEL_MAP).items()
           if i[:-1] == index("image")},
          {1: ["ipbasek9", "", "1"], 2: ["securityk9", "securityk9", "2"],
           3: ["uck9", "uck9", "3"]}, "the map")
    check(IMAGE_MODULE in [v.text for _, v in lab.walk(".1.3.6.1.2.1.1.9.1.2")],
          "the module is in sysORTable")
    plain = lab.walk(IMAGE_MODULE)
    equal(lab.walk(IMAGE_MODULE, "-Cr7", tool="snmpbulkwalk"), plain,
          "snmpbulkwalk against snmpwalk")
    printed = lab.named("snmpwalk", lab.snmp_address,
                        "CISCO-IMAGE-LICENSE-MGMT-MIB::"
                        "ciscoImageLicenseMgmtMIB")
    check('cilmImageLicenseName.1."radio".2 = STRING: "cme-srst"' in printed,
          printed)
    check("Wrong Type" not in printed, printed)


def accept(lab):
    step("who has not accepted configures nothing")
    level = instance(CONFIGURED, "image")
    check("inconsistentValue" in refused(lab, level, "s", "uck9"), level)
    check("noAccess" in refused(lab, EULA, "i", 1, auth=lab.v3_ro), EULA)
    lab.set(EULA, "i", 1, auth=lab.v3)
    # The trials that the device was born with are accepted by that.
    equal({int(r[12]) for r in lab.licenses().values()}, {1}, "EULAs")
    equal(row(lab, "image"), ["ipbasek9", "", "uck9", "2", "1", "2", "4"],
          "image: what it runs at, what it would run at")
    check("noAccess" in refused(lab, level, "s", "uck9", auth=lab.v3_ro),
          level)


def configure(lab):
    from wire import Control
    step("a level is configured, told, and in force after a start")
    ear = Control(lab.control)
    ear.ask("subscribe")
    lab.set(NOTIF, "i", 1, instance(CONFIGURED, "radio"), "s", "cme-srst",
            auth=lab.v3)
    lab.set(instance(CONFIGURED, "image"), "s", "securityk9", auth=lab.v3)
    lab.set(instance(CONFIGURED, "image"), "s", "securityk9", auth=lab.v3)
    equal(row(lab, "image"),
          ["ipbasek9", "securityk9", "securityk9", "2", "1", "2", "2"],
          "image: configured")
    lab.settled()
    traps = lab.traps("cilmBootImageLevelChanged")
    known = "CISCO-IMAGE-LICENSE-MGMT-MIB::"
    image = [what for what in traps if '"image"' in what[1][0][0]]
    equal(image, [("cilmBootImageLevelChanged", [
        (f'{known}cilmCurrentImageLevel.1."image"', 'STRING: "ipbasek9"'),
        (f'{known}cilmConfiguredBootImageLevel.1."image"',
         'STRING: "securityk9"')])], "the notification")
    heard = [ear.push()["event"] for _ in range(2)]
    equal([(e["kind"], e["module"], e["level"], e["wanted"]) for e in heard],
          [("bootImageLevelChanged", "radio", "datak9", "cme-srst"),
           ("bootImageLevelChanged", "image", "ipbasek9", "securityk9")],
          "subscribers hear of both")
    ear.socket.close()
    check("Module image will start with level securityk9 next time"
          in lab.log(), "it is in the log")
    lab.kill()      # at once: what was answered is durable
    lab.restart()
    equal(row(lab, "image"),
          ["securityk9", "securityk9", "securityk9", "2", "2", "2", "2"],
          "image: after the start")
    equal(row(lab, "radio")[:3], ["cme-srst"] * 3, "radio")
    equal(int(lab.licenses()[1, 2, 2][14]), 3, "its license is in use")


def licensed(lab):
    step("a license that comes is one for the next start; none is in force")
    lab.issue("uck9.lic", feature="uck9")
    equal(lab.outcome(lab.install("flash:uck9.lic")), (SUCCESSFUL, 1),
          "install")
    lab.set(instance(CONFIGURED, "image"), "s", "", auth=lab.v3)
    store, license = next(i[1:] for i in lab.installed())
    equal(row(lab, "image"), ["securityk9", "", "uck9", "2", "2", str(store),
                              str(license)], "image: as high as it can")
    lab.settled()
    check(len(lab.traps("cilmBootImageLevelChanged")) >= 2, "it is not told")
    lab.restart()
    equal(row(lab, "image")[0], "uck9", "image: after the start")
    equal(int(lab.get1(EULA)), 1, "the acceptance stays")
    equal(int(lab.get1(NOTIF)), 1, "and so does the switch")
    lab.set(EULA, "i", 2, auth=lab.v3)
    check("inconsistentValue" in refused(
        lab, instance(CONFIGURED, "image"), "s", ""), "taken back")


def levels(lab):
    equal(lab.walk(LEVELS), [], "modules, without any in the configuration")
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write(CONF)
    lab.restart()
    base(lab)
    accept(lab)
    configure(lab)
    licensed(lab)


main(levels)
