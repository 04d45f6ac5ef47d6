#!/usr/bin/env python3
"""callhome: devices call home at the portal: nonces that count once, requests
that are done once, keys that are pinned, accounts, files, and ends in between.
What the two ends say is tried in tests/authority/callhome.py."""

import hashlib
import hmac
import json
import os
import random
import signal
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import TOP, b64, check, equal, main  # noqa: E402
from portal_site import PATIENCE, Site, quoted, wait_until  # noqa: E402

PID = "LIC1921/K9"
A, B, C, D, E, F = (f"{PID}:FDO0000{n}" for n in "ABCDEF")
SEC = "L-LAB-SEC-K9="
KILLS = 8


def nonce(site):
    got = site.get("/api/v1/nonce")
    equal(got.status, 200, got.body)
    equal(got.headers["Cache-Control"], "no-store")
    check(0 < got.json["expires"] - time.time() <= 600, got.body)
    return got.json["nonce"]


def post(site, envelope, key="any", **options):
    return site.post("/api/v1/requests", envelope, key=key, **options)


def call(site, device, kind, token=None, **members):
    """With a nonce, as devices do."""
    return post(site, device.call(kind, nonce(site), **members), token=token)


def done(got):
    equal(got.status, 200, got.body)
    return got.json


def pak_of(desk, quantity, account=None):
    return desk.run("pak", "create", "acme", "--sku", SEC, "--quantity",
                    quantity, *(("--account", account) if account else ())
                    ).strip()


def used(site, pak):
    return site.get(f"/api/v1/paks/{pak}").json["used"]


def secret(desk):
    """What nonces are made with; of SQLite and PostgreSQL."""
    text, = desk.sql("acme", "SELECT lower(hex(secret)) FROM nonce_secret"
                     if not os.environ.get("TEST_DATABASE") else
                     "SELECT encode(secret, 'hex') FROM nonce_secret")
    return bytes.fromhex(text)


def made(key, at):
    """A nonce, as authority/CALLHOME says."""
    data = int(at).to_bytes(8, "big") + os.urandom(16)
    return b64(data + hmac.new(key, b"call home nonce\0" + data,
                               hashlib.sha256).digest()[:16])


def nonces(desk, site):
    """Used twice, over, foreign, missing: 428, and nothing was decided."""
    device, pak = desk.device(A), pak_of(desk, 5)
    key = secret(desk)
    first = nonce(site)
    done(post(site, device.call("report", first)))
    again = device.call("install", first, pak=pak)
    post(site, again).is_problem(428, "nonce-used", "used before")
    post(site, device.call("install", made(key, time.time() - 700), pak=pak)
         ).is_problem(428, "nonce-over", "held 600 seconds")
    for bad in (made(b"x" * 32, time.time()), "x", "A" * 54, first[:-1] + (
            "A" if first[-1] != "A" else "B")):
        post(site, device.call("install", bad, pak=pak)
             ).is_problem(428, "nonce-foreign", "not of this portal")
    post(site, device.call("report")).is_problem(428, "nonce-missing")
    equal(used(site, pak), 0)
    # The same request with another nonce.
    got = done(post(site, device.envelope(again["request"], nonce(site))))
    equal(got["id"], json.loads(again["request"])["id"])
    done(post(site, device.call("report", made(key, time.time() - 500))))
    # A refusal uses it up, too.
    late = nonce(site)
    post(site, device.call("install", late, pak=pak, quantity=9)
         ).is_problem(422, "refused", "too many")
    post(site, device.call("install", late, pak=pak)
         ).is_problem(428, "nonce-used")
    equal(used(site, pak), 1)
    # Those that are over are forgotten.
    desk.sql("acme", "UPDATE nonce SET expires = 1")
    done(call(site, device, "report"))
    equal(desk.sql("acme", "SELECT count(*) FROM nonce"), ["1"])
    return device


def once(desk, site, device):
    """Repeated, online and as a file: one outcome."""
    pak = pak_of(desk, 5)
    request = device.call("install", nonce(site), pak=pak)
    first = done(post(site, request, key="one"))
    post(site, request, key="one").is_problem(428, "nonce-used")
    for key in ("one", "two"):
        equal(done(post(site, device.envelope(request["request"],
                                              nonce(site)), key=key)), first)
    offline = device.envelope(request["request"])
    equal(done(post(site, offline)), first, "uploaded")
    with open(desk.path("call"), "w", encoding="utf-8") as f:
        json.dump(offline, f)
    check("as before" in desk.run("request", "answer", "acme", "call",
                                  "--force", "-o", "answer"))
    with open(desk.path("answer"), encoding="utf-8") as f:
        equal(json.load(f), first, "and by licissue")
    equal(used(site, pak), 1)
    # A file first, and then online.
    offline = device.call("install", pak=pak)
    first = done(post(site, offline))
    equal(done(post(site, device.envelope(offline["request"], nonce(site)))),
          first)
    equal(used(site, pak), 2)
    # Under the same id another request, and one of another device.
    used_id = json.loads(offline["request"])["id"]
    call(site, device, "install", call_id=used_id, pak=pak, quantity=2
         ).is_problem(409, "request-id")
    call(site, desk.device(B), "install", call_id=used_id, pak=pak
         ).is_problem(409, "request-id")
    device.install(write(desk, "once.lic", first["file"]))
    equal([row[0] for row in device.licenses()], ["securityk9"])


def write(desk, name, text):
    with open(desk.path(name), "w", encoding="utf-8") as f:
        f.write(text)
    return name


def forged(desk, site, device, tokens):
    """Credentials of others, and another key for a known device."""
    good = device.call("resend", nonce(site))
    other = desk.device(C).call("resend", nonce(site))
    post(site, {**good, "credentials": other["credentials"]}
         ).is_problem(422, "another-device", f"credentials of {C}, not of {A}")
    post(site, {**good, "nonce": nonce(site)}).is_problem(422, "not-bound")
    post(site, {**good, "request": good["request"].replace("resend", "report")}
         ).is_problem(422, "not-bound")
    text = good["credentials"]
    at = text.rindex("-----END") - 20
    post(site, {**good, "credentials": text[:at] + (
        "A" if text[at] != "A" else "B") + text[at + 1:]}
         ).is_problem(422, "signature")
    # None of them used the nonce up.
    done(post(site, good))
    thief = desk.device(A, name="thief")
    request = thief.call("resend", nonce(site))
    post(site, request).is_problem(409, "another-key", f"{A} has key")
    check(any("the credentials are signed with key" in said
              for udi, said in desk.refusals() if udi == A))
    got = site.post(f"/api/v1/devices/{quoted(A)}/approve",
                    {"credentials": request["credentials"],
                     "reason": "new board"}, token=tokens["support"],
                    key="approve")
    equal(got.status, 200, got.body)
    done(call(site, thief, "resend"))
    call(site, device, "resend").is_problem(409, "another-key")


def accounts(desk, site, tokens):
    """A device becomes that of the token that it shows."""
    device = desk.device(D)
    done(call(site, device, "report", token=tokens["member"]))
    equal(desk.sql("acme", "SELECT udi, account FROM device_account"),
          [f"{D}|example-net"])
    # Nothing there is an account's: it has changed hands, and back.
    for role in ("stranger", "member"):
        done(call(site, device, "report", token=tokens[role]))
    done(call(site, device, "report"))
    pak = pak_of(desk, 2, "example-net")
    call(site, desk.device(E), "install", token=tokens["stranger"], pak=pak
         ).is_problem(403, "another-account")
    equal(used(site, pak), 0)
    done(call(site, device, "install", token=tokens["member"], pak=pak))
    call(site, device, "report", token=tokens["stranger"]
         ).is_problem(403, "another-account")
    # Its licenses do not go where others have theirs.
    license = site.get(f"/api/v1/devices/{quoted(D)}/licenses",
                       token=tokens["member"]).json["licenses"][0]["id"]
    got = site.post(f"/api/v1/paks/{pak_of(desk, 1, 'other')}/redeem",
                    {"udis": [F]}, key="of-others")
    equal(got.status, 200, got.body)
    call(site, device, "permit", to=F, licenses=[license]
         ).is_problem(403, "another-account", f"{F} is another account's")
    done(call(site, device, "permit", to=f"{PID}:FREE", licenses=[license]))
    # An operation of an account goes by it, too.
    got = site.post("/api/v1/devices/credentials",
                    {"credentials": device.call("report")["credentials"]},
                    token=tokens["stranger"], key="theirs")
    got.is_problem(403, "another-account")
    post(site, device.call("report", nonce(site)), token=tokens["viewer"]
         ).is_problem(403, "role")
    post(site, device.call("report", nonce(site)), token="lt_" + "x" * 43
         ).is_problem(401, "no-token")


def not_joined(desk, site, tokens):
    """No license of one account comes to devices of another."""
    paks = {"member": pak_of(desk, 9, "example-net"),
            "stranger": pak_of(desk, 9, "other")}

    def redeem(who, device):
        got = site.post(f"/api/v1/paks/{paks[who]}/redeem",
                        {"udis": [device.udi]}, key=who + device.udi,
                        token=tokens[who])
        equal(got.status, 200, got.body)
        device.install(write(desk, "joined.lic", got.json["file"]))
        return got.json["licenses"][0]["id"]

    theirs, own, free, sold = (desk.device(f"{PID}:JOIN-{n}") for n in "ABCD")
    redeem("member", theirs)
    # A PAK's licenses are its account's, also without a token.
    call(site, theirs, "install", pak=paks["stranger"]).is_problem(
        403, "another-account", f"{theirs.udi} is another account's")
    equal(used(site, paks["stranger"]), 0)
    done(call(site, theirs, "install", pak=paks["member"]))
    # The new device became theirs between ticket and redemption.
    got = done(call(site, own, "permit", to=free.udi, token=tokens["stranger"],
                    licenses=[redeem("stranger", own)]))
    redeem("member", free)
    with open(desk.path(own.revoke(write(desk, "joined", got["file"]),
                                   "joined.rehost")), encoding="utf-8") as f:
        ticket = f.read()
    for token in (tokens["stranger"], None):
        call(site, own, "rehost", to=free.udi, ticket=ticket, token=token
             ).is_problem(403, "another-account", f"{free.udi} is another")
    # Whose a device was does not count.
    redeem("member", sold)
    got = site.post("/api/v1/rmas", {"from": sold.udi, "to": free.udi},
                    token=tokens["member"], key="sold")
    equal(got.status, 200, got.body)
    got = site.post(f"/api/v1/rmas/{quoted(sold.udi)}/returned", {},
                    token=tokens["support"], key="sold")
    equal(got.status, 200, got.body)
    license = redeem("stranger", sold)
    call(site, sold, "permit", to=theirs.udi, token=tokens["stranger"],
         licenses=[license]).is_problem(403, "another-account", theirs.udi)
    # What is of no PAK is nobody's, and does not go with what they brought.
    lot, shown, other = (desk.device(f"{PID}:JOIN-{n}") for n in "LMN")
    for device in (lot, other):
        desk.run("issue", "acme", "--udi", device.udi, "--feature", "uck9",
                 "--type", "permanent", "-o", f"{device.udi[-1]}.lic")

    def replace(old, new, key):
        return site.post("/api/v1/rmas", {"from": old, "to": new},
                         token=tokens["stranger"], key=key)
    redeem("stranger", lot)
    replace(lot.udi, f"{PID}:JOIN-O", "lot").is_problem(
        403, "another-account", "licenses of no account")
    # Nor does a device that has something already become theirs.
    redeem("stranger", shown)
    done(call(site, shown, "report", token=tokens["stranger"]))
    done(replace(shown.udi, other.udi, "shown"))
    equal(desk.sql("acme", "SELECT account FROM device_account"
                   f" WHERE udi = '{other.udi}'"), [])
    replace(other.udi, f"{PID}:JOIN-P", "other").is_problem(
        403, "another-account", "licenses of no account")


def replaced(desk, site, tokens):
    """The device that takes its place is of the same account."""
    old, new = f"{PID}:SHOWN", f"{PID}:FRESH"
    desk.run("issue", "acme", "--udi", old, "--feature", "securityk9",
             "--type", "permanent", "-o", "shown.lic")
    done(call(site, desk.device(old), "report", token=tokens["member"]))
    got = site.post("/api/v1/rmas", {"from": old, "to": new},
                    token=tokens["member"], key="shown")
    equal(got.status, 200, got.body)
    equal(desk.sql("acme", "SELECT account FROM device_account"
                   f" WHERE udi = '{new}'"), ["example-net"])
    for role, pairs in (("member", [(old, new)]), ("stranger", [])):
        equal([(row["from"], row["to"]) for row in site.get(
            "/api/v1/rmas", token=tokens[role]).json["rmas"]], pairs)
    equal(site.get(f"/api/v1/devices/{quoted(new)}",
                   token=tokens["stranger"]).status, 404)
    equal(site.get(f"/api/v1/devices/{quoted(new)}",
                   token=tokens["member"]).status, 200)


def bad_bodies(site, device):
    """Too big, too deep, no JSON; what openapi.py does not try."""
    good = device.call("report", nonce(site))
    equal(post(site, {**good, "credentials": "x" * (3 << 20)}).status, 413)
    post(site, b"[" * 100000).is_problem(400, "too-deep")
    post(site, {**good, "request": "[" * 100000}).is_problem(422, "refused")
    post(site, {**good, "request": '{"a":' * 9 + "1" + "}" * 9}
         ).is_problem(422, "refused")
    site.post("/api/v1/requests", good).is_problem(400, "no-key")
    done(post(site, good))


def many(desk, site):
    """10,000 licenses, in the request and in the answer."""
    device = desk.device(f"{PID}:MANY")
    for i in range(2):
        desk.run("issue", "acme", "--udi", device.udi, "--feature",
                 "securityk9", "--type", "permanent", "--copies", 5000, "-o",
                 f"many-{i}")
        device.install(f"many-{i}")
    request = device.call("resend", nonce(site))
    check(len(request["credentials"]) > 400000, len(request["credentials"]))
    got = done(post(site, request))
    equal(len(got["licenses"]), 10000)
    equal(got["file"].count("BEGIN LICENSE"), 10000)


class Caller(threading.Thread):
    """A device that repeats its request until it is answered."""

    def __init__(self, site, device, pak):
        super().__init__()
        self.site, self.device = site, device
        self.request = device.call("install", pak=pak)["request"]
        self.answer = None

    def run(self):
        until = time.monotonic() + PATIENCE
        while self.answer is None and time.monotonic() < until:
            try:
                got = self.site.get("/api/v1/nonce")
                if got.status == 200:
                    got = post(self.site, self.device.envelope(
                        self.request, got.json["nonce"]))
                if got.status == 200:
                    self.answer = got.json
            except OSError:
                pass        # nginx has no portal
            time.sleep(0.02)


def killed(desk, site):
    """Either process ends at any moment: one outcome, no unit is lost."""
    device, pak, random_ = desk.device(f"{PID}:KILLED"), pak_of(desk, 50), \
        random.Random(7)
    ids = set()
    for i in range(KILLS):
        caller = Caller(site, device, pak)
        caller.start()
        time.sleep(random_.random() / 8)
        if i % 2:
            os.kill(site.issuer(), signal.SIGKILL)
            site.stop("licportald")
        else:
            site.stop("licportald", signal.SIGKILL)
        site.start_portal()
        caller.join()
        check(caller.answer is not None, "no answer", i)
        ids |= {row["id"] for row in caller.answer["licenses"]}
        equal(done(post(site, device.envelope(caller.request, nonce(site)))),
              caller.answer)
    equal((len(ids), used(site, pak)), (KILLS, KILLS))


def guessed(site, tokens):
    """Who tries the devices of others has to wait, too."""
    for n in range(60):
        got = site.post("/api/v1/rmas", {"from": D, "to": F}, key=f"guess-{n}",
                        token=tokens["stranger"])
        if got.status == 429:
            break
        got.is_problem(403, "another-account")
    got.is_problem(429, "too-many-misses")
    check(n <= 50, n)


def callhome(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    write(desk, "more.conf",
          'accounts = ( { account = "other"; description = "x"; } );')
    desk.run("sku", "load", "acme", "more.conf")
    tokens = {role: desk.run("token", "create", "acme", role, "--account",
                             "example-net", "--role", role).strip()
              for role in ("viewer", "member")}
    tokens["stranger"] = desk.run("token", "create", "acme", "stranger",
                                  "--account", "other", "--role",
                                  "member").strip()
    tokens["support"] = desk.run("token", "create", "acme", "support",
                                 "--role", "support").strip()
    with Site(desk) as site:
        wait_until(site.answers, "portal")
        device = nonces(desk, site)
        once(desk, site, device)
        bad_bodies(site, device)
        forged(desk, site, device, tokens)
        accounts(desk, site, tokens)
        replaced(desk, site, tokens)
        not_joined(desk, site, tokens)
        many(desk, site)
        killed(desk, site)
        guessed(site, tokens)
        for text in (*tokens.values(), secret(desk).hex()):
            check(text not in site.log(), "a secret is in the log")
        equal(site.stop("licportald"), 0)
    desk.verified()


main(callhome)
