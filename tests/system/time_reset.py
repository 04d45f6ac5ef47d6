#!/usr/bin/env python3
"""A clock that was set years ahead: subscriptions end, and licctl takes it
back once the clock is right, but no further than what has passed."""

from harness import *
from time_lab import *

YEARS = 10 * 365 * DAY


def ctl(lab, *words, status=0):
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   *words)
    equal(done.returncode, status, f"licctl {words}: {done.stdout}"
          f"{done.stderr}")
    return done.stdout + done.stderr


def has(text, words):
    check(words in text, f"{words}: {text}")


def left_s(lab):
    row, = json.loads(ctl(lab, "show", "license", "paid", "--json"))
    return row["left_s"]


def off(lab, until):
    """A machine that is off, and whose clock says then what it likes."""
    lab.kill(signal.SIGKILL)
    clock.set(until)
    lab.restart("licagentd")


def reset(lab):
    start = clock.now
    lab.issue("paid.lic", "--end", stamp(start + 100 * DAY),
              feature="paid", kind="paidSubscription")
    equal(lab.outcome(lab.install("flash:paid.lic")), (SUCCESSFUL, 1),
          "install")
    ctl(lab, "check", "paid")
    has(ctl(lab, "clock", "reset", status=1), "not set far ahead")
    step("what is left, and the time, are the daemon's")
    has(ctl(lab, "show", "license", "paid"), "Period left: 14  weeks 2  days")
    has(ctl(lab, "show", "license", "detail", "paid"),
        "Subscription period left: 14  weeks 2  days")
    equal(left_s(lab), 100 * DAY, "left_s")
    status = json.loads(ctl(lab, "show", "license", "status", "--json"))
    equal((status["time"], status["clock"], status["ahead_s"]),
          (stamp(start), stamp(start), 0), "as JSON")
    said = ctl(lab, "show", "license", "status")
    check("\tlicenses       " + stamp(start) in said and
          "set " not in said, said)

    step("the clock was years ahead at a start, and right at the next")
    off(lab, start + YEARS)
    has(ctl(lab, "check", "paid", status=1), "expired")
    equal(left_s(lab), 0, "left_s of an expired one")
    has(ctl(lab, "show", "license", "status"), "set ahead by   521  weeks")
    has(ctl(lab, "clock", "reset", status=1), "set the clock first")
    off(lab, start + 60)
    has(ctl(lab, "check", "paid", status=1), "expired")
    said = ctl(lab, "show", "license", "status")
    check("clock          " + stamp(start + 60) in said and
          "set ahead by   521  weeks" in said, said)
    ctl(lab, "clock", "reset")
    ctl(lab, "check", "paid")
    check("set " not in ctl(lab, "show", "license", "status"), "reset")
    has(ctl(lab, "show", "history"), "clock-reset")
    ctl(lab, "check")
    go(lab, clock, start + 101 * DAY)
    has(ctl(lab, "check", "paid", status=1), "expired")
    step("a clock that was set back")
    off(lab, start + 91 * DAY)
    has(ctl(lab, "show", "license", "status"),
        "set back by    1  weeks 3  days ")


clock = Clock()
main(reset)
