"""Memory of the daemon for a license: private memory above that of a daemon
with the smallest number of licenses, after a restart.  With few of them, what
does not grow hides it."""

from measure import *


def run(bench, lab, size):
    lab.restart()
    bench.memory[size] = private_bytes(lab.pid())
    least = min(bench.memory)
    if size == least or size < 10000:
        return
    each = (bench.memory[size] - bench.memory[least]) / (size - least)
    bench.table.add("memory above an empty daemon, a license", size, "bytes",
                    [each], (), 400)
