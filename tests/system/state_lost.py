#!/usr/bin/env python3
"""A state that is damaged, gone or read-only, and a daemon that is killed: it
starts, says what is wrong, charges what was used, and goes on by itself."""

import sys

from harness import *

sys.path.insert(0, os.path.join(TOP, "tests", "agent", "control"))
from wire import Control, Refused  # noqa: E402

TIMES, SECONDS = 5, 4   # of use, each ended by kill -9
FLUSH = 60              # at most this is charged for each


def in_state(lab, name):
    return os.path.join(lab.state, name)


def stop(lab):
    lab.kill(signal.SIGTERM)
    wait_until("the daemon gone", lambda: not lab.alive())


def used_s(lab):
    with Control(lab.control) as c:
        license, = c.rows("licenses", feature="uck9")
        return license["used_s"]


def killed(lab):
    step("a meter that runs is charged for, however the daemon ends")
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    before = used_s(lab)
    for _ in range(TIMES):
        with Control(lab.control) as c:
            c.ask("checkout", feature="uck9")
            time.sleep(SECONDS)
            lab.kill()
        lab.restart()
    used = used_s(lab) - before
    check(TIMES * SECONDS <= used <= TIMES * (SECONDS + FLUSH),
          f"{used} s are charged for {TIMES} times {SECONDS} s")


def one_file(lab):
    step("one damaged byte of each file costs nothing, and is told")
    licenses = lab.licenses()
    stop(lab)
    for name, at in (("state.db", 6 * 4096 + 4000), ("state-twin.db", 20),
                     ("device.key", 60)):
        start = len(lab.log())
        with open(in_state(lab, name), "r+b") as f:
            f.seek(at)
            byte = f.read(1)
            f.seek(at)
            f.write(bytes([byte[0] ^ 1]))
        lab.restart()
        equal(lab.licenses().keys(), licenses.keys(), f"licenses: {name}")
        lab.wait_log(re.escape(name) + ".*(damaged|not the one|no private)", start)
        check(glob.glob(in_state(lab, name + ".damaged-*")),
              f"{name} is not kept")
        lab.tool("licctl", "--socket", lab.control, "check")
        stop(lab)
    lab.restart()


def missing(lab):
    step("a license whose line is lost in both files is missing, and named")
    stop(lab)
    for name in ("state.db", "state-twin.db"):
        done = lab.run(sys.executable, "-c", "import sqlite3, sys; db = "
                       "sqlite3.connect(sys.argv[1]); db.execute('UPDATE copy "
                       "SET line = NULL WHERE store = 1'); db.commit()",
                       in_state(lab, name))
        equal(done.returncode, 0, done.stderr)
    lab.restart()
    lab.wait_log("license [0-9a-f]+ of feature ipbasek9 1.0, index [0-9]+, is "
                 "missing from store flash:primary")
    lab.wait_log("LICENSE-2-MISSING: License for feature ipbasek9 1.0 is "
                 "missing from its store")
    with Control(lab.control) as c:
        result = c.ask("check")
        check(not result["good"], "check is good")
        check(any("ipbasek9" in text and "is missing" in text
                  for text in result["findings"]), result["findings"])
        records = [row["what"] for row in c.rows("history")]
        equal(records.count("missing"), 1, f"records {records}")


def gone(lab):
    step("both files gone: the key says that the device is not new")
    stop(lab)
    for name in ("state.db", "state-twin.db"):
        os.unlink(in_state(lab, name))
    start = len(lab.log())
    lab.restart()
    lab.wait_log("the device is not new, but its state is gone", start)
    with Control(lab.control) as c:
        result = c.ask("check")
        check(not result["good"], "check is good")
        check(any("were gone" in text for text in result["findings"]),
              result["findings"])


def bad_key(lab):
    step("a bad file among the keys is skipped, and shown")
    path = os.path.join(lab.dir, "keys", "rubbish.jwk")
    with open(path, "w", encoding="utf-8") as f:
        f.write("{ this is no key")
    os.chmod(path, 0o600)
    lab.restart()
    with Control(lab.control) as c:
        skipped, = c.ask("state")["keys_skipped"]
        check("rubbish.jwk" in skipped, skipped)
    shown = lab.tool("licctl", "--socket", lab.control, "show", "license",
                     "status")
    check("rubbish.jwk" in shown, shown)
    os.unlink(path)


def read_only(lab):
    step("a read-only file system: it serves, refuses with the reason")
    stop(lab)
    mounted = lab.run("mount", "--bind", lab.state, lab.state)
    if mounted.returncode != 0:
        print("  not here: no file system can be mounted")
        lab.restart()
        return
    try:
        done = lab.run("mount", "-o", "remount,bind,ro", lab.state)
        equal(done.returncode, 0, done.stderr)
        lab.restart()
        with Control(lab.control) as c:
            why = c.ask("state")["recording"]
            check("Read-only file system" in why, f"recording: {why!r}")
            check(c.rows("licenses"), "no licenses")
            try:
                c.ask("checkout", feature="uck9")
                raise Failure("a metered license is given out")
            except Refused as e:
                check("ead-only" in e.text, e.text)
            try:
                c.ask("accept_all", on=False)
                raise Failure("a change is not refused")
            except Refused as e:
                check(e.code == "io" and "Read-only" in e.text, e.text)
            start = len(lab.log())
            done = lab.run("mount", "-o", "remount,bind,rw", lab.state)
            equal(done.returncode, 0, done.stderr)
            wait_until("recording again",
                       lambda: c.ask("state")["recording"] == "")
            c.ask("checkout", feature="uck9")
            check("restarted" not in lab.log()[start:], "a restart")
    finally:
        stop(lab)
        lab.run("umount", lab.state)
    lab.restart()


def state_lost(lab):
    lab.issue("one.lic")
    lab.install("flash:one.lic")
    killed(lab)
    one_file(lab)
    bad_key(lab)
    read_only(lab)
    missing(lab)
    gone(lab)


main(state_lost)
