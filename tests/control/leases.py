#!/usr/bin/env python3
"""leases: 100 holders are killed at random while 50 others come and go."""

import random
import subprocess

from wire import *

HOLDERS, USERS, COUNT = 100, 50, 5000

# Holds `count` of cme-srst until it is killed.
HOLDER = """
import json, socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
f = s.makefile("rw")
f.readline()
f.write(json.dumps({"do": "checkout", "feature": "cme-srst",
                    "count": int(sys.argv[2])}) + "\\n")
f.flush()
print(f.readline(), end="", flush=True)
time.sleep(600)
"""


def hold(lab, count):
    return subprocess.Popen(
        [sys.executable, "-S", "-E", "-c", HOLDER, lab.control, str(count)],
        stdout=subprocess.PIPE, text=True)


def leases(lab):
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    rng = random.Random(20261121)
    step(f"{HOLDERS} processes hold 1 to 9 each")
    holders = {hold(lab, 1 + i % 9): 1 + i % 9 for i in range(HOLDERS)}
    for holder in holders:
        check('"licensed"' in holder.stdout.readline(), "checked out")
    total = sum(holders.values())
    equal(feature(lab.control, "cme-srst")["in_use"], total, "in use")

    step(f"they are killed while {USERS} others check out and release")
    users = [Control(lab.control) for _ in range(USERS)]
    held = {user: [] for user in users}
    victims = list(holders)
    rng.shuffle(victims)
    while victims:
        for user in rng.sample(users, 10):
            if held[user] and rng.random() < 0.5:
                lease, count = held[user].pop(rng.randrange(len(held[user])))
                user.ask("release", lease=lease)
            else:
                count = rng.randrange(1, 20)
                lease = user.ask("checkout", feature="cme-srst", count=count)
                held[user].append((lease["lease"], count))
        if rng.random() < 0.7:
            victim = victims.pop()
            victim.kill()
            victim.wait()
    mine = sum(count for user in users for _, count in held[user])

    step("what is left is exact")
    wait_until("the counts of the dead are back", lambda: feature(
        lab.control, "cme-srst")["in_use"] == mine)
    with Control(lab.control) as c:
        rows = c.rows("leases")
        equal(sum(r["count"] for r in rows), mine, "the leases that are held")
        equal(len(rows), sum(map(len, held.values())), "their number")
        equal(c.rows("licenses", feature="cme-srst")[0]["count_left"],
              COUNT - mine, "left of the license")
        for user in users:
            user.close()
        wait_until("all is back", lambda: c.rows(
            "licenses", feature="cme-srst")[0]["count_left"] == COUNT)
        equal(c.ask("features", feature="cme-srst")["rows"][0]["leases"], 0,
              "leases")


main(leases)
