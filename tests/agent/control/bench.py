#!/usr/bin/env python3
"""bench: check-out/release pairs a second; daemon and client on one core."""

from wire import *


def bench(lab):
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    os.sched_setaffinity(lab.pid(), {0})
    os.sched_setaffinity(0, {0})
    for _ in range(3):
        done = lab.run(os.path.join(lab.bin, "..", "tests", "agent", "control",
                                    "bench"), lab.control, "uck9", "2")
        equal(done.returncode, 0, "exit status of bench")
        print(done.stdout, end="", flush=True)


main(bench)
