"""A check-out and its release: the server's CPU for a pair, by one client that
waits for each answer, and with many requests under way; beside an increment and
a decrement in Redis, and in process."""

from measure import *

PAIRS, ROUNDS, BATCH = 1000, 9, 50


class Line:
    """A connection on which each request has one answer."""

    def __init__(self, path, end):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.end = end

    def ask(self, request, n=1):
        """n requests in one piece, and their answers."""
        self.socket.sendall(request)
        answer = self.socket.recv(65536)
        while answer.count(self.end) < n:
            answer += self.socket.recv(65536)
        return answer


def pairs_of(pid, line, first, second):
    """Two ways to take a sample: microseconds of the server's CPU a pair."""
    def one_by_one():
        begin = cpu_s(pid)
        for _ in range(PAIRS):
            line.ask(first)
            line.ask(second(line))
        return 1e6 * (cpu_s(pid) - begin) / PAIRS

    def under_way():
        begin = cpu_s(pid)
        for _ in range(PAIRS // BATCH):
            line.ask(b"".join(first + second(line) for _ in range(BATCH)),
                     2 * BATCH)
        return 1e6 * (cpu_s(pid) - begin) / PAIRS
    return one_by_one, under_way


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
    ways = {"ours": ours(lab)}
    redis = Redis() if shutil.which("redis-server") else None
    if redis is None:
        bench.table.skipped("Redis", "redis-server is not installed")
    else:
        ways["a Redis counter"] = redis.pairs()
    try:
        results = [interleave({name: way[i] for name, way in ways.items()},
                              ROUNDS) for i in range(2)]
    finally:
        if redis is not None:
            redis.close()
    for what, result, goal in zip(
            ("check-out and release, one by one", "the same, 50 under way"),
            results, (12, None)):
        bench.table.add(f"{what}, the daemon's CPU", size, "µs",
                        result.pop("ours"), result.items(), goal)
    bench.table.add("the same in process, of one feature", size, "µs",
                    bench.samples("pairs", str(size))[0], (), 1)
