"""A lab whose daemon lives at a time that the test says.

The clocks of the daemon (all of them, by libfaketime) stand still until the
test sets them.  Whatever wakes the daemon up then makes it look at the time,
so that a year takes seconds, nothing depends on how fast the machine is, and
what is told at which second can be compared exactly.
"""

import calendar
import glob
import json
import os
import socket
import subprocess
import tempfile
import threading
import time

from harness import PATIENCE, Failure, equal, skip, wait_until

HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY

FAKETIME = """preload=$(ldd '{real}' | sed -n 's/.*libasan.* => \\([^ ]*\\) .*/\\1:/p')
export LD_PRELOAD="$preload{faketime}" TZ='{zone}'
export FAKETIME_TIMESTAMP_FILE='{clock}' FAKETIME_NO_CACHE=1
exec '{real}' "$@"
"""


def wrap(folder, text):
    """The programs under test, licagentd being a shell script of that text."""
    real = os.environ.get("LAB_BIN")
    if not real:
        skip("LAB_BIN is not set")
    programs = os.path.join(folder, "bin")
    os.mkdir(programs)
    for name in os.listdir(real):
        os.symlink(os.path.join(real, name), os.path.join(programs, name))
    wrapper = os.path.join(programs, "licagentd")
    os.unlink(wrapper)
    with open(wrapper, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\n" +
                text.replace("{real}", os.path.join(real, "licagentd")))
    os.chmod(wrapper, 0o755)
    os.environ["LAB_BIN"] = programs


def find_faketime():
    for pattern in ("/usr/lib/*/faketime/libfaketime.so.1",
                    "/usr/lib/faketime/libfaketime.so.1"):
        for path in glob.glob(pattern):
            return path
    return skip("libfaketime is not installed")


def sanitized(program):
    """Then libfaketime does not come back from any zone but UTC."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True,
                          check=False)
    return "libasan" in done.stdout


class Zone:
    """The daemon's time zone: far away, its clocks are put forward 20 days
    from the beginning and back after 25 more, which must not matter."""

    def __init__(self, begin):
        if sanitized(os.path.join(os.environ.get("LAB_BIN", ""),
                                  "licagentd")):
            self.name, self.standard, self.summer = "UTC", 0, (0, 0)
            return
        days = [(begin // DAY + n) * DAY for n in (20, 45)]
        rules = [min(time.gmtime(day).tm_yday, 365) for day in days]
        self.name = f"LAB9:30DST,J{rules[0]}/2,J{rules[1]}/3"
        self.standard = -9 * HOUR - HOUR // 2
        self.summer = (days[0] + 2 * HOUR - self.standard,
                       days[1] + 2 * HOUR - self.standard)

    def local(self, now):
        """As libfaketime takes it."""
        begin, end = self.summer
        ahead = self.standard + (HOUR if begin <= now < end else 0)
        return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now + ahead))


class Clock:
    """The daemon's time; make it before the lab."""

    def __init__(self):
        faketime = find_faketime()
        # What matters here is time, not what a disk takes of it.
        if "TMPDIR" not in os.environ and os.access("/dev/shm", os.W_OK):
            tempfile.tempdir = "/dev/shm"
        self.folder = tempfile.TemporaryDirectory(prefix="licagent-clock-")
        self.path = os.path.join(self.folder.name, "now")
        # Licenses are issued by a clock that is right.
        self.now = int(time.time()) // DAY * DAY + DAY
        self.zone = Zone(self.now)
        self.set(self.now)
        wrap(self.folder.name, FAKETIME.replace("{faketime}", faketime)
             .replace("{clock}", self.path)
             .replace("{zone}", self.zone.name))

    def set(self, now):
        self.now = now
        with open(self.path + ".new", "w", encoding="utf-8") as f:
            f.write(self.zone.local(now) + "\n")
        os.rename(self.path + ".new", self.path)


def stamp(now):
    """As licissue takes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))


def shown(now):
    """A DateAndTime as snmptrapd shows it."""
    t = time.gmtime(now)
    return (f"{t.tm_year}-{t.tm_mon}-{t.tm_mday},{t.tm_hour}:{t.tm_min}:"
            f"{t.tm_sec}.0,+0:0")


def date_of(value):
    """Seconds from a DateAndTime read with SNMP (Hex-STRING)."""
    octets = bytes.fromhex(value.text.replace(" ", ""))
    equal(octets[7:], b"\0+\0\0", f"deciseconds and zone of {value}")
    return calendar.timegm((octets[0] << 8 | octets[1], *octets[2:7]))


class Control:
    """A program of the device at the daemon's socket."""

    def __init__(self, lab):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(lab.control)
        self.lines = self.socket.makefile("r", encoding="utf-8")

    def ask(self, do, **arguments):
        self.socket.sendall((json.dumps({"id": 1, "do": do, **arguments}) +
                             "\n").encode())
        while True:
            line = self.lines.readline()
            if not line:
                raise Failure(f"{do}: the daemon closed the connection")
            answer = json.loads(line)
            if "result" in answer:
                return answer["result"]
            if "error" in answer:
                raise Failure(f"{do}: {answer['error']}")

    def close(self):
        self.lines.close()
        self.socket.close()


def wake(lab):
    """The daemon has looked at the time and done what came due."""
    control = Control(lab)
    # It answers before it looks, so the second answer is after that.
    for _ in range(3):
        control.ask("statistics")
    control.close()


def is_asleep(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
        return f.read().rpartition(")")[2].split()[0] == "S"


def go(lab, clock, now):
    # A daemon that is busy may have read one of its clocks and not yet the
    # other, and would see one of them jump.
    wait_until("the daemon sleeps", lambda: is_asleep(lab.pid()))
    clock.set(now)
    wake(lab)


def restart_snmpd(lab, clock):
    """The daemon tries again by its own clock, which has to move."""
    over = threading.Event()

    def move():
        while not over.wait(0.1):
            go(lab, clock, clock.now + 1)

    mover = threading.Thread(target=move)
    mover.start()
    try:
        lab.restart("snmpd")
    finally:
        over.set()
        mover.join()


def bound(name, index, value):
    return (f"CISCO-LICENSE-MGMT-MIB::{name}.{index}", value)


__all__ = ["Clock", "find_faketime", "Control", "DAY", "HOUR", "WEEK", "bound", "date_of", "go",
           "restart_snmpd", "shown", "stamp", "wake", "wrap"]
