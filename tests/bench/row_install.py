"""An installation of a large file by SNMP, while a manager asks: how long it
waits, and what a line costs beside bare verification of its signature."""

import threading

from measure import *

LINES = int(os.environ.get("BENCH_LINES", "10000"))
PAUSE = 0.002


class Asker(threading.Thread):
    """GETs with a pause between; how long each took, and how much CPU the
    daemon had meanwhile: it answers between two slices, so no slice was
    longer, whatever else the machine does."""

    def __init__(self, lab):
        super().__init__(daemon=True)
        self.snmp = Snmp(lab.snmp_address, lab.ro)
        self.name_of = name(arcs_of(NEXT_ACTION))
        self.over = threading.Event()
        self.pid = lab.pid()
        self.waits = []
        self.cpu = []

    def run(self):
        while not self.over.is_set():
            begin, cpu = time.monotonic(), cpu_s(self.pid)
            self.snmp.ask(GET, [self.name_of])
            self.waits.append(1e3 * (time.monotonic() - begin))
            self.cpu.append(1e3 * (cpu_s(self.pid) - cpu))
            time.sleep(PAUSE)

    def end(self):
        self.over.set()
        self.join()
        self.snmp.close()
        return self


def percentile(samples, part):
    return sorted(samples)[min(len(samples) - 1, int(part * len(samples)))]


def install(lab, path):
    """Seconds of the daemon's CPU, and a manager's waits meanwhile."""
    asker = Asker(lab)
    begin = cpu_s(lab.pid())
    asker.start()
    lab.install("flash:" + os.path.basename(path))
    return cpu_s(lab.pid()) - begin, asker.end()


def idle(lab):
    asker = Asker(lab)
    asker.start()
    time.sleep(1)
    return asker.end()


def run_once(bench):
    lab = Lab("--licenses", str(LINES), start=False)
    failed = True
    try:
        measure_all(bench, lab)
        failed = False
    finally:
        lab.close(failed)


def measure_all(bench, lab):
    with open(os.path.join(lab.top, "conf"), "w", encoding="utf-8") as f:
        f.write(CONF)
    lab.start("--conf", f.name)
    # The manager on the other CPU: it is not what is measured.
    others = os.sched_getaffinity(lab.pid("snmpd")) - {CPU} or {CPU}
    pin(lab.pid())
    path = lab.issue("many.lic", "--version", "1.0", "--copies", str(LINES),
                     feature="ipbasek9")
    os.sched_setaffinity(0, others)
    quiet = idle(lab)
    verify = bench.samples("verify", "1000")[0]
    cpu, busy = install(lab, path)
    os.sched_setaffinity(0, {CPU})
    verify += bench.samples("verify", "1000")[0]
    what = f"install of {LINES:,} lines"
    bench.table.add(f"{what}, a line", LINES, "µs", [1e6 * cpu / LINES],
                    [("EVP_DigestVerify", verify)],
                    ("1.3 × verification", "EVP_DigestVerify", 1.3))
    bench.table.add(f"{what}, GETs meanwhile, 99 %", LINES, "ms",
                    [percentile(busy.waits, 0.99)],
                    [("idle", [percentile(quiet.waits, 0.99)])], 10)
    bench.table.add(f"{what}, the daemon's CPU while a GET waits, longest",
                    LINES, "ms", [max(busy.cpu)],
                    [("idle", [max(quiet.cpu)])], 20)


CONF = """\
master = "unix:@DIR@/agentx";
state = "@DIR@/state";
control = "@DIR@/control";
keys = "@DIR@/keys";
own-keys = true;
files = ( { prefix = "flash:"; directory = "@DIR@/flash"; } );
devices = ( {
	index = 1; pid = "LIC1921/K9"; sn = "LAB00000001"; name = "chassis";
	stores = ( { index = 1; name = "flash:primary"; kind = "primary";
		     size = 1073741824; default = true; } );
} );
features = ( { name = "ipbasek9"; version = "1.0"; } );
"""
