#!/usr/bin/env python3
"""killed: licissue killed at its writes while it issues: units used and left
are the quantity, nothing is half issued, the log vouches for every license, and
the same command again writes the same file.  Of the writes to the database it
is one in KILL_STEP (7)."""

import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import ADDRESS, LICISSUE, TOP, check, equal, main  # noqa: E402

STEP = int(os.environ.get("KILL_STEP", "7"))
# What changes a file, or is sent to PostgreSQL; and how many of it to skip.
DATABASE = "sendto" if ADDRESS else "pwrite64"
CALLS = {DATABASE: STEP, "fdatasync": 1, "fsync": 1, "ftruncate": 1,
         "unlink": 1, "write": 1, "rename": 1, "renameat2": 1}
PID = "LIC1921/K9"
SEC = "L-LAB-SEC-K9="
MANY = 3        # devices of a request


class Redeeming:
    """A PAK, for devices of a list."""
    licenses = MANY

    def __init__(self, desk):
        self.desk = desk
        self.pak, = desk.run("pak", "create", "acme", "--sku", SEC,
                             "--quantity", 5000).split()
        self.used = 0

    def command(self, tag):
        with open(self.desk.path("devices.csv"), "w", encoding="utf-8") as f:
            f.writelines(f"{PID}:R{tag}-{i}\n" for i in range(MANY))
        return ("pak", "redeem", "acme", self.pak, "--csv", "devices.csv",
                "--request-id", f"R{tag}")

    def check(self, done, *said):
        self.used += done * MANY
        shown = self.desk.json("pak", "show", "acme", self.pak)
        equal([shown["used"], shown["left"],
               sum(use["units"] for use in shown["devices"]),
               sum(use["licenses"] for use in shown["devices"])],
              [self.used, 5000 - self.used, self.used, self.used], *said)


class Rehosting:
    """The answer of a device, which has as many licenses as it gave up."""
    licenses = 1

    def __init__(self, desk):
        self.desk, self.udi = desk, f"{PID}:SOURCE"
        self.device = desk.device(self.udi)
        self.device.credentials("source.key")
        desk.run("device", "key", "acme", "--credentials", "source.key")

    def command(self, tag):
        self.id = f"move-{tag}"
        self.desk.run("issue", "acme", "--udi", self.udi, "--feature",
                      "securityk9", "--type", "permanent", "--id", self.id,
                      "--force", "-o", "move.lic")
        self.device.install("move.lic")
        self.desk.run("permission-ticket", "acme", "--udi", self.udi,
                      "--remove", self.id, "--force", "-o", "ticket")
        self.device.revoke("ticket", "answer")
        return ("rehost", "acme", "--ticket", "answer", "--udi",
                f"{PID}:M{tag}")

    def check(self, done, *said):
        equal(self.desk.sql("acme", "SELECT count(*) FROM ticket WHERE"
                            " redeemed_for IS NULL"),
              ["0" if done else "1"], *said)


class Answering(Redeeming):
    """A device that calls home for a unit of a PAK."""
    licenses = 1

    def __init__(self, desk):
        super().__init__(desk)
        self.device = desk.device(f"{PID}:HOME")

    def command(self, tag):
        with open(self.desk.path("call"), "w", encoding="utf-8") as f:
            json.dump(self.device.call("install", pak=self.pak), f)
        return ("request", "answer", "acme", "call")

    def check(self, done, *said):
        self.used += done
        shown = self.desk.json("pak", "show", "acme", self.pak)
        equal([shown["used"], shown["left"]],
              [self.used, 5000 - self.used], *said)


class Replacing:
    """A device by the next one, and so on."""
    licenses = 2

    def __init__(self, desk):
        self.desk, self.tag = desk, "0"
        desk.run("rma", "limits", "acme", "--replacements", "1000000",
                 "--licenses", "1000000")
        for feature in ("securityk9", "uck9"):
            desk.run("issue", "acme", "--udi", f"{PID}:A0", "--feature",
                     feature, "--type", "permanent", "--append", "-o",
                     "replaced.lic")

    def command(self, tag):
        before, self.tag = self.tag, tag
        return ("rma", "acme", "--from", f"{PID}:A{before}", "--to",
                f"{PID}:A{tag}")

    def check(self, done, *said):
        equal(self.desk.sql("acme", "SELECT count(*) FROM rma WHERE new_udi ="
                            f" '{PID}:A{self.tag}'"), [str(done)], *said)
        # Two count at any time.
        equal(self.desk.sql(
            "acme", "SELECT count(*) FROM license l WHERE udi LIKE"
            f" '{PID}:A%' AND NOT EXISTS (SELECT 1 FROM ended e"
            " WHERE e.id = l.id)"), ["2"], *said)


class Granting:
    licenses = 1

    def __init__(self, desk):
        pass

    def command(self, tag):
        return ("evaluation", "create", "acme", "--udi", f"{PID}:E{tag}",
                "--feature", "securityk9", "--request-id", f"E{tag}")

    def check(self, done, *said):
        pass


class MakingLots:
    licenses = 2 * MANY

    def __init__(self, desk):
        self.desk = desk
        with open(desk.path("lot.csv"), "w", encoding="utf-8") as f:
            f.writelines(f"{PID}:L{i}\n" for i in range(MANY))

    def command(self, tag):
        return ("lot", "create", "acme", "--name", f"L{tag}", "--csv",
                "lot.csv", "--feature", "securityk9", "--feature", "srst=25")

    def check(self, done, *said):
        pass


def count(desk):
    return int(desk.sql("acme", "SELECT count(*) FROM license")[0])


def read(desk):
    with open(desk.path("out.lic"), encoding="utf-8") as f:
        return f.read()


def kill(desk, call, at, command):
    """Did it come to the end?"""
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
         f"inject={call}:signal=KILL:when={at}", LICISSUE, *command],
        cwd=desk.dir, env=dict(os.environ, ASAN_OPTIONS="detect_leaks=0"),
        capture_output=True, text=True, check=False)
    check(done.returncode in (0, -9, 137), call, at, done)
    return done.returncode == 0


def killed_at(desk, case, call, at):
    said = (type(case).__name__, "killed at", call, at)
    command = (*case.command(f"{call}-{at}"), "--force", "-o", "out.lic")
    if os.path.exists(desk.path("out.lic")):
        os.unlink(desk.path("out.lic"))
    before = count(desk)
    ended = kill(desk, call, at, command)
    issued = count(desk) - before
    check(issued in ((case.licenses,) if ended else (0, case.licenses)),
          issued, *said)
    desk.verified()
    case.check(issued // case.licenses, *said)
    half = read(desk) if os.path.exists(desk.path("out.lic")) else None
    desk.run(*command)
    first = read(desk)
    check(half in (None, first), "half a file", *said)
    desk.run(*command)
    equal(read(desk), first, *said)
    equal(count(desk) - before, case.licenses, *said)
    if issued == 0:
        case.check(1, *said)
    elif hasattr(case, "used"):
        case.check(0, *said)
    return ended


def killed(desk):
    if not shutil.which("strace"):
        print("skipped: strace is not installed")
        raise SystemExit(77)
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    for kind in (Redeeming, Answering, Rehosting, Replacing, Granting,
                 MakingLots):
        case, kills = kind(desk), {}
        for call, step in CALLS.items():
            at = 1
            while not killed_at(desk, case, call, at):
                kills[call] = kills.get(call, 0) + 1
                at += step
        check(kills[DATABASE] > 1 and kills["write"] > 0, kills)
        print(f"{kind.__name__}: {kills}", flush=True)
    desk.verified()


main(killed)
