#!/usr/bin/env python3
"""webhooks: what receivers hear, signed and in order, when they answer and when
they fail, hang, close, or lead elsewhere; and that another version's database
is brought up to date."""

import base64
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import ADDRESS, TOP, check, equal, main  # noqa: E402
from portal_site import Site, wait_until  # noqa: E402

SKU = "L-LAB-SEC-K9="
PID = "LIC1921/K9:"


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what it was sent, and answers as it was told to: a status, "hang",
    "close"."""

    daemon_threads = True

    def __init__(self, certificate, key):
        super().__init__(("127.0.0.1", 0), Answering)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.behavior, self.got, self.ended = 200, [], threading.Event()
        self.hold, self.held, self.most = threading.Event(), 0, 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path="/hook"):
        return f"https://127.0.0.1:{self.server_address[1]}{path}"

    def handle_error(self, request, client_address):
        pass

    def slowly(self, n):
        with self.lock:
            self.held += n
            self.most = max(self.most, self.held)

    def heard(self, path="/hook"):
        return [(head["Webhook-Id"], json.loads(body))
                for where, head, body in self.got if where == path]


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, self.headers, body))
        behavior = self.server.behavior
        if self.path.startswith("/slow/"):
            self.server.slowly(1)
            self.server.hold.wait(5)
            self.server.slowly(-1)
        if behavior == "hang":
            self.server.ended.wait(60)
        if behavior in ("hang", "close"):
            self.close_connection = True
            return
        self.send_response(behavior)
        if behavior == 302:
            self.send_header("Location", self.server.url("/elsewhere"))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Hooks:
    def __init__(self, desk, site, tokens, receiver):
        self.desk, self.site, self.tokens = desk, site, tokens
        self.receiver, self.keys = receiver, 0

    def post(self, path, body, who="admin", **more):
        self.keys += 1
        return self.site.post("/api/v1/" + path, body, key=f"h{self.keys}",
                              token=self.tokens[who], **more)

    def create(self, path, who="admin", **more):
        got = self.post("webhooks", {"url": self.receiver.url(path), **more},
                        who)
        equal(got.status, 200, got.body)
        return got.json

    def list(self, who="admin"):
        return self.site.get("/api/v1/webhooks",
                             token=self.tokens[who]).json["webhooks"]

    def delete(self, hook, who="admin"):
        return self.site.ask("DELETE", "/api/v1/webhooks/" + hook["id"],
                             token=self.tokens[who])

    def pak(self, *options):
        return self.desk.run("pak", "create", "acme", "--sku", SKU,
                             "--quantity", "100", *options).strip()

    def redeem(self, pak, *names):
        got = self.post(f"paks/{pak}/redeem",
                        {"udis": [PID + name for name in names]})
        equal(got.status, 200, got.body)
        return [one["id"] for one in got.json["licenses"]]

    def wait(self, n, path="/hook"):
        wait_until(lambda: len(self.receiver.heard(path)) >= n,
                   f"{n} events at {path}")
        return self.receiver.heard(path)


def signed(it, secret):
    """As standardwebhooks.com has it."""
    check(secret.startswith("whsec_"), secret)
    key = base64.b64decode(secret[6:])
    equal(len(key), 32)
    for path, head, body in it.receiver.got:
        if path != "/hook":
            continue
        said = b".".join((head["Webhook-Id"].encode(),
                          head["Webhook-Timestamp"].encode(), body))
        want = base64.b64encode(hmac.digest(key, said, hashlib.sha256))
        equal(head["Webhook-Signature"], "v1," + want.decode())
        check(abs(int(head["Webhook-Timestamp"]) - time.time()) < 600)


def events(it):
    hook = it.create("/hook")
    net = it.create("/net", "account-admin", events=["license.issued",
                                                     "pak.stopped"])
    mine = it.pak("--account", "example-net")
    other = it.pak()
    ids = it.redeem(mine, "A", "B") + it.redeem(other, "C")
    it.desk.run("pak", "stop", "acme", mine, "--reason", "lost")
    it.desk.run("rma", "acme", "--from", PID + "C", "--to", PID + "D", "-o",
                "rma.lic")
    heard = it.wait(6)
    equal([(event["type"], event["data"].get("license")) for _, event in heard
           if event["type"] == "license.issued"][:3],
          [("license.issued", one) for one in ids])
    kinds = [event["type"] for _, event in heard]
    check("pak.stopped" in kinds and "device.replaced" in kinds, kinds)
    equal(heard[0][1]["data"]["udi"], PID + "A")
    equal(heard[0][1]["data"]["pak"], mine)
    equal(len({name for name, _ in heard}), len(heard))
    signed(it, hook["secret"])
    # The account hears what is its own, and what it asked for.
    heard = it.wait(3, "/net")
    equal([event["type"] for _, event in heard],
          ["license.issued", "license.issued", "pak.stopped"])
    equal([event["data"]["license"] for _, event in heard[:2]], ids[:2])
    # Secrets are told once.
    check("secret" not in str(it.list()), it.list())
    equal([one["id"] for one in it.list("account-admin")], [net["id"]])
    it.delete(hook, "account-admin").is_problem(404, "not-found")
    for one, who in ((hook, "admin"), (net, "account-admin")):
        equal(it.delete(one, who).status, 200)
    equal(it.list(), [])
    return other


def expiring(it):
    """Licenses that end soon, once each."""
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(
        time.time() + 10 * 86400))
    it.receiver.got.clear()
    hook = it.create("/hook", events=["license.expiring"])
    it.desk.run("issue", "acme", "--udi", PID + "S", "--feature", "uck9",
                "--type", "paidSubscription", "--end", end, "--id", "soon",
                "--force", "-o", "x.lic")
    heard = it.wait(1)
    equal((heard[0][1]["type"], heard[0][1]["data"]["license"],
           heard[0][1]["data"]["ends"]), ("license.expiring", "soon", end))
    it.desk.run("issue", "acme", "--udi", PID + "T", "--feature", "uck9",
                "--type", "paidSubscription", "--end", end, "--id", "too",
                "--force", "-o", "x.lic")
    equal([event["data"]["license"] for _, event in it.wait(2)],
          ["soon", "too"])
    # One that ends before them, but was issued after they were told.
    sooner = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(
        time.time() + 5 * 86400))
    it.desk.run("issue", "acme", "--udi", PID + "U", "--feature", "uck9",
                "--type", "paidSubscription", "--end", sooner, "--id",
                "sooner", "--force", "-o", "x.lic")
    heard = it.wait(3)
    equal([event["data"]["license"] for _, event in heard],
          ["soon", "too", "sooner"])
    equal([event["type"] for _, event in heard], ["license.expiring"] * 3)
    it.delete(hook)


def failures(it, pak):
    """Whatever a receiver does, it hears all, in order, with the same ids."""
    it.receiver.got.clear()
    hook = it.create("/hook", events=["license.issued"])
    for n, behavior in enumerate((500, 302, "close", 200)):
        it.receiver.behavior = behavior
        it.redeem(pak, f"F{n}")
        it.wait(n + 1)
        if behavior != 200:
            wait_until(lambda: it.list()[0]["state"] == "failing", "failing")
            check(it.list()[0]["says"] != "")
    seen = []
    wait_until(lambda: {event["data"]["udi"] for _, event in
                        it.receiver.heard()} == {PID + f"F{n}"
                                                 for n in range(4)}, "all")
    for name, event in it.receiver.heard():
        if event["data"]["udi"] not in seen:
            seen.append(event["data"]["udi"])
        equal(name.rpartition(".")[0], hook["id"])
    equal(seen, [PID + f"F{n}" for n in range(4)])
    equal(it.receiver.heard("/elsewhere"), [])
    wait_until(lambda: it.list()[0]["state"] == "active", "active again")

    # One that hangs holds up no other.
    it.receiver.behavior = "hang"
    it.redeem(pak, "H")
    it.wait(len(it.receiver.heard()) + 1)
    it.receiver.behavior = 200
    it.create("/other", events=["license.issued"])
    it.redeem(pak, "I")
    it.wait(1, "/other")
    it.receiver.ended.set()
    for one in it.list():
        it.delete(one)


def given_up(it, pak):
    """After so long it is stopped, and a metric says so."""
    it.receiver.behavior = 503
    it.create("/gone", events=["license.issued"])
    it.redeem(pak, "G")
    wait_until(lambda: it.list()[0]["state"] == "stopped", "stopped")
    check("no delivery" in it.list()[0]["says"], it.list())
    figures = it.site.get("/metrics").body.decode()
    check("\nlicportal_webhooks_stopped_total 1\n" in figures, figures)
    it.delete(it.list()[0])
    it.receiver.behavior = 200


def refused(it):
    for url in ("http://example.com/", "https://", "https://u:p@example.com/",
                "https://example.com/#x", "ftp://example.com/", "x" * 1025):
        it.post("webhooks", {"url": url}).is_problem(422, "refused", "url")
    it.post("webhooks", {"url": it.receiver.url(), "events": ["none"]}
            ).is_problem(422, "refused", "none")
    for n in range(20):
        it.create(f"/{n}", "account-admin")
    it.post("webhooks", {"url": it.receiver.url()},
            "account-admin").is_problem(409, "used-up", "20")
    for one in it.list("account-admin"):
        it.delete(one)


def crowding(it, pak):
    """Slow receivers of one account take no time from the others."""
    hooks = [it.create(f"/slow/{n}", "account-admin") for n in range(8)]
    hooks.append(it.create("/other"))
    it.redeem(pak, "S1", "S2")
    wait_until(lambda: it.receiver.most > 0, "a slow one")
    it.wait(2, "/other")
    check(it.receiver.most == 1, it.receiver.most, "at once")
    it.receiver.hold.set()
    for one in hooks:
        it.delete(one)


def private(desk, tokens, receiver):
    """Without the setting nothing goes to addresses of private networks."""
    with Site(desk, second=True) as site:
        it = Hooks(desk, site, tokens, receiver)
        it.keys = 1000
        receiver.got.clear()
        it.create("/private", events=["license.issued"])
        it.redeem(it.pak(), "P")
        wait_until(lambda: it.list()[0]["state"] == "failing", "failing")
        equal(receiver.got, [])
        it.delete(it.list()[0])


def together(desk, site, tokens, receiver, settings):
    """Two portals on one database tell each event once."""
    with Site(desk, second=True, **settings) as other:
        it = Hooks(desk, site, tokens, receiver)
        it.keys = 2000
        receiver.got.clear()
        it.create("/both", events=["license.issued"])
        pak = it.pak()
        for n in range(30):
            Hooks.redeem(it, pak, f"T{n}")
        heard = it.wait(30, "/both")
        time.sleep(2)
        heard = receiver.heard("/both")
        equal([event["data"]["udi"] for _, event in heard],
              [PID + f"T{n}" for n in range(30)])
        equal(other.stop("licportald"), 0, other.log())


def upgraded(desk):
    """A database of version 1."""
    desk.authority("old")
    desk.sql("old", "DROP TABLE webhook; DROP INDEX pak_account;"
                    " DROP TABLE nonce; DROP TABLE nonce_secret;"
                    " DROP TABLE device_account;"
                    " PRAGMA user_version = 1")
    desk.refused("licissue upgrade", "report", "paks", "old")
    desk.run("upgrade", "old")
    equal(desk.run("report", "licenses", "old", "--json").strip(), "[]")
    desk.verified("old")


def webhooks(desk):
    if not ADDRESS:
        upgraded(desk)
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    tokens = {"admin": ("--role", "admin"),
              "account-admin": ("--role", "account-admin", "--account",
                                "example-net")}
    tokens = {name: desk.run("token", "create", "acme", name, *options).strip()
              for name, options in tokens.items()}
    certificate, key = desk.path("hook.pem"), desk.path("hook.key")
    desk.tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
              "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=hook",
              "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30",
              "-keyout", key, "-out", certificate)
    receiver = Receiver(certificate, key)
    settings = {"webhook_ca": certificate, "webhook_private": True,
                "webhook_retry": 1, "webhook_give_up": 3}
    with Site(desk, **settings) as site:
        it = Hooks(desk, site, tokens, receiver)
        pak = events(it)
        expiring(it)
        refused(it)
        crowding(it, it.pak("--account", "example-net"))
        given_up(it, pak)
        if ADDRESS:
            together(desk, site, tokens, receiver, settings)
    with Site(desk, second=True, **{**settings, "webhook_give_up": 600}) as site:
        it = Hooks(desk, site, tokens, receiver)
        it.keys = 3000
        failures(it, pak)
        equal(site.stop("licportald"), 0)
        for text in [*tokens.values(), "whsec", pak]:
            check(text not in site.log(), text)


main(webhooks)
