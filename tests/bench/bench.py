#!/usr/bin/env python3
"""bench: what things cost, beside peers from the same run.

	bench.py [ROW...]

A row is a file row_NAME.py here.  It has run(bench, site, size), called for
each size with a lab that has so many licenses, or run_once(bench); it measures
and calls bench.table.add.

BENCH_SIZES are the sizes (10 1000 10000); 100000 takes some minutes more.
BENCH_JSON is a file that gets the table as JSON.  docs/performance.md says how
to read the table.
"""

import importlib

from measure import *

ROWS = ("checkout", "read", "install", "program", "memory", "start")
SIZES = os.environ.get("BENCH_SIZES", "10 1000 10000").split()


class Bench:
    def __init__(self, names):
        self.table = Table()
        self.sizes = [int(size) for size in SIZES]
        self.rows = [importlib.import_module("row_" + n) for n in names]
        self.build = os.environ.get("LAB_BIN", os.path.join("bin", ""))
        self.build = os.path.abspath(os.path.join(self.build, ".."))
        self.memory = {}    # of the daemon, by size: row_memory.py

    def program(self, name):
        """The path of a program of tests/bench."""
        return os.path.join(self.build, "tests", "bench", name)

    def samples(self, *words):
        """What core_bench prints, for each line a number."""
        done = subprocess.run([self.program("core_bench"), *words], text=True,
                              capture_output=True, check=False,
                              preexec_fn=lambda: os.sched_setaffinity(
                                  0, {CPU}))
        equal(done.returncode, 0, f"exit status of core_bench {words}: "
              f"{done.stdout}{done.stderr}")
        return [float(word) for word in done.stdout.split()
                if re.fullmatch(r"[0-9]+\.[0-9]+", word)], done.stdout

    def run(self):
        os.sched_setaffinity(0, {CPU})
        self.table.heading()
        for size in self.sizes:
            rows = [r for r in self.rows if hasattr(r, "run")]
            if rows:
                self.run_size(rows, size)
        for row in self.rows:
            if hasattr(row, "run_once"):
                row.run_once(self)

    def run_size(self, rows, size):
        lab = Lab("--licenses", str(size), start=False)
        failed = True
        try:
            lab.start("--licenses", str(size))
            pin(lab.pid(), lab.pid("snmpd"))
            for row in rows:
                row.run(self, lab, size)
            failed = False
        finally:
            lab.close(failed)


if __name__ == "__main__":
    bench = Bench(sys.argv[1:] or ROWS)
    bench.run()
    if "BENCH_JSON" in os.environ:
        bench.table.write(os.environ["BENCH_JSON"])
