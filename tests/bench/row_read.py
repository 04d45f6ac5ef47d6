"""Reading: the subagent's CPU for a value, beside subagents that others would
write and beside none at all; and what the daemon costs as the SNMP agent itself,
beside what it and snmpd cost together."""

from measure import *

LICENSE = arcs_of(LICENSES)
ROOT = (1, 3, 6, 1, 4, 1, 8072, 9999, 543, 1)
OVER_AGENTX = "snmpd and the daemon over AgentX"
LLDP = (1, 0, 8802, 1, 1, 2, 1, 1, 1)   # lldpMessageTxInterval
REQUESTS, ROUNDS = 40, 7
COLUMNS = range(4, 19)


class Peer:
    """A subagent in a process of its own, below the lab's snmpd."""

    def __init__(self, lab, *command):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=self.log,
                                        stderr=self.log, env=lab.environ,
                                        cwd=lab.dir)

    @property
    def pid(self):
        return self.process.pid

    def ready(self, snmp, first):
        wait_until(f"{self.process.args[0]} answers",
                   lambda: self.process.poll() is not None or
                   is_there(snmp, first))
        check(self.process.poll() is None,
              f"{self.process.args[0]} has ended")
        pin(self.pid)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Lldpd(Peer):
    """In a network of its own, where it sends nothing to anybody."""

    def __init__(self, lab):
        super().__init__(lab, "unshare", "-n", "lldpd", "-d", "-x", "-X",
                         "unix:" + os.path.join(lab.dir, "agentx"), "-u",
                         os.path.join(lab.dir, "lldpd"))

    @property
    def pid(self):
        """Its child answers."""
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children",
                  encoding="ascii") as f:
            return int(f.read().split()[0])


def is_there(snmp, oid):
    """Is what answers below this name, not behind it?"""
    snmp.socket.send(snmp.request(0xa1, [name(oid)]))
    return name(oid)[2:] in snmp.socket.recv(65536)


def requests_of(entry, columns, size):
    """Kinds of requests, each from a random row: for all variants the same.
    The device's own licenses come before those of the lab."""
    own = 5 if entry == LICENSE else 0
    rows = [1 + own + i * 104729 % size for i in range(REQUESTS)]
    first = columns[0]
    return {
        "GETBULK of 50, one column": [
            (GET_BULK, [name(entry + (first, 1, 1, r))], 50) for r in rows],
        "GETBULK of 50, 15 columns": [
            (GET_BULK, [name(entry + (c, 1, 1, r)) for c in columns], 50)
            for r in rows],
        "GET": [(GET, [name(entry + (first, 1, 1, r))], 0) for r in rows]}


def ask_all(snmp, pids, requests):
    """One sample: microseconds of their CPU for a value."""
    def measure():
        begin, n = sum(map(cpu_s, pids)), 0
        for kind, names, repeat in requests:
            n += snmp.ask(kind, names, repeat)
        return 1e6 * (sum(map(cpu_s, pids)) - begin) / n
    return measure


def peers_start(bench, lab, snmp, size):
    """One at a time may have the root: null, tdata; and lldpd beside them."""
    peers = {}
    for kind in ("null", "tdata"):
        root = ROOT[:-1] + (1 if kind == "null" else 2,)
        peer = Peer(lab, bench.program("subagent"), kind,
                    "unix:" + os.path.join(lab.dir, "agentx"), str(size),
                    str(root[-1]))
        peer.ready(snmp, root)
        peers[kind + (" subagent" if kind == "null" else "")] = (
            peer, root + (1,), range(1, 16))
    root = ROOT[:-1] + (3,)
    peer = Peer(lab, bench.program("bare"),
                "unix:" + os.path.join(lab.dir, "agentx"), str(size), "3")
    peer.ready(snmp, root)
    peers["no library"] = (peer, root + (1,), range(1, 16))
    return peers


def run_alone(bench, lab, size):
    """The daemon as the SNMP agent, beside it and snmpd over AgentX."""
    alone = Lab(start=False)
    both = Snmp(lab.snmp_address, lab.ro)
    failed = True
    try:
        alone.start("--licenses", str(size), "--role", "master")
        pin(alone.pid())
        one = Snmp(alone.snmp_address, alone.ro)
        for kind, requests in requests_of(LICENSE, COLUMNS, size).items():
            results = interleave({
                "ours": ask_all(one, [alone.pid()], requests),
                OVER_AGENTX: ask_all(both, [lab.pid(), lab.pid("snmpd")],
                                     requests)}, ROUNDS)
            bench.table.add(
                f"{kind}: CPU a value, as the agent itself", size, "µs",
                results.pop("ours"), results.items(),
                ("an eighth", OVER_AGENTX, 1 / 8)
                if kind == "GETBULK of 50, one column" else None)
        one.close()
        failed = False
    finally:
        both.close()
        alone.close(failed)


def lldpd_start(bench, lab, snmp):
    if os.geteuid() != 0 or not shutil.which(
            "lldpd", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        bench.table.skipped("lldpd", "it is not installed, or we are not root")
        return None
    lldpd = Lldpd(lab)
    lldpd.ready(snmp, LLDP)
    return lldpd


def run(bench, lab, size):
    snmp = Snmp(lab.snmp_address, lab.ro)
    peers = peers_start(bench, lab, snmp, size)
    ours = ("ours", lab.pid(), LICENSE, COLUMNS)
    sides = [ours] + [(title, p.pid, entry, columns)
                      for title, (p, entry, columns) in peers.items()]
    lldpd = lldpd_start(bench, lab, snmp)
    try:
        for kind in requests_of(LICENSE, COLUMNS, size):
            variants = {title: ask_all(snmp, [pid], requests_of(
                entry, columns, size)[kind])
                for title, pid, entry, columns in sides}
            if kind == "GET" and lldpd is not None:
                variants["lldpd"] = ask_all(
                    snmp, [lldpd.pid], [(GET, [name(LLDP + (0,))], 0)] * REQUESTS)
            results = interleave(variants, ROUNDS)
            bench.table.add(
                f"{kind}: the subagent's CPU a value", size, "µs",
                results.pop("ours"), results.items(),
                {"GETBULK of 50, one column": 4.5,
                 "GETBULK of 50, 15 columns": 1.0, "GET": 5}[kind])
    finally:
        for peer in [p for p, _, _ in peers.values()] + [lldpd]:
            if peer is not None:
                peer.close()
        snmp.close()
    run_alone(bench, lab, size)
