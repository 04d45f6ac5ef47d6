#!/usr/bin/env python3
"""lists: what the portal lists, page by page, filtered, for whom, with tags;
reports, keys, the log and its verification."""

import base64
import json
import os
import re
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from described import Description  # noqa: E402
from desk import TOP, check, equal, main  # noqa: E402
from portal_site import Site, quoted, wait_until  # noqa: E402

SKU = "L-LAB-SEC-K9="
SRST = "L-LAB-SRST-25="
PID = "LIC1921/K9:"
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Lists:
    def __init__(self, desk, site, tokens):
        self.desk, self.site, self.tokens = desk, site, tokens
        self.described = Description()

    def get(self, path, who="admin", **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        return self.site.get(path, token=self.tokens[who])

    def page(self, name, who="admin", member=None, **query):
        got = self.get(f"/api/v1/{name}", who, **query)
        equal(got.status, 200, name, query, got.body)
        return got.json[member or name.rpartition("/")[2]], got.json.get(
            "next")

    def all(self, name, who="admin", limit=2, **query):
        """All rows, in pages of two."""
        rows, cursor = [], None
        while True:
            some, cursor = self.page(name, who, limit=limit, **query,
                                     **({"cursor": cursor} if cursor else {}))
            check(len(some) <= limit, some)
            rows += some
            if cursor is None:
                return rows

    def pak(self, *options):
        return self.desk.run("pak", "create", "acme", *options).strip()

    def redeem(self, pak, udis, key):
        got = self.site.post(f"/api/v1/paks/{pak}/redeem", {"udis": udis},
                             key=key)
        equal(got.status, 200, got.body)
        return [one["id"] for one in got.json["licenses"]]


def fill(it):
    """Two accounts, and what is nobody's."""
    it.net = it.pak("--sku", SKU, "--quantity", "5", "--order", "N1",
                    "--account", "example-net")
    it.org = it.pak("--sku", SKU, "--quantity", "2", "--order", "O1",
                    "--account", "other")
    it.none = it.pak("--sku", SKU, "--quantity", "3", "--sku", SRST,
                     "--quantity", "4")
    it.net_ids = it.redeem(it.net, [PID + n for n in "ABC"], "net")
    it.org_ids = it.redeem(it.org, [PID + n for n in "XY"], "org")


def paks(it):
    rows = it.all("paks")
    equal([(row["pak"], row["sku"], row["left"]) for row in rows],
          [(it.net, SKU, 2), (it.org, SKU, 0), (it.none, SKU, 3),
           (it.none, SRST, 4)])
    equal([row["pak"] for row in it.all("paks", order="N1")], [it.net])
    equal([row["pak"] for row in it.all("paks", account="other")], [it.org])
    equal([row["pak"] for row in it.all("paks", sku=SRST)], [it.none])
    equal([row["pak"] for row in it.all("paks", left="true")],
          [it.net, it.none, it.none])
    dashed = it.none[:4] + "-" + it.none[4:].lower()
    equal(len(it.all("paks", pak=dashed)), 2)
    # An account's token.
    equal([row["pak"] for row in it.all("paks", "viewer")], [it.net])
    it.get("/api/v1/paks", "viewer", account="other").is_problem(
        403, "another-account")
    equal(it.all("paks", "viewer", order="O1"), [])


def stable(it):
    """Rows that are added meanwhile move nothing."""
    first, cursor = it.page("paks", limit=2)
    more = it.pak("--sku", SKU, "--quantity", "1")
    rest, end = it.page("paks", limit=500, cursor=cursor)
    equal(end, None)
    equal([row["pak"] for row in first + rest],
          [it.net, it.org, it.none, it.none, more])


def licenses(it):
    equal([row["id"] for row in it.all("licenses")], it.net_ids + it.org_ids)
    row = it.all("licenses", udi=PID + "A")[0]
    equal((row["id"], row["feature"], row["type"], row["pak"], row["sku"],
           row["state"]), (it.net_ids[0], "securityk9", "permanent", it.net,
                           SKU, "current"))
    equal([row["id"] for row in it.all("licenses", pak=it.org)], it.org_ids)
    equal([row["id"] for row in it.all("licenses", "viewer")], it.net_ids)
    equal(it.all("licenses", "viewer", pak=it.org), [])
    it.get("/api/v1/licenses", "viewer", udi=PID + "X").is_problem(
        404, "not-found")
    equal(it.all("licenses", type="demo"), [])
    equal(len(it.all("licenses", type="permanent", feature="securityk9")), 5)
    equal(it.all("licenses", expiring="30"), [])


def devices(it):
    equal([row["udi"] for row in it.all("devices")],
          [PID + n for n in "ABCXY"])
    equal([row["udi"] for row in it.all("devices", "viewer")],
          [PID + n for n in "ABC"])
    device = f"/api/v1/devices/{quoted(PID + 'A')}"
    got = it.get(device, "viewer")
    equal({key: got.json[key] for key in
           ("udi", "state", "licenses", "ended", "key", "replaced_by")},
          {"udi": PID + "A", "state": "unpinned", "licenses": 1, "ended": 0,
           "key": None, "replaced_by": None})
    equal([row["id"] for row in it.all(device[8:] + "/licenses", "viewer")],
          it.net_ids[:1])
    kinds = [row["what"] for row in it.all(device[8:] + "/history")]
    equal(kinds, ["request", "license"])
    for path in ("", "/licenses", "/history", "/licenses.lic"):
        it.get(f"/api/v1/devices/{quoted(PID + 'X')}{path}",
               "viewer").is_problem(404, "not-found")
    # One of no account is in nobody's list, but who names it sees it.
    ids = it.redeem(it.pak("--sku", SKU, "--quantity", "1"), [PID + "N"],
                    "nobody's")
    for who in ("viewer", "other"):
        check(PID + "N" not in [row["udi"] for row in it.all("devices", who)])
        check(ids[0] not in [row["id"] for row in it.all("licenses", who)])
        for rows in (it.all("licenses", who, udi=PID + "N"),
                     it.all(f"devices/{quoted(PID + 'N')}/licenses", who)):
            equal([row["id"] for row in rows], ids)
        equal(it.get(f"/api/v1/devices/{quoted(PID + 'N')}",
                     who).json["licenses"], 1)
    it.get(f"/api/v1/devices/{quoted(PID + 'none')}").is_problem(
        404, "not-found")
    it.get("/api/v1/devices/none").is_problem(422, "bad-udi")

    it.desk.run("rma", "acme", "--from", PID + "C", "--to", PID + "D", "-o",
                "rma.lic")
    equal(it.get(f"/api/v1/devices/{quoted(PID + 'C')}").json["replaced_by"],
          PID + "D")
    equal(it.get(f"/api/v1/devices/{quoted(PID + 'C')}").json["state"],
          "replaced")
    equal(it.get(f"/api/v1/devices/{quoted(PID + 'D')}").json["replaces"],
          PID + "C")
    for who, n in (("viewer", 1), ("other", 0), ("admin", 1)):
        equal([(row["from"], row["to"]) for row in it.all("rmas", who)],
              [(PID + "C", PID + "D")] * n)


def newest(it):
    """The other way round, from page to page, through each way to rows."""
    for name, who, query in (
            ("paks", "admin", {}), ("paks", "viewer", {}),
            ("paks", "admin", {"sku": SKU}), ("paks", "admin", {"order": "N1"}),
            ("paks", "admin", {"pak": it.none}),
            ("licenses", "admin", {}), ("licenses", "viewer", {}),
            ("licenses", "admin", {"pak": it.org}),
            ("licenses", "admin", {"feature": "securityk9"}),
            ("licenses", "admin", {"udi": PID + "A"}),
            ("rmas", "admin", {}), ("log", "admin", {}),
            ("log", "admin", {"kind": "license"}),
            ("reports/paks", "admin", {}),
            (f"devices/{quoted(PID + 'A')}/licenses", "viewer", {}),
            (f"devices/{quoted(PID + 'A')}/history", "viewer", {})):
        member = "rows" if name.startswith("reports") else None
        def rows_of(**more):
            return it.all(name, who, member=member, **query, **more,
                          limit=20 if name == "log" else 2)

        rows = rows_of()
        check(rows, name, query)
        equal(rows_of(sort="oldest"), rows)
        equal(rows_of(sort="newest"), rows[::-1], name, query)
    _, cursor = it.page("paks", limit=1, sort="newest")
    it.get("/api/v1/paks", cursor=cursor).is_problem(
        400, "bad-query", "not from this list")
    for n in (2 ** 31, 2 ** 63 - 1, 10 ** 20):
        beyond = base64.urlsafe_b64encode(f"paks {n} 0 ".encode()).decode()
        it.get("/api/v1/paks", cursor=beyond.rstrip("="), pak="XYZ",
               match="part").is_problem(400, "bad-query", "not from this list")
    it.get("/api/v1/paks", sort="any").is_problem(
        400, "bad-query", "sort: neither oldest nor newest")
    it.get("/api/v1/paks", match="x").is_problem(400, "bad-query", "match")


def parts(it):
    """Parts of ids and names, for whom they are."""
    def found(name, column, who="admin", **query):
        return [row[column] for row in it.all(name, who, match="part",
                                              **query)]

    equal(found("devices", "udi", udi="1/k9:x"), [PID + "X"])
    equal(found("devices", "udi", udi="LIC1921"),
          [PID + n for n in "ABCDNXY"])
    equal(found("devices", "udi", "viewer", udi="lic1921"),
          [PID + n for n in "ABCD"])
    equal(found("devices", "udi", "viewer", udi=PID + "X"), [])
    # One of no account, who names it as a whole.
    equal(found("devices", "udi", "viewer", udi=PID + "N"), [PID + "N"])
    equal(found("devices", "udi", "viewer", udi="K9:N"), [])
    ids = it.all("licenses", udi=PID + "N")
    # Its PAK is not the account's.
    equal(it.all("licenses", "viewer", udi=PID + "N", match="part"),
          [{**one, "pak": None} for one in ids])
    equal(found("licenses", "udi", feature="CURITY", udi="9:x"), [PID + "X"])
    equal(found("licenses", "id", "other", feature="secur"), it.org_ids)
    equal(found("licenses", "id", pak=it.org[:6].lower()), it.org_ids)
    equal(found("licenses", "id", "viewer", pak=it.org[:6]), [])
    equal(found("licenses", "id", pak=it.org, sku="sec-k9"), it.org_ids)
    equal(found("licenses", "id", feature="securityk9x"), [])
    equal(found("paks", "pak", pak=it.net[:3] + "-" + it.net[3:5]), [it.net])
    equal(found("paks", "pak", pak=it.none), [it.none] * 2)
    equal(found("paks", "pak", "viewer", pak=it.org), [])
    equal(found("paks", "pak", sku="srst"), [it.none])
    equal(found("paks", "pak", order="1"), [it.net, it.org])
    equal(found("paks", "pak", order="1", sort="newest"), [it.org, it.net])
    equal(found("paks", "pak", "other", order="1"), [it.org])
    # There is one of this name as a whole.
    more = it.pak("--sku", SKU, "--quantity", "1", "--order", "N11")
    equal(found("paks", "pak", order="N1"), [it.net])
    equal(found("paks", "pak", order="n1"), [it.net, more])
    equal(found("rmas", "to", udi="9:c"), [PID + "D"])
    equal(found("rmas", "to", "other", udi="9:c"), [])
    it.get("/api/v1/paks", match="part", pak="5-v").is_problem(
        400, "bad-query", "pak: the first 3 characters")
    it.get("/api/v1/paks", "viewer", match="part", sku="SEC",
           account="other").is_problem(403, "another-account")
    for path in ("devices?udi=LIC", "paks?pak=AAA", "licenses?feature=s"):
        it.site.get(f"/api/v1/{path}&match=part").is_problem(401, "no-token")


def secret(it):
    """Beginnings of PAKs of others are not told, where a device has several
    accounts' licenses."""
    before = it.all("licenses", "viewer", udi=PID + "A")
    theirs = it.pak("--sku", SKU, "--quantity", "1", "--account", "other")
    got = it.site.post(f"/api/v1/paks/{theirs}/redeem", {"udis": [PID + "A"]},
                       token=it.tokens["admin"], key="theirs")
    equal(got.status, 200, got.body)
    equal(len(it.all("licenses", "viewer", udi=PID + "A")), len(before) + 1)
    for pak, n in ((theirs, 0), (it.net, 1)):
        for part in (pak[:3], pak[:-1], pak):
            equal(len(it.all("licenses", "viewer", match="part",
                             udi=PID + "A", pak=part)), n, part)


def far(it):
    """What is looked for stands behind more than a page looks through."""
    number = it.desk.sql("acme", "SELECT max(n) FROM log")[0]
    columns = "(n, id, udi, feature, source, units, line)"
    end = 400000
    it.desk.sql("acme", f"INSERT INTO license {columns} VALUES"
                f" ({end}, 'far', 'FAR:1', 'farthest', 'manual', 0, 'x');"
                f" UPDATE head SET n = {end}")
    try:
        rows, cursor = it.page("licenses", feature="farthest", match="part")
        equal(rows, [])
        check(cursor, "there is no further page")
        equal([row["udi"] for row in it.all(
            "licenses", feature="FARTHEST", match="part")], ["FAR:1"])
        equal(it.all("licenses", feature="nothing", match="part",
                     sort="newest"), [])
        got = it.get("/api/v1/reports/licenses", format="csv", limit="all",
                     feature="FARTHEST", match="part")
        equal((got.status, got.body.count(b"\n"), got.body.count(b"FAR:1")),
              (200, 2, 1), got.body)
    finally:
        it.desk.sql("acme", f"DELETE FROM license WHERE n = {end};"
                            f" UPDATE head SET n = {number}")


def asked(it):
    """What became of extensions that were asked for, for whose device it
    is."""
    member, support = (it.desk.run(
        "token", "create", "acme", name, "--role", name, *more).strip()
        for name, more in (("member", ("--account", "example-net")),
                           ("support", ())))

    def do(path, token, key, **body):
        got = it.site.post("/api/v1/" + path, body, token=token, key=key)
        equal(got.status, 200, got.body)
        return got.json

    udi = PID + "A"
    path = f"/api/v1/devices/{quoted(udi)}/extensions"
    equal(it.get(path, "viewer").json, {"extensions": []})
    trial = do("evaluations", member, "trial", udi=udi,
               feature="uck9")["licenses"][0]["id"]
    for n in "12":
        do("extensions/requests", member, "ask" + n, license=trial,
           days=int(n), reason="late " + n)
    waits, = it.get("/api/v1/approvals").json["approvals"]
    do(f"approvals/{waits['entry']}/decline", support, "no",
       reason="not paid: no")
    do("extensions/requests", member, "ask3", license=trial, days=3,
       reason="paid")
    rows = it.all(path[8:], "viewer", sort="newest")
    it.described.examine("GET", path, it.get(path, "viewer"))
    equal([(row["days"], row["state"], row["answer"]) for row in rows],
          [(3, "waiting", None), (2, "declined", "not paid: no"),
           (1, "repeated", None)])
    equal([(row["license"], row["feature"], row["of_use"], row["who"],
            row["decided"] is None) for row in rows],
          [(trial, "uck9", True, "token member", state != "declined")
           for state in ("waiting", "declined", "repeated")])
    do("extensions", support, "yes", license=trial, period=86400,
       reason="fine")
    equal([(row["state"], row["answer"]) for row in it.all(
        path[8:], "viewer")], [("repeated", None),
                               ("declined", "not paid: no"),
                               ("approved", "fine")])
    it.get(path, "other").is_problem(404, "not-found")
    it.site.get(path).is_problem(401, "no-token")


def catalog(it):
    """Families, accounts and contracts, and the file of all."""
    got = it.get("/api/v1/catalog", "auditor")
    it.described.examine("GET", "/api/v1/catalog", got)
    got = got.json
    equal([row["account"] for row in got["accounts"]],
          ["example-net", "other"])
    equal([(row["contract"], row["account"], row["skus"][0]["used"])
           for row in got["contracts"]][:1], [("C-1001", "example-net", 0)])
    check({"family", "pids", "moves_to"} == set(got["families"][0]), got)
    equal(it.get("/api/v1/accounts").json, {"accounts": got["accounts"]})
    text = it.get("/api/v1/catalog/file").body
    equal(it.site.ask("PUT", "/api/v1/catalog", text,
                      token=it.tokens["admin"],
                      Content_Type="text/plain").json["same"],
          len(got["accounts"]) + len(got["contracts"]) + len(got["families"])
          + len(it.get("/api/v1/skus").json["skus"]))
    for path in ("catalog", "catalog/file", "accounts"):
        it.get("/api/v1/" + path, "viewer").is_problem(403, "role")
        it.site.get("/api/v1/" + path).is_problem(401, "no-token")


def tags(it):
    path = "/api/v1/paks?limit=1"
    got = it.get(path)
    tag = got.headers["ETag"]
    check(tag.startswith('"') and tag.endswith('"'), tag)
    for known in (tag, f'"x", W/{tag}', "*"):
        again = it.site.get(path, token=it.tokens["admin"],
                            If_None_Match=known)
        equal((again.status, again.body, again.headers["ETag"]),
              (304, b"", tag))
    other = it.site.get(path, token=it.tokens["admin"], If_None_Match='"x"')
    equal((other.status, other.body), (200, got.body))
    it.desk.run("pak", "stop", "acme", it.net, "--reason", "lost")
    changed = it.site.get(path, token=it.tokens["admin"], If_None_Match=tag)
    equal(changed.status, 200)
    check(changed.headers["ETag"] != tag)


def kept(it):
    """A page that is asked for again is the same while nothing changes, is
    nobody else's, and never an old one: here another process writes."""
    for path in ("/api/v1/paks", "/api/v1/devices", "/api/v1/licenses",
                 "/api/v1/rmas", "/api/v1/log"):
        first = it.get(path)
        again = it.get(path)
        equal((again.body, again.headers["ETag"]),
              (first.body, first.headers["ETag"]), path)
        if path != "/api/v1/log":
            check(it.get(path, "other").body != first.body, path)
            equal(it.get(path).body, first.body, path)
    for n in range(3):
        rows = it.all("paks", limit=500)
        new = it.pak("--sku", SKU, "--quantity", "2")
        equal([row["pak"] for row in it.all("paks", limit=500)],
              [row["pak"] for row in rows] + [new])
        udi = f"{PID}kept{n}"
        before = [row["udi"] for row in it.all("devices", limit=500)]
        it.redeem(new, [udi], f"kept-{n}")
        equal([row["udi"] for row in it.all("devices", limit=500)],
              sorted(before + [udi]))
        equal(it.all("paks", limit=500)[-1]["left"], 1)
        equal(it.all("licenses", limit=500)[-1]["udi"], udi)


def wrong(it):
    """Queries that are none, and cursors that were changed."""
    _, cursor = it.page("paks", limit=1)
    for query in ({"limit": "0"}, {"limit": "501"}, {"limit": "x"},
                  {"limit": "-1"}, {"cursor": "x"}, {"cursor": cursor + "A"},
                  {"cursor": cursor[:-2]}, {"cursor": ""}, {"left": "yes"},
                  {"order": ""}, {"order": "x" * 256}, {"sku": b"\xff"},
                  {"pak": "no"}, {"order": "a\0b"}):
        it.get("/api/v1/paks", **query).is_problem(400, "bad-query",
                                                   next(iter(query)))
    it.get("/api/v1/licenses", cursor=cursor).is_problem(
        400, "bad-query", "not from this list")
    it.get("/api/v1/licenses", expiring="0").is_problem(400, "bad-query")
    for path in ("paks", "devices", "licenses", "rmas", "lots", "log", "keys",
                 "reports/paks", "log/audit", "log/checkpoint"):
        it.site.get("/api/v1/" + path).is_problem(401, "no-token")
    for path in ("lots", "log", "log/audit", "reports/skus", "approvals"):
        it.get("/api/v1/" + path, "viewer").is_problem(403, "role")


def reports(it):
    for name in ("licenses", "paks", "devices", "skus"):
        rows = it.desk.json("report", name, "acme")
        equal(it.all("reports/" + name, member="rows"), rows)
        text = it.desk.run("report", name, "acme", "--csv")
        got = it.get("/api/v1/reports/" + name, format="csv", limit=500)
        equal(got.headers["Content-Type"], "text/csv; charset=utf-8")
        # licissue's output was read as text, with other ends of rows.
        equal(got.body.decode().replace("\r\n", "\n"), text)
    got = it.site.get("/api/v1/reports/paks?limit=2",
                      token=it.tokens["admin"], Accept="text/csv")
    equal(got.body.count(b"\r\n"), 3)
    rest = it.get("/api/v1/reports/paks", format="csv",
                  cursor=got.headers["Next-Cursor"])
    equal(rest.headers["Next-Cursor"], None)
    equal([row["pak"] for row in it.all("reports/paks", "viewer",
                                        member="rows")], [it.net])
    it.get("/api/v1/reports/none").is_problem(404, "not-found")
    it.get("/api/v1/reports/history").is_problem(400, "bad-query", "udi")
    equal(len(it.all("reports/history", member="rows", udi=PID + "A")), 2)


def keys(it):
    got = it.get("/api/v1/keys", "viewer").json["keys"]
    equal([(key["signs"], key["withdrawn"]) for key in got], [(True, False)])
    with open(os.path.join(it.desk.path("acme"), "issuer.jwk"),
              encoding="utf-8") as f:
        check(got[0]["jwk"]["x"] in f.read(), got)
    check("d" not in got[0]["jwk"], got)
    check(DATE.fullmatch(got[0]["made"]), got)
    it.get("/api/v1/keys/trust", "viewer").is_problem(404, "not-found")
    with open(os.path.join(it.desk.path("acme"), "list.trust"), "w",
              encoding="utf-8") as f:
        f.write("a list\n")
    equal(it.get("/api/v1/keys/trust", "viewer").body, b"a list\n")


def log(it):
    rows = it.all("log", limit=7)
    equal([row["entry"] for row in rows], list(range(1, len(rows) + 1)))
    equal(rows[0]["kind"], "created")
    entries(it, rows)
    checkpoint = it.get("/api/v1/log/checkpoint", "viewer").body.decode()
    equal(checkpoint.count("."), 2)
    audit = "/api/v1/log/audit"
    none = it.get(audit, "auditor").json
    equal((none["state"], none["began"], none["ended"]), ("none", None, None))

    def verify():
        got = it.site.post(audit, {}, token=it.tokens["auditor"])
        equal((got.status, got.json["state"] in ("running", "done")),
              (202, True), got.body)
        wait_until(lambda: it.get(audit, "auditor").json["state"] == "done",
                   "the verification")
        return it.get(audit, "auditor").json

    got = verify()
    equal((got["entries"], got["licenses"], got["faults"], got["found"]),
          (len(rows), 10, 0, []))
    check(DATE.fullmatch(got["began"]) and DATE.fullmatch(got["ended"])
          and got["began"] <= got["ended"], got)
    it.desk.sql("acme", f"UPDATE pak SET order_number = 'X' WHERE"
                        f" code = '{it.net}'")
    got = verify()
    equal(got["faults"], 1)
    check(it.net in got["found"][0], got)


def entries(it, rows):
    """Filters of the log, and its words for people."""
    def found(**query):
        got = it.get("/api/v1/log?" + urllib.parse.urlencode(
            {"limit": 500, **query}))
        equal(got.status, 200, got.body)
        return [row["entry"] for row in got.json["log"]]

    def of(condition):
        return [row["entry"] for row in rows if condition(row)]

    equal(found(kind="license"), of(lambda row: row["kind"] == "license"))
    equal(found(who=rows[0]["who"]),
          of(lambda row: row["who"] == rows[0]["who"]))
    equal(found(subject=it.org), of(lambda row: row["subject"] == it.org))
    first, = found(subject=it.net_ids[0])
    row = rows[first - 1]
    equal((row["subject"], row["about"], row["words"]), (
        None, it.net_ids[0],
        f"securityk9 1.0, permanent; pak, {SKU} of PAK {it.net}; for {PID}A"))
    equal(found(subject="9:a", match="part", kind="license")[:1], [first])
    pak, = it.all("log", subject=it.org)
    check(re.fullmatch(r"order number O1, account other, made \d{4}-\S+Z",
                       pak["words"]), pak)
    equal(json.loads(pak["says"])[1], "O1")
    day = rows[0]["at"][:10]
    equal(found(until=day), found(until=day + "T23:59:59Z"))
    equal(found(since="2100-01-01"), [])
    equal(found(since=day), [row["entry"] for row in rows])
    equal(found(until="2000-01-01T00:00:00Z"), [])
    for query in ({"since": "x"}, {"until": "2026-02-30"}, {"kind": ""}):
        it.get("/api/v1/log", **query).is_problem(
            400, "bad-query", next(iter(query)))


def whole(it):
    """A report of more than a page as one table."""
    with open(it.desk.path("serials.csv"), "w", encoding="ascii") as f:
        f.writelines(f"{PID}W{n:04}\n" for n in range(1101))
    it.desk.run("lot", "create", "acme", "--name", "week", "--csv",
                "serials.csv", "--feature", "ipbasek9", "-o", "week.lic")
    text = it.desk.run("report", "licenses", "acme", "--csv")
    got = it.get("/api/v1/reports/licenses", format="csv", limit="all")
    equal(got.headers["Content-Type"], "text/csv; charset=utf-8")
    equal(got.body.decode().replace("\r\n", "\n"), text)
    check(text.count("\n") > 1100, text.count("\n"))
    # Of its account alone, and of a filter.
    got = it.get("/api/v1/reports/licenses", "viewer", format="csv",
                 limit="all")
    equal(got.body.count(b"\r\n"), 1 + len(it.all("licenses", "viewer")))
    got = it.get("/api/v1/reports/paks", format="csv", limit="all",
                 pak=it.org)
    equal(got.body.count(b"\r\n"), 2)
    it.get("/api/v1/reports/licenses", limit="all").is_problem(
        400, "bad-query", "limit")


def calendar(it):
    """How many licenses end on which day, for whom."""
    day = 86400
    today = int(time.time()) // day
    for udi, feature, days in (("A", "updates", 3), ("B", "updates", 3),
                               ("A", "support", 40), ("C", "updates", 300)):
        got = it.site.post("/api/v1/subscriptions", {
            "udi": PID + udi, "feature": feature, "end": time.strftime(
                "%Y-%m-%d", time.gmtime((today + days) * day))},
            token=it.tokens["admin"], key=f"ends-{udi}-{feature}")
        equal(got.status, 200, got.body)
    got = it.get("/api/v1/calendar").json
    equal((got["days"], got["complete"], got["from"][:10]),
          (182, True, time.strftime("%Y-%m-%d", time.gmtime(today * day))))
    rows = [(row["feature"], row["licenses"]) for row in got["calendar"]]
    equal(rows, [("updates", 2), ("support", 1)])
    check(got["calendar"][0]["date"].endswith("T00:00:00Z"), got)
    equal(len(it.get("/api/v1/calendar", days=400).json["calendar"]), 3)
    equal(it.get("/api/v1/calendar", days=1).json["calendar"], [])
    # Licenses of no PAK are no account's.
    equal(it.get("/api/v1/calendar", "viewer").json["calendar"], [])
    for days in ("0", "x", "-1", "36501", ""):
        it.get("/api/v1/calendar", days=days).is_problem(400, "bad-query")


def lists(desk):
    desk.authority("acme")
    with open(desk.path("catalog.conf"), "w", encoding="utf-8") as f:
        with open(os.path.join(TOP, "examples", "catalog.conf"),
                  encoding="utf-8") as example:
            f.write(example.read())
    desk.run("sku", "load", "acme", "catalog.conf")
    with open(desk.path("accounts.conf"), "w", encoding="utf-8") as f:
        f.write('accounts = ( { account = "other"; } );\n')
    desk.run("sku", "load", "acme", "accounts.conf")
    tokens = {
        "admin": ("--role", "admin"), "auditor": ("--role", "auditor"),
        "viewer": ("--role", "viewer", "--account", "example-net"),
        "other": ("--role", "viewer", "--account", "other")}
    tokens = {name: desk.run("token", "create", "acme", name, *options).strip()
              for name, options in tokens.items()}
    with Site(desk) as site:
        it = Lists(desk, site, tokens)
        fill(it)
        for test in (paks, stable, licenses, devices, newest, parts, far,
                     catalog, tags, kept, wrong, reports, keys, log, whole,
                     calendar, asked, secret):
            test(it)
        equal(site.stop("licportald"), 0)


main(lists)
