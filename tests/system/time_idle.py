#!/usr/bin/env python3
"""A daemon that has nothing to do makes no system calls."""

import tempfile

from harness import *
from time_lab import *

SECONDS = 4


def traced(lab):
    """The system calls that the daemon began in a while."""
    path = os.path.join(lab.top, "trace")
    with subprocess.Popen(["strace", "-f", "-o", path, "-p",
                           str(lab.pid())], stderr=subprocess.PIPE,
                          text=True) as strace:
        said = strace.stderr.readline()
        if "attached" not in said:
            strace.kill()
            skip(f"strace cannot be used here: {said.strip()}")
        time.sleep(SECONDS)
        strace.send_signal(signal.SIGINT)
        strace.stderr.read()
    with open(path, encoding="utf-8") as f:
        return [line for line in f if "(" in line and "resumed" not in line]


def idle(lab):
    lab.issue("paid.lic", "--end", stamp(int(time.time()) + 300 * DAY),
              feature="datak9", kind="paidSubscription")
    lab.issue("demo.lic", "--period", "60d", feature="uck9", kind="demo",
              udi=False)

    step("connected, nothing in use")
    wait_until("answers", lambda: lab.get1(NEXT_ACTION).kind == "Gauge32")
    calls = traced(lab)
    # The one that was interrupted to begin.
    check(len(calls) <= 2, f"{len(calls)} system calls:\n{''.join(calls)}")

    step("with a subscription, and a trial that a program uses")
    for name in ("paid", "demo"):
        equal(lab.outcome(lab.install(f"flash:{name}.lic")), (SUCCESSFUL, 1),
              f"install {name}")
    program = Control(lab)
    program.ask("checkout", feature="uck9")
    wake(lab)
    time.sleep(0.5)
    calls = traced(lab)
    check(len(calls) <= 2, f"{len(calls)} system calls:\n{''.join(calls)}")

    step("what wakes it is recording: each flush is one transaction")
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write("flush = 1;\n")
    lab.kill(signal.SIGHUP)
    lab.wait_log("is in force")
    calls = traced(lab)
    polls = [call for call in calls if "poll(" in call]
    check(2 <= len(polls) <= 2 * SECONDS + 2 and len(calls) < 100 * SECONDS,
          f"{len(polls)} polls among {len(calls)} system calls")
    program.close()


if not shutil.which("strace"):
    skip("strace is not installed")
with tempfile.TemporaryDirectory(prefix="licagent-idle-") as folder:
    # A process with a subject to debug may be traced by its own user.
    wrap(folder, "exec '{real}' -d set \"$@\"\n")
    main(idle)
