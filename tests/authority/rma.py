#!/usr/bin/env python3
"""rma: licenses of a device that was replaced, and files that are sent again."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import check, equal, main  # noqa: E402

PID = "LIC1921/K9"
A, B, C, D, E, F = (f"{PID}:FDO000{n}" for n in "ABCDEF")
# Feature, and the options of a license.
LICENSES = [
    ("securityk9", "--type", "permanent"),
    ("datak9", "--type", "demo", "--period", "60d", "--eula", "agreement"),
    ("uck9", "--type", "paidSubscription", "--end", "2090-01-01",
     "--extension-days", "7"),
    ("ipbasek9", "--type", "paidSubscription", "--end", "2020-01-01",
     "--past"),
    ("cme-srst", "--type", "permanent", "--count", "25", "--additive"),
]
WORTH = ["cme-srst permanent 25", "datak9 demo None", "securityk9 permanent None",
         "uck9 paidSubscription None"]


def read(desk, name):
    with open(desk.path(name), encoding="utf-8") as f:
        return f.read()


def terms(desk, name):
    return [line["terms"] for line in
            desk.json("inspect", "--keys", "acme", name)["licenses"]]


def worth(desk, name):
    return sorted(f"{t['feature']} {t['type']} {t['count']}"
                  for t in terms(desk, name))


def begin(desk):
    desk.authority("acme")
    with open(desk.path("agreement"), "w", encoding="utf-8") as f:
        f.write("Sixty days.\n")
    for n, (feature, *options) in enumerate(LICENSES):
        desk.run("issue", "acme", "--udi", A, "--feature", feature, *options,
                 "--id", f"a{n}", "--append", "-o", "a.lic")


def resend(desk):
    """All that counts, in one file, with agreements."""
    equal(desk.run("resend", "acme", "--udi", A, "-o", "again.lic"),
          f"again.lic: 4 licenses for {A}\n", "resend")
    equal(worth(desk, "again.lic"), WORTH, "the licenses")
    equal([t["id"] for t in terms(desk, "again.lic")], ["a0", "a1", "a2", "a4"],
          "the very same ones")
    check("Sixty days." in read(desk, "again.lic"), "the agreement")
    device = desk.device(A)
    device.install("again.lic")
    equal(len(device.licenses()), 4, "they install")
    desk.refused(f"no current license for {B}", "resend", "acme", "--udi", B,
                 "-o", "none.lic")
    check(not os.path.exists(desk.path("none.lic")), "no file")
    desk.refused("already exists", "resend", "acme", "--udi", A, "-o",
                 "again.lic")
    before = read(desk, "again.lic")
    desk.run("resend", "acme", "--udi", A, "--force", "-o", "again.lic")
    equal(read(desk, "again.lic"), before, "the same file")
    # A grace period is not sent on to a replacement, but it counts here.
    device.credentials("a-key")
    desk.run("permission-ticket", "acme", "--udi", A, "--remove", "a0",
             "--credentials", "a-key", "-o", "ticket")
    desk.run("resend", "acme", "--udi", A, "--force", "-o", "again.lic")
    equal(read(desk, "again.lic"), before, "without the grace period")
    desk.verified()
    return device


def replace(desk):
    said = desk.run("rma", "acme", "--from", A, "--to", B, "-o", "b.lic")
    check(said.startswith(f"b.lic: 4 licenses for {B}; {A} has to be returned"
                          " by "), said)
    equal(worth(desk, "b.lic"), WORTH, "the licenses")
    by = {t["feature"]: t for t in terms(desk, "b.lic")}
    equal((by["datak9"]["period"], by["uck9"]["end"],
           by["uck9"]["extensionDays"]),
          (60 * 86400, "2090-01-01T00:00:00Z", 7), "in full")
    equal({tuple(t["udi"]) for t in by.values()}, {(B,)}, "for the new one")
    check(not {t["id"] for t in by.values()} & {"a0", "a1", "a2", "a4"}, "ids")
    desk.device(B).install("b.lic")
    said = desk.run("rma", "acme", "--from", A, "--to", B, "-o", "b2.lic")
    check("4 licenses" in said and "as before" in said, said)
    equal(read(desk, "b2.lic"), read(desk, "b.lic"), "the same file")
    desk.refused(f"no current license for {A}, which was replaced by {B}",
                 "resend", "acme", "--udi", A, "-o", "none.lic")
    desk.refused(f"{A} was already replaced by {B}: to replace that one, name",
                 "rma", "acme", "--from", A, "--to", C, "-o", "c.lic")
    equal(desk.refusals()[-1][0], A, "the log")
    desk.refused(f"{A} was itself replaced by {B}, and did not come back",
                 "rma", "acme", "--from", B, "--to", A, "-o", "x.lic")
    words = f"{A} was replaced by {B}, and did not come back"
    desk.refused(words, "evaluation", "create", "acme", "--udi", A, "--feature",
                 "uck9", "-o", "x.lic")
    desk.refused("cannot take its own place", "rma", "acme", "--from", B,
                 "--to", B, "-o", "x.lic")
    desk.refused('invalid UDI "rubbish"', "rma", "acme", "--from", "rubbish",
                 "--to", B, "-o", "x.lic")
    desk.refused(f"no current license for {E}", "rma", "acme", "--from", E,
                 "--to", F, "-o", "x.lic")
    desk.verified()


def watch(desk, device):
    """What the old device still says."""
    answer = device.revoke("ticket", "answer")
    device.credentials("late")
    said = desk.run("device", "key", "acme", "--credentials", "late")
    words = f"{A} was replaced by {B}, and is in use again"
    check(f"warning: {words}" in said, said)
    equal(desk.sql("acme", "SELECT subject, says FROM log WHERE kind ="
                   " 'watched'"), [f"{A}|{words}"], "the log")
    desk.refused(f"license a0 was already replaced from {A}", "rehost", "acme",
                 "--ticket", answer, "--udi", C, "-o", "x.lic")
    equal(desk.refusals()[-1][1], f"license a0 was already replaced from {A}",
          "the log")
    desk.refused("was already replaced", "permission-ticket", "acme", "--udi",
                 A, "--remove", "a1", "-o", "ticket2")
    shown = desk.json("device", "show", "acme", "--udi", A)
    equal((shown["state"], shown["replacedBy"], shown["licenses"]),
          ("replaced", B, []), "device show")
    check("Return by" in desk.run("device", "show", "acme", "--udi", A), "text")
    equal([row["overdue"] for row in desk.json("rma", "list", "acme")],
          [False], "not overdue")
    equal(desk.json("rma", "list", "acme", "--overdue"), [], "none")
    desk.sql("acme", "UPDATE rma SET due = 1000")
    check("OVERDUE since 1970-01-01" in desk.run(
        "rma", "list", "acme", "--overdue"), "overdue")
    said = desk.run("log", "verify", "acme", status=1)
    check("rma" in said and "was changed" in said, said)
    due = desk.sql("acme", "SELECT says FROM log WHERE kind = 'rma'")[0]
    desk.sql("acme", "UPDATE rma SET due = " + due.split('"')[15])
    desk.verified()
    desk.run("rma", "returned", "acme", "--udi", A)
    desk.refused(f"{C} was not replaced", "rma", "returned", "acme", "--udi", C)
    check("warning" not in desk.run("device", "key", "acme", "--credentials",
                                    "late"), "not watched any more")
    equal([row["returned"] is not None for row in
           desk.json("rma", "list", "acme")], [True], "returned")
    desk.verified()


def limits(desk):
    """Above the limits somebody approves it."""
    equal(desk.run("rma", "limits", "acme").split()[-1], "30", "days")
    desk.run("rma", "limits", "acme", "--replacements", "x", status=2)
    desk.run("rma", "limits", "acme", "--replacements", "2")
    desk.run("rma", "acme", "--from", B, "--to", C, "-o", "c.lic")
    words = f"{C} is the device of 2 replacements already: more than 2 need"
    desk.refused(words, "rma", "acme", "--from", C, "--to", D, "-o", "d.lic")
    check(words in desk.refusals()[-1][1], desk.refusals())
    equal(worth(desk, "c.lic"), WORTH, "they are there still")
    desk.run("resend", "acme", "--udi", C, "-o", "c2.lic")
    desk.run("rma", "acme", "--from", C, "--to", D, "--reason", "x", "-o",
             "d.lic", status=2)
    # An empty name is nobody's.
    got = desk.run("rma", "acme", "--from", C, "--to", D, "--approved-by", "",
                   "--reason", "", "-o", "d.lic", status=2)
    check('--approved-by: "" is not a text' in got, got)
    desk.run("rma", "acme", "--from", C, "--to", D, "--approved-by", "Ann",
             "--reason", "lightning", "-o", "d.lic")
    row = desk.json("rma", "list", "acme")[-1]
    equal((row["approvedBy"], row["reason"], row["licenses"]),
          ("Ann", "lightning", 4), "the list")
    desk.run("rma", "limits", "acme", "--replacements", "9", "--licenses",
             "15", "--days", "5")
    desk.refused("12 licenses were replaced in a year, and these are 4: more "
                 "than 15 need an approval", "rma", "acme", "--from", D, "--to",
                 E, "-o", "e.lic")
    # A returned device may come in once more.
    desk.run("rma", "limits", "acme", "--licenses", "16")
    desk.run("rma", "acme", "--from", D, "--to", A, "-o", "a2.lic")
    equal(worth(desk, "a2.lic"), WORTH, "the licenses")
    desk.verified()


def trial(desk):
    """A trial that came with a replacement is the device's own: no second."""
    old, new = f"{PID}:TRIAL1", f"{PID}:TRIAL2"
    desk.run("evaluation", "create", "acme", "--udi", old, "--feature",
             "datak9", "-o", "trial.lic")
    desk.run("rma", "acme", "--from", old, "--to", new,
             "--approved-by", "me", "--reason", "test", "-o", "trial2.lic")
    for name in ("trial3.lic", "trial4.lic"):
        desk.run("evaluation", "create", "acme", "--udi", new, "--feature",
                 "datak9", "-o", name)
        equal([t["id"] for t in terms(desk, name)],
              [t["id"] for t in terms(desk, "trial2.lic")], name)
    equal(desk.sql("acme", "SELECT count(*) FROM license WHERE udi ="
                   f" '{new}'"), ["1"], "one trial")
    desk.verified()


def rma(desk):
    begin(desk)
    device = resend(desk)
    replace(desk)
    watch(desk, device)
    limits(desk)
    trial(desk)


main(rma)
