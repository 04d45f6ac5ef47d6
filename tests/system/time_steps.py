#!/usr/bin/env python3
"""A machine that sleeps uses its trials; a clock that is set uses none, and
revives nothing.  What was metered is kept by an orderly end."""

import json
import tempfile

from harness import *
from time_lab import *

WRAPPER = """preload=$(ldd '{real}' | sed -n 's/.*libasan.* => \\([^ ]*\\) .*/\\1:/p')
export LD_PRELOAD="$preload{library}" CLOCKS='{clocks}'
exec '{real}' "$@"
"""
MINUTE = 60
SLACK = HOUR    # of a machine that is slow


class Clocks:
    """How far the daemon's clocks are ahead; it looks each second."""

    def __init__(self):
        library = os.environ.get("LAB_CLOCKS", "")
        if not os.path.exists(library):
            skip("tests/system/clocks.la is not built")
        self.folder = tempfile.TemporaryDirectory(prefix="licagent-clocks-")
        self.path = os.path.join(self.folder.name, "clocks")
        self.wall = self.boot = 0
        self.write()
        wrap(self.folder.name, WRAPPER.replace("{library}", library)
             .replace("{clocks}", self.path))

    def write(self):
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.write(f"{self.wall} {self.boot}\n")
        os.rename(self.path + ".new", self.path)

    def set(self, seconds):
        self.wall += seconds
        self.write()

    def sleep(self, seconds):
        self.wall += seconds
        self.boot += seconds
        self.write()


def used(lab):
    control = Control(lab)
    row = control.ask("features", feature="uck9")["rows"][0]
    control.close()
    return row["used_s"]


def timely(lab):
    lab.settled()
    return [name[len("clmgmtLicense"):] for name, _ in lab.traps()
            if name.startswith("clmgmt") and not name.endswith("Installed")]


def configure(lab, flush):
    with open(lab.conf, encoding="utf-8") as f:
        lines = [line for line in f if not line.startswith("flush")]
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.writelines(lines + [f"flush = {flush};\n"])
    start = len(lab.log())
    lab.kill(signal.SIGHUP)
    lab.wait_log("is in force", start)


def begin(lab):
    configure(lab, 1)
    lab.issue("demo.lic", "--period", "29d", feature="uck9", kind="demo",
              udi=False)
    lab.issue("paid.lic", "--start", stamp(int(time.time()) - DAY), "--end",
              stamp(int(time.time()) + 110 * DAY), feature="datak9",
              kind="paidSubscription")
    for name in ("demo", "paid"):
        equal(lab.outcome(lab.install(f"flash:{name}.lic")), (SUCCESSFUL, 1),
              f"install {name}")


def sleeps(lab):
    step("the machine sleeps for two days")
    clocks.sleep(2 * DAY)
    lab.wait_log("License for feature uck9 1.0 is about to expire")
    check(2 * DAY <= used(lab) < 2 * DAY + SLACK, f"used {used(lab)}")
    equal(timely(lab), ["ExpiryWarning"], "notifications")


def set_ahead(lab):
    step("the clock is set ahead by 100 days")
    clocks.set(100 * DAY)
    lab.wait_log("the clock was set forward by")
    lab.wait_log("Subscription for feature datak9 1.0 is about to end")
    check(2 * DAY <= used(lab) < 2 * DAY + SLACK, f"used {used(lab)}")
    equal(timely(lab), ["ExpiryWarning", "SubscriptionExpiryWarning"],
          "notifications")


def set_back(lab):
    step("it is set back")
    clocks.set(-100 * DAY)
    lab.wait_log("the clock was set back by")
    control = Control(lab)
    history = control.ask("history")["rows"]
    left = control.ask("licenses", feature="datak9")["rows"]
    control.close()
    equal([r["what"] for r in history].count("clock"), 2,
          "steps of the clock in the history")
    equal([r["status"] for r in left if r["store"] == 1], ["notInUse"],
          "the subscription")
    check(used(lab) < 2 * DAY + SLACK, f"used {used(lab)}")
    equal(timely(lab), ["ExpiryWarning", "SubscriptionExpiryWarning"],
          "notifications")
    step("what subscribers hear has the time of the licenses")
    ear = Control(lab)
    ear.ask("accept_all", on=True)
    ear.ask("subscribe")
    lab.issue("better.lic", "--count", "9000", feature="cme-srst")
    equal(lab.outcome(lab.install("flash:better.lic")), (SUCCESSFUL, 1),
          "install")
    event = {}
    while event.get("kind") != "superseded":
        event = json.loads(ear.lines.readline()).get("event", {})
    ear.close()
    check(event["at"] >= max(r["at"] for r in history),
          f"{event['at']} is before what is in the history")


def recorded(lab):
    step("neither an orderly end nor a crash gives back what was used")
    configure(lab, DAY)
    before = used(lab)
    clocks.sleep(6 * HOUR)
    check(used(lab) >= before + 6 * HOUR, "use is read as it is")
    lab.restart()
    after = used(lab)
    check(before + 6 * HOUR <= after < before + 6 * HOUR + SLACK,
          f"used {before}, {after} after an orderly end")
    program = Control(lab)
    program.ask("checkout", feature="uck9")
    # After a crash, what ran is charged until the start, at most the
    # interval in which use is recorded.
    clocks.sleep(45 * MINUTE)
    check(used(lab) >= after + 45 * MINUTE, "use is read as it is")
    lab.kill()
    lab.restart()
    charged = used(lab) - after
    check(45 * MINUTE <= charged < 45 * MINUTE + SLACK,
          f"charged {charged} after a crash")
    program.close()


def steps(lab):
    begin(lab)
    program = Control(lab)
    program.ask("checkout", feature="uck9")
    for part in (sleeps, set_ahead, set_back):
        part(lab)
    recorded(lab)
    program.close()


clocks = Clocks()
main(steps)
