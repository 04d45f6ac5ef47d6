#!/usr/bin/env python3
"""client: liblicclient, in examples/feature, through a daemon's restarts."""

import subprocess

from wire import *


class Feature:
    """A running examples/feature."""

    def __init__(self, lab, *args):
        self.process = subprocess.Popen(
            [os.path.join(lab.bin, "..", "examples", "feature"), "-s",
             lab.control, *args], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=lab.environ)
        self.events = []

    def says(self):
        """Its next word on its lease; events go to a list."""
        while True:
            line = self.process.stdout.readline().rstrip("\n")
            if not line.startswith("event "):
                return line
            self.events.append(line)

    def end(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        self.process.stdout.read()
        return self.process.wait(timeout=PATIENCE)


def refusals(lab):
    step("why there is no lease")
    for args, words in (
            (("nothing",), "not a feature of this device"),
            (("uck9",), "agreement"),
            (("",), "argument")):
        feature_ = Feature(lab, *args)
        _, said = feature_.process.communicate(timeout=PATIENCE)
        equal(feature_.process.returncode, 1, f"{args}: exit status\n{said}")
        check(words in said, f"{words!r} in {said!r}")
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    path = lab.env["LAB_CONTROL"]
    lab.env["LAB_CONTROL"] = os.path.join(lab.dir, "nobody")
    nobody = Feature(lab, "uck9")
    check("nobody: No such file" in nobody.process.communicate()[1],
          "no socket")
    lab.env["LAB_CONTROL"] = path


def strange(lab):
    step("what answers is no licagentd")
    path = os.path.join(lab.top, "strange")
    for said in (b"SSH-2.0-x\n", b"{}\n", b'{"hello":"licagent"}\n', b"",
                 b'{"hello":"licagent","version":2}\n', b"x" * (2 << 20),
                 b'{"error":{"code":"busy","text":"too many"}}\n'):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(path)
            server.listen()
            lab.env["LAB_CONTROL"], real = path, lab.control
            one = Feature(lab, "uck9")
            lab.env["LAB_CONTROL"] = real
            peer, _ = server.accept()
            with contextlib.suppress(OSError):
                peer.sendall(said)
            peer.close()
            _, err = one.process.communicate(timeout=PATIENCE)
            equal(one.process.returncode, 1, f"after {said[:40]!r}: {err}")
        os.unlink(path)


def restart(lab):
    step("20 features hold; the daemon is killed and comes back")
    features = [Feature(lab, "cme-srst", str(10 + i)) for i in range(20)]
    for one in features:
        equal(one.says(), "cme-srst: licensed", "at first")
    total = sum(10 + i for i in range(20))
    for round_ in range(3):
        lab.kill(signal.SIGKILL)
        for one in features:
            equal(one.says(), "cme-srst: away", "without the daemon")
        lab.restart()
        for one in features:
            equal(one.says(), "cme-srst: licensed", "with it")
        wait_until("all leases are taken again", lambda: feature(
            lab.control, "cme-srst")["in_use"] == total)
        if round_ == 0:
            equal(features.pop().end(signal.SIGKILL), -signal.SIGKILL, "end")
            total -= 29
            wait_until("the count of the dead is back", lambda: feature(
                lab.control, "cme-srst")["in_use"] == total)
    step("events")
    lab.issue("one.lic")
    with Control(lab.control) as c:
        c.ask("install", file="flash:one.lic")
    for one in features:
        equal(one.process.stdout.readline(), "event installed ipbasek9\n",
              "event")
    step("one has no place any more when the daemon is back, until it has")
    lab.kill(signal.SIGSTOP)
    lab.kill(signal.SIGKILL)
    for one in features:
        equal(one.says(), "cme-srst: away", "without the daemon")
    for one in features[1:]:
        equal(one.end(), 0, "exit status without the daemon")
    # Whoever comes first takes nearly all.
    lab.restart()
    big = wait_until("a place", lambda: grab(lab, 4999))
    said = features[0].says()
    check(said in ("cme-srst: lost", "cme-srst: licensed"), said)
    if said == "cme-srst: lost":
        big.close()
        equal(features[0].says(), "cme-srst: licensed", "tried again")
    else:
        big.close()
    equal(features[0].end(), 0, "exit status")
    wait_until("all is given back", lambda: feature(
        lab.control, "cme-srst")["in_use"] == 0)


def grab(lab, count):
    c = Control(lab.control)
    for n in (count, 1):
        if not c.refused("checkout", feature="cme-srst", count=n):
            return c
    return None


def client(lab):
    refusals(lab)
    strange(lab)
    restart(lab)


main(client)
