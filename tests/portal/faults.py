#!/usr/bin/env python3
"""faults: two portals on one database, processes that are killed at any moment,
a database server that goes away, bodies that never end: each request has one
outcome, no unit is lost or sold twice, and no secret is in a log."""

import base64
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import ADDRESS, BIN, TOP, check, equal, main  # noqa: E402
from portal_site import PATIENCE, Site, quoted, wait_until  # noqa: E402

SKU = "L-LAB-SEC-K9="
PID = "LIC1921/K9:"
# How long the database is away, beside what a restart takes.
AWAY_S = int(os.environ.get("AWAY_S", "3"))


class Client(threading.Thread):
    """Redeems one unit after the other, each until it is answered with 200,
    with its key, at whichever portal there is."""

    def __init__(self, sites, pak, name, n):
        super().__init__()
        self.sites, self.pak, self.name_, self.n = sites, pak, name, n
        self.ids, self.statuses, self.failure = {}, set(), None
        self.start()

    def run(self):
        try:
            for i in range(self.n):
                self.redeem(f"{self.name_}-{i}")
        except BaseException as failure:
            self.failure = failure
            raise

    def redeem(self, key):
        until = time.monotonic() + PATIENCE
        while True:
            site = random.choice(self.sites)
            try:
                got = site.post(f"/api/v1/paks/{self.pak}/redeem",
                                {"udis": [PID + key]}, key=key)
                self.statuses.add(got.status)
                if got.status == 200:
                    self.ids[key] = got.json["licenses"][0]["id"]
                    return
                # 502 is nginx's, without its portal.
                check(got.status in (502, 503), got.status, got.body)
                check(got.status == 502 or int(got.headers["Retry-After"]) > 0)
            except OSError:
                pass
            check(time.monotonic() < until, key, self.statuses)
            time.sleep(0.05)


def crowd(sites, pak, name, clients=6, n=15):
    return [Client(sites, pak, f"{name}{i}", n) for i in range(clients)]


def outcome(desk, site, pak, clients):
    """One license for each key, and the units say the same."""
    for client in clients:
        client.join()
        check(client.failure is None, client.failure)
    ids = {key: one for client in clients for key, one in client.ids.items()}
    equal(len(set(ids.values())), len(ids))
    equal(site.get(f"/api/v1/paks/{pak}").json["used"], len(ids))
    for key in list(ids)[::7]:
        again = site.post(f"/api/v1/paks/{pak}/redeem",
                          {"udis": [PID + key]}, key=key)
        equal(again.json["licenses"][0]["id"], ids[key])
    desk.verified()
    return {status for client in clients for status in client.statuses}


def new_pak(desk, units=1000):
    return desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                    units).strip()


def killed(desk, site):
    """kill -9 of one process or the other, again and again."""
    pak = new_pak(desk)
    clients = crowd([site], pak, "kill")
    for n in range(6):
        wait_until(lambda: sum(len(one.ids) for one in clients) > 10 * n,
                   "progress")
        time.sleep(random.uniform(0, 0.05))
        os.kill(site.issuer() if n % 2 else site.processes["licportald"].pid,
                signal.SIGKILL)
        check(site.processes["licportald"].wait(PATIENCE) != 0)
        site.start_portal()
    outcome(desk, site, pak, clients)


def two_portals(desk, site):
    """Both sell the same PAK."""
    pak = new_pak(desk, 60)
    with Site(desk, second=True) as other:
        clients = crowd([site, other], pak, "two", n=10)
        outcome(desk, other, pak, clients)
        # The last unit is sold once.
        for one in (site, other):
            got = one.post(f"/api/v1/paks/{pak}/redeem",
                           {"udis": [PID + "last"]}, key="last")
            equal(got.status, 422, got.body)
        equal(other.stop("licportald"), 0, other.log())


def signs(site, pak, key):
    """The id of the key that signs a license there."""
    got = site.post(f"/api/v1/paks/{pak}/redeem", {"udis": [PID + key]},
                    key=key)
    equal(got.status, 200, got.body)
    head = got.json["file"].split("-----BEGIN LICENSE-----\n")[1].replace(
        "\n", "").split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]


def two_folders(desk, site):
    """A key that is made in the folder of one portal is copied to the other
    one, as licportald(8) has it."""
    pak = new_pak(desk)
    shutil.copytree(desk.path("acme"), desk.path("copy"))
    with Site(desk, "copy") as other:
        first = signs(other, pak, "first")
        equal(signs(site, pak, "here"), first)
        desk.run("key", "rotate", "acme")
        wait_until(lambda: signs(site, pak, f"at-{time.time()}") != first,
                   "the new key")
        new = signs(site, pak, "new")
        equal(signs(other, pak, "before"), first)
        wait_until(lambda: "cannot use the key that signs now" in other.log(),
                   "the complaint")
        check("copy/issuer-2.key" in other.log(), other.log())
        shutil.copy(desk.path("acme/issuer-2.key"), desk.path("copy"))
        wait_until(lambda: signs(other, pak, f"after-{time.time()}") == new,
                   "the key that was copied")
        desk.verified()


def database_away(desk, site):
    """503 while it is away, and on without a restart."""
    pak = new_pak(desk)
    pid = site.processes["licportald"].pid
    clients = crowd([site], pak, "away", n=10)
    wait_until(lambda: sum(len(one.ids) for one in clients) > 5, "progress")
    subprocess.run([os.environ["WITH_POSTGRES"], "--crash"], check=True)
    try:
        for path in (f"/api/v1/paks/{pak}", "/api/v1/skus"):
            got = site.get(path)
            got.is_problem(503, "unavailable")
            check(int(got.headers["Retry-After"]) > 0)
        equal(site.get("/metrics").status, 200)
        time.sleep(AWAY_S)
    finally:
        subprocess.run([os.environ["WITH_POSTGRES"], "--start"], check=True)
    check(503 in outcome(desk, site, pak, clients))
    equal(site.processes["licportald"].pid, pid)
    check(site.processes["licportald"].poll() is None)


POISON = {
    True: """CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''poison''; END';
        CREATE TRIGGER poison BEFORE INSERT ON license FOR EACH ROW
        WHEN (NEW.udi LIKE '%poison%') EXECUTE FUNCTION poison()""",
    False: """CREATE TRIGGER poison BEFORE INSERT ON license
        WHEN NEW.udi LIKE '%poison%'
        BEGIN SELECT RAISE(ABORT, 'poison'); END""",
}


def poison(desk, site):
    """A request whose rows the database does not take fails, and none of those
    that were done together with it."""
    pak = new_pak(desk)
    desk.sql("acme", POISON[bool(ADDRESS)])
    clients = crowd([site], pak, "beside", n=20)
    for n in range(10):
        got = site.post(f"/api/v1/paks/{pak}/redeem",
                        {"udis": [f"{PID}poison{n}"]}, key=f"poison{n}")
        got.is_problem(503, "unavailable")
    check(503 not in outcome(desk, site, pak, clients))
    desk.sql("acme", "DROP TRIGGER poison" +
             (" ON license" if ADDRESS else ""))
    got = site.post(f"/api/v1/paks/{pak}/redeem", {"udis": [PID + "poison0"]},
                    key="poison0")
    equal(got.status, 200, got.body)
    check(not ADDRESS or "are done again" in site.log(), site.log())


def large_answers(desk, site):
    """More at once than the issuing process has room for."""
    pak = desk.run("pak", "create", "acme", "--sku", "L-LAB-SRST-25=",
                   "--quantity", "5000").strip()
    whole = {"udis": [PID + "large"], "quantity": 5000}
    first = site.post(f"/api/v1/paks/{pak}/redeem", whole, key="large")
    equal(first.status, 200, first.body)
    got = []
    threads = [threading.Thread(target=lambda: got.append(site.post(
        f"/api/v1/paks/{pak}/redeem", whole, key="large")))
               for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal([one.status for one in got], [200] * 24)
    check(sum(len(one.body) for one in got) > 80 << 20, len(first.body))
    equal(len({one.body for one in got}), 1)
    equal(got[0].json["licenses"], first.json["licenses"])


def slow_bodies(desk, site):
    """Connections that stop in the middle keep nobody waiting."""
    pak = new_pak(desk)
    held = []
    for n in range(40):
        one = socket.socket(socket.AF_UNIX)
        one.connect(site.socket)
        one.sendall(f"POST /api/v1/paks/{pak}/redeem HTTP/1.1\r\nHost: x\r\n"
                    "Content-Type: application/json\r\n"
                    f"Idempotency-Key: slow-{n}\r\n"
                    "Content-Length: 100000\r\n\r\n{\"udis\":".encode())
        held.append(one)
    got = site.post(f"/api/v1/paks/{pak}/redeem", {"udis": [PID + "quick"]},
                    key="quick")
    equal(got.status, 200, got.body)
    for one in held:
        one.close()
    equal(site.get(f"/api/v1/paks/{pak}").json["used"], 1)


def figure(site, name, token):
    """A figure of /metrics."""
    text = site.get("/metrics", token=token).body.decode()
    for line in text.splitlines():
        if line.rpartition(" ")[0] == name:
            return int(line.rpartition(" ")[2])
    check(False, "no", name, "in", text)


def guesses(site, token=None):
    """Asks for PAKs that do not exist, until it has to wait."""
    for n in range(60):
        got = site.get("/api/v1/paks/23456789ACD", token=token)
        if got.status == 429:
            break
        got.is_problem(422, "refused")
    got.is_problem(429, "too-many-misses",
                   "that you gave" if token else "from your address")
    check(25 <= n <= 50, n)
    check(1 <= int(got.headers["Retry-After"]) <= 60, got.headers)
    return n


def call_home(site, device, kind, token=None, **members):
    number = site.get("/api/v1/nonce", token=token).json["nonce"]
    return site.post("/api/v1/requests", device.call(kind, number, **members),
                     key=number, token=token)


def guessing(desk, site, token):
    """Who asks for what does not exist, again and again, has to wait.  The
    staff has not, nor have devices at the same address that show an account's
    token and ask for what is theirs, though they may have no license yet.
    What everybody knows is there again soon."""
    pak = new_pak(desk)
    desk.authority("other")
    desk.run("sku", "load", "other", os.path.join(TOP, "examples",
                                                  "catalog.conf"))
    foreign = desk.run("pak", "create", "other", "--sku", SKU, "--quantity",
                       "1").strip()
    member, another = (
        desk.run("token", "create", "acme", name, "--role", "member",
                 "--account", "example-net").strip()
        for name in ("member", "another"))
    device = desk.device(PID + "fleet")

    # Call home for a PAK that does not exist is a guess as well.
    unknown = figure(site, "licportal_unknown_total", token)
    call_home(site, device, "install", pak=foreign, sku=SKU, quantity=1
              ).is_problem(404, "not-found", foreign)
    call_home(site, device, "resend").is_problem(404, "no-license")
    equal(figure(site, "licportal_unknown_total", token), unknown + 2)
    n = guesses(site)
    check(n < 40, n)
    # A page tells no more than that.
    got = site.post("/redeem/check", f"pak={pak}".encode(),
                    Content_Type="application/x-www-form-urlencoded")
    equal(got.status, 429)
    check(pak not in got.body.decode(), got.body)
    equal(site.get(f"/api/v1/paks/{pak}", token=token).status, 200)
    unknown = figure(site, "licportal_unknown_total", token)
    for n in range(35):
        call_home(site, device, "resend", token=member
                  ).is_problem(404, "no-license")
        site.get(f"/api/v1/devices/{quoted(device.udi)}/licenses.lic",
                 token=member).is_problem(404, "not-found")
    equal(figure(site, "licportal_unknown_total", token), unknown)
    guesses(site, member)
    for one in (token, another):
        equal(site.get(f"/api/v1/paks/{pak}", token=one).status, 200)
    equal(figure(site, "licportal_slowed_total", token), 3)
    wait_until(lambda: site.get(f"/api/v1/paks/{pak}").status == 200,
               "another chance")


def no_secrets(site, secrets):
    logs = ""
    for name in ("licportald.log", "nginx.log"):
        path = os.path.join(site.dir, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8", errors="replace") as f:
                logs += f.read()
    check("is ready" in logs, logs)
    for secret in secrets:
        check(secret not in logs, "a secret is in a log:", secret)


def cannot_start(site):
    """What a portal lacks is told, and both of its processes end."""
    for why, changes in (
            ("/nowhere: No such file", {"pages": "/nowhere"}),
            ("/nowhere/http", {"listen": "/nowhere/http"}),
            ("unable to open", {"people": "/nowhere/people.db"})):
        site.write("bad.conf", site.conf(
            **{"listen": site.path("bad"), **changes}))
        done = subprocess.run(
            [os.path.join(BIN, "licportald"), "-c", site.path("bad.conf")],
            capture_output=True, text=True, timeout=PATIENCE, check=False)
        equal(done.returncode, 1, done.stderr)
        check(why in done.stderr, done.stderr)
    equal(site.tried()[0], 0)
    code, _, said = site.tried(pages="/nowhere")
    equal(code, 1, said)
    check("pages: /nowhere: No such file" in said, said)


def faults(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    token = desk.run("token", "create", "acme", "desk", "--role",
                     "admin").strip()
    with Site(desk) as site:
        pak = new_pak(desk)
        site.get(f"/api/v1/devices/{quoted(PID + 'none')}/licenses.lic",
                 token=token)
        site.get("/api/v1/devices", token=token + "x")
        site.post(f"/api/v1/paks/{pak}/redeem", {"udis": ["x"]}, key="s3cret",
                  token=token)
        killed(desk, site)
        poison(desk, site)
        large_answers(desk, site)
        slow_bodies(desk, site)
        cannot_start(site)
        guessing(desk, site, token)
        if ADDRESS:
            two_portals(desk, site)
            two_folders(desk, site)
            database_away(desk, site)
        with open(os.path.join(desk.path("acme"), "issuer.key"),
                  encoding="ascii") as f:
            key = f.read().splitlines()[1]
        no_secrets(site, [token, token[3:], pak, key, "s3cret"])
        equal(site.stop("licportald"), 0, site.log())


main(faults)
