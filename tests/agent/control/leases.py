#!/usr/bin/env python3
"""leases: 100 features are killed at random while 50 others come and go.

All are processes that use liblicclient; in between the daemon is killed, too.
"""

import random
import subprocess

from wire import *

HOLDERS, USERS, COUNT = 100, 50, 5000


def start(lab, *args):
    return subprocess.Popen(
        [os.path.join(lab.bin, "..", *args[0]), *args[1:]], env=lab.environ,
        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def hold(lab, count):
    return start(lab, ("examples", "feature"), "-s", lab.control, "cme-srst",
                 str(count))


def churn(lab, seed):
    return start(lab, ("tests", "agent", "control", "churn"), lab.control, "cme-srst",
                 str(seed))


def in_use(lab):
    return feature(lab.control, "cme-srst")["in_use"]


def pairs(lab):
    with Control(lab.control) as c:
        return c.ask("statistics")["release"]


def kill_at_random(rng, victims, n, lab):
    """Kills n of them, while others check out and release."""
    for _ in range(n):
        before = pairs(lab)
        victim = victims.pop(rng.randrange(len(victims)))
        victim.kill()
        victim.wait()
        wait_until("others go on", lambda: pairs(lab) > before)


def leases(lab):
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    rng = random.Random(20261121)
    step(f"{HOLDERS} features hold 1 to 9 each, {USERS} come and go")
    holders = [hold(lab, 1 + i % 9) for i in range(HOLDERS)]
    users = [churn(lab, seed) for seed in range(USERS)]
    for holder in holders:
        equal(holder.stdout.readline(), "cme-srst: licensed\n", "a holder")
    for user in users:
        equal(user.stdout.readline(), "ready\n", "a user")
    mine = sum(1 + i % 9 for i in range(HOLDERS))
    check(in_use(lab) >= mine, "all that is held is counted")

    step("half of the holders are killed")
    kill_at_random(rng, holders, HOLDERS // 2, lab)
    step("the daemon is killed under load, and comes back")
    lab.kill()
    lab.restart()
    for holder in holders:
        equal([holder.stdout.readline() for _ in range(2)],
              ["cme-srst: away\n", "cme-srst: licensed\n"],
              "a holder takes its lease again")
    step("the other half is killed")
    kill_at_random(rng, holders, len(holders), lab)

    step("what is left is exact")
    for user in users:
        user.terminate()
    held = [int(user.stdout.readline()) for user in users]
    wait_until(f"the counts of the dead are back, {sum(held)} are held",
               lambda: in_use(lab) == sum(held))
    with Control(lab.control) as c:
        by_process = {user.pid: 0 for user in users}
        for row in c.rows("leases"):
            by_process[row["pid"]] += row["count"]
        equal(by_process, {user.pid: count for user, count in
                           zip(users, held)}, "leases by process")
        row, = c.rows("licenses", feature="cme-srst")
        equal(row["count_left"], COUNT - sum(held), "left of the license")
    for user in users:
        user.stdin.close()
        equal(user.wait(timeout=60), 0, "exit status of a user")
    wait_until("all is given back", lambda: in_use(lab) == 0)
    with Control(lab.control) as c:
        row, = c.rows("licenses", feature="cme-srst")
        equal(row["count_left"], COUNT, "left of the license")


main(leases)
