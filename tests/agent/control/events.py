#!/usr/bin/env python3
"""events: what programs hear of licenses that others change.

Through liblicclient, in examples/feature, and on the socket itself.
"""

import datetime
import subprocess

from wire import *


class Ear:
    """A feature that holds a lease; its words go to a file."""

    def __init__(self, lab, name):
        self.path = os.path.join(lab.top, "heard")
        with open(self.path, "wb") as out:
            self.process = subprocess.Popen(
                [os.path.join(lab.bin, "..", "examples", "feature"), "-s",
                 lab.control, name], env=lab.environ, stdout=out,
                stderr=subprocess.STDOUT)
        wait_until("it has its lease", lambda: self.heard())

    def heard(self):
        with open(self.path, encoding="utf-8") as f:
            return f.read().splitlines()

    def close(self):
        self.process.terminate()
        equal(self.process.wait(30), 0, "exit status")

    def awaits(self, *lines):
        wait_until(f"{lines} heard", lambda: all(
            line in self.heard() for line in lines))


def place(row):
    return {key: row[key] for key in ("device", "store", "license")}



def pushed(c, kinds):
    """The next event of each of these kinds."""
    found = {}
    while set(kinds) - set(found):
        message = c.push()
        check(message is not None, "the daemon hung up")
        event = message.get("event", {"kind": "a lease"})
        found.setdefault(event["kind"], event)
    return found


def changes(lab, c, ear):
    step("a license that is superseded; a count that is raised")
    trial, = c.rows("licenses", feature="cme-srst")
    lab.issue("a.lic", "--count", "25", feature="cme-srst")
    c.ask("install", file="flash:a.lic")
    told = pushed(c, ["installed", "superseded"])
    equal({key: told["superseded"][key] for key in
           ("device", "store", "license", "feature", "version", "type",
            "count")},
          {**place(trial), "feature": "cme-srst", "version": "1.0",
           "type": "evalRightToUse", "count": 5000}, "superseded")
    lab.issue("b.lic", "--count", "40", feature="cme-srst")
    c.ask("install", file="flash:b.lic")
    told = pushed(c, ["superseded", "countRaised"])
    equal((told["superseded"]["count"], told["countRaised"]["count"],
           told["countRaised"]["license"]), (25, 40, 0), "a larger one")
    lab.issue("more.lic", "--count", "7", "--additive", feature="phones")
    lab.issue("more.lic", "--append", "--count", "8", "--additive",
              feature="phones")
    c.ask("install", file="flash:more.lic")
    equal(pushed(c, ["countRaised"])["countRaised"]["count"], 15,
          "a new feature, two that are additive, told once")
    step("an operator's priority")
    c.ask("priority", priority="high",
          **place(next(r for r in c.rows("licenses", feature="cme-srst")
                       if r["count"] == 25)))
    equal(pushed(c, ["superseded"])["superseded"]["count"], 40,
          "the larger one gives way")
    ear.awaits("event superseded cme-srst", "event countRaised cme-srst",
               "event countRaised phones")


def beginning(lab, c):
    step("a subscription that begins later supersedes when it does")
    lab.issue("now.lic", "--count", "3", feature="seats")
    c.ask("install", file="flash:now.lic")
    pushed(c, ["countRaised"])
    start = datetime.datetime.now(datetime.timezone.utc) + \
        datetime.timedelta(seconds=3)
    lab.issue("later.lic", "--count", "90", "--start",
              start.strftime("%Y-%m-%dT%H:%M:%SZ"), "--end", "2036-01-01",
              feature="seats", kind="paidSubscription")
    c.ask("install", file="flash:later.lic")
    told = pushed(c, ["superseded", "countRaised"])
    equal((told["superseded"]["feature"], told["superseded"]["count"],
           told["countRaised"]["count"]), ("seats", 3, 90), "at its start")


def endings(lab, c, ear):
    step("revoked, cleared, expired: leases hear of it, too")
    row = next(r for r in c.rows("licenses", feature="cme-srst")
               if r["count"] == 40)
    lab.tool("licissue", "permission-ticket", lab.issuer, "--udi", lab.udi,
             "--remove", row["id"], "--no-grace", "-o",
             lab.flash_path("ticket"))
    c.ask("revoke", file="flash:ticket", output="flash:rehost")
    equal(pushed(c, ["revoked"])["revoked"]["license"], row["license"],
          "revoked")
    ear.awaits("event revoked cme-srst")
    short = lab.issue("short.lic", "--period", "1", feature="brief",
                      kind="demo")
    check(short, "issued")
    c.ask("install", file="flash:short.lic", accept_eula=True)
    lease = c.ask("checkout", feature="brief", version="1.0")["lease"]
    expired = state = None
    while expired is None or state is None:
        message = c.push()
        state = message.get("lease", state)
        if message.get("event", {}).get("kind") == "expired":
            expired = message["event"]
    equal((state, expired["feature"]),
          ({"lease": lease, "state": "expired"}, "brief"), "its lease")
    ear.awaits("event expired brief")


def nobody_listens(lab):
    step("nobody listens any more: nothing is told")
    with Control(lab.control) as c:
        lab.issue("quiet.lic", "--count", "50", feature="cme-srst")
        c.ask("install", file="flash:quiet.lic")
        c.ask("devices")
        equal(c.pushed, [], "without a subscription")
        equal(c.ask("subscribe"), {}, "from now on")
        lab.issue("loud.lic", "--count", "60", feature="cme-srst")
        c.ask("install", file="flash:loud.lic")
        equal(pushed(c, ["installed"])["installed"]["feature"], "cme-srst",
              "what happens now")


def events(lab):
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
        with contextlib.closing(Ear(lab, "cme-srst")) as ear:
            c.ask("subscribe")
            changes(lab, c, ear)
            beginning(lab, c)
            endings(lab, c, ear)
    nobody_listens(lab)
    check(lab.alive(), "the daemon lives")


main(events)
