#!/usr/bin/env python3
"""Issue dates and a clock that is wrong: a device that is behind is told to
set its clock, and an issuer that is ahead ends no subscription."""

from harness import *
from time_lab import *

PERIOD_CAUSE = 12


def ctl(lab, *words, status=0):
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   *words)
    equal(done.returncode, status, f"licctl {words}: {done.stdout}"
          f"{done.stderr}")
    return done.stdout + done.stderr


def install(lab, name, want=(SUCCESSFUL, 1)):
    equal(lab.outcome(lab.install(f"flash:{name}.lic")), want, name)


def time_of(lab):
    return json.loads(ctl(lab, "show", "license", "status", "--json"))["time"]


def issued(lab):
    right = clock.now
    lab.issue("paid.lic", "--end", stamp(right + 100 * DAY), "--issued",
              stamp(right), feature="paid", kind="paidSubscription")
    lab.issue("ahead.lic", "--issued", stamp(right + 365 * DAY),
              feature="datak9")
    lab.issue("soon.lic", "--issued", stamp(right + 20 * DAY),
              feature="uck9")

    step("the device is 300 days behind: it is told to set its clock")
    lab.kill(signal.SIGKILL)
    clock.set(right - 300 * DAY)
    shutil.rmtree(lab.state)    # it is a new one
    os.mkdir(lab.state, 0o700)
    lab.restart("licagentd")
    install(lab, "paid", (FAILED, PERIOD_CAUSE))
    lab.wait_log(f"was issued on {stamp(right)}, and the device's time is "
                 f"{stamp(right - 300 * DAY)}: set its clock, then try again")
    said = ctl(lab, "license", "install", "flash:paid.lic",
               status=1)
    check("set its clock" in said, said)
    equal(time_of(lab), stamp(right - 300 * DAY), "time")
    go(lab, clock, right)
    install(lab, "paid")
    ctl(lab, "check", "paid")

    step("an issuer's clock that is a year ahead ends nothing")
    install(lab, "ahead", (FAILED, PERIOD_CAUSE))
    equal(time_of(lab), stamp(right), "time")
    ctl(lab, "check", "paid")

    step("20 days ahead: they are 20 days that have passed")
    install(lab, "soon")
    equal(time_of(lab), stamp(right + 20 * DAY), "time")
    wake(lab)
    lab.wait_log("the clock is at least 1728000 seconds behind")
    check(" clock " in ctl(lab, "show", "history"), "recorded")
    go(lab, clock, right + 79 * DAY)
    ctl(lab, "check", "paid")
    go(lab, clock, right + 100 * DAY)
    check("expired" in ctl(lab, "check", "paid", status=1), "it ends")


clock = Clock()
main(issued)
