#!/usr/bin/env python3
"""crowd: how long others wait while one user's 190 connections pipeline
requests for the history.  Needs root, for the other user."""

import selectors

from wire import *

CONNECTIONS, ROUNDS, RECORDS = 190, 20, 2000
NOBODY = 65534


class Crowd:
    """Another user's process; it asks for more as soon as it is answered."""

    def __init__(self, path):
        ready, self.go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            self.ask_for_ever(path, self.go)
        os.close(self.go)
        check(os.read(ready, 1) == b"x", "the crowd is not there")
        os.close(ready)

    @staticmethod
    def ask_for_ever(path, go):
        selector = selectors.DefaultSelector()
        for _ in range(CONNECTIONS):
            s = socket.socket(socket.AF_UNIX)
            s.connect(path)
            s.send(b'{"do":"history"}\n' * 10)
            selector.register(s, selectors.EVENT_READ)
        os.write(go, b"x")
        while True:
            for key, _ in selector.select():
                answers = key.fileobj.recv(1 << 20).count(b"\n")
                key.fileobj.send(b'{"do":"history"}\n' * answers)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def waits(what, ask):
    """Prints the median and the longest wait, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.monotonic()
        ask()
        times.append((time.monotonic() - begin) * 1000)
    times.sort()
    print(f"{what}: median {times[len(times) // 2]:.1f} ms, "
          f"longest {times[-1]:.1f} ms (goal 100)", flush=True)


def measure(lab, title):
    step(title)
    manager = Manager(lab, lab.v3)
    with Control(lab.control) as c:
        waits("an administrator's request", lambda: c.ask("statistics"))

    def connect():
        with Control(lab.control) as c:
            c.ask("devices")
    waits("an administrator's connection and request", connect)
    waits("a GET", lambda: manager.get(f"{LICENSES}.3.1.2.1"))
    manager.close()


def crowd(lab):
    if os.getuid() != 0:
        skip("another user is needed: run this as root")
    with open(lab.conf, encoding="utf-8") as f:
        conf = f.read()
    if "others" not in conf:
        with open(lab.conf, "a", encoding="utf-8") as f:
            f.write('others = "read";\n')
    for folder in (lab.top, os.path.dirname(lab.control)):
        os.chmod(folder, 0o755)
    lab.restart()
    lab.issue("many.lic", "--copies", str(RECORDS), feature="uck9")
    with Control(lab.control) as c:
        c.ask("install", file="flash:many.lic")
    measure(lab, "alone")
    many = Crowd(lab.control)
    try:
        measure(lab, f"beside {CONNECTIONS} connections of another user")
    finally:
        many.close()


main(crowd)
