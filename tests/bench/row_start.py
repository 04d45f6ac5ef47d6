"""A start of the core, from its state on disk."""


def run_once(bench):
    for size in bench.sizes:
        if size < 1000:
            continue
        seconds = [us / 1e6 for us in bench.samples("start", str(size))[0]]
        bench.table.add("start of the core", size, "s of CPU", seconds, (),
                        max(size / 100000, 0.01))
