#!/usr/bin/env python3
"""Each of the fourteen notifications, with its objects in the MIB's order and
the rows that they are of, and the switches that silence them."""

from harness import *
from time_lab import *

CONF = """# Features that do not share numbers with their licenses.
master = "unix:@DIR@/agentx";
state = "@DIR@/state";
keys = "@DIR@/keys";
own-keys = true;
control = "@DIR@/control";
flush = 3600;
files = ( { prefix = "flash:"; directory = "@DIR@/flash"; } );
devices = ( {
	index = 7; pid = "LIC1921/K9"; sn = "LAB00000001";
	stores = ( { index = 3; name = "flash:primary"; kind = "primary";
	             default = true; } );
} );
features = (
	{ name = "plain"; version = "1.0"; index = 21; },
	{ name = "phones"; version = "1.0"; index = 22; counted = "phones"; },
	{ name = "trial"; version = "1.0"; index = 23; always = true; },
	{ name = "rtu"; version = "1.0"; index = 24; always = true; },
	{ name = "paid"; version = "1.0"; index = 25; },
	{ name = "must"; version = "1.0"; index = 26; mandatory = true; }
);
"""
PROCESS_TICKET = 4

clock = Clock()


def of_license(license, **values):
    return [bound("clmgmtLicense" + name, f"7.3.{license}", value)
            for name, value in values.items()]


def of_feature(feature, **values):
    return [bound("clmgmtFeature" + name, f"7.{feature}", value)
            for name, value in values.items()]


def text(value):
    return f"STRING: {value}"


class Kinds:
    def __init__(self, lab):
        self.lab = lab
        self.seen = 0

    def ours(self):
        return [t for t in self.lab.traps() if t[0].startswith("clmgmt")]

    def told(self, *expected):
        """What came since the last time is this."""
        self.lab.settled()
        got = self.ours()[self.seen:]
        equal(got, [("clmgmtLicense" + name, objects)
                    for name, objects in expected], "notifications")
        self.seen += len(got)

    def install(self, name, *options, **more):
        self.lab.issue(f"{name}.lic", "--comment", f"for {name}", *options,
                       feature=name, **more)
        equal(self.lab.outcome(self.lab.install(f"flash:{name}.lic")),
              (SUCCESSFUL, 1), f"install {name}")

    def pass_by(self, seconds):
        go(self.lab, clock, clock.now + seconds)


def deployed(license, name, kind):
    return of_license(license, FeatureName=text(name),
                      FeatureVersion=text("1.0"), Type=f"INTEGER: {kind}",
                      Comments=text(f"for {name}"))


def names(feature, name, **more):
    return of_feature(feature, Name=text(name), Version=text("1.0"), **more)


def grace(lab):
    """What the ticket brought instead."""
    row = lab.licenses()[7, 3, 3]
    return of_license(3, FeatureName=text("plain"),
                      FeatureVersion=text("1.0"),
                      Type="INTEGER: gracePeriod(3)",
                      Comments=text(row[13].text))


def permission_ticket(lab):
    control = Control(lab)
    identity = control.ask("licenses", feature="plain")["rows"][0]["id"]
    control.close()
    lab.tool("licissue", "permission-ticket", lab.issuer, "--udi", lab.udi,
             "--remove", identity, "-o", lab.flash_path("permission"))
    row = lab.next_row()
    lab.set(f"{ACTION}.{STATUS}.{row}", "i", CREATE_AND_GO,
            f"{ACTION}.{PROTOCOL}.{row}", "i", LOCAL,
            f"{ACTION}.{PERMISSION_TICKET}.{row}", "s", "flash:permission",
            f"{ACTION}.{REHOST_TICKET}.{row}", "s", "flash:rehost",
            f"{ACTION}.{DO}.{row}", "i", PROCESS_TICKET)
    equal(lab.outcome(row), (SUCCESSFUL, 1), "processPermissionTicket")


def deployment(k):
    step("not enforced; installed, cleared, revoked, accepted")
    k.told(("NotEnforced", names(26, "must")))
    k.install("must")
    k.told(("Installed", deployed(1, "must", "permanent(4)")))
    equal(k.lab.outcome(k.lab.clear(1, device=7)), (SUCCESSFUL, 1), "clear")
    k.told(("Cleared", deployed(1, "must", "permanent(4)")),
           ("NotEnforced", names(26, "must")))
    equal(k.lab.outcome(k.lab.install("flash:must.lic")), (SUCCESSFUL, 1),
          "install must again")
    k.told(("Installed", deployed(1, "must", "permanent(4)")))
    k.install("plain")
    permission_ticket(k.lab)
    k.told(("Installed", deployed(2, "plain", "permanent(4)")),
           ("Revoked", deployed(2, "plain", "permanent(4)")),
           ("Installed", grace(k.lab)))
    with open(k.lab.flash_path("terms"), "w", encoding="utf-8") as f:
        f.write("What has to be accepted.\n")
    k.install("trial", "--period", "2d", "--eula", k.lab.flash_path("terms"),
              kind="demo", udi=False)
    k.told(("EULAAccepted", names(23, "trial")),
           ("Installed", deployed(4, "trial", "demo(1)")))


def counts(k):
    step("counts: about to exceed, exceeded; the daemon restarts")
    k.install("phones", "--count", "10")
    k.told(("Installed", deployed(5, "phones", "permanent(4)")))
    few = {"FeatureName": text("phones"), "FeatureVersion": text("1.0"),
           "MaxUsageCount": "Gauge32: 10"}
    counted = of_feature(22, WhatIsCounted=text("phones"))
    comments = of_license(5, Comments=text("for phones"))
    program = Control(k.lab)
    program.ask("checkout", feature="phones", count=8)
    k.told(("UsageCountAboutToExceed",
            of_license(5, **few, UsageCountRemaining="Gauge32: 2") +
            counted + comments))
    program.ask("checkout", feature="phones", count=2)
    k.told(("UsageCountExceeded", of_license(5, **few) + counted + comments))
    k.lab.restart()
    program.close()
    program = Control(k.lab)
    program.ask("checkout", feature="phones", count=10)
    k.pass_by(120)
    k.told()
    program.close()


def time_passes(k):
    step("trials, a right to use and a subscription")
    k.install("rtu", "--period", "11d", kind="evalRightToUse", udi=False)
    end = clock.now + 15 * DAY
    k.install("paid", "--start", stamp(clock.now), "--end", stamp(end),
              "--extension-days", "1", kind="paidSubscription")
    k.told(("Installed", deployed(6, "rtu", "evalRightToUse(8)")),
           ("Installed", deployed(7, "paid", "paidSubscription(5)")))
    date = k.date = {"EndDate": text(shown(end))}
    k.pass_by(DAY - 120)
    k.told(("ExpiryWarning", names(23, "trial",
            ValidityPeriodRemaining=f"Gauge32: {DAY} seconds")))
    k.pass_by(120)
    k.told(("EvalRTUTransitionWarning", names(24, "rtu",
            ValidityPeriodRemaining=f"Gauge32: {10 * DAY} seconds")),
           ("SubscriptionExpiryWarning", names(25, "paid", **date)))
    k.pass_by(DAY - 120)
    k.told(("Expired", names(23, "trial")))
    k.pass_by(9 * DAY + 120)
    k.told(("Expired", names(23, "trial")),
           ("EvalRTUTransition", names(24, "rtu")),
           ("SubscriptionExpiryWarning", names(25, "paid", **date)))
    go(k.lab, clock, end)
    k.told(("SubscriptionExtExpiryWarning", names(25, "paid", **date)))
    k.pass_by(DAY)
    k.told(("Expired", names(23, "trial")),
           ("SubscriptionExpired", names(25, "paid", **date)))


def switches(k):
    """What is switched off is not sent later either."""
    usage, deployment, error = (f"{SWITCHES}.{n}.0" for n in (1, 2, 3))
    on, off = 1, 2
    step("each switch silences its own")
    k.lab.set(deployment, "i", off)
    equal(k.lab.outcome(k.lab.clear(1, device=7)), (SUCCESSFUL, 1), "clear")
    k.told(("NotEnforced", names(26, "must")))
    k.lab.set(error, "i", off)
    k.pass_by(DAY)
    k.told(("SubscriptionExpired", names(25, "paid", **k.date)))
    k.lab.set(usage, "i", off)
    k.pass_by(DAY)
    k.told()
    k.lab.set(usage, "i", on, deployment, "i", on, error, "i", on)
    k.told()
    k.pass_by(DAY)
    k.told(("SubscriptionExpired", names(25, "paid", **k.date)),
           ("NotEnforced", names(26, "must")))


def renewed(k):
    """Nobody has to act, unless the renewal is taken away."""
    step("a renewal that is installed ahead of time")

    def warnings():
        k.lab.settled()
        return [objects for name, objects in k.ours()[k.seen:]
                if name == "clmgmtLicenseSubscriptionExpiryWarning"]
    end = clock.now + 10 * DAY
    k.install("paid", "--start", stamp(clock.now), "--end", stamp(end),
              "--force", kind="paidSubscription")
    k.install("paid", "--start", stamp(end), "--end", stamp(end + 90 * DAY),
              "--force", kind="paidSubscription")
    k.told(*(("Installed", deployed(index, "paid", "paidSubscription(5)"))
             for index in (8, 9)))
    k.pass_by(8 * DAY + 60)
    equal(warnings(), [], "warnings of an end at which nothing ends")
    equal(k.lab.outcome(k.lab.clear(9, device=7)), (SUCCESSFUL, 1), "clear")
    equal(warnings(), [names(25, "paid", EndDate=text(shown(end)))],
          "warnings, once it is cleared")


def severities(k):
    step("each has its line in the log, at its severity")
    for name in ("6-INSTALL", "6-REMOVE", "6-REVOKE", "6-EULA_ACCEPTED",
                 "4-COUNT_WARNING", "2-COUNT_EXCEEDED", "2-UNLICENSED",
                 "2-EXPIRING", "1-EXPIRED", "5-RTU_TRANSITION_WARNING",
                 "5-RTU_TRANSITION"):
        check(f"%LICENSE-{name}: " in k.lab.log(), f"no %LICENSE-{name}")


def begin(lab):
    path = os.path.join(lab.top, "kinds.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(CONF)
    lab.start("--conf", path)
    kinds = Kinds(lab)
    for part in (deployment, counts, time_passes, switches, renewed,
                 severities):
        part(kinds)


main(begin, start=False)
