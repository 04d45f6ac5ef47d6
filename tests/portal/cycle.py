#!/usr/bin/env python3
"""cycle: the whole life of licenses, as examples/authority has it, through the
portal's interface alone."""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from described import Description  # noqa: E402
from desk import TOP, check, equal, main  # noqa: E402
from portal_site import Site, quoted  # noqa: E402

SEC, SRST = "L-LAB-SEC-K9=", "L-LAB-SRST-25="
ONE, TWO, THREE, OTHER = (f"LIC1921/K9:LAB0000000{n}" for n in "1234")
CATALOG = os.path.join(TOP, "examples", "catalog.conf")

CONTRACT = """
contracts = ( { contract = "C-1"; account = "example-net";
    skus = ( { sku = "L-LAB-SEC-K9="; quantity = 2; } ); } );
"""


class Portal:
    """The interface, as somebody with a token."""

    def __init__(self, site, tokens):
        self.site, self.tokens, self.keys = site, tokens, 0
        self.described = Description()

    def ask(self, role, path, body, method="POST", key=None, **options):
        self.keys += 1
        got = self.site.ask(method, f"/api/v1/{path}", body,
                            token=self.tokens.get(role),
                            key=key or f"key-{self.keys}", **options)
        self.described.examine(method, f"/api/v1/{path}", got)
        return got

    def do(self, role, path, body=None, **options):
        """It succeeds; the answer."""
        got = self.ask(role, path, {} if body is None else body, **options)
        equal(got.status, 200, path, got.body)
        return got.json

    def refused(self, status, kind, role, path, body, *said, **options):
        self.ask(role, path, body, **options).is_problem(status, kind, *said)


class Cycle:
    def __init__(self, desk, site, tokens):
        self.desk = desk
        self.portal = Portal(site, tokens)
        self.devices = {udi: desk.device(udi) for udi in (ONE, TWO, THREE)}

    def read(self, name):
        with open(self.desk.path(name), encoding="utf-8") as f:
            return f.read()

    def write(self, name, text):
        with open(self.desk.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return name

    def install(self, udi, answer, n):
        """The file of an answer, which has so many licenses."""
        equal(len(answer["licenses"]), n, answer)
        equal(answer["file"].count("BEGIN LICENSE"), n)
        check("BEGIN LICENSE" in answer["file"])
        self.devices[udi].install(self.write("install.lic", answer["file"]))

    def features(self, udi):
        return sorted(row[0] for row in self.devices[udi].licenses())

    def credentials(self, udi):
        return self.read(self.devices[udi].credentials("credentials"))

    # -- The tour ---------------------------------------------------------

    def catalog(self):
        portal = self.portal
        with open(CATALOG, encoding="utf-8") as f:
            text = f.read()
        portal.refused(422, "file", "catalog", "catalog",
                       b"skus = ( { sku = 7; } );\n\nfamily = 3;",
                       method="PUT", Content_Type="text/plain")
        wrong = portal.ask("catalog", "catalog",
                           b"skus = ( { sku = 7; } );\n\nfamily = 3;",
                           method="PUT", Content_Type="text/plain").json
        equal([row["line"] for row in wrong["mistakes"]][:1], [1], wrong)
        check(3 in [row["line"] for row in wrong["mistakes"]], wrong)
        # No file of the portal's machine gets into an agreement.
        got = portal.ask("catalog", "catalog", b"""skus = ( { sku = "X";
            description = "x"; items = ( { feature = "f";
            type = "permanent"; agreement = "/etc/passwd"; } ); } );""", method="PUT",
                         Content_Type="text/plain")
        got.is_problem(422, "file")
        check(any("agreement-text" in row["detail"]
                  for row in got.json["mistakes"]), got.body)
        changes = portal.do("catalog", "catalog", text.encode(),
                            method="PUT", Content_Type="text/plain")
        check(changes["added"] > 3, changes)
        again = portal.do("catalog", "catalog", {"catalog": text},
                          method="PUT")
        equal((again["added"], again["changed"]), (0, 0), again)
        equal(portal.do("catalog", "catalog", CONTRACT.encode(), method="PUT",
                        Content_Type="text/plain")["added"], 1)

    def factory(self):
        portal = self.portal
        image = portal.do("factory", "lots", {
            "name": "image-15.2", "unlocked": True, "licenses": [
                {"feature": "ipbasek9"}, {"feature": "datak9"},
                {"feature": "cme-srst", "count": 5000}],
            "agreement": "Sixty days to try a feature.\n"})
        equal([one["type"] for one in image["licenses"]],
              ["evalRightToUse"] * 3)
        lot = {"name": "week-48", "udis": [ONE, TWO, THREE],
               "licenses": [{"feature": "ipbasek9"}]}
        first = portal.do("factory", "lots", lot)
        equal([one["udi"] for one in first["licenses"]], [ONE, TWO, THREE])
        again = portal.do("factory", "lots", lot)
        equal(again["again"], True)
        equal(again["licenses"], first["licenses"])
        portal.refused(422, "refused", "factory", "lots",
                       {"name": "large", "licenses": [{"feature": "f"}] * 21,
                        "udis": [f"P:{n}" for n in range(1000)]}, "21000")
        portal.refused(422, "refused", "factory", "lots",
                       {**lot, "udis": [ONE]}, "already made")
        for udi in (ONE, TWO):
            got = portal.site.get(f"/api/v1/devices/{quoted(udi)}/licenses.lic",
                                  token=portal.tokens["support"])
            self.devices[udi].install(self.write("factory.lic",
                                                 got.body.decode()))
            equal(portal.do("factory", "devices/credentials",
                            {"credentials": self.credentials(udi)}),
                  {"udi": udi, "told": ""})

    def factory_key(self):
        """A key that the factory knows before the device is seen."""
        portal = self.portal
        key = json.loads(self.read("acme/issuer.jwk"))
        key.pop("name", None)
        got = portal.do("factory", "devices", {"udi": "LIC1921/K9:NEW",
                                               "key": key})
        equal(len(got["kid"]), 43)
        portal.refused(422, "refused", "factory", "devices",
                       {"udi": "LIC1921/K9:NEW", "key": {**key, "d": "AAAA"}},
                       "private")
        portal.refused(409, "key", "factory", "devices",
                       {"udi": ONE, "key": key}, "on record")
        check(any(subject == ONE for subject, _ in self.desk.refusals()),
              self.desk.refusals())

    def buy(self):
        portal = self.portal
        pak = portal.do("pak-desk", "paks", {
            "order": "4711", "account": "example-net",
            "lines": [{"sku": SEC, "quantity": 3},
                      {"sku": SRST, "quantity": 3}]})["pak"]
        redeem = f"paks/{pak}/redeem"
        self.security = portal.do("member", redeem,
                                  {"udis": [ONE], "sku": SEC}, key="lost")
        equal(portal.do("member", redeem, {"udis": [ONE], "sku": SEC},
                        key="lost")["licenses"], self.security["licenses"])
        self.install(ONE, self.security, 1)
        self.install(ONE, portal.do("member", redeem, {
            "udis": [ONE], "sku": SRST, "quantity": 2}), 2)
        # What is another account's is not theirs.
        portal.refused(403, "another-account", "stranger", redeem,
                       {"udis": [ONE], "sku": SEC})
        portal.refused(403, "another-account", "stranger",
                       "contracts/C-1/redeem", {"udis": [ONE]})
        self.install(TWO, portal.do("member", "contracts/C-1/redeem",
                                    {"udis": [TWO]}), 1)
        self.not_joined(redeem)
        # Stopped, and going on.
        portal.do("pak-desk", f"paks/{pak}/stop", {"reason": "not paid"})
        portal.refused(422, "refused", "member", redeem,
                       {"udis": [TWO], "sku": SEC}, "not paid")
        portal.do("pak-desk", f"paks/{pak}/start")
        equal(portal.site.ask("POST", f"/api/v1/paks/{pak}/start",
                              token=portal.tokens["pak-desk"],
                              key="no body").json["stopped"], "")
        portal.refused(422, "refused", "member", redeem,
                       {"udis": [ONE] * 5, "sku": SEC, "quantity": 5000},
                       "25000 units")
        self.lists(redeem)

    def lists(self, redeem):
        """Lists of devices, some of which are wrong."""
        portal = self.portal
        csv = f"udi,sku,quantity\n{ONE},{SEC},1\nnonsense,{SEC},1\n".encode()
        got = portal.ask("member", redeem, csv, Content_Type="text/csv")
        got.is_problem(422, "refused")
        equal([(row["udi"], row["row"]) for row in got.json["rows"]],
              [("nonsense", 3)], got.body)
        got = portal.do("member", redeem + "?partial=true", csv,
                        Content_Type="text/csv; charset=utf-8")
        equal([one["udi"] for one in got["licenses"]], [ONE])
        equal([row["udi"] for row in got["refused"]], ["nonsense"])
        xml = f'<devices><device udi="{TWO}"/></devices>'.encode()
        got = portal.do("member", f"{redeem}?sku={quoted(SRST)}", xml,
                        Content_Type="application/xml")
        equal([one["udi"] for one in got["licenses"]], [TWO])
        portal.refused(415, "not-json", "member", redeem, csv,
                       "text/csv", Content_Type="text/html")
        portal.refused(422, "refused", "member", redeem + "?partial=yes", csv,
                       "partial", Content_Type="text/csv")
        got = portal.ask("member", redeem,
                         {"udis": [ONE, "nonsense", TWO], "sku": SRST})
        got.is_problem(422, "refused")
        check("nonsense" in [row["udi"] for row in got.json["rows"]], got.body)

    def not_joined(self, ours):
        """A license of theirs does not make others' devices theirs."""
        portal = self.portal
        pak = portal.do("pak-desk", "paks", {
            "account": "lab-team", "lines": [{"sku": SEC, "quantity": 3}]}
                        )["pak"]
        redeem = f"paks/{pak}/redeem"
        for who in ("stranger", None):
            portal.refused(403, "another-account", who, redeem,
                           {"udis": [OTHER, ONE]}, ONE)
        # Without a token no more than the PAK has, before all else.
        portal.refused(422, "refused", None, redeem, {"udis": [ONE] * 4},
                       "4 units in one request, but the PAK has 3")
        portal.refused(422, "refused", None, redeem,
                       {"udis": [OTHER], "quantity": 4}, "the PAK has 3")
        csv = f"{OTHER}\n{TWO}\n{ONE}\n{THREE}\n"
        portal.refused(422, "file", None, redeem, csv.encode(),
                       "more than 3 devices", Content_Type="text/csv")
        portal.do("stranger", redeem, {"udis": [OTHER]})
        portal.refused(403, "another-account", "stranger", "rmas",
                       {"from": OTHER, "to": ONE}, ONE)
        portal.refused(403, "another-account", "stranger", "rehosts",
                       {"ticket": "none", "to": ONE}, ONE)
        # Of two accounts, by the staff: no more for one of them to replace.
        portal.do("support", ours, {"udis": [OTHER], "sku": SEC})
        for who in ("stranger", "member"):
            portal.refused(403, "another-account", who, "rmas",
                           {"from": OTHER, "to": THREE}, OTHER)
        self.brought()

    def brought(self):
        """An account gives away what it brought, and names no others' PAKs."""
        portal = self.portal
        d, e = "LIC1921/K9:LAB0000000E", "LIC1921/K9:LAB0000000F"
        # Somebody without an account: nobody's, whoever comes next.
        paks = [portal.do("pak-desk", "paks", {
            "lines": [{"sku": SEC, "quantity": 3}]})["pak"] for _ in range(2)]
        portal.do(None, f"paks/{paks[0]}/redeem", {"udis": [d]})
        portal.refused(403, "another-account", "member", "rmas",
                       {"from": d, "to": THREE}, "has no license")
        portal.do("member", "contracts/C-1/redeem", {"udis": [d]})
        portal.refused(403, "another-account", "member", "rmas",
                       {"from": d, "to": THREE}, "licenses of no account")
        for who, seen in (("member", {None}), ("support", {None, paks[0]})):
            path = f"/api/v1/devices/{quoted(d)}/"
            got = [portal.site.get(path + what, token=portal.tokens[who])
                   for what in ("licenses", "history")]
            equal({one["pak"] for one in got[0].json["licenses"]}, seen)
            equal(paks[0].encode() in got[1].body, who == "support")
            for report in ("licenses", "history"):
                for limit in ("10", "all"):
                    got = portal.site.get(
                        f"/api/v1/reports/{report}?format=csv&limit={limit}"
                        f"&udi={quoted(d)}", token=portal.tokens[who])
                    equal(got.status, 200, got.body)
                    equal(paks[0].encode() in got.body, who == "support",
                          report, limit, got.body)
            for ask in (f"?pak={paks[0]}", f"?pak={paks[0][:4]}&match=part"):
                got = portal.site.get(path + "licenses" + ask,
                                      token=portal.tokens[who])
                check(who == "support" or not got.json.get("licenses"),
                      got.body)
                got = portal.site.get(
                    f"/api/v1/licenses{ask}&udi={quoted(d)}",
                    token=portal.tokens[who])
                equal(len(got.json["licenses"]), who == "support", got.body)
        # Two without a token may have the same key, for PAKs of theirs.
        other = portal.do("pak-desk", "paks", {
            "lines": [{"sku": SEC, "quantity": 2}]})["pak"]
        got = [portal.do(None, f"paks/{pak}/redeem", {"udis": [d + "X"]},
                         key="1")["licenses"][0]["id"]
               for pak in (paks[0], other, other, f"{other[:4]}-{other[4:]}")]
        equal(got[1:], [got[1]] * 3)
        check(got[0] != got[1], got)
        # A PAK becomes the account's that redeems it first.
        portal.do("stranger", f"paks/{paks[1]}/redeem", {"udis": [e]})
        portal.refused(403, "another-account", "member",
                       f"paks/{paks[1]}/redeem", {"udis": [THREE]}, "this PAK")
        equal(portal.site.get(f"/api/v1/paks/{paks[1]}").json["account"],
              "lab-team")
        portal.refused(403, "another-account", "member", "rmas",
                       {"from": e, "to": THREE}, e)
        # Sold: nothing there is the first account's any more.
        f = "LIC1921/K9:LAB0000000G"
        first = portal.do("stranger", "rmas", {"from": e, "to": f})
        equal([one["udi"] for one in first["licenses"]], [f])
        portal.do("support", f"rmas/{quoted(e)}/returned")
        got = portal.do("pak-desk", "paks", {"account": "example-net", "lines":
                                             [{"sku": SEC, "quantity": 1}]})
        portal.do("member", f"paks/{got['pak']}/redeem", {"udis": [e]})
        portal.do("member", "evaluations", {"udi": e, "feature": "uck9"})
        portal.refused(403, "another-account", "member", "evaluations",
                       {"udi": f, "feature": "uck9"}, f)

    def trial(self):
        portal = self.portal
        asked = {"udi": ONE, "feature": "datak9"}
        got = portal.do("member", "evaluations", asked)
        equal(portal.do("member", "evaluations", asked)["licenses"],
              got["licenses"])
        self.install(ONE, got, 1)
        portal.refused(403, "another-account", "stranger", "evaluations",
                       {"udi": ONE, "feature": "uck9"})
        portal.refused(422, "refused", "member", "evaluations",
                       {"udi": ONE, "feature": "uck9", "period": 86400 * 61},
                       "60 days")
        more = portal.do("support", "extensions", {
            "license": got["licenses"][0]["id"], "period": 30 * 86400,
            "reason": "parts are late"})
        self.install(ONE, more, 1)
        says = self.desk.sql("acme", "SELECT says FROM log"
                             " WHERE kind = 'approved' ORDER BY n")
        equal(says, ["extension, by token support: parts are late"])

    def others(self):
        """Subscriptions, rights to use, counts."""
        portal = self.portal
        got = portal.do("pak-desk", "subscriptions", {
            "udi": ONE, "feature": "updates", "days": 30})
        self.install(ONE, got, 1)
        renewed = portal.do("pak-desk", "subscriptions/"
                            + got["licenses"][0]["id"] + "/renew",
                            {"days": 365})
        self.install(ONE, renewed, 1)
        portal.refused(422, "refused", "pak-desk", "subscriptions", {
            "udi": ONE, "feature": "updates", "days": 3,
            "end": "2090-01-01"}, '"days"')
        portal.refused(422, "refused", "pak-desk", "subscriptions", {
            "udi": ONE, "feature": "updates", "end": "2090-02-30"}, '"end"')
        got = portal.do("support", "rights-to-use", {
            "unlocked": True, "feature": "uck9", "period": 3600})
        equal(got["licenses"][0]["type"], "evalRightToUse")
        got = portal.do("pak-desk", "counts", {
            "udi": ONE, "feature": "cme-srst", "to": 80})
        equal([one["count"] for one in got["licenses"]], [30])
        portal.refused(409, "exists", "pak-desk", "counts", {
            "udi": ONE, "feature": "cme-srst", "to": 80})

    def move(self):
        portal, one, two = self.portal, self.devices[ONE], self.devices[TWO]
        asked = {"credentials": self.credentials(ONE), "to": TWO,
                 "licenses": [self.security["licenses"][0]["id"]]}
        portal.refused(403, "another-account", "stranger", "rehosts/permits",
                       asked)
        portal.refused(422, "refused", "member", "rehosts/permits",
                       {**asked, "to": ONE},
                       f"{ONE} cannot move licenses to itself")
        permit = portal.do("member", "rehosts/permits", asked, key="permit")
        equal(portal.do("member", "rehosts/permits", asked, key="permit"),
              permit)
        equal((permit["udi"], permit["to"]), (ONE, TWO))
        rehost = {"ticket": self.read(one.revoke(
            self.write("permission", permit["ticket"]), "rehost"))}
        portal.refused(422, "ticket", "member", "rehosts",
                       {**rehost, "to": THREE},
                       f"moves its licenses to {TWO}, not to {THREE}")
        portal.refused(403, "another-account", "stranger", "rehosts", rehost)
        moved = portal.do("member", "rehosts", rehost)
        equal(moved["spent"], 0)
        self.install(TWO, moved, 1)
        for same in (rehost, {**rehost, "to": TWO}):
            equal(portal.do("member", "rehosts", same)["licenses"],
                  moved["licenses"])
        portal.refused(409, "exists", "member", "rehosts",
                       {**rehost, "to": THREE})
        forged = rehost["ticket"][:-200] + rehost["ticket"][-200:].swapcase()
        check(portal.ask("member", "rehosts",
                         {"ticket": forged, "to": TWO}).status in (409, 422))
        check(two.licenses())

    def put_back(self):
        """A state directory that was put back is on record, though what was
        asked for with its credentials is refused, until somebody approves."""
        portal, one = self.portal, self.devices[ONE]
        one.save_state()
        one.install(self.write("more.lic", portal.do("pak-desk", "counts", {
            "udi": ONE, "feature": "cme-srst", "count": 5})["file"]))
        portal.do("support", "devices/credentials",
                  {"credentials": self.credentials(ONE)})
        one.put_state_back()
        ids = [one["id"] for one in self.security["licenses"]]
        asked = {"credentials": self.credentials(ONE), "to": TWO,
                 "licenses": ids}
        for _ in range(2):
            portal.refused(409, "revoked", "member", "rehosts/permits", asked,
                           "put back", key="back")
        equal([(row["what"], row["subject"]) for row in portal.site.get(
            "/api/v1/approvals", token=portal.tokens["support"]
            ).json["approvals"]], [("put-back", ONE)])
        portal.refused(422, "refused", "support", f"devices/{quoted(ONE)}"
                       "/approve", {}, '"reason"')
        portal.do("support", f"devices/{quoted(ONE)}/approve",
                  {"reason": "backup after a repair"})
        portal.refused(404, "not-found", "support", f"devices/{quoted(ONE)}"
                       "/approve", {"reason": "again"})

    def shows_token(self, udi):
        """It calls home with the member's token."""
        nonce = self.portal.site.get("/api/v1/nonce").json["nonce"]
        self.portal.do("member", "requests",
                       self.devices[udi].call("report", nonce))

    def replace(self):
        portal = self.portal
        rma = {"from": TWO, "to": THREE}
        portal.refused(403, "another-account", "stranger", "rmas", rma)
        # A lot's licenses are of no PAK: the device has to say whose it is.
        portal.refused(403, "another-account", "member", "rmas", rma,
                       "licenses of no account")
        self.shows_token(TWO)
        portal.refused(422, "refused", "member", "rmas",
                       {**rma, "reason": "I want to"}, "staff")
        got = portal.do("member", "rmas", rma)
        check(got["due"].endswith("Z"), got)
        self.devices[THREE].install(self.write("rma.lic", got["file"]))
        equal(portal.do("member", "rmas", rma)["licenses"], got["licenses"])
        check("securityk9" in self.features(THREE), self.features(THREE))
        portal.do("support", f"rmas/{quoted(TWO)}/returned")
        portal.refused(404, "not-found", "support",
                       f"rmas/{quoted(ONE)}/returned", {})

    def waiting(self):
        """What waits for approval, until it is approved or declined."""
        portal = self.portal

        def waits(role="support"):
            got = portal.site.get("/api/v1/approvals",
                                  token=portal.tokens[role])
            portal.described.examine("GET", "/api/v1/approvals", got)
            return got.json["approvals"]

        equal(waits(), [])
        trial = portal.do("member", "evaluations",
                          {"udi": THREE, "feature": "uck9"})["licenses"][0]
        asked = {"license": trial["id"], "days": 30, "reason": "still busy"}
        portal.refused(403, "another-account", "stranger",
                       "extensions/requests", asked)
        portal.refused(422, "another-device", "member", "extensions/requests",
                       {**asked, "license": self.security["licenses"][0]["id"],
                        "udi": THREE})
        portal.refused(404, "not-found", "member", "extensions/requests",
                       {**asked, "license": "none"})
        for _ in range(2):
            equal(portal.do("member", "extensions/requests", asked),
                  {"license": trial["id"], "days": 30})
        row, = waits("auditor")
        equal((row["what"], row["subject"], row["who"]),
              ("extension", trial["id"], "token member"))
        equal(json.loads(row["says"]), {
            "udi": THREE, "feature": "uck9", "days": 30, "of_use": True,
            "reason": "still busy"})
        portal.refused(422, "refused", "support",
                       f"approvals/{row['entry']}/decline", {}, '"reason"')
        equal(portal.do("support", f"approvals/{row['entry']}/decline",
                        {"reason": "not paid"}), {"entry": row["entry"]})
        equal(waits(), [])
        for entry in (row["entry"], "1", "0", "-1", "x", "9" * 40):
            portal.refused(404, "not-found", "support",
                           f"approvals/{entry}/decline", {"reason": "x"})
        portal.do("member", "extensions/requests", asked)
        equal([row["what"] for row in waits()], ["extension"])
        portal.do("support", "extensions", {
            "license": trial["id"], "period": 30 * 86400, "reason": "fine"})
        equal(waits(), [])
        self.another_key(waits)
        self.above_limit(waits)

    def another_key(self, waits):
        """The board of a device was changed."""
        portal = self.portal
        changed = self.desk.device(ONE, name="changed")
        credentials = self.read(changed.credentials("credentials"))
        portal.refused(409, "key", "support", "devices/credentials",
                       {"credentials": credentials}, "on record")
        row, = waits()
        equal((row["what"], row["subject"]), ("key", ONE))
        portal.do("support", f"devices/{quoted(ONE)}/approve",
                  {"reason": "a new board", "credentials": credentials})
        equal(waits(), [])

    def above_limit(self, waits):
        """More replacements than may be without approval."""
        portal = self.portal
        self.desk.run("rma", "limits", "acme", "--licenses", "1")
        rma = {"from": THREE, "to": TWO}
        self.shows_token(THREE)
        portal.refused(409, "above-limit", "member", "rmas", rma, "approval")
        row, = waits()
        equal((row["what"], row["subject"], row["who"]),
              ("replacement", THREE, "token member"))
        check(row["says"].startswith(f"with {TWO}: "), row)
        self.desk.run("rma", "limits", "acme", "--licenses", "1000")
        portal.do("support", "rmas", {**rma, "reason": "a flood"})
        equal(waits(), [])

    def send_again(self):
        got = self.portal.site.get(f"/api/v1/devices/{quoted(ONE)}/licenses.lic",
                                   token=self.portal.tokens["member"])
        equal(got.status, 200, got.body)
        equal(self.portal.site.get(
            f"/api/v1/devices/{quoted(TWO)}/licenses.lic",
            token=self.portal.tokens["member"]).status, 404)

    def call_home(self):
        """A device asks by itself, with a nonce, and needs no token."""
        portal, device = self.portal, self.devices[THREE]
        nonce = portal.site.get("/api/v1/nonce").json["nonce"]
        got = portal.do("none", "requests", device.call("resend", nonce))
        equal(got["udi"], THREE)
        equal(got["file"], portal.site.get(
            f"/api/v1/devices/{quoted(THREE)}/licenses.lic",
            token=portal.tokens["support"]).body.decode())

    def foreign(self):
        """Licenses of another authority, which move then."""
        portal = self.portal
        self.desk.authority("other")
        self.desk.run("issue", "other", "--udi", ONE, "--feature", "bought",
                      "--type", "permanent",
                      "-o", "other.lic")
        file = {"file": self.read("other.lic")}
        portal.refused(409, "key", "member", "imports", file)
        self.write("foreign/other.jwk", self.read("other/issuer.jwk"))
        equal(portal.do("member", "imports", file),
              {"taken": 1, "known": 0})
        equal(portal.do("member", "imports", file),
              {"taken": 0, "known": 1})

    def tokens(self):
        portal = self.portal
        asked = {"name": "till", "role": "member"}
        got = portal.do("account-admin", "tokens", asked, key="till")
        equal(got["account"], "example-net")
        again = portal.do("account-admin", "tokens", asked, key="till")
        equal(got.pop("token")[:3], "lt_")
        equal(again, got)
        portal.refused(422, "refused", "account-admin", "tokens",
                       {"name": "up", "role": "support"}, "account")
        portal.refused(422, "refused", "admin", "tokens",
                       {"name": "up", "role": "admin"}, "licissue")
        portal.refused(403, "another-account", "account-admin", "tokens",
                       {"name": "up", "role": "member",
                        "account": "lab-team"})
        portal.do("admin", "tokens", {"name": "desk2", "role": "pak-desk"})
        portal.refused(404, "not-found", "account-admin", "tokens/desk2/stop",
                       {})
        portal.refused(404, "not-found", "account-admin",
                       "tokens/stranger/stop", {})
        portal.do("account-admin", "tokens/till/stop")
        portal.do("admin", "tokens/desk2/stop")

    def webhooks(self):
        """A receiver of events; its secret is told once."""
        portal = self.portal
        asked = {"url": "https://receiver.example.net/licenses"}
        got = portal.do("account-admin", "webhooks", asked, key="hook")
        again = portal.do("account-admin", "webhooks", asked, key="hook")
        equal(got.pop("secret")[:6], "whsec_")
        equal(again, got)
        equal(portal.site.ask("DELETE", "/api/v1/webhooks/" + got["id"],
                              token=portal.tokens["account-admin"]).status,
              200)


def cycle(desk):
    desk.authority("acme")
    with open(desk.path("accounts.conf"), "w", encoding="utf-8") as f:
        f.write("""accounts = ( { account = "lab-team"; description = "Lab"; },
            { account = "example-net"; description = "A customer"; } );""")
    desk.run("sku", "load", "acme", "accounts.conf")
    tokens = {role: desk.run("token", "create", "acme", role, "--account",
                             "example-net", "--role", role).strip()
              for role in ("viewer", "member", "account-admin")}
    tokens["stranger"] = desk.run("token", "create", "acme", "stranger",
                                  "--account", "lab-team", "--role",
                                  "account-admin").strip()
    for role in ("catalog", "pak-desk", "support", "factory", "auditor",
                 "admin"):
        tokens[role] = desk.run("token", "create", "acme", role, "--role",
                                role).strip()
    os.mkdir(desk.path("foreign"), 0o700)
    with Site(desk, foreign_keys=desk.path("foreign")) as site:
        c = Cycle(desk, site, tokens)
        for step in (c.catalog, c.factory, c.factory_key, c.buy, c.trial,
                     c.others, c.move, c.put_back, c.replace, c.send_again,
                     c.call_home, c.waiting, c.foreign, c.tokens, c.webhooks):
            print("==", step.__name__, flush=True)
            step()
        described = c.portal.described
        equal([key for key, operation in described.operations.items()
               if "requestBody" in operation and "/keys/" not in key[1]
               and key not in described.answered], [],
              "operations that were not tried")
        for secret in tokens.values():
            check(secret not in site.log(), "a token is in the log")
        equal(site.stop("licportald"), 0)
    desk.verified()


main(cycle)
