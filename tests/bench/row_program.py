"""A program of its own that opens the core, checks a permanent license out and
in, and closes the core, beside bare verification."""

from measure import *

ROUNDS = "200"


def syncs(text):
    return int(re.search("^syncs ([0-9]+)$", text, re.M).group(1))


def run_once(bench):
    samples, text = bench.samples("open", ROUNDS)
    verify = bench.samples("verify", ROUNDS)[0]
    bench.table.add("core opened, a permanent license checked out, closed", 1,
                    "ms", [us / 1000 for us in samples],
                    [("EVP_DigestVerify", [us / 1000 for us in verify])], 2.5)
    bench.table.add("the same, syncs", 1, "a run",
                    [syncs(text) / int(ROUNDS)])
    one, text = bench.samples("install", ROUNDS)
    commit, peer = bench.samples("commit", ROUNDS)
    bench.table.add("one license installed, CPU", 1, "µs", one,
                    [("a durable commit of SQLite", commit),
                     ("EVP_DigestVerify", verify)])
    bench.table.add("the same, syncs", 1, "an installation",
                    [syncs(text) / int(ROUNDS)],
                    [("a durable commit of SQLite",
                      [syncs(peer) / int(ROUNDS)])],
                    ("2 × a commit", "a durable commit of SQLite", 2))
