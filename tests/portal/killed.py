#!/usr/bin/env python3
"""killed: the portal killed at each step of each protocol (redeem, evaluation,
RMA, rehost, and call home: install, resend, permit and rehost), and started
again; then the request is repeated: one outcome, no unit lost.

The steps are system calls: of the issuing process what it writes of the
database, each sync, and the answer; of the portal what it sends to the issuing
process and to the client.  Of the writes to the database it is one in KILL_STEP
(20); with 1 it is also each of the others, not the first of each kind."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import urllib.error

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import ADDRESS, TOP, check, equal, main  # noqa: E402
from portal_site import PATIENCE, Site, wait_until  # noqa: E402

STEP = int(os.environ.get("KILL_STEP", "20"))
# (is it the issuing process, call, step)
CALLS = [(True, "sendto", STEP)] if ADDRESS else [
    (True, "pwrite64", STEP), (True, "fdatasync", 1)]
CALLS += [(True, "write", 1), (False, "sendto", 1), (False, "sendmsg", 1)]
PID = "LIC1921/K9"
SEC = "L-LAB-SEC-K9="


class Case:
    licenses = 1    # that a request issues
    path = None

    def __init__(self, it):
        self.it = it
        self.prepare()

    def prepare(self):
        pass

    def again(self, body):
        """The body of the same request once more."""
        return body

    def after(self, answer):
        """What else has to be true of the answer, once."""

    def same(self, got):
        return got["licenses"], got.get("file")


class Redeem(Case):
    def prepare(self):
        self.pak, self.used = self.it.new_pak(), 0
        self.path = f"paks/{self.pak}/redeem"

    def body(self, tag):
        return {"udis": [f"{PID}:R{tag}"]}

    def after(self, answer):
        self.used += 1
        equal(self.it.site.get(f"/api/v1/paks/{self.pak}").json["used"],
              self.used)


class Evaluate(Case):
    path = "evaluations"

    def body(self, tag):
        return {"udi": f"{PID}:E{tag}", "feature": "securityk9"}


class Replace(Case):
    path = "rmas"

    def prepare(self):
        self.it.desk.run("rma", "limits", "acme", "--replacements", "1000000",
                         "--licenses", "1000000")
        self.last = f"{PID}:A0"
        self.it.do(f"paks/{self.it.new_pak()}/redeem", {"udis": [self.last]})

    def body(self, tag):
        return {"from": self.last, "to": f"{PID}:A{tag}"}

    def after(self, answer):
        self.last = answer["licenses"][0]["udi"]


class Rehost(Case):
    """From device to device; the permission ticket is a step of its own."""
    path = "rehosts"

    def prepare(self):
        self.device = self.it.desk.device(f"{PID}:SOURCE")
        self.pak = self.it.new_pak()

    def ticket(self, tag):
        got = self.it.do(f"paks/{self.pak}/redeem",
                         {"udis": [self.device.udi]}, f"rehost-{tag}")
        self.device.install(self.it.write("move.lic", got["file"]))
        permit = self.it.do("rehosts/permits", {
            "credentials": self.it.credentials(self.device),
            "to": f"{PID}:M{tag}",
            "licenses": [got["licenses"][0]["id"]]}, f"permit-{tag}")
        return self.it.read(self.device.revoke(
            self.it.write("permission", permit["ticket"]), "rehost"))

    def body(self, tag):
        return {"ticket": self.ticket(tag), "to": f"{PID}:M{tag}"}


class Permit(Case):
    """A ticket, and the grace period of the device that gives up."""
    path = "rehosts/permits"

    def prepare(self):
        self.pak, self.tickets = self.it.new_pak(), 0
        self.device = self.it.desk.device(f"{PID}:TICKETS")

    def body(self, tag):
        got = self.it.do(f"paks/{self.pak}/redeem",
                         {"udis": [self.device.udi]}, f"ticket-{tag}")
        self.device.install(self.it.write("stays.lic", got["file"]))
        self.tickets = self.it.count("ticket")
        return {"credentials": self.it.credentials(self.device),
                "to": f"{PID}:Q{tag}",
                "licenses": [got["licenses"][0]["id"]]}

    def after(self, answer):
        equal(self.it.count("ticket"), self.tickets + 1)

    def same(self, got):
        return got["ticket"]


class Home(Case):
    """Call home: with a new nonce each time, as devices do."""
    path = "requests"
    kind = "install"

    def prepare(self):
        self.pak = self.it.new_pak()
        self.device = self.it.desk.device(f"{PID}:HOME-{self.kind}")

    def members(self, tag):
        return {"pak": self.pak}

    def body(self, tag):
        return self.device.call(self.kind, self.it.nonce(),
                                **self.members(tag))

    def again(self, body):
        return self.device.envelope(body["request"], self.it.nonce())


class HomeResend(Home):
    kind = "resend"
    licenses = 0

    def prepare(self):
        super().prepare()
        self.it.do("requests", self.device.call(
            "install", self.it.nonce(), pak=self.pak))

    def members(self, tag):
        return {}


class HomePermit(Home):
    kind = "permit"

    def members(self, tag):
        got = self.it.do("requests", self.device.call(
            "install", self.it.nonce(), pak=self.pak))
        self.device.install(self.it.write("home.lic", got["file"]))
        return {"to": f"{PID}:T{tag}",
                "licenses": [got["licenses"][0]["id"]]}


class HomeRehost(HomePermit):
    kind = "rehost"

    def members(self, tag):
        more = super().members(tag)
        permit = self.it.do("requests", self.device.call(
            "permit", self.it.nonce(), **more))
        ticket = self.it.read(self.device.revoke(
            self.it.write("permission", permit["file"]), "rehost"))
        return {"to": more["to"], "ticket": ticket}


CASES = (Redeem, Evaluate, Replace, Permit, Rehost, Home, HomeResend,
         HomePermit, HomeRehost)


class Killing:
    def __init__(self, desk, site, token):
        self.desk, self.site, self.token = desk, site, token
        self.keys = 0

    # -- Requests ---------------------------------------------------------

    def new_pak(self):
        return self.desk.run("pak", "create", "acme", "--sku", SEC,
                             "--quantity", 5000).strip()

    def post(self, path, body, key):
        return self.site.post(f"/api/v1/{path}", body, key=key,
                              token=self.token)

    def do(self, path, body, key=None):
        self.keys += 1
        got = self.post(path, body, key or f"own-{self.keys}")
        equal(got.status, 200, path, got.body, self.site.log())
        return got.json

    def credentials(self, device):
        return self.read(device.credentials("credentials"))

    def nonce(self):
        return self.site.get("/api/v1/nonce").json["nonce"]

    def read(self, name):
        with open(self.desk.path(name), encoding="utf-8") as f:
            return f.read()

    def write(self, name, text):
        with open(self.desk.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return name

    def count(self, table):
        return int(self.desk.sql("acme", f"SELECT count(*) FROM {table}")[0])

    # -- Killing ----------------------------------------------------------

    def tracer(self, is_issuer, call, at):
        """strace, once it has hold of the process."""
        pid = (self.site.issuer() if is_issuer
               else self.site.processes["licportald"].pid)
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(pid), "-e",
             f"trace={call}", "-e", f"inject={call}:signal=KILL:when={at}"])

        def holds():
            tasks = f"/proc/{pid}/task"
            for task in os.listdir(tasks):
                with open(f"{tasks}/{task}/status", encoding="ascii") as f:
                    if "TracerPid:\t0\n" in f.read():
                        return False
            return True
        wait_until(holds, "strace")
        return tracer

    def killed(self, tracer, case, body, key):
        """Asks, and has the portal started again if it was killed."""
        portal = self.site.processes["licportald"]
        try:
            got = self.post(case.path, body, key)
        except (OSError, urllib.error.URLError, http.client.HTTPException):
            got = None
        check(got is None or got.status in (200, 502, 503), got and got.body)
        if got is not None and got.status == 200:
            tracer.terminate()
            tracer.wait(PATIENCE)
            if portal.poll() is None:
                return False
        check(portal.wait(PATIENCE) != 0)
        tracer.wait(PATIENCE)
        self.site.start_portal()
        return True

    def killed_at(self, case, is_issuer, call, at):
        said = (type(case).__name__, "killed at", call, at)
        key = (f"{type(case).__name__}-{'issuer' if is_issuer else 'portal'}"
               f"-{call}-{at}")
        body, before = case.body(key), self.count("license")
        was_killed = self.killed(
            self.tracer(is_issuer, call, at), case, body, key)
        issued = self.count("license") - before
        check(issued in (0, case.licenses), issued, *said)
        check(was_killed or issued == case.licenses, issued, *said)
        first, second = (self.do(case.path, case.again(body), key)
                         for _ in range(2))
        equal(case.same(second), case.same(first), *said)
        equal(self.count("license") - before, case.licenses, *said)
        case.after(first)
        return was_killed

    def run(self):
        for kind in CASES:
            case, kills = kind(self), {}
            for is_issuer, call, step in CALLS:
                at, n = 1, 0
                while self.killed_at(case, is_issuer, call, at):
                    at += step
                    n += 1
                    if step < STEP:     # the first one of its kind
                        break
                kills[("issuer " if is_issuer else "portal ") + call] = n
            self.desk.verified()
            check(all(kills.values()), kills)
            print(f"  {kind.__name__}: {kills}", flush=True)


def test(desk):
    if not shutil.which("strace"):
        print("skipped: strace is not installed")
        raise SystemExit(77)
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    token = desk.run("token", "create", "acme", "desk", "--role",
                     "admin").strip()
    with Site(desk) as site:
        Killing(desk, site, token).run()
        equal(site.stop("licportald"), 0, site.log())


main(test)
