"""A check-out and its release, by one client that waits for each answer: the
daemon's CPU, beside an increment and a decrement in Redis, and in process."""

from measure import *

PAIRS, ROUNDS = 1000, 9


class Line:
    """A connection on which each request has one answer."""

    def __init__(self, path, end):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.end = end

    def ask(self, request):
        self.socket.send(request)
        answer = self.socket.recv(4096)
        while not answer.endswith(self.end):
            answer += self.socket.recv(4096)
        return answer


def pairs_of(pid, line, first, second):
    """One sample: microseconds of the server's CPU for a pair."""
    def measure():
        begin = cpu_s(pid)
        for _ in range(PAIRS):
            line.ask(first)
            line.ask(second(line))
        return 1e6 * (cpu_s(pid) - begin) / PAIRS
    return measure


def ours(lab):
    line = Line(lab.control, b"\n")
    line.socket.recv(4096)      # hello
    line.lease = 0

    def release(line):
        line.lease += 1         # they are numbered
        return b'{"do":"release","lease":%d}\n' % line.lease

    checkout = b'{"do":"checkout","feature":"securityk9"}\n'
    check(b"error" not in line.ask(checkout), "a check-out is refused")
    check(b"error" not in line.ask(release(line)), "a release is refused")
    return pairs_of(lab.pid(), line, checkout, release)


class Redis:
    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="licagent-redis-")
        path = os.path.join(self.dir, "socket")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", path, "--save", "",
             "--appendonly", "no", "--dir", self.dir],
            stdout=subprocess.DEVNULL)
        wait_until("Redis", lambda: os.path.exists(path))
        pin(self.process.pid)
        self.line = Line(path, b"\r\n")

    def pairs(self):
        return pairs_of(self.process.pid, self.line, b"INCR used\r\n",
                        lambda line: b"DECR used\r\n")

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir)


def run(bench, lab, size):
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    variants = {"ours": ours(lab)}
    redis = Redis() if shutil.which("redis-server") else None
    if redis is None:
        bench.table.skipped("Redis", "redis-server is not installed")
    else:
        variants["a Redis counter"] = redis.pairs()
    try:
        results = interleave(variants, ROUNDS)
    finally:
        if redis is not None:
            redis.close()
    bench.table.add("check-out and release, the daemon's CPU", size, "µs",
                    results.pop("ours"), results.items(), 12)
    bench.table.add("the same in process, of one feature", size, "µs",
                    bench.samples("pairs", str(size))[0], (), 1)
