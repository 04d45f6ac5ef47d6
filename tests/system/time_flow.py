#!/usr/bin/env python3
"""Time that flows, ten minutes in a second: the daemon wakes up by itself."""

import tempfile

from harness import *
from time_lab import *

SPEED = 600


def timely(lab):
    """The names that tell of time, in order."""
    return [name[len("clmgmtLicense"):] for name, _ in lab.traps()
            if name.startswith("clmgmt") and not name.endswith("Installed")]


def flow(lab):
    began = time.time()
    lab.issue("demo.lic", "--period", "4000", feature="uck9", kind="demo",
              udi=False)
    # Its clock began a moment ago at ours and has run ahead since.
    lab.issue("paid.lic", "--start", stamp(int(began) - 90 * DAY), "--end",
              stamp(int(began) + 4 * HOUR), feature="datak9",
              kind="paidSubscription")
    for name in ("paid", "demo"):
        equal(lab.outcome(lab.install(f"flash:{name}.lic")), (SUCCESSFUL, 1),
              f"install {name}")

    step("a subscription in its last hours, nobody asking for anything")
    program = Control(lab)
    program.ask("checkout", feature="uck9")
    wait_until("the end", lambda: "SubscriptionExpired" in timely(lab), 90)
    told = timely(lab)
    hours = re.findall(r", in (\d) hours?\. ", lab.log())
    equal(hours, [str(n) for n in range(int(hours[0]), 0, -1)],
          "hours left, in the log")
    equal(told.count("SubscriptionExpiryWarning"), len(hours), "warnings")
    equal(told.count("Expired"), 1, "a trial of 4000 seconds")

    program.close()


if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK):
    tempfile.tempdir = "/dev/shm"
find_faketime()
main(flow, "--faketime", f"+0 x{SPEED}")
