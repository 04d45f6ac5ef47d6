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

    step("the clock was years ahead at a start, and right at the next")
    off(lab, start + YEARS)
    has(ctl(lab, "check", "paid", status=1), "expired")
    has(ctl(lab, "clock", "reset", status=1), "set the clock first")
    off(lab, start + 60)
    has(ctl(lab, "check", "paid", status=1), "expired")
    ctl(lab, "clock", "reset")
    ctl(lab, "check", "paid")
    has(ctl(lab, "show", "history"), "clock-reset")
    ctl(lab, "check")
    go(lab, clock, start + 101 * DAY)
    has(ctl(lab, "check", "paid", status=1), "expired")


clock = Clock()
main(reset)
