#!/usr/bin/env python3
"""A trial, a right to use, a subscription and a feature without a license,
from the first day to the end: the notifications are exactly the schedule."""

import collections

from harness import *
from time_lab import *

CONF = """# A device with four features.
master = "unix:@DIR@/agentx";
state = "@DIR@/state";
keys = "@DIR@/keys";
own-keys = true;
control = "@DIR@/control";
files = ( { prefix = "flash:"; directory = "@DIR@/flash"; } );
devices = ( {
	index = 1; pid = "LIC1921/K9"; sn = "LAB00000001";
	stores = ( { index = 1; name = "flash:primary"; kind = "primary";
	             default = true; } );
} );
features = (
	{ name = "trial"; version = "1.0"; always = true; },
	{ name = "rtu"; version = "1.0"; always = true; },
	{ name = "paid"; version = "1.0"; },
	{ name = "must"; version = "1.0"; mandatory = true; }
);
"""

TRIAL, RTU, PAID, MUST = range(1, 5)    # clmgmtFeatureIndex
NAMES = {TRIAL: "trial", RTU: "rtu", PAID: "paid", MUST: "must"}
TRIAL_DAYS, RTU_DAYS, PAID_DAYS, EXTENSION = 40, 12, 60, 3



def notification(name, feature, *more):
    return ("clmgmtLicense" + name, [
        bound("clmgmtFeatureName", f"1.{feature}",
              "STRING: " + NAMES[feature]),
        bound("clmgmtFeatureVersion", f"1.{feature}", "STRING: 1.0"), *more])


def remaining(feature, days):
    return bound("clmgmtFeatureValidityPeriodRemaining", f"1.{feature}",
                 f"Gauge32: {days * DAY} seconds")


def end_date(start):
    return bound("clmgmtFeatureEndDate", f"1.{PAID}",
                 "STRING: " + shown(start + PAID_DAYS * DAY))


def schedule(start, until):
    """{instant: [notification]}, as the MIB has it."""
    at = collections.defaultdict(list)
    for left in (28, 21, 14, 7, 6, 5, 4, 3, 2, 1):
        at[(TRIAL_DAYS - left) * DAY].append(
            notification("ExpiryWarning", TRIAL, remaining(TRIAL, left)))
    for when in range(TRIAL_DAYS * DAY, until, WEEK):
        at[when].append(notification("Expired", TRIAL))
    for left in (10, 5):
        at[(RTU_DAYS - left) * DAY].append(notification(
            "EvalRTUTransitionWarning", RTU, remaining(RTU, left)))
    at[RTU_DAYS * DAY].append(notification("EvalRTUTransition", RTU))
    hours = [h * 24 for h in (56, 49, 42, 35, 28, 21, 14, 7, 6, 5, 4, 3, 2)]
    for left in hours + list(range(24, 0, -1)):
        at[PAID_DAYS * DAY - left * HOUR].append(notification(
            "SubscriptionExpiryWarning", PAID, end_date(start)))
    for day in range(EXTENSION):
        at[(PAID_DAYS + day) * DAY].append(notification(
            "SubscriptionExtExpiryWarning", PAID, end_date(start)))
    for when in range((PAID_DAYS + EXTENSION) * DAY, until, DAY):
        at[when].append(notification("SubscriptionExpired", PAID,
                                     end_date(start)))
    for day in range(3):
        at[day * DAY].append(notification("NotEnforced", MUST))
    return dict(sorted(at.items()))


class Life:
    """Goes through the schedule, and compares what arrives at each instant."""

    def __init__(self, lab, clock):
        self.lab, self.clock, self.start = lab, clock, clock.now
        self.schedule = schedule(self.start, 67 * DAY)
        self.seen = 0

    def new(self):
        """What was received about time since the last time."""
        traps = [t for t in self.lab.traps() if t[0].startswith("clmgmt") and
                 t[0] != "clmgmtLicenseInstalled"][self.seen:]
        self.seen += len(traps)
        return traps

    def arrived(self, expected, what):
        self.lab.settled()
        equal(sorted(self.new()), sorted(expected), what)

    def instants(self, begin, end):
        return [when for when in self.schedule if begin <= when < end]

    def live(self, begin, end):
        """From one instant to the next, and the second before each."""
        for when in self.instants(begin, end):
            if when > 0:
                go(self.lab, self.clock, self.start + when - 1)
            go(self.lab, self.clock, self.start + when)
            self.arrived(self.schedule[when], f"day {when / DAY:.3f}")


def rows(lab):
    """The licenses by feature."""
    return {row[3].text: row for row in lab.licenses().values()}


def check_readings(life, days):
    """To the second, over SNMP; the RTU license turned before."""
    licenses, used = rows(life.lab), days * DAY - 1
    go(life.lab, life.clock, life.start + used)
    trial, rtu, paid = [rows(life.lab)[n] for n in ("trial", "rtu", "paid")]
    spent = used - TRIAL_DAYS * DAY
    equal([int(trial[c]) for c in (7, 8, 9, 17)],
          [TRIAL_DAYS * DAY, max(-spent, 0), max(spent, 0),
           min(used, TRIAL_DAYS * DAY)], f"the trial, day {days}")
    equal([int(rtu[c]) for c in (5, 8, 9, 17)], [9, 0, 0, used],
          f"the right to use, day {days}")
    equal([int(paid[c]) for c in (7, 8, 9)], [0, 0, 0],
          f"the subscription, day {days}")
    equal(date_of(paid[16]), life.start + PAID_DAYS * DAY, "its end")
    features = life.lab.table(FEATURES)
    equal([int(features[1, TRIAL][c]) for c in (4, 8)],
          [max(-spent, 0), min(used, TRIAL_DAYS * DAY)],
          f"the trial's feature, day {days}")
    equal(len(licenses), 4, "licenses")


def install(lab, clock):
    end = stamp(clock.now + PAID_DAYS * DAY)
    lab.issue("trial.lic", "--period", f"{TRIAL_DAYS}d", feature="trial",
              kind="demo", udi=False)
    lab.issue("rtu.lic", "--period", f"{RTU_DAYS}d", feature="rtu",
              kind="evalRightToUse", udi=False)
    lab.issue("paid.lic", "--start", stamp(clock.now), "--end", end,
              "--extension-days", str(EXTENSION), feature="paid",
              kind="paidSubscription")
    lab.issue("must.lic", feature="must")
    for name in ("trial", "rtu", "paid"):
        equal(lab.outcome(lab.install(f"flash:{name}.lic")), (SUCCESSFUL, 1),
              f"install {name}")


def beginning(life):
    step("the first days: a mandatory feature has no license until the third")
    life.live(0, 2 * DAY + 1)
    go(life.lab, life.clock, life.start + 2 * DAY + 3 * HOUR)
    equal(life.lab.outcome(life.lab.install("flash:must.lic")),
          (SUCCESSFUL, 1), "install must")
    life.live(2 * DAY + 1, 13 * DAY)
    check_readings(life, 14)


def daemon_ends(life):
    step("the daemon is killed, and ends, between notifications")
    for when in life.instants(13 * DAY, 30 * DAY):
        life.live(when, when + 1)
        if when // DAY % 2:
            life.lab.kill()
        life.lab.restart()


def snmpd_ends(life):
    step("snmpd restarts; it is away when five notifications come due")
    life.live(30 * DAY, 33 * DAY)
    restart_snmpd(life.lab, life.clock)
    life.lab.kill(program="snmpd")
    away = [when for when in life.instants(33 * DAY, 38 * DAY)]
    for when in away:
        go(life.lab, life.clock, life.start + when)
    step("the daemon is killed as well meanwhile")
    equal(life.new(), [], "notifications without snmpd")
    equal(life.lab.statistics()["notifications_waiting"],
          sum(len(life.schedule[w]) for w in away), "notifications that wait")
    life.lab.kill()
    life.lab.restart("snmpd")
    life.lab.restart()
    life.lab.settled()
    equal(life.new(), [n for w in away for n in life.schedule[w]],
          "what came due meanwhile, in order")


def ending(life):
    step("the trial ends; what it had is told to the second")
    life.live(38 * DAY, 41 * DAY)
    check_readings(life, 42)
    step("the subscription's last week, hour by hour at last")
    life.live(41 * DAY, 59 * DAY + 12 * HOUR)
    restart_snmpd(life.lab, life.clock)
    life.live(59 * DAY + 12 * HOUR, 64 * DAY)
    check_readings(life, 65)


def off_for_days(life):
    step("the device is off for days: one of each kind, then as before")
    life.live(64 * DAY, 65 * DAY)
    life.lab.kill()
    life.clock.set(life.start + 69 * DAY + HOUR)
    life.lab.restart()
    wake(life.lab)
    life.arrived([notification("SubscriptionExpired", PAID,
                               end_date(life.start)),
                  notification("Expired", TRIAL)], "after days")
    go(life.lab, life.clock, life.start + 70 * DAY - 1)
    go(life.lab, life.clock, life.start + 70 * DAY)
    life.arrived([notification("SubscriptionExpired", PAID,
                               end_date(life.start))], "the next day")


def log_lines(life):
    step("the log has them too, at their severities")
    for line in (
            "%LICENSE-2-EXPIRING: License for feature trial 1.0 is about to "
            "expire. Use left: 28 days. UDI=LIC1921/K9:LAB00000001",
            "%LICENSE-1-EXPIRED: License for feature trial 1.0 has expired. "
            "UDI=LIC1921/K9:LAB00000001",
            "%LICENSE-5-RTU_TRANSITION_WARNING: ",
            "%LICENSE-5-RTU_TRANSITION: ",
            "%LICENSE-2-UNLICENSED: Feature must 1.0 is mandatory and has no "
            "license. UDI=",
            "%LICENSE-2-EXPIRING: Subscription for feature paid 1.0 is about "
            "to end. End date: " + stamp(life.start + PAID_DAYS * DAY) +
            ", in 56 days. UDI=", ", in 23 hours. UDI=", ", in 1 hour. UDI=",
            "%LICENSE-1-EXPIRED: Subscription for feature paid 1.0 has "
            "expired. End date: "):
        check(line in life.lab.log(), f"no line in the log: {line}")


def switched_off(life):
    step("switched off means not sent later either")
    life.lab.set(f"{SWITCHES}.1.0", "i", 2)
    go(life.lab, life.clock, life.start + 71 * DAY)
    life.lab.set(f"{SWITCHES}.1.0", "i", 1)
    go(life.lab, life.clock, life.start + 72 * DAY)
    life.arrived([notification("SubscriptionExpired", PAID,
                               end_date(life.start))], "day 72 alone")


def clock_set_back(life):
    step("the clock set back revives nothing, and is in log and history")
    life.lab.kill()
    life.clock.set(life.start + 30 * DAY)
    life.lab.restart()
    equal(int(rows(life.lab)["paid"][14]), 5, "the subscription's status")
    life.lab.wait_log("the clock was set back by ")
    control = Control(life.lab)
    history = control.ask("history")["rows"]
    control.close()
    check("clock" in [r["what"] for r in history], "not in the history")
    wake(life.lab)
    life.arrived([], "notifications")


clock = Clock()


def begin(lab):
    path = os.path.join(lab.top, "life.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(CONF)
    lab.start("--conf", path)
    install(lab, clock)
    life = Life(lab, clock)
    for part in (beginning, daemon_ends, snmpd_ends, ending, log_lines,
                 off_for_days, switched_off, clock_set_back):
        part(life)


main(begin, start=False)
