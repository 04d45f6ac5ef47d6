#!/usr/bin/env python3
"""rude: clients that cost nobody else anything, and what a path may hold."""

import random
import resource

from wire import *

GARBAGE = [
    b"\n", b"rubbish\n", b"[]\n", b"5\n", b'"text"\n', b"{\n", b"}\n",
    b'{"do":"devices"\n', b'{"do":"devices",}\n',
    b'{"do":"devices","do":"devices"}\n', b"\0\n", b'{"do":"\xff"}\n',
    b'{"do":"devices\0"}\n', b'{"do":"dev\\u0000ices"}\n',
    b"[" * 15000 + b"\n", b'{"a":' * 3000 + b"\n", b"x" * 16384,
    bytes(range(256)) + b"\n",
]


def plain(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(PATIENCE)
    s.connect(path)
    return s


def memory(lab):
    """Resident kilobytes."""
    with open(f"/proc/{lab.pid()}/status", encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


def sanitized(lab):
    """Freed memory is then kept for a while."""
    with open(os.path.join(lab.bin, "licagentd"), "rb") as f:
        return b"__asan_init" in f.read()


def garbage(lab):
    step("what is no request ends the connection, with a word")
    for data in GARBAGE:
        with Control(lab.control) as c:
            c.send(data)
            equal(c.read()["error"]["code"], "syntax", f"answer to {data!r}")
            equal(c.read(), None, f"after {data!r}")
    rng = random.Random(4711)
    for _ in range(200):
        with Control(lab.control) as c:
            c.send(rng.randbytes(rng.randrange(1, 400)) + b"\n")
            equal(c.read()["error"]["code"], "syntax", "rubbish")


def halves(lab):
    step("half a request is no request; a request in pieces is one")
    c = Control(lab.control)
    for byte in b'{"do":"devices","id":1}\n':
        c.send(bytes([byte]))
    equal(c.read()["id"], 1, "byte by byte")
    c.send(b'{"do":"devices","id":2}\n' * 200 + b'{"do":')
    equal([c.read()["id"] for _ in range(200)], [2] * 200, "many at once")
    c.close()
    with Control(lab.control) as c:
        c.ask("checkout", feature="uck9")
        c.send(b'{"do":"release","lease":1')
    wait_until("its lease is back",
               lambda: feature(lab.control, "uck9")["leases"] == 0)


def deaf(lab):
    step("clients that ask and never read")
    before = memory(lab)
    rude = []
    for _ in range(50):
        s = plain(lab.control)
        s.setblocking(False)
        with contextlib.suppress(BlockingIOError, BrokenPipeError,
                                 ConnectionResetError):
            while True:
                s.send(b'{"do":"licenses"}\n' * 100)
        rude.append(s)
    with Control(lab.control) as c:
        for _ in range(200):
            lease = c.ask("checkout", feature="cme-srst", count=3)["lease"]
            c.ask("release", lease=lease)
    grown = memory(lab) - before
    check(sanitized(lab) or grown < 50 * 200 + 4096, f"{grown} kB more for 50 that never read")
    step("subscribers that never read")
    ears = [plain(lab.control) for _ in range(20)]
    for s in ears:
        s.send(b'{"do":"subscribe"}\n')
    with Control(lab.control) as c:
        lease = c.ask("checkout", feature="cme-srst", count=3900)["lease"]
        for _ in range(600):
            more = c.ask("checkout", feature="cme-srst", count=1100)["lease"]
            c.ask("release", lease=more)
        c.ask("release", lease=lease)
    with Control(lab.control) as c:
        equal(c.ask("statistics")["clients"], 51,
              "clients: who asks and does not read stays, who does not read "
              "what happens does not")
    for s in rude + ears:
        s.close()


def crowd(lab):
    step("10,000 connections")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    want = min(10200, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (want, hard))
    c = Control(lab.control)
    before = lab.descriptors()
    crowd_of = []
    refused = 0
    for _ in range(10000):
        try:
            s = socket.socket(socket.AF_UNIX)
        except OSError:     # our own limit
            crowd_of.pop(0).close()
            s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        s.connect(lab.control)
        if b'"busy"' in s.recv(4096):
            refused += 1
            s.close()
        else:
            crowd_of.append(s)
    check(refused > 10000 - 768 - 1, f"{refused} were refused")
    check(lab.descriptors() - before <= 768, "its descriptors are bounded")
    lease = c.ask("checkout", feature="uck9")["lease"]
    c.ask("release", lease=lease)
    for s in crowd_of:
        s.close()
    wait_until("they are forgotten",
               lambda: c.ask("statistics")["clients"] == 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    c.close()


def limits(lab):
    step("leases of one connection are bounded")
    with Control(lab.control) as c:
        for _ in range(1024):
            c.ask("checkout", feature="uck9")
        equal(c.refused("checkout", feature="uck9"), "too-many", "1,025")
        c.ask("release", lease=7)
        equal(c.ask("checkout", feature="uck9")["lease"], 1025, "a new one")
        equal(feature(lab.control, "uck9")["leases"], 1024, "held")
    wait_until("all are back",
               lambda: feature(lab.control, "uck9")["leases"] == 0)
    step("a client that goes while its installation waits")
    lab.issue_two("two.lic")
    for _ in range(20):
        s = plain(lab.control)
        s.send(b'{"do":"install","file":"flash:two.lic"}\n' * 20)
        s.close()
    with Control(lab.control) as c:
        c.ask("install", file="flash:two.lic")
        equal(len([r for r in c.rows("licenses") if r["store"] == 1]), 2,
              "licenses")


def second(lab, path, words):
    """Another daemon, with a state of its own, that wants this socket."""
    state = os.path.join(lab.top, "state2")
    os.makedirs(state, mode=0o700, exist_ok=True)
    with open(lab.conf, encoding="utf-8") as f:
        conf = f.read().replace(lab.state, state).replace(lab.control, path)
    name = os.path.join(lab.top, "second.conf")
    with open(name, "w", encoding="utf-8") as f:
        f.write(conf)
    done = lab.run(os.path.join(lab.bin, "licagentd"), "-f", "-c", name)
    equal(done.returncode, 1, f"exit status\n{done.stderr}")
    check(words in done.stderr, f"{words!r} in:\n{done.stderr}")


def paths(lab):
    step("two daemons, one path")
    second(lab, lab.control, "another daemon serves this socket")
    step("what is no socket stays")
    path = os.path.join(lab.top, "file")
    with open(path, "w", encoding="utf-8") as f:
        f.write("precious")
    second(lab, path, "not a socket; remove it")
    with open(path, encoding="utf-8") as f:
        equal(f.read(), "precious", "the file")
    second(lab, os.path.join(lab.top, "a", "b", "c"), "cannot create the folder: No such file")
    step("the first one was not disturbed; it dies, and comes back")
    feature(lab.control, "uck9")
    lab.kill()
    check(os.path.exists(lab.control), "it left its socket")
    lab.restart()
    feature(lab.control, "uck9")
    lab.stop()
    check(not os.path.exists(lab.control), "no socket after an orderly end")


def rude_clients(lab):
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    garbage(lab)
    halves(lab)
    deaf(lab)
    crowd(lab)
    limits(lab)
    check(lab.alive(), "the daemon lives")
    paths(lab)


main(rude_clients)
