#!/usr/bin/env python3
"""crowd: several licissue on one PAK, licissue killed in the middle of it, a
server that ends: units used and left are the quantity, nothing is half issued,
and the log vouches for all of it."""

import os
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import ADDRESS, LICISSUE, TOP, check, equal, main  # noqa: E402

SEC = "L-LAB-SEC-K9="
ROWS = 200      # devices of a request


def start(desk, *args, **options):
    return subprocess.Popen(
        [LICISSUE, *map(str, args)], cwd=desk.dir, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, **options)


def write_list(desk, name, tag, n):
    with open(desk.path(name), "w", encoding="utf-8") as f:
        f.writelines(f"P:{tag}-{i}\n" for i in range(n))


def redeem(pak, devices, request, output):
    return ("pak", "redeem", "acme", pak, "--csv", devices, "--request-id",
            request, "--force", "-o", output)


def create(desk, quantity=5000):
    pak, = desk.run("pak", "create", "acme", "--sku", SEC, "--quantity",
                    quantity).split()
    return pak


def used(desk, pak):
    """How many units are used; that many licenses are there."""
    shown = desk.json("pak", "show", "acme", pak)
    equal(shown["used"] + shown["left"], shown["quantity"])
    equal(sum(use["units"] for use in shown["devices"]), shown["used"])
    equal(sum(use["licenses"] for use in shown["devices"]), shown["used"])
    desk.run("log", "verify", "acme")
    return shown["used"]


def ids(desk, name):
    return [each["terms"]["id"] for each in
            desk.json("inspect", "--keys", "acme", name)["licenses"]
            if each["valid"]]


# ---- Eight on one PAK

class Taker(threading.Thread):
    """Redeems until nothing is left."""

    def __init__(self, desk, pak, number):
        super().__init__()
        self.desk, self.pak, self.number = desk, pak, number
        self.files, self.failed = [], None

    def redeem(self, quantity):
        name = f"taker-{self.number}-{len(self.files)}"
        process = start(self.desk, "pak", "redeem", "acme", self.pak, "--udi",
                        f"P:{name}", "--quantity", quantity, "-o", name)
        said = process.communicate()[0]
        if process.returncode == 0:
            self.files.append(name)
            return True
        if "locked by another process" in said:  # for more than 5 seconds
            return True
        if "too many" not in said:
            self.failed = said
        return False

    def run(self):
        for quantity in (131, 7, 1):
            while self.redeem(quantity):
                pass


def eight(desk):
    pak = create(desk)
    takers = [Taker(desk, pak, i) for i in range(8)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
        equal(taker.failed, None)
    equal(used(desk, pak), 5000)
    got = [each for taker in takers for name in taker.files
           for each in ids(desk, name)]
    equal((len(got), len(set(got))), (5000, 5000))


# ---- Killed

def killed(desk):
    pak = create(desk)
    write_list(desk, "kill.csv", "first", ROWS)
    begin = time.monotonic()
    desk.run(*redeem(pak, "kill.csv", "first", "first.lic"))
    whole = time.monotonic() - begin
    done = 1
    for turn in range(12):
        write_list(desk, "kill.csv", turn, ROWS)
        args = redeem(pak, "kill.csv", turn, "kill.lic")
        process = start(desk, *args)
        time.sleep(random.uniform(0, whole))
        process.kill()
        process.communicate()
        check(used(desk, pak) in (done * ROWS, (done + 1) * ROWS), turn)
        # The same request again: all of it, once.
        desk.run(*args)
        done += 1
        equal(used(desk, pak), done * ROWS)
        equal(len(set(ids(desk, "kill.lic"))), ROWS)


# ---- A server that ends

def server_ends(desk):
    script = os.environ["WITH_POSTGRES"]
    pak = create(desk)
    write_list(desk, "end.csv", "end", 2000)
    args = redeem(pak, "end.csv", "end", "end.lic")
    process = start(desk, *args)
    time.sleep(random.uniform(0.1, 0.5))
    subprocess.run([script, "--crash"], check=True)
    said = process.communicate()[0]
    check(process.returncode == 0 or said.startswith("licissue: database: "),
          said)
    desk.refused("licissue: database: ", *args)
    subprocess.run([script, "--start"], check=True)
    check(used(desk, pak) in (0, 2000))
    desk.run(*args)
    equal(used(desk, pak), 2000)


def crowd(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    eight(desk)
    killed(desk)
    if ADDRESS:
        server_ends(desk)


if __name__ == "__main__":
    main(crowd)
