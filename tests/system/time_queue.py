#!/usr/bin/env python3
"""More comes due without snmpd than is kept: the oldest goes, and the log
says so; what is kept arrives in order."""

from harness import *
from time_lab import *

CONF = """# A device with room for many licenses.
master = "unix:@DIR@/agentx";
state = "@DIR@/state";
keys = "@DIR@/keys";
own-keys = true;
control = "@DIR@/control";
files = ( { prefix = "flash:"; directory = "@DIR@/flash"; } );
devices = ( {
	index = 1; pid = "LIC1921/K9"; sn = "LAB00000001";
	stores = ( { index = 1; name = "flash:primary"; kind = "primary";
	             size = 33554432; default = true; } );
} );
"""
KEPT, MORE = 10000, 25


def queue(lab):
    path = os.path.join(lab.top, "queue.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(CONF)
    lab.start("--conf", path)
    lab.tool("licissue", "issue", lab.issuer, "--udi", lab.udi, "--feature",
             "ipbasek9", "--type", "permanent", "--copies", str(KEPT + MORE),
             "--comment", "many", "-o", lab.flash_path("many.lic"))

    step(f"{KEPT + MORE} licenses are installed while snmpd is away")
    lab.kill(program="snmpd")
    program = Control(lab)
    program.socket.settimeout(3 * PATIENCE)
    equal(program.ask("install", file="flash:many.lic")["successful"],
          KEPT + MORE, "licenses")
    program.close()
    lab.wait_log(f"dropped the {MORE} oldest, {MORE} in all")
    counts = lab.statistics()
    equal((counts["notifications_waiting"], counts["notifications_dropped"]),
          (KEPT, MORE), "notifications that wait, and that were dropped")

    step("snmpd comes back")
    lab.lose_no_traps()
    lab.restart("snmpd")
    lab.settled()
    traps = lab.traps("clmgmtLicenseInstalled")
    indexes = [int(objects[0][0].rpartition(".")[2]) for _, objects in traps]
    equal(indexes, list(range(1 + MORE, 1 + MORE + KEPT)), "in order")
    equal(lab.log().count("dropped"), 1, "lines in the log")


main(queue, start=False)
