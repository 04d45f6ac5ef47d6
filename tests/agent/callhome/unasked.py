#!/usr/bin/env python3
"""Nothing is sent unasked, but one report a day, if that is configured."""

import tempfile

from fake_portal import *

sys.path.insert(0, os.path.join(TOP, "tests", "system"))

from time_lab import DAY, wrap  # noqa: E402

WRAPPER = """preload=$(ldd '{real}' | sed -n 's/.*libasan.* => \\([^ ]*\\) .*/\\1:/p')
export LD_PRELOAD="$preload{library}" CLOCKS='{clocks}'
exec '{real}' "$@"
"""


class Days:
    """How far the daemon's clocks are ahead."""

    def __init__(self):
        library = os.environ.get("LAB_CLOCKS", "")
        if not os.path.exists(library):
            skip("tests/system/clocks.la is not built")
        self.folder = tempfile.TemporaryDirectory(prefix="licagent-clocks-")
        self.path = os.path.join(self.folder.name, "clocks")
        self.write(0)
        wrap(self.folder.name, WRAPPER.replace("{library}", library)
             .replace("{clocks}", self.path))

    def write(self, days):
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.write(f"{days * DAY} {days * DAY}\n")
        os.rename(self.path + ".new", self.path)

    def set(self, lab, days):
        self.write(days)
        # Whatever wakes the daemon up makes it look at the time.
        licctl(lab, "reload")


def unasked(lab, days):
    need_transfers()
    with running(lab) as portal:
        step("nothing without a question")
        for day in range(1, 4):
            days.set(lab, day)
            licctl(lab, "show", "license")
        lab.issue("a.lic")
        licctl(lab, "license", "install", "flash:a.lic")
        lab.restart()
        equal(shown(lab)["next_report"], None, "next report")
        equal(portal.seen, [], "what was sent")

        step("one report a day")
        configure(lab, portal, report="daily")
        check(shown(lab)["next_report"], "no next report")
        equal(portal.seen, [], "none at once")
        for day in range(1, 4):
            days.set(lab, 3 + day)
            wait_until(f"report {day}",
                       lambda day=day: portal.kinds().count("report") >= day)
            wait_until("its end", lambda: shown(lab)["last"] and
                       shown(lab)["last"]["kind"] == "report" and
                       shown(lab)["last"]["code"] == "")
            licctl(lab, "reload")
            equal(portal.kinds().count("report"), day, "reports")
        equal(set(portal.kinds()), {"nonce", "report"}, "what was sent")

        step("a report that fails waits for the next day")
        portal.fault("requests", cut_before)
        days.set(lab, 7)
        lab.wait_log("call-home: report for .*: cannot reach")
        days.set(lab, 8)
        wait_until("the next one",
                   lambda: portal.kinds().count("report") == 4)
        step("off again")
        configure(lab, portal)
        equal(shown(lab)["next_report"], None, "next report")
        days.set(lab, 10)
        licctl(lab, "reload")
        licctl(lab, "show", "license")
        equal(portal.kinds().count("report"), 4, "reports")


DAYS = Days()
main(lambda lab: unasked(lab, DAYS))
