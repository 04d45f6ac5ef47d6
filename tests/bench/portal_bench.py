#!/usr/bin/env python3
"""portal_bench: what the portal does in a second, behind a real nginx with TLS,
on SQLite and on PostgreSQL.

wrk is the client, on the same machine.  CPU figures are of the portal's two
processes; wall figures suffer from whatever else the machine does.  BENCH_S is
the length of a row in seconds (10).
"""

import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
for folder in ("portal", "authority"):
    sys.path.insert(0, os.path.join(TESTS, folder))

from desk import ADDRESS, Desk, TOP, check  # noqa: E402
from portal_site import Site, quoted  # noqa: E402

SKU = "L-LAB-SEC-K9="
SECONDS = int(os.environ.get("BENCH_S", "10"))
CLIENTS = 100
PACE = 92           # ms between an answer and the next request
UNITS = 5000        # of a PAK
DEVICES = 30000
PAGES = 500         # of a list
SLOW_CLIENTS = 5000
SKIPPED = 77

NGINX = """\
daemon off;
worker_processes auto;
worker_rlimit_nofile 20000;
pid {dir}/nginx.pid;
error_log {dir}/nginx.log;
events {{ worker_connections 10000; }}
http {{
    access_log off;
    client_body_temp_path {dir}/tmp-body;
    proxy_temp_path {dir}/tmp-proxy;
    fastcgi_temp_path {dir}/tmp-fastcgi;
    uwsgi_temp_path {dir}/tmp-uwsgi;
    scgi_temp_path {dir}/tmp-scgi;
    upstream licportal {{
        server unix:{dir}/http;
        keepalive 64;
        keepalive_requests 100000;
    }}
    server {{
        listen 127.0.0.1:{port} ssl backlog=4096;
        ssl_certificate {dir}/server.pem;
        ssl_certificate_key {dir}/server.key;
        keepalive_requests 1000000;
        proxy_buffer_size 32k;
        proxy_buffers 4 32k;
        location / {{
            proxy_pass http://licportal;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""

DONE = "the thread is done"

# Each thread has its own PAKs and numbers.
WRK = f"DONE = {json.dumps(DONE)}" + """
local threads = {}
function setup(thread)
    thread:set("number", #threads)
    table.insert(threads, thread)
end
function init(args)
    sent, answered, later = 0, 0, 0
end
function done(summary, latency, requests)
    local obeyed = 0
    for _, thread in ipairs(threads) do
        obeyed = obeyed + thread:get("later")
    end
    io.write(string.format(
        '\\n{"requests": %%d, "seconds": %%f, "p50": %%f, "p99": %%f,' ..
        ' "failed": %%d, "later": %%d}\\n',
        summary.requests, summary.duration / 1e6,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
        summary.errors.connect + summary.errors.read +
        summary.errors.write + summary.errors.timeout +
        summary.errors.status - obeyed, obeyed))
end
"""

REDEEM = WRK + """\
local paks = { %(paks)s }
function request()
    local n = sent
    sent = sent + 1
    local pak = paks[(number * %(share)d + math.floor(n / %(units)d)) %% #paks
                     + 1]
    local id = "%(run)s" .. number .. "x" .. n
    return wrk.format("POST", "/api/v1/paks/" .. pak .. "/redeem", {
        ["Content-Type"] = "application/json",
        ["Idempotency-Key"] = id },
        '{"udis":["LIC1921/K9:' .. id .. '"]}')
end
"""

PACED = """\
function delay()
    return %(delay)d
end
"""

# One path after the other; each thread begins somewhere else.
GET = WRK + """\
wrk.headers["Authorization"] = "Bearer %(token)s"
local paths = { %(paths)s }
function request()
    sent = sent + 1
    return wrk.format("GET",
        paths[(sent + number * math.floor(#paths / 2)) %% #paths + 1])
end
"""

# Each device once, each over a connection of its own, all from one address.
# What is refused for now is asked again after the seconds of Retry-After.  A
# thread that is done says so.
RESEND = WRK + """\
local wait = 0
wrk.headers["Authorization"] = "Bearer %(token)s"
wrk.headers["Connection"] = "close"
function request()
    local n = sent %% %(share)d
    sent = sent + 1
    return wrk.format("GET", "/api/v1/devices/%(pid)s%%3AD" ..
        number * %(share)d + n .. "/licenses.lic")
end
function response(status, headers)
    if status == 200 then
        answered = answered + 1
    elseif status == 429 or status == 503 then
        wait = 1000 * tonumber(headers["Retry-After"])
        later = later + 1
    end
    if answered == %(share)d then
        io.write(DONE .. "\\n")
        io.flush()
        wrk.thread:stop()
    end
end
function delay()
    local now = wait
    wait = 0
    return now
end
"""


class BenchSite(Site):
    nginx = NGINX


# ---- Measuring -----------------------------------------------------------

def cpu_s(pid):
    """CPU seconds of a process until now."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [int(word) for word in f.read().split()]


def pss_mb(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            total += sum(int(line.split()[1]) for line in f
                         if line.startswith("Pss:"))
    return total / 1024


class Bench:
    def __init__(self, desk, site):
        self.desk, self.site = desk, site
        self.runs = 0
        self.is_filled = False
        self.token = desk.run("token", "create", "acme", "bench", "--role",
                              "admin").strip()

    def wrk(self, script, seconds=SECONDS, clients=CLIENTS):
        """Runs a script of wrk: what it measured, and CPU of the portal's
        processes and of nginx for each request, in microseconds."""
        path = self.desk.path("wrk.lua")
        with open(path, "w", encoding="utf-8") as f:
            f.write(script)
        portal = [self.site.processes["licportald"].pid]
        issuer = [self.site.issuer()]
        nginx = children(self.site.processes["nginx"].pid)
        before = [sum(map(cpu_s, pids)) for pids in (portal, issuer, nginx)]
        got = json.loads(self.output(
            "wrk", "-t2", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s",
            "-s", path, self.site.url)[-1])
        got["rate"] = got["requests"] / got["seconds"]
        got["portal"], got["issuer"], got["nginx"] = (
            (sum(map(cpu_s, pids)) - was) * 1e6 / max(got["requests"], 1)
            for pids, was in zip((portal, issuer, nginx), before))
        check(got["failed"] == 0, "requests failed:", got)
        return got

    @staticmethod
    def output(*command):
        """What wrk printed.  Threads end by themselves, but wrk waits until
        its time is over, unless it is interrupted."""
        with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True) as process:
            lines = []
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                if lines.count(DONE) == 2:
                    process.send_signal(signal.SIGINT)
        check(process.returncode == 0, lines)
        return lines

    def redeeming(self, units, pace=None, seconds=SECONDS):
        """A script that redeems so many units of new PAKs at most."""
        self.runs += 1
        npaks = -(-units // UNITS) // 2 * 2 + 2
        paks = [self.desk.run("pak", "create", "acme", "--sku", SKU,
                              "--quantity", UNITS).strip()
                for _ in range(npaks)]
        script = REDEEM % {
            "paks": ", ".join(f'"{pak}"' for pak in paks),
            "share": npaks // 2, "units": UNITS, "run": f"R{self.runs}t"}
        if pace:
            script += PACED % {"delay": pace}
        return self.wrk(script, seconds=seconds)

    def row(self, name, goal, got):
        print(f"  {name:44} {got['rate']:8.0f}/s  p50 {got['p50']:6.1f} ms  "
              f"p99 {got['p99']:6.1f} ms  portal {got['portal']:4.0f} "
              f"+ {got['issuer']:3.0f} us  nginx {got['nginx']:4.0f} us  "
              f"({goal})", flush=True)

    # -- Rows --------------------------------------------------------------

    def redeem(self, slow):
        self.row("redeem, 100 clients", "3000/s, 100 ms, 300 us",
                 self.redeeming(SECONDS * 8000))
        self.row("redeem, 1000/s offered", "25 ms",
                 self.redeeming(SECONDS * 1100, pace=PACE))
        with open(slow, "w", encoding="utf-8"):
            pass
        try:
            self.row("redeem, 100 clients, a sync takes 2 ms more", "2500/s",
                     self.redeeming(SECONDS * 8000))
        finally:
            os.unlink(slow)

    def get(self, name, goal, *paths):
        self.row(name, goal, self.wrk(GET % {
            "token": self.token,
            "paths": ", ".join(f'"{path}"' for path in paths)}))

    def pages(self, name):
        """The pages of a list, many more than the portal keeps."""
        first = path = f"/api/v1/{name}?limit=50"
        paths = []
        while path and len(paths) < PAGES:
            paths.append(path)
            cursor = self.site.get(path, token=self.token).json.get("next")
            path = f"{first}&cursor={cursor}" if cursor else None
        return paths

    def lists(self):
        """The same page again and again, while nothing changes; then each page
        of the list in turn."""
        self.fill()
        self.get("GET paks/{code}", "", "/api/v1/paks/" + self.desk.run(
            "pak", "create", "acme", "--sku", SKU, "--quantity", 1).strip())
        for name in ("licenses", "devices", "log"):
            paths = self.pages(name)
            self.get(f"GET {name}, 50 rows", "5000/s", paths[0])
            self.get(f"GET {name}, {len(paths)} pages of 50", "", *paths)

    def fill(self):
        """A license for each device."""
        if self.is_filled:
            return
        self.is_filled = True
        for first in range(0, DEVICES, UNITS):
            pak = self.desk.run("pak", "create", "acme", "--sku", SKU,
                                "--quantity", UNITS).strip()
            for at in range(first, first + UNITS, 500):
                got = self.site.post(
                    f"/api/v1/paks/{pak}/redeem",
                    {"udis": [f"LIC1921/K9:D{n}"
                              for n in range(at, at + 500)]}, key=f"all-{at}")
                check(got.status == 200, got.body)

    def resend(self):
        """All devices at once, each with a license."""
        self.fill()
        got = self.wrk(RESEND % {
            "token": self.token, "pid": quoted("LIC1921/K9"),
            "share": DEVICES // 2}, seconds=300, clients=1000)
        self.row(f"resend, {DEVICES} devices in {got['seconds']:.0f} s, "
                 f"{got['later']} later", "60 s", got)

    def slow_clients(self):
        """Connections that send half of a request, and wait."""
        workers = children(self.site.processes["nginx"].pid)
        before = pss_mb(workers)
        held = []
        try:
            for _ in range(SLOW_CLIENTS):
                one = self.site.context.wrap_socket(
                    socket.create_connection(("127.0.0.1", self.site.port)),
                    server_hostname="127.0.0.1",
                    do_handshake_on_connect=True)
                one.sendall(b"POST /api/v1/paks/x/redeem HTTP/1.1\r\n")
                held.append(one)
            print(f"  {SLOW_CLIENTS} slow connections: "
                  f"{pss_mb(workers) - before:.0f} MB more in nginx (100 MB)")
            self.row("redeem, 1000/s offered beside them", "25 ms",
                     self.redeeming(SECONDS * 1100, pace=PACE))
        finally:
            for one in held:
                one.close()


def bench(slow):
    with Desk() as desk:
        desk.authority("acme")
        desk.run("sku", "load", "acme",
                 os.path.join(TOP, "examples", "catalog.conf"))
        with BenchSite(desk) as site:
            print(f"{'PostgreSQL' if ADDRESS else 'SQLite'}, load "
                  f"{os.getloadavg()[0]:.1f} before")
            it = Bench(desk, site)
            for row in (sys.argv[1:] or ("redeem", "lists", "resend",
                                         "slow_clients")):
                getattr(it, row)(*([slow] if row == "redeem" else []))
        desk.run("log", "verify", "acme")


def main():
    if shutil.which("wrk") is None or not os.path.exists("/usr/sbin/nginx"):
        print("portal_bench: skipped, wrk or nginx is not installed")
        return SKIPPED
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    if "SLOW_FSYNC" in os.environ:
        bench(os.environ["SLOW_FSYNC"])
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.chmod(folder, 0o755)
        os.environ["SLOW_FSYNC"] = os.path.join(folder, "slow")
        os.environ["LD_PRELOAD"] = os.path.abspath(
            "tests/bench/.libs/slow_fsync.so")
        itself = [sys.executable, __file__, *sys.argv[1:]]
        done = subprocess.run(itself, check=False)
        if done.returncode == 0 and "DESK_SQLITE" not in os.environ:
            done = subprocess.run([os.path.join(TESTS, "support",
                                                "with_postgres"), *itself],
                                  check=False)
    return 0 if done.returncode == SKIPPED else done.returncode


sys.exit(main())
