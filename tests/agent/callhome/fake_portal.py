"""fake_portal: the other end of call home, as small as it can be.

It checks what a portal has to check (the nonce, that the credentials are bound
to it and to the request, that an id stands for one request), has a real
authority make the files, and does what a test tells it to: cuts the line,
answers rubbish, is slow.
"""

import base64
import contextlib
import hashlib
import http.server
import json
import os
import re
import secrets
import ssl
import subprocess
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "system"))

from harness import *  # noqa: E402,F401,F403
from servers import free_port, need_transfers  # noqa: E402,F401

TOKEN = "lab-token-" + "x" * 20


def openssl(folder, *args):
    done = subprocess.run(["openssl", *args], cwd=folder, text=True,
                          capture_output=True, check=False)
    check(done.returncode == 0, f"openssl {args}: {done.stderr}")


class Certificates:
    """A CA, and what servers can have from it."""
    CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        for ca in ("ca", "other"):
            openssl(folder, "req", "-x509", *self.CURVE, "-keyout", f"{ca}.key",
                    "-out", f"{ca}.pem", "-subj", f"/CN={ca}", "-days", "3650")
        for name, ca, host, days in (
                ("good", "ca", "IP:127.0.0.1", "3650"),
                ("name", "ca", "DNS:elsewhere.example", "3650"),
                ("expired", "ca", "IP:127.0.0.1", "-1"),
                ("unknown", "other", "IP:127.0.0.1", "3650")):
            self.make(name, ca, host, days)

    def make(self, name, ca, host, days):
        with open(self.path("ext"), "w", encoding="ascii") as f:
            f.write(f"subjectAltName={host}\n")
        openssl(self.folder, "req", *self.CURVE, "-keyout", f"{name}.key",
                "-out", f"{name}.csr", "-subj", "/CN=portal")
        openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA",
                f"{ca}.pem", "-CAkey", f"{ca}.key", "-out", f"{name}.pem",
                "-days", days, "-extfile", "ext")

    def path(self, name):
        return os.path.join(self.folder, name)


class Refusal(Exception):
    def __init__(self, status, detail):
        super().__init__(detail)
        self.status, self.detail = status, detail


def payload(text):
    """What a statement in rows says."""
    block = re.search(r"-----BEGIN [A-Z ]+-----\n(.*?)-----END", text, re.S)
    part = re.sub(r"\s", "", block.group(1)).split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def bound(nonce, request):
    digest = hashlib.sha256(f"{nonce}.{request}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):       # noqa: N802
        self.server.portal.take(self, None)

    def do_POST(self):      # noqa: N802
        length = int(self.headers["Content-Length"])
        self.server.portal.take(self, self.rfile.read(length))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        if not isinstance(sys.exc_info()[1], OSError):  # who hangs up is none
            self.portal.errors.append(traceback.format_exc())


class Portal:
    """`faults` are functions of a handler and (status, headers, body), a list
    for each path; the first one is taken out and does what it likes with the
    next answer.  True: nothing more is to be sent."""

    def __init__(self, lab, certificate="good"):
        self.lab = lab
        self.certificates = Certificates(os.path.join(lab.top, "tls"))
        self.nonces, self.done, self.seen = {}, {}, []
        self.faults, self.errors = {}, []
        self.lock = threading.Lock()
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.server = None
        self.listen(certificate)

    def listen(self, certificate="good"):
        self.close()
        server = Server(("127.0.0.1", self.port), Handler)
        server.portal = self
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates.path(certificate + ".pem"),
                                self.certificates.path(certificate + ".key"))
        # The handshake is the thread's: nobody holds the others up.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False)
        self.server = server
        threading.Thread(target=server.serve_forever, args=(0.02,),
                         daemon=True).start()

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    def fault(self, path, *faults):
        self.faults.setdefault(path, []).extend(faults)

    def kinds(self):
        return [kind for kind, _ in self.seen]

    # ---- What it answers

    def take(self, handler, body):
        path = handler.path
        short = path.removeprefix("/api/v1/").partition("/")[0]
        with self.lock:
            faults = self.faults.get(short, [])
            fault = faults.pop(0) if faults else None
        if fault and fault(handler, None):
            return
        try:
            answer = 200, {}, self.answer(handler, short, body)
        except Refusal as e:
            answer = e.status, {}, {"type": "about:blank", "title": "No",
                                    "status": e.status, "detail": e.detail}
        if fault and fault(handler, answer):
            return
        self.send(handler, *answer)

    @staticmethod
    def send(handler, status, headers, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def answer(self, handler, short, body):
        if short == "nonce":
            nonce = secrets.token_urlsafe(16)
            self.nonces[nonce] = True
            self.seen.append(("nonce", None))
            return {"nonce": nonce, "expires": int(time.time()) + 600}
        if short == "paks":
            self.seen.append(("pak", None))
            return self.pak(handler.path.rpartition("/")[2])
        return self.request(handler, json.loads(body))

    def pak(self, code):
        done = self.issue("pak", "show", code, "--json", output=False)
        return json.loads(done)

    def request(self, handler, envelope):
        equal(handler.headers["Authorization"], f"Bearer {TOKEN}", "token")
        request = json.loads(envelope["request"])
        self.seen.append((request["kind"], request))
        equal(handler.headers["Idempotency-Key"], request["id"], "key")
        nonce = envelope.get("nonce", "")
        if not self.nonces.pop(nonce, False):
            raise Refusal(428, "the nonce is not one of ours, or used")
        return self.decide(envelope, nonce)

    def decide(self, envelope, nonce=""):
        """The answer to an envelope, whoever brings it."""
        request = json.loads(envelope["request"])
        says = payload(envelope["credentials"])
        equal(says["nonce"], bound(nonce, envelope["request"]), "nonce")
        equal(says["udi"], request["udi"], "udi")
        with self.lock:
            done = self.done.get(request["id"])
            if done and done[0] != envelope["request"]:
                raise Refusal(422, "another request had this id")
            if not done:
                try:
                    more = getattr(self, "on_" + request["kind"])(request,
                                                                  envelope)
                except Failure as e:
                    raise Refusal(422, str(e).splitlines()[-1]) from e
                answer = {"version": 1, "id": request["id"],
                          "kind": request["kind"], "udi": request["udi"],
                          "licenses": [], **more}
                done = self.done[request["id"]] = (envelope["request"], answer)
        return done[1]

    # ---- What the authority does

    def issue(self, *args, output=True):
        words = list(args)
        at = 2 if args[0] in ("pak", "device", "report") else 1
        words.insert(at, self.lab.issuer)
        if not output:
            return self.lab.tool("licissue", *words)
        path = os.path.join(self.lab.top, secrets.token_hex(8))
        self.lab.tool("licissue", *words, "-o", path)
        with open(path, encoding="utf-8") as f:
            return f.read()

    def make_pak(self, *lines):
        args = [word for sku, n in lines
                for word in ("--sku", sku, "--quantity", str(n))]
        return self.issue("pak", "create", *args, output=False).strip()

    def left(self, pak):
        return self.pak(pak)["left"]

    def on_install(self, request, _):
        more = [word for key in ("sku", "quantity") if key in request
                for word in ("--" + key, str(request[key]))]
        return {"file": self.issue(
            "pak", "redeem", request["pak"], "--udi", request["udi"],
            "--request-id", request["id"], *more)}

    def on_resend(self, request, _):
        return {"file": self.issue("resend", "--udi", request["udi"])}

    def movable(self, udi):
        rows = json.loads(self.issue("report", "licenses", "--json",
                                     output=False))
        return [row for row in rows if row["udi"] == udi and
                row["type"] == "permanent" and row["state"] == "current"]

    def on_movable(self, request, _):
        rows = self.movable(request["udi"])
        return {"licenses": [
            {"id": row["id"], "udi": row["udi"], "feature": row["feature"],
             "version": row["version"], "type": row["type"],
             "movable": row["feature"] != "uck9",
             "reason": "" if row["feature"] != "uck9" else
                       "it stays where it is"} for row in rows]}

    def on_permit(self, request, envelope):
        path = os.path.join(self.lab.top, secrets.token_hex(8))
        with open(path, "w", encoding="utf-8") as f:
            f.write(envelope["credentials"])
        ids = [word for i in request["licenses"] for word in ("--remove", i)]
        return {"file": self.issue(
            "permission-ticket", "--udi", request["udi"], "--to",
            request["to"], *ids, "--credentials", path)}

    def on_rehost(self, request, _):
        path = os.path.join(self.lab.top, secrets.token_hex(8))
        with open(path, "w", encoding="utf-8") as f:
            f.write(request["ticket"])
        return {"file": self.issue("rehost", "--ticket", path, "--udi",
                                   request["to"], "--first-sight")}

    def on_report(self, *_):
        return {}


# ---- Faults

def cut_before(handler, answer):
    """The request came, and nothing was done."""
    handler.connection.close()
    handler.close_connection = True
    return True


def cut_after(handler, answer):
    """It was done, and nobody hears of it."""
    if answer is None:
        return False
    handler.connection.close()
    handler.close_connection = True
    return True


def cut_within(handler, answer):
    """Half an answer."""
    if answer is None:
        return False
    data = json.dumps(answer[2]).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[:len(data) // 2])
    handler.wfile.flush()
    handler.connection.close()
    handler.close_connection = True
    return True


def says(status, body, **headers):
    """Something else, before anything is done."""
    def fault(handler, answer):
        Portal.send(handler, status,
                    {name.replace("_", "-"): value
                     for name, value in headers.items()}, body)
        return True
    return fault


def problem(status, detail, **headers):
    return says(status, {"status": status, "detail": detail}, **headers)


# ---- The device

def configure(lab, portal, **more):
    """Has the daemon use the portal, with this group of the configuration."""
    group = {"url": portal.url, "ca_file": portal.certificates.path("ca.pem"),
             "token": TOKEN, **more}
    text = "".join(f"  {key} = {json.dumps(value)};\n"
                   for key, value in group.items() if value is not None)
    with open(lab.conf, encoding="utf-8") as f:
        conf = re.sub(r"(?s)\ncall_home = \{.*?\n\};\n", "\n", f.read())
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(f"{conf}\ncall_home = {{\n{text}}};\n")
    licctl(lab, "reload")


def licctl(lab, *args, status=0):
    """What licctl printed, and what it complained about."""
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   *args)
    equal(done.returncode, status,
          f"licctl {args}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def call_home(lab, *args, status=0):
    return licctl(lab, "license", "call-home", *args, status=status)


def shown(lab):
    return json.loads(licctl(lab, "show", "license", "call-home", "--json"))


def installed(lab):
    """Features of the licenses that did not come with the device."""
    rows = json.loads(licctl(lab, "dump"))["licenses"]
    return sorted(row["feature"] for row in rows if row["store"] == 1)


@contextlib.contextmanager
def running(lab, certificate="good", **more):
    portal = Portal(lab, certificate)
    try:
        configure(lab, portal, **more)
        yield portal
    finally:
        portal.close()
        print(*portal.errors, sep="\n")
    equal(portal.errors, [], "what the portal could not do")
