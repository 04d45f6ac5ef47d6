#!/usr/bin/env python3
"""A state directory without room: a SET that cannot be made durable is
commitFailed, and has changed nothing; with room again it is done."""

import sys

from harness import *

sys.path.insert(0, os.path.join(TOP, "tests", "agent", "control"))
from wire import Control  # noqa: E402

NO_ERROR, COMMIT_FAILED = 0, 14


def on_small_disk(lab):
    """The state moves to a file system of its own; False: not here."""
    lab.kill(signal.SIGTERM)
    wait_until("the daemon gone", lambda: not lab.alive())
    aside = lab.state + ".aside"
    os.rename(lab.state, aside)
    os.mkdir(lab.state)
    small = lab.run("mount", "-t", "tmpfs", "-o", "size=2m", "none",
                    lab.state).returncode == 0
    if small:
        for name in os.listdir(aside):
            shutil.copy2(os.path.join(aside, name), lab.state)
        lab.restart()
    return small


def fill(lab):
    path = os.path.join(lab.state, "filler")
    with contextlib.suppress(OSError), open(path, "wb", 0) as f:
        while True:
            f.write(b"x" * 4096)
    return path


def refused(manager, what, *bindings, index):
    answer = manager.ask("set", *bindings)
    equal(answer[:2], (COMMIT_FAILED, index), f"{what}: error and index")


def commits(lab, manager):
    comment = f"{LICENSES}.13.1.2.1"
    status = f"{ACTION}.{STATUS}.9"
    equal(manager.ask("set", f"{comment}=x61")[0], NO_ERROR, "a comment")
    filler = fill(lab)

    step("no room: commitFailed, with the varbind to blame")
    refused(manager, "a comment", f"{comment}=x62", index=1)
    refused(manager, "a switch", f"{SWITCHES}.1.0=i2", index=1)
    refused(manager, "a row, a comment and a switch",
            f"{status}=i{CREATE_AND_WAIT}", f"{comment}=x62",
            f"{SWITCHES}.1.0=i2", index=2)
    equal(manager.get(comment, f"{SWITCHES}.1.0", status),
          ["x61", "i1", "noSuchInstance"], "everything is as it was")
    with Control(lab.control) as c:
        why = c.ask("state")["recording"]
        check("full" in why, f"why changes are not recorded: {why!r}")
    lab.wait_log("cannot change the comment")

    step("an install that finds no room fails, and leaves nothing")
    before = lab.licenses()
    state, _ = lab.outcome(lab.install("flash:one.lic"))
    equal(state, FAILED, "state")
    equal(lab.licenses(), before, "licenses")

    step("with room again both are done, and outlive the daemon")
    os.unlink(filler)
    with Control(lab.control) as c:
        wait_until("changes are recorded again",
                   lambda: c.ask("state")["recording"] == "")
    equal(manager.ask("set", f"{status}=i{CREATE_AND_WAIT}",
                      f"{comment}=x62", f"{SWITCHES}.1.0=i2")[:2],
          (NO_ERROR, 0), "the same SET")
    equal(lab.outcome(lab.install("flash:one.lic")), (SUCCESSFUL, 1),
          "install")
    lab.kill()
    lab.restart()
    equal(manager.get(comment, f"{SWITCHES}.1.0"), ["x62", "i2"], "values")
    equal(len(lab.installed()), 1, "licenses")
    check("damage" not in lab.log().lower(), "the log tells of damage")


def metered(lab):
    """A meter that runs and cannot be recorded: each lack of room is two
    lines of the log, however often it is tried."""
    step("no room for a running meter: one line when it begins")
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write("flush = 1;\n")
    lab.restart()
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
        c.ask("checkout", feature="uck9")
        license, = c.rows("licenses", feature="uck9")
        start = len(lab.log())
        filler = fill(lab)
        lab.wait_log("cannot save state: .*; retrying", start)
        for _ in range(5):  # each makes the core look at what is due
            c.refused("priority", device=license["device"], priority="high",
                      store=license["store"], license=license["license"])
        os.unlink(filler)
        lab.wait_log("state saved again", start)
        log = lab.log()[start:]
        equal(log.count("cannot save state"), 1, f"lines in\n{log}")
        equal(log.count("state saved again"), 1, f"lines in\n{log}")


def disk_full(lab):
    lab.issue("one.lic")
    if not on_small_disk(lab):
        skip("a tmpfs cannot be mounted here (not root?)")
    manager = Manager(lab, lab.v3)
    try:
        commits(lab, manager)
        metered(lab)
    finally:
        manager.close()
        lab.stop()
        lab.run("umount", lab.state)


main(disk_full)
