#!/usr/bin/env python3
"""api: PAKs, redemption and licenses through the portal's interface, with each
role, and what it refuses."""

import os
import re
import signal
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import TOP, check, equal, main  # noqa: E402
from portal_site import Site, quoted, wait_until  # noqa: E402

SKU = "L-LAB-SEC-K9="
SRST = "L-LAB-SRST-25="
PATH = "LIC1921/K9:FDO"


def token(desk, name, *options):
    return desk.run("token", "create", "acme", name, *options).strip()


def redeeming(desk, site, tokens):
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity", "10",
                   "--order", "4711").strip()
    got = site.get(f"/api/v1/paks/{pak}")
    equal(got.status, 200, got.body)
    equal({key: got.json[key] for key in
           ("pak", "order", "quantity", "used", "left", "stopped")},
          {"pak": pak, "order": "4711", "quantity": 10, "used": 0, "left": 10,
           "stopped": ""})

    body = {"udis": [PATH + "1", PATH + "2"]}
    got = site.post(f"/api/v1/paks/{pak}/redeem", body, key="one",
                    token=tokens["member"])
    equal(got.status, 200, got.body)
    licenses = got.json["licenses"]
    equal([(one["udi"], one["feature"], one["type"]) for one in licenses],
          [(PATH + "1", "securityk9", "permanent"),
           (PATH + "2", "securityk9", "permanent")])
    check(got.json["file"].count("BEGIN LICENSE") == 2, got.json["file"])
    equal(got.json["again"], False)

    # The same request: the same licenses, no further unit.
    again = site.post(f"/api/v1/paks/{pak}/redeem", body, key="one",
                      token=tokens["member"])
    equal(again.status, 200, again.body)
    equal(again.json["again"], True)
    equal([one["id"] for one in again.json["licenses"]],
          [one["id"] for one in licenses])
    equal(again.json["file"], got.json["file"])
    equal(site.get(f"/api/v1/paks/{pak}").json["left"], 8)
    # Another body with its key.
    site.post(f"/api/v1/paks/{pak}/redeem", {"udis": [PATH + "3"]}, key="one",
              token=tokens["member"]).is_problem(
                  422, "refused", "was already used for another request")
    # The key of another token is another key.
    got = site.post(f"/api/v1/paks/{pak}/redeem", {"udis": [PATH + "3"]},
                    key="one", token=tokens["support"])
    equal(got.status, 200, got.body)

    # The device's licenses, as a file, in which two devices are apart.
    got = site.get(f"/api/v1/devices/{quoted(PATH + '1')}/licenses.lic",
                   token=tokens["member"])
    equal(got.status, 200, got.body)
    equal(got.body.count(b"BEGIN LICENSE"), 1)
    check((PATH + "1").encode() in got.body, got.body)

    # One too many, and the rest.
    site.post(f"/api/v1/paks/{pak}/redeem",
              {"udis": [PATH + "8"], "quantity": 8}, key="many",
              token=tokens["member"]).is_problem(422, "refused", "7")
    site.post(f"/api/v1/paks/{pak}/redeem",
              {"udis": [PATH + "8"], "quantity": 7}, key="useless"
              ).is_problem(422, "refused", "another unit adds nothing")
    got = site.post(f"/api/v1/paks/{pak}/redeem",
                    {"udis": [f"{PATH}8{n}" for n in range(7)]}, key="rest")
    equal(got.status, 200, got.body)
    equal(site.get(f"/api/v1/paks/{pak}").json["left"], 0)
    return pak


def refusals(desk, site, tokens, pak):
    redeem = f"/api/v1/paks/{pak}/redeem"
    body = {"udis": [PATH + "9"]}
    site.get("/api/v1/nothing").is_problem(404, "no-such-path")
    site.get("/api/v1/paks/").is_problem(404, "no-such-path")
    site.get("/api/v1/paks/%ff").is_problem(400, "bad-path")
    got = site.ask("DELETE", redeem)
    got.is_problem(405, "method")
    equal(got.headers["Allow"], "POST")
    site.post(redeem, body).is_problem(400, "no-key")
    site.post(redeem, body, key="k" * 129).is_problem(400, "no-key")
    site.post(redeem, b"{", key="k").is_problem(400, "bad-json", "line 1")
    site.post(redeem, b"[]", key="k").is_problem(400, "not-an-object")
    site.post(redeem, b"[" * 5000, key="k").is_problem(400, "too-deep")
    site.post(redeem, b'{"a":1,"a":2}', key="k").is_problem(400, "bad-json")
    site.post(redeem, b"a=b", key="k",
              Content_Type="application/x-www-form-urlencoded").is_problem(
                  415, "not-json")
    equal(site.post(redeem, b" " * (2 << 20) + b"{}", key="k").status, 413)
    for bad in ({}, {"udis": []}, {"udis": "x"}, {"udis": [1]},
                {"udis": [PATH + "9"], "quantity": 0},
                {"udis": [PATH + "9"], "quantity": "2"}):
        site.post(redeem, bad, key="k").is_problem(422, "refused", '"')
    site.post(redeem, {"udis": ["nonsense"]}, key="k").is_problem(
        422, "refused", "nonsense")
    site.get("/api/v1/paks/23456789ACD").is_problem(422, "refused")

    # Tokens.
    device = f"/api/v1/devices/{quoted(PATH + '1')}/licenses.lic"
    got = site.get(device)
    got.is_problem(401, "no-token")
    check(got.headers["WWW-Authenticate"].startswith("Bearer"))
    site.get(device, token="lt_" + "A" * 43).is_problem(
        401, "no-token", "unknown token")
    site.get(device, Authorization="Basic YTpi").is_problem(
        401, "no-token", "Bearer")
    desk.run("token", "stop", "acme", "viewer")
    site.get(device, token=tokens["viewer"]).is_problem(
        401, "no-token", "was stopped")
    site.get(f"/api/v1/devices/{quoted('P:none')}/licenses.lic",
             token=tokens["member"]).is_problem(404, "not-found")
    site.get("/api/v1/devices/none/licenses.lic",
             token=tokens["member"]).is_problem(422, "bad-udi")


def roles(site, tokens):
    """Who may create PAKs."""
    body = {"lines": [{"sku": SKU, "quantity": 2},
                      {"sku": SRST, "quantity": 3}], "order": "12"}
    for role, secret in tokens.items():
        got = site.post("/api/v1/paks", body, key="create", token=secret)
        if role in ("pak-desk", "admin"):
            equal(got.status, 200, role, got.body)
            check(re.fullmatch("[2-9A-Z]{11}", got.json["pak"]), got.body)
            show = site.get(f"/api/v1/paks/{got.json['pak']}").json
            equal([line["sku"] for line in show["lines"]], [SKU, SRST])
            equal(show["quantity"], 5)
        else:
            got.is_problem(403, "role", role)
    site.post("/api/v1/paks", body, key="create").is_problem(401, "no-token")


def together(desk, site):
    """Sixteen at once on one PAK of fifty."""
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "50").strip()
    statuses = []

    def run(i):
        for n in range(5):
            statuses.append(site.post(
                f"/api/v1/paks/{pak}/redeem", {"udis": [f"{PATH}{i}x{n}"]},
                key=f"{i}-{n}").status)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(statuses.count(200), 50)
    equal(statuses.count(422), 30)
    equal(site.get(f"/api/v1/paks/{pak}").json["left"], 0)


SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? '
                    r'([0-9.]+)')


def figures(site):
    """The figures of /metrics, whose form is right: each belongs to the family
    that was announced last, counters are totals, buckets add up."""
    got = site.get("/metrics")
    equal(got.headers["Content-Type"], "text/plain; version=0.0.4")
    values, helped, family, kind = {}, None, None, None
    for line in got.body.decode().splitlines():
        if line.startswith("# HELP "):
            helped = line.split()[2]
        elif line.startswith("# TYPE "):
            _, _, family, kind = line.split()
            equal(helped, family)
            check(kind in ("counter", "gauge", "histogram"), line)
            equal(family.endswith("_total"), kind == "counter", line)
        else:
            name, labels, value = SAMPLE.fullmatch(line).groups()
            check(name in ([family + part for part in
                            ("_bucket", "_sum", "_count")]
                           if kind == "histogram" else [family]), line)
            if name.endswith("_bucket"):
                check(float(value) >= values.get(name, 0), line)
                values[name] = float(value)
            if name.endswith("_count"):
                equal(float(value), values[family + "_bucket"])
            check(name + (labels or "") not in values
                  or name.endswith("_bucket"), line)
            values[name + (labels or "")] = float(value)
    return values


def metrics(desk, site, tokens):
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "2").strip()

    def asked(operation, status):
        return (f'licportal_requests_total{{operation="{operation}",'
                f'status="{status}"}}')

    before = figures(site)
    site.get(f"/api/v1/paks/{pak}")
    site.get("/api/v1/paks/23456789ACD")
    for n in range(3):
        site.post(f"/api/v1/paks/{pak}/redeem", {"udis": [PATH + f"m{n}"]},
                  key=f"metrics-{n}", token=tokens["member"])
    site.get("/api/v1/nothing")
    site.get("/")
    site.get("/api/v1/licenses", token="no")
    after = figures(site)
    redeem = "POST /api/v1/paks/{code}/redeem"
    for name, more in (
            (asked("GET /api/v1/paks/{code}", "2xx"), 1),
            (asked("GET /api/v1/paks/{code}", "4xx"), 1),
            (asked(redeem, "2xx"), 2), (asked(redeem, "4xx"), 1),
            (asked("GET /metrics", "2xx"), 1), (asked("none", "4xx"), 1),
            (asked("page", "2xx"), 1),
            (asked("GET /api/v1/licenses", "4xx"), 1),
            ('licportal_refusals_total{reason="no-token"}', 1),
            ('licportal_refusals_total{reason="no-such-path"}', 1),
            ("licportal_unknown_total", 1),
            ("licportal_commit_requests_sum", 3),
            ("licportal_commit_requests_count", 3),
            ('licportal_commit_requests_bucket{le="1"}', 3),
            ("licportal_issuing_seconds_count", 3)):
        equal(after.get(name, 0) - before.get(name, 0), more, name)
    check(after["licportal_issuing_seconds_sum"]
          > before["licportal_issuing_seconds_sum"], after)
    equal(after["licportal_waiting"], 0)


def killed(desk, site):
    """The issuing process is killed: the portal ends, starts again, and a
    request that is repeated has one outcome."""
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "5").strip()
    body = {"udis": [PATH + "k"]}
    first = site.post(f"/api/v1/paks/{pak}/redeem", body, key="kill")
    os.kill(site.issuer(), signal.SIGKILL)
    equal(site.processes["licportald"].wait(60) != 0, True)
    check("the issuing process has ended" in site.log(), site.log())
    site.start_portal()
    wait_until(site.answers, "the portal")
    again = site.post(f"/api/v1/paks/{pak}/redeem", body, key="kill")
    equal(again.json["licenses"], first.json["licenses"])
    equal(site.get(f"/api/v1/paks/{pak}").json["used"], 1)


def ended(desk, site):
    """Both processes get SIGTERM, as from a service manager, with requests
    under way: each is answered or was never taken, and repeating them has one
    outcome."""
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "400").strip()
    answers = {}

    def run(i):
        for n in range(40):
            key = f"{i}-{n}"
            got = site.post(f"/api/v1/paks/{pak}/redeem",
                            {"udis": [f"{PATH}e{key}"]}, key="end" + key)
            answers[key] = got.json["licenses"] if got.status == 200 else None

    threads = [threading.Thread(target=run, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answers) > 20, "requests under way")
    os.kill(site.issuer(), signal.SIGTERM)
    equal(site.stop("licportald"), 0, site.log())
    for thread in threads:
        thread.join()
    equal(site.log().count("the issuing process has ended"), 1)
    site.start_portal()
    wait_until(site.answers, "the portal")
    for key, licenses in answers.items():
        got = site.post(f"/api/v1/paks/{pak}/redeem",
                        {"udis": [f"{PATH}e{key}"]}, key="end" + key)
        equal(got.status, 200, got.body)
        check(licenses in (None, got.json["licenses"]), key, got.body)
    equal(site.get(f"/api/v1/paks/{pak}").json["used"], len(answers))


def api(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    tokens = {role: token(desk, role, "--account", "example-net", "--role", role)
              for role in ("viewer", "member", "account-admin")}
    for role in ("catalog", "pak-desk", "support", "factory", "auditor",
                 "admin"):
        tokens[role] = token(desk, role, "--role", role)
    with Site(desk) as site:
        skus = site.get("/api/v1/skus")
        equal(skus.status, 200, skus.body)
        check(SKU in [sku["sku"] for sku in skus.json["skus"]], skus.body)
        pak = redeeming(desk, site, tokens)
        roles(site, tokens)
        refusals(desk, site, tokens, pak)
        together(desk, site)
        metrics(desk, site, tokens)
        killed(desk, site)
        ended(desk, site)
        for secret in tokens.values():
            check(secret not in site.log(), "a token is in the log")
        equal(site.stop("licportald"), 0)
    desk.run("log", "verify", "acme")


main(api)
