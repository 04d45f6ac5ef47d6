#!/usr/bin/env python3
"""Time that flows, ten minutes in a second: the daemon wakes up by itself."""

import calendar
import tempfile

from harness import *
from time_lab import *

SPEED = 600
HOURS = 4


def timely(lab):
    """The names that tell of time, in order."""
    return [name[len("clmgmtLicense"):] for name, _ in lab.traps()
            if name.startswith("clmgmt") and not name.endswith("Installed")]


def now(lab):
    """The time that the daemon lives in, from its history."""
    program = Control(lab)
    at = program.ask("history")["rows"][-1]["at"]
    program.close()
    return calendar.timegm(time.strptime(at, "%Y-%m-%dT%H:%M:%SZ"))


def flow(lab):
    lab.issue("demo.lic", "--period", "4000", feature="uck9", kind="demo",
              udi=False)
    equal(lab.outcome(lab.install("flash:demo.lic")), (SUCCESSFUL, 1),
          "install demo")
    lab.issue("paid.lic", "--start", stamp(now(lab) - 90 * DAY), "--end",
              stamp(now(lab) + HOURS * HOUR), feature="datak9",
              kind="paidSubscription")
    equal(lab.outcome(lab.install("flash:paid.lic")), (SUCCESSFUL, 1),
          "install paid")

    step("a subscription in its last hours, nobody asking for anything")
    program = Control(lab)
    program.ask("checkout", feature="uck9")
    lab.wait_log("Subscription for feature datak9 1.0 has expired")
    lab.settled()
    told = timely(lab)
    # Hours that a machine sleeps through are told as one.
    hours = [int(n) for n in re.findall(r", in (\d) hours?\. ", lab.log())]
    equal(hours, sorted(set(hours), reverse=True), "hours left, in the log")
    check(hours and hours[0] <= HOURS, f"hours left, in the log: {hours}")
    equal(told.count("SubscriptionExpiryWarning"), len(hours), "warnings")
    check(told.count("SubscriptionExpired") >= 1, "it expired")
    equal(told.count("Expired"), 1, "a trial of 4000 seconds")
    program.close()


if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK):
    tempfile.tempdir = "/dev/shm"
find_faketime()
main(flow, "--faketime", f"+0 x{SPEED}")
