#!/usr/bin/env python3
"""A daemon that has nothing to do makes no system calls."""

import tempfile

from harness import *
from time_lab import *

SECONDS = 4


class Trace:
    """The system calls that the daemon begins meanwhile."""

    def __init__(self, lab):
        self.path = os.path.join(lab.top, "trace")
        self.strace = subprocess.Popen(
            ["strace", "-f", "-o", self.path, "-p", str(lab.pid())],
            stderr=subprocess.PIPE, text=True)
        said = self.strace.stderr.readline()
        if "attached" not in said:
            self.strace.kill()
            skip(f"strace cannot be used here: {said.strip()}")
        self.began = time.monotonic()

    def calls(self):
        """Not counted is what goes on after an interruption."""
        with open(self.path, encoding="utf-8") as f:
            return [line for line in f if "(" in line and
                    "resumed" not in line and "restart_syscall" not in line]

    def end(self):
        """The calls, and how long it took."""
        took = time.monotonic() - self.began
        self.strace.send_signal(signal.SIGINT)
        self.strace.communicate()
        return self.calls(), took


def is_idle(lab):
    """Somewhere in what follows are seconds without a call, but for the one
    that was interrupted to begin: what went before may still go on."""
    for _ in range(10):
        trace = Trace(lab)
        time.sleep(SECONDS)
        calls, _ = trace.end()
        if len(calls) <= 1:
            return
    raise Failure(f"{len(calls)} system calls:\n{''.join(calls)}")


def idle(lab):
    lab.issue("paid.lic", "--end", stamp(int(time.time()) + 300 * DAY),
              feature="datak9", kind="paidSubscription")
    lab.issue("demo.lic", "--period", "60d", feature="uck9", kind="demo",
              udi=False)

    step("connected, nothing in use")
    is_idle(lab)

    step("with a subscription, and a trial that a program uses")
    for name in ("paid", "demo"):
        equal(lab.outcome(lab.install(f"flash:{name}.lic")), (SUCCESSFUL, 1),
              f"install {name}")
    program = Control(lab)
    program.ask("checkout", feature="uck9")
    is_idle(lab)

    step("what wakes it is recording: each flush is one transaction")
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write("flush = 1;\n")
    lab.kill(signal.SIGHUP)
    lab.wait_log("is in force")
    trace = Trace(lab)

    def polls():
        return [call for call in trace.calls() if "poll" in call]
    wait_until("some are seen", lambda: len(polls()) >= SECONDS)
    calls, took = trace.end()
    woke = len(polls())
    check(woke <= 2 * took + 2 and len(calls) < 200 * woke,
          f"{woke} polls among {len(calls)} system calls in {took:.1f} s")
    program.close()


if not shutil.which("strace"):
    skip("strace is not installed")
with tempfile.TemporaryDirectory(prefix="licagent-idle-") as folder:
    # A process with a subject to debug may be traced by its own user.
    wrap(folder, "exec '{real}' -d set \"$@\"\n")
    main(idle)
