#!/usr/bin/env python3
"""SIGTERM while the state is loaded: the daemon ends, and nothing is lost."""

from harness import *

FILES = ("state.db", "state-twin.db")


def state_of(lab):
    found = {}
    for name in FILES:
        with open(os.path.join(lab.state, name), "rb") as f:
            found[name] = f.read()
    return found


def signaled(number):
    """In the child: the signal has come before the program looks."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    os.kill(os.getpid(), number)


def stop_loading(lab):
    lab.issue("paid.lic")
    equal(lab.outcome(lab.install("flash:paid.lic")), (SUCCESSFUL, 1),
          "install")
    installed = lab.installed()
    for number in (signal.SIGTERM, signal.SIGINT):
        step(f"a start that {number.name} waits for")
        lab.kill()
        wait_until("the daemon gone", lambda: not lab.alive())
        before = state_of(lab)
        done = subprocess.run(
            [os.path.join(lab.bin, "licagentd"), "-f", "-c", lab.conf],
            capture_output=True, text=True, check=False, timeout=PATIENCE,
            preexec_fn=lambda: signaled(number))
        said = done.stdout + done.stderr
        equal(done.returncode, 0, f"exit status: {said}")
        check("stopping on a signal; the state was not loaded yet" in said,
              said)
        check("is ready" not in said, said)
        equal(state_of(lab) == before, True, "the state is what it was")
        lab.restart()
        equal(lab.installed(), installed, "the licenses")


main(stop_loading)
