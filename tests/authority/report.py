#!/usr/bin/env python3
"""report: licissue report lists what there is, filtered, as a table, as CSV that
spreadsheets cannot take for formulas, and as JSON."""

import csv
import datetime
import io
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import LICISSUE, check, equal, main  # noqa: E402

A, B, C = "LIC1921/K9:A", "LIC1921/K9:B", "LIC2901/K9:C"
KEYS = ["id", "udi", "udis", "feature", "version", "type", "count",
        "additive", "period", "pak", "contract", "sku", "source", "issued", "starts",
        "ends", "extension_days", "comment", "entry", "state"]


def in_days(days):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def issue(desk, *args):
    desk.run("issue", "acme", *args, "--past", "--force", "-o", "x.lic")


def ids(desk, what, *args):
    return [row["id"] for row in desk.json("report", what, "acme", *args)]


def fill(desk):
    desk.authority("acme")
    issue(desk, "--udi", A, "--feature", "securityk9", "--type", "permanent",
          "--id", "plain", "--comment", '=1+1,"x"')
    issue(desk, "--udi", A, "--feature", "cme-srst", "--type", "permanent",
          "--id", "counted", "--count", "25", "--additive")
    issue(desk, "--unlocked", "--feature", "datak9", "--type", "demo",
          "--id", "anywhere", "--period", "60d")
    issue(desk, "--udi", B, "--udi", C, "--feature", "datak9", "--type",
          "permanent", "--id", "both")
    issue(desk, "--udi", A, "--feature", "datak9", "--type", "permanent",
          "--id", "again", "--comment", "first")
    issue(desk, "--udi", A, "--feature", "datak9", "--type", "permanent",
          "--id", "again", "--comment", "second")
    for name, days, more in (("late", 40, ()), ("soon", 10, ()),
                             ("over", -10, ()),
                             ("extended", -10, ("--extension-days", "30")),
                             ("first", 5, ())):
        issue(desk, "--udi", B, "--feature", "uck9", "--type",
              "paidSubscription", "--id", name, "--issued", in_days(-100),
              "--end", in_days(days), *more)
    # What other commands do with catalog and PAKs.
    desk.sql("acme", "INSERT INTO sku (code, description, family, movable,"
             " sold, revision) VALUES ('L-X=', 'X, \"the\" best', '', 1, 1, 1),"
             " ('L-Y=', '-Y', 'old', 0, 0, 1);"
             " INSERT INTO pak (code, order_number, account, made, stopped)"
             " VALUES ('PAK1', '@4711', '', 1700000000, '');"
             " INSERT INTO pak (code, order_number, account, made, stopped)"
             " VALUES ('PAK2', '', '', 1700000000, 'lost');"
             " INSERT INTO pak_line (n, pak, sku, revision, quantity, used)"
             " VALUES (501, 'PAK1', 'L-X=', 1, 10, 3);"
             " INSERT INTO pak_line (n, pak, sku, revision, quantity, used)"
             " VALUES (502, 'PAK1', 'L-Y=', 1, 2, 2);"
             " INSERT INTO pak_line (n, pak, sku, revision, quantity, used)"
             " VALUES (503, 'PAK2', 'L-X=', 1, 5, 0);"
             " UPDATE license SET pak_line = 501, units = 1, sku = 'L-X=',"
             " source = 'pak' WHERE id IN ('plain', 'counted');"
             " INSERT INTO ended (n, udi, id, why, ref)"
             f" VALUES (601, '{A}', 'counted', 'moved', 'T');"
             " INSERT INTO ended (n, udi, id, why, ref)"
             f" VALUES (602, '{B}', 'both', 'replaced', '');"
             " INSERT INTO device (udi, kid, pinned, records, history, seen,"
             " back_records, back_history, back_seen)"
             f" VALUES ('{A}', 'K', 'credentials', 12, 'h', 1700000000,"
             " 0, '', 0), ('LIC9:Z', 'Z', 'first sight', 0, '', 0, 0, '', 0)")


def licenses(desk):
    rows = {(row["id"], row["state"]): row
            for row in desk.json("report", "licenses", "acme")}
    equal(sorted(rows), sorted([
        ("again", "current"), ("again", "reissued"), ("anywhere", "current"),
        ("both", "current"), ("counted", "moved"), ("extended", "current"),
        ("first", "current"), ("late", "current"), ("over", "expired"),
        ("plain", "current"), ("soon", "current")]))
    for row in rows.values():
        equal(list(row), KEYS, "keys")
    row = rows["counted", "moved"]
    entry = row.pop("entry")
    equal(desk.sql("acme", f"SELECT id FROM license WHERE n = {entry}"),
          ["counted"], "entry")
    check(row.pop("issued").endswith("Z"), row)
    equal(row, {
        "id": "counted", "udi": A, "udis": [A], "feature": "cme-srst",
        "version": "1.0", "type": "permanent", "count": 25, "additive": True,
        "period": None, "pak": "PAK1", "contract": None, "sku": "L-X=",
        "source": "pak",
        "starts": None, "ends": None, "extension_days": None,
        "comment": None, "state": "moved"})
    row = rows["anywhere", "current"]
    equal((row["udi"], row["udis"], row["period"], row["type"]),
          (None, [], 60 * 86400, "demo"), "for any device")
    row = rows["both", "current"]
    equal((row["udi"], row["udis"]), (C, [B, C]), "ended on one of two")
    equal(rows["extended", "current"]["extension_days"], 30)

    for args, want in (
            (("--udi", A), ["plain", "counted", "again", "again"]),
            (("--udi", C), ["both"]),
            (("--udi", "LIC1921/K9:NONE"), []),
            (("--feature", "datak9"), ["anywhere", "both", "again", "again"]),
            (("--feature", "datak9", "--udi", A), ["again", "again"]),
            (("--pak", "PAK1"), ["plain", "counted"]),
            (("--pak", "PAK1", "--feature", "cme-srst"), ["counted"]),
            (("--pak", "PAK1", "--udi", B), []),
            (("--pak", "PAK2"), []),
            (("--sku", "L-X="), ["plain", "counted"]),
            (("--sku", "L-X=", "--udi", A, "--feature", "securityk9"),
             ["plain"])):
        equal(ids(desk, "licenses", *args), want, *args)
    row, = desk.json("report", "licenses", "acme", "--udi", B, "--feature",
                     "datak9")
    equal((row["udi"], row["state"]), (B, "replaced"), "there")

    # The same in each form.
    table = desk.run("report", "licenses", "acme", "--udi", A).splitlines()
    equal(table[0].split(), ["ID", "UDI", "Feature", "Type", "Count", "PAK",
                             "Source", "Ends", "State"], table)
    equal(table[2].split(), ["counted", A, "cme-srst", "permanent", "25",
                             "PAK1", "pak", "moved"], table)
    for line in table[1:]:
        equal(line.index("permanent"), table[0].index("Type"), table)
        check(not line.endswith(" "), table)


def as_csv(desk, *args):
    raw = subprocess.run([LICISSUE, "report", *args, "--csv"], cwd=desk.dir,
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    equal(raw.replace("\r\n", "").count("\n"), 0, "rows end in CR LF", raw)
    return raw, list(csv.reader(io.StringIO(raw, newline="")))


def comma_separated(desk):
    raw, rows = as_csv(desk, "licenses", "acme", "--feature", "securityk9")
    equal(rows[0], KEYS, "head")
    row = dict(zip(rows[0], rows[1]))
    equal(row["comment"], "'=1+1,\"x\"", "a formula")
    equal((row["id"], row["count"], row["additive"], row["ends"]),
          ("plain", "", "no", ""), row)
    check("\"'=1+1,\"\"x\"\"\"" in raw, raw)
    raw, rows = as_csv(desk, "skus", "acme")
    equal([row[-1] for row in rows], ["description", 'X, "the" best', "'-Y"])
    raw, rows = as_csv(desk, "paks", "acme", "--pak", "PAK1")
    equal(rows[1][5], "'@4711", "an order")


def expiring(desk):
    equal(ids(desk, "expiring"), ["first", "soon"], "30 days")
    equal(ids(desk, "expiring", "--days", "41"), ["first", "soon", "late"])
    equal(ids(desk, "expiring", "--days", "6"), ["first"])
    equal(ids(desk, "expiring", "--udi", B, "--feature", "uck9"),
          ["first", "soon"])
    equal(ids(desk, "expiring", "--udi", A), [])
    desk.sql("acme", "INSERT INTO ended (n, udi, id, why, ref)"
             f" VALUES (603, '{B}', 'first', 'superseded', 'soon')")
    equal(ids(desk, "expiring"), ["soon"], "renewed")


def sales(desk):
    equal(desk.json("report", "paks", "acme", "--pak", "PAK1"), [
        {"pak": "PAK1", "sku": "L-X=", "quantity": 10, "used": 3, "left": 7,
         "order": "@4711", "account": None, "made": "2023-11-14T22:13:20Z",
         "stopped": None, "state": "open"},
        {"pak": "PAK1", "sku": "L-Y=", "quantity": 2, "used": 2, "left": 0,
         "order": "@4711", "account": None, "made": "2023-11-14T22:13:20Z",
         "stopped": None, "state": "used up"}])
    equal([(row["pak"], row["state"], row["stopped"]) for row in
           desk.json("report", "paks", "acme", "--sku", "L-X=")],
          [("PAK1", "open", None), ("PAK2", "stopped", "lost")])
    equal(desk.json("report", "skus", "acme"), [
        {"sku": "L-X=", "family": None, "movable": True, "sold": True,
         "paks": 2, "quantity": 15, "used": 3, "left": 12, "licenses": 2,
         "description": 'X, "the" best'},
        {"sku": "L-Y=", "family": "old", "movable": False, "sold": False,
         "paks": 1, "quantity": 2, "used": 2, "left": 0, "licenses": 0,
         "description": "-Y"}])
    equal(len(desk.json("report", "skus", "acme", "--sku", "L-Y=")), 1)


def devices(desk):
    rows = desk.json("report", "devices", "acme")
    equal([(row["udi"], row["licenses"], row["ended"], row["pinned"],
            row["seen"], row["records"], row["key"]) for row in rows], [
        (A, 2, 1, "credentials", "2023-11-14T22:13:20Z", 12, "K"),
        (B, 4, 2, None, None, None, None), (C, 1, 0, None, None, None, None),
        ("LIC9:Z", 0, 0, "first sight", None, None, "Z")])
    equal(desk.json("report", "devices", "acme", "--udi", A), rows[:1])
    equal(desk.json("report", "devices", "acme", "--udi", "X:1"), [])


def history(desk):
    """Of a device that did all by commands: the log has it."""
    desk.authority("other")
    desk.run("issue", "other", "--udi", A, "--feature", "securityk9",
             "--type", "permanent", "--id", "one", "-o", "one.lic")
    desk.run("issue", "other", "--udi", C, "--udi", A, "--feature", "cme-srst",
             "--count", "5", "--type", "permanent", "--id", "two",
             "-o", "two.lic")
    desk.run("issue", "other", "--udi", C, "--feature", "f", "--type",
             "permanent", "--id", "three", "-o", "three.lic")
    desk.run("permission-ticket", "other", "--udi", A, "--remove", "one",
             "--no-grace", "-o", "ticket")
    rows = desk.json("report", "history", "other", "--udi", A)
    equal(list(rows[0]), ["entry", "at", "who", "what", "about", "says"])
    equal([(row["what"], row["about"], row["says"]) for row in rows], [
        ("license", "one", "securityk9 1.0, permanent; manual"),
        ("license", "two", "cme-srst 1.0, permanent, count 5; manual"),
        ("ticket", "1", "permission ticket " +
         desk.sql("other", "SELECT id FROM ticket")[0] + f" for {A}")])
    equal([row["entry"] for row in rows],
          sorted(row["entry"] for row in rows), "in order")
    equal(desk.run("report", "history", "other", "--udi", "X:1").split(),
          ["Entry", "At", "Who", "What", "Says"], "nothing")
    said = desk.run("report", "history", "other", status=2)
    check("--udi is missing" in said, said)


def pages(desk):
    """More than a page of licenses, devices and entries."""
    desk.authority("many")
    desk.run("issue", "many", "--udi", A, "--feature", "securityk9", "--type",
             "permanent", "--copies", "2500", "-o", "many.lic")
    desk.run("issue", "many", "--udi", B, "--feature", "uck9", "--type",
             "paidSubscription", "--end", in_days(3), "--copies", "1001",
             "-o", "more.lic")
    for what, args, n in (("licenses", (), 3501),
                          ("licenses", ("--udi", A), 2500),
                          ("licenses", ("--feature", "uck9"), 1001),
                          ("expiring", (), 1001),
                          ("history", ("--udi", A), 2500)):
        rows = desk.json("report", what, "many", *args)
        equal(len(rows), n, what, *args)
        equal(len({row.get("id", row["entry"]) for row in rows}), n, what)
    equal(desk.run("report", "licenses", "many").count("\n"), 3502, "table")
    _, rows = as_csv(desk, "licenses", "many")
    equal(len(rows), 3502, "CSV")
    insert = "INSERT INTO device (udi, kid, pinned, records, history, seen," \
        " back_records, back_history, back_seen) VALUES " + ", ".join(
            f"('P:{i:05}', 'k', '', 0, '', 0, 0, '', 0)" for i in range(2100))
    desk.sql("many", insert)
    equal([row["udi"] for row in desk.json("report", "devices", "many")],
          [A, B] + [f"P:{i:05}" for i in range(2100)], "devices")


def refused(desk):
    for args, said in ((("licenses", "acme", "--days", "3"), "--days"),
                       (("expiring", "acme", "--days", "0"), "--days"),
                       (("skus", "acme", "--udi", A), "--udi"),
                       (("licenses",), "missing argument"),
                       (("licenses", "acme", "--udi", ""), "--udi"),
                       (("paks", "acme", "--csv", "--json"),
                        "--json and --csv exclude each other"),
                       (("nothing", "acme"), "report nothing")):
        got = desk.run("report", *args, status=2)
        check(said in got, args, got)
    check("report licenses" in desk.run("report", "--help"), "the group")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [LICISSUE, "report", "licenses", "acme"], cwd=desk.dir,
            stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    equal((done.returncode, done.stderr),
          (1, "licissue: standard output: No space left on device\n"))


def report(desk):
    fill(desk)
    licenses(desk)
    comma_separated(desk)
    expiring(desk)
    sales(desk)
    devices(desk)
    history(desk)
    pages(desk)
    refused(desk)


main(report)
