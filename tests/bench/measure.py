"""measure - what the rows of bench.py share: CPU time of processes, medians
and spread, the table, and an SNMP client that costs little itself."""

import json
import os
import re
import socket
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "agent", "control"))

from wire import *  # noqa: E402,F401,F403

CPU = max(os.sched_getaffinity(0))


def cpu_s(pid):
    """Seconds of CPU that the process had, all its threads together, as the
    kernel counts them: in nanoseconds."""
    return time.clock_gettime((~pid << 3) | 2)


def pin(*pids):
    """To one CPU, with all threads: where processes run changes figures more
    than what they do."""
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(thread), {CPU})


def private_bytes(pid):
    """Memory that is the process's own: neither shared nor of a file."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        for line in f:
            if line.startswith("Anonymous:"):
                return int(line.split()[1]) * 1024
    raise AssertionError("smaps_rollup has no line of anonymous memory")


class Figures:
    """Samples of one thing, in one unit."""

    def __init__(self, samples):
        self.samples = sorted(samples)

    @property
    def median(self):
        return statistics.median(self.samples)

    @property
    def spread(self):
        """Where the middle half of the samples lies."""
        n = len(self.samples)
        return self.samples[n // 4], self.samples[(3 * n) // 4]

    def as_json(self):
        return {"median": self.median, "spread": self.spread,
                "samples": len(self.samples)}


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


MET = {None: "", True: ": met", False: ": missed"}


class Table:
    """The figures, on paper as they come, and as JSON at the end."""

    def __init__(self):
        self.rows = []

    def heading(self):
        print("| What | Licenses | Unit | Ours: median (middle half) |"
              " Beside, from the same run | Goal |\n"
              "|---|---|---|---|---|---|", flush=True)

    def add(self, what, size, unit, samples, peers=(), goal=None):
        """peers: (name, samples) of each; goal: a number that the median has
        to stay below, or ("1.3 x", name of a peer, 1.3)."""
        ours = Figures(samples)
        beside = [(name, Figures(s)) for name, s in peers if s]
        words, limit = self.limit(goal, beside)
        met = None if limit is None else ours.median <= limit
        self.rows.append({
            "what": what, "licenses": size, "unit": unit,
            "ours": ours.as_json(), "goal": words, "met": met,
            "peers": {name: f.as_json() for name, f in beside}})
        low, high = ours.spread
        print(f"| {what} | {'' if size is None else f'{size:,}'} | {unit} "
              f"| {number(ours.median)} ({number(low)} to {number(high)}) | "
              + "; ".join(f"{name} {number(f.median)}" for name, f in beside)
              + f" | {words}{MET[met]} |", flush=True)

    @staticmethod
    def limit(goal, beside):
        if isinstance(goal, tuple):
            words, peer, factor = goal
            medians = [f.median for name, f in beside if name == peer]
            return words, factor * medians[0] if medians else None
        return ("", None) if goal is None else (number(goal), goal)

    @staticmethod
    def skipped(what, why):
        print(f"| {what} | | | skipped: {why} | | |", flush=True)

    def write(self, path):
        with open(path, "w", encoding="utf-8") as f:
            json.dump({"cpus": os.cpu_count(), "load": os.getloadavg(),
                       "rows": self.rows}, f, indent=1)


def interleave(variants, rounds):
    """Runs each function once a round; their results by name."""
    results = {name: [] for name in variants}
    for _ in range(rounds):
        for name, measure in variants.items():
            results[name].append(measure())
    return results


# ---- SNMP ---------------------------------------------------------------

def tlv(tag, body):
    n = len(body)
    length = bytes([n]) if n < 128 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + length + body


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def name(arcs):
    out = bytearray([40 * arcs[0] + arcs[1]])
    for arc in arcs[2:]:
        part = [arc & 127]
        while arc > 127:
            arc >>= 7
            part.insert(0, 128 | arc & 127)
        out += bytes(part)
    return tlv(6, bytes(out))


def arcs_of(text):
    return tuple(int(arc) for arc in text.strip(".").split("."))


GET, GET_BULK = 0xa0, 0xa5


class Snmp:
    """Requests of SNMPv2c, one after the other."""

    def __init__(self, address, community):
        host, port = address.split(":")
        self.community = community.encode()
        self.number = 0
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((host, int(port)))
        self.socket.settimeout(30)

    def request(self, kind, names, repeat=0):
        self.number = self.number % 0x7fffffff + 1
        bound = b"".join(tlv(0x30, n + b"\x05\x00") for n in names)
        pdu = tlv(kind, integer(self.number) + integer(0) + integer(repeat)
                  + tlv(0x30, bound))
        return tlv(0x30, integer(1) + tlv(4, self.community) + pdu)

    def ask(self, kind, names, repeat=0):
        """The number of values in the answer."""
        self.socket.send(self.request(kind, names, repeat))
        return values_in(self.socket.recv(65536))

    def close(self):
        self.socket.close()


def inside(data, at):
    """Where what begins here has its bytes, and its end."""
    at += 1
    n = data[at]
    at += 1
    if n >= 128:
        more = n & 127
        n = int.from_bytes(data[at:at + more], "big")
        at += more
    return at, at + n


def values_in(data):
    at, _ = inside(data, 0)         # the message
    for _ in range(2):              # version, community
        at = inside(data, at)[1]
    at, _ = inside(data, at)        # the PDU
    for _ in range(3):              # its number, status and index
        at = inside(data, at)[1]
    at, end = inside(data, at)
    n = 0
    while at < end:
        at = inside(data, at)[1]
        n += 1
    return n
