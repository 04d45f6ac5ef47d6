"""harness - what the system tests share: a lab of one's own, SNMP, checks.

A test is a program: exit status 0 is success, 77 skipped, else failure.  It
starts a lab in a folder that goes away, so tests may run side by side.  On
failure the lab's logs are printed; with LAB_KEEP set the folder stays.

SNMP goes through net-snmp's own tools, since those are what people use.
"""

import contextlib
import glob
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Whoever started us may ignore these (nohup does, and a shell for what it puts
# in the background); what the tests start shall not inherit that.
for _ignored in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
    signal.signal(_ignored, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)

# Seconds until something counts as not coming.  Nobody waits so long but for
# what is broken; a machine may be slow.
PATIENCE = 120

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
LAB = os.path.join(TOP, "examples", "lab")

MODULE = ".1.3.6.1.4.1.9.9.543"
OBJECTS = MODULE + ".1"
NEXT_ACTION = OBJECTS + ".1.1.0"
ACTION = OBJECTS + ".1.2.1"     # clmgmtLicenseActionEntry
RESULT = OBJECTS + ".1.3.1"     # clmgmtLicenseActionResultEntry
STORES = OBJECTS + ".2.1.1"     # clmgmtLicenseStoreInfoEntry
DEVICES = OBJECTS + ".2.2.1"    # clmgmtLicenseDeviceInfoEntry
LICENSES = OBJECTS + ".2.3.1"   # clmgmtLicenseInfoEntry
FEATURES = OBJECTS + ".2.4.1"   # clmgmtLicensableFeatureEntry
NEXT_CREDENTIALS = OBJECTS + ".3.1.0"
EXPORTS = OBJECTS + ".3.2.1"    # clmgmtDevCredExportActionEntry
SWITCHES = OBJECTS + ".4"
CISCO = ".1.3.6.1.4.1.9"    # our modules are all there is of it
IMAGE_MODULE = ".1.3.6.1.4.1.9.9.640"
IMAGE_OBJECTS = IMAGE_MODULE + ".1"
LEVELS = IMAGE_OBJECTS + ".1.1"         # cilmBootImageLevelEntry
LEVEL_MAP = IMAGE_OBJECTS + ".2.1"      # cilmImageLevelToLicenseMapEntry
ENTITIES = ".1.3.6.1.2.1.47.1.1.1.1"    # entPhysicalEntry

# Columns of clmgmtLicenseActionEntry.
(ENT, PROTOCOL, ADDRESS_TYPE, ADDRESS, USER, PASSWORD, FILE, STORE, LICENSE,
 PERMISSION_TICKET, REHOST_TICKET, BACKUP, STOP_ON_FAILURE, DO, STATE, QUEUE,
 CAUSE, STORAGE, STATUS, ACCEPT_EULA, EULA_FILE) = range(2, 23)

LOCAL, INSTALL, CLEAR = 2, 2, 3
PENDING, IN_PROGRESS, SUCCESSFUL, PARTIAL, FAILED = 2, 3, 4, 5, 6
ACTIVE, NOT_IN_SERVICE, NOT_READY, CREATE_AND_GO, CREATE_AND_WAIT, DESTROY = \
    1, 2, 3, 4, 5, 6


def in_one_row(data):
    """A license file with each line in one row, for tests that take lines
    apart."""
    def joined(block):
        lines = block.group(2).strip().split(b"\n\n")
        return (block.group(1) + b"\n".join(line.replace(b"\n", b"")
                                            for line in lines) +
                b"\n" + block.group(3))
    return re.sub(rb"(?s)(-----BEGIN LICENSE-----\n)(.*?)(-----END)", joined,
                  data)


class Failure(Exception):
    pass


def equal(got, want, what):
    if got != want:
        raise Failure(f"{what}\n  got:  {got!r}\n  want: {want!r}")


def check(condition, what):
    if not condition:
        raise Failure(what)


def wait_until(what, predicate, seconds=PATIENCE):
    """The first true value of predicate(); fails after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"{what}: not after {seconds} seconds")
        time.sleep(0.02)


def runs(pid):
    """Is there such a process, not only its remains?"""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def in_flight(port):
    """Bytes in TCP connections with this port that nobody has read yet."""
    with open("/proc/net/tcp", encoding="ascii") as f:
        rows = [line.split() for line in f][1:]
    return sum(int(n, 16) for row in rows
               if f":{port:04X}" in (row[1][-5:], row[2][-5:]) and
               row[3] == "01" for n in row[4].split(":"))


def step(text):
    print(f"- {text}", flush=True)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


class SnmpError(Exception):
    """What an SNMP tool complained about."""


class Value:
    """A value as net-snmp prints it: its ASN.1 type and the rest."""

    def __init__(self, printed):
        kind, colon, rest = printed.partition(": ")
        if printed == '""':
            self.kind, self.text = "STRING", ""
        elif not colon:
            self.kind, self.text = printed, ""
        else:
            self.kind, self.text = kind, rest
        if self.kind == "STRING":
            self.text = self.text.strip('"')

    def __int__(self):
        return int(self.text)

    def __repr__(self):
        return f"{self.kind}: {self.text}"

    def __eq__(self, other):
        return repr(self) == repr(other)


def oid_key(oid):
    return tuple(int(part) for part in oid.strip(".").split("."))


def parse_bindings(printed):
    """[(oid, Value)] from the output of a tool run with -On."""
    parts = re.split(r"^(\.1(?:\.\d+)+) = ", printed, flags=re.M)[1:]
    return [(oid, Value(value.rstrip("\n")))
            for oid, value in zip(parts[::2], parts[1::2])]


class Lab:
    def __init__(self, *options, start=True):
        for tool in ("snmpd", "snmptrapd", "snmpset"):
            if not shutil.which(tool, path=os.environ.get("PATH", "") +
                                ":/usr/sbin:/sbin"):
                skip(f"{tool} is not installed")
        self.top = tempfile.mkdtemp(prefix="licagent-")
        self.dir = os.path.join(self.top, "lab")
        self.env = {}
        self.options = options
        self.environ = self._environment()
        if start:
            self.start(*options)

    def _environment(self):
        quiet = os.path.join(self.top, "snmp")
        # The tools would tell that they made this.
        os.makedirs(os.path.join(quiet, "cert_indexes"))
        log = "log_path=" + os.path.join(self.top, "sanitizer")
        environ = dict(os.environ, LC_ALL="C.UTF-8", MIBS="", MIBDIRS="",
                       SNMPCONFPATH=quiet, SNMP_PERSISTENT_DIR=quiet,
                       LAB_TIMEOUT=str(PATIENCE))
        # What net-snmp loses of each target of notifications, six bytes.
        leaks = "suppressions=" + os.path.join(HERE, "leaks") + \
            ":print_suppressions=0:"
        for name, more in (("ASAN_OPTIONS", ""), ("LSAN_OPTIONS", leaks),
                           ("UBSAN_OPTIONS", "print_stacktrace=1:")):
            before = environ.get(name)
            environ[name] = (before + ":" if before else "") + more + log
        return environ

    # ---- Its life

    def run(self, *args, **more):
        """A program of ours, or of the system; the finished process."""
        return subprocess.run(args, env=self.environ, text=True,
                              errors="backslashreplace",
                              stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=5 * PATIENCE, check=False, **more)

    def lab(self, *args):
        done = self.run(LAB, *args)
        if done.returncode != 0:
            raise Failure(f"lab {' '.join(args)}: exit status "
                          f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, *options):
        self.lab("start", self.dir, *options)
        self.read_env()

    @property
    def role(self):
        """Whether licagentd is snmpd's subagent, or the agent itself."""
        return self.env["LAB_ROLE"]

    def read_env(self):
        self.env = self._variables("lab.env")

    def _variables(self, name):
        with open(os.path.join(self.dir, name), encoding="utf-8") as f:
            return dict(word.split("=", 1) for line in f
                        for word in shlex.split(line))

    @property
    def snmp_address(self):
        return self.env["LAB_SNMP"]

    def __getattr__(self, name):
        try:
            return self.env["LAB_" + name.upper()]
        except KeyError:
            raise AttributeError(name) from None

    def stop(self):
        self.lab("stop", self.dir)

    def restart(self, program="licagentd"):
        self.lab("restart", self.dir, program)
        self.read_env()

    def pid(self, program="licagentd"):
        return int(self.env[f"LAB_{program.upper()}_PID"])

    def alive(self, program="licagentd"):
        return runs(self.pid(program))

    def kill(self, sig=signal.SIGKILL, program="licagentd"):
        os.kill(self.pid(program), sig)
        if sig == signal.SIGKILL:
            wait_until(f"{program} gone", lambda: not self.alive(program))

    def log(self, program="licagentd"):
        with open(os.path.join(self.dir, "log", program), encoding="utf-8",
                  errors="backslashreplace") as f:
            return f.read()

    def wait_log(self, pattern, start=0):
        """The first match of pattern in the daemon's log after start."""
        return wait_until(f"log line matching {pattern!r}",
                          lambda: re.search(pattern, self.log()[start:]))

    def close(self, failed):
        """Ends it; complains of what went wrong unseen."""
        try:
            if os.path.exists(os.path.join(self.dir, "run")):
                self.stop()
        finally:
            # A helper that is killed as it begins one says nothing in it.
            reports = [path for path in
                       glob.glob(os.path.join(self.top, "sanitizer*"))
                       if os.path.getsize(path)]
            if failed or reports:
                self.show_logs()
            for report in reports:
                with open(report, encoding="utf-8", errors="replace") as f:
                    print(f"{report}:\n{f.read()}")
            if not os.environ.get("LAB_KEEP"):
                shutil.rmtree(self.top, ignore_errors=True)
        check(not reports, "the sanitizers found something (above)")

    def show_logs(self):
        for path in sorted(glob.glob(os.path.join(self.dir, "log", "*")) +
                           [os.path.join(self.dir, "traps")]):
            with contextlib.suppress(OSError), \
                    open(path, encoding="utf-8", errors="replace") as f:
                lines = f.readlines()[-60:]
                print(f"==== {path}\n{''.join(lines)}", end="")
        sys.stdout.flush()

    # ---- SNMP

    def snmp(self, tool, *args, auth=None):
        """An SNMP tool's output; SnmpError if it complains."""
        auth = auth or ["-v2c", "-c", self.ro]
        if isinstance(auth, str):
            auth = shlex.split(auth)
        done = self.run(tool, *auth, "-t", str(PATIENCE // 4), "-r", "3",
                        "-On", "-Oe", *args)
        if done.returncode != 0 or done.stderr:
            raise SnmpError((done.stderr or done.stdout).strip())
        return parse_bindings(done.stdout)

    def get(self, *oids, auth=None):
        """The values of some objects."""
        return [value for _, value in
                self.snmp("snmpget", self.snmp_address, *oids, auth=auth)]

    def get1(self, oid, auth=None):
        return self.get(oid, auth=auth)[0]

    def set(self, *bindings, auth=None):
        """bindings: oid, type letter, value, ...  Asked once: what is sent
        again because the answer is late may be another request."""
        return self.snmp("snmpset", "-t", str(PATIENCE), "-r", "0",
                         self.snmp_address, *(str(b) for b in bindings),
                         auth=auth or ["-v2c", "-c", self.rw])

    def walk(self, root=MODULE, *options, tool="snmpwalk", auth=None):
        return [(oid, value) for oid, value in
                self.snmp(tool, *options, self.snmp_address, root,
                          auth=auth)
                if not value.kind.startswith("No ")]

    def named(self, tool, *args):
        """A tool's text with names from the lab's MIB modules."""
        done = self.run(tool, "-v2c", "-c", self.ro, "-t", str(PATIENCE), "-M",
                        self.mibs, "-m", "ALL", *args)
        equal((done.returncode, done.stderr), (0, ""), f"{tool} {args}")
        return done.stdout

    def table(self, entry):
        """{index: {column: Value}} of the table with this entry."""
        rows = {}
        for oid, value in self.walk(entry):
            column, *index = oid_key(oid[len(entry):])
            rows.setdefault(tuple(index), {})[column] = value
        return rows

    # ---- Licenses

    def tool(self, name, *args):
        done = self.run(os.path.join(self.bin, name), *args)
        if done.returncode != 0:
            raise Failure(f"{name} {' '.join(args)}: exit status "
                          f"{done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def flash_path(self, name):
        return os.path.join(self.flash, name)

    def issue(self, name, *options, feature="ipbasek9", kind="permanent",
              udi=None, issuer=None):
        """Writes a license to the file of that name in flash."""
        path = self.flash_path(name)
        where = ["--unlocked"] if udi is False else ["--udi", udi or self.udi]
        self.tool("licissue", "issue", issuer or self.issuer, *where,
                  "--feature", feature, "--type", kind, *options, "-o", path)
        return path

    def issue_two(self, name):
        """A file with two licenses for different features."""
        self.issue(name, "--comment", "the first")
        return self.issue(name, "--count", "25", "--comment", "the second",
                          "--append", feature="cme-srst")

    def install_bindings(self, row, name, **more):
        """All that an install from flash wants, in one request."""
        values = {STATUS: ("i", CREATE_AND_GO), PROTOCOL: ("i", LOCAL),
                  FILE: ("s", name), STORE: ("u", 0),
                  STOP_ON_FAILURE: ("i", 2), ACCEPT_EULA: ("i", 1),
                  DO: ("i", INSTALL)}
        values.update(more.get("values", {}))
        return [part for column, (letter, value) in values.items()
                for part in (f"{ACTION}.{column}.{row}", letter, value)]

    def next_row(self):
        return int(self.get1(NEXT_ACTION))

    def states(self, row):
        """The states of an action as polled until it is over."""
        seen = []

        def over():
            state = int(self.get1(f"{ACTION}.{STATE}.{row}"))
            if seen[-1:] != [state]:
                seen.append(state)
            return state >= SUCCESSFUL

        wait_until(f"action {row} over", over)
        return seen

    def descriptors(self):
        """How many the daemon has open; those of its control socket if only
        root may see the others."""
        try:
            return len(os.listdir(f"/proc/{self.pid()}/fd"))
        except PermissionError:
            with open("/proc/net/unix", encoding="utf-8") as f:
                return f.read().count(f" {self.control}\n")

    def outcome(self, row):
        """(state, fail cause) of an action, when it is over."""
        self.states(row)
        return tuple(int(v) for v in self.get(f"{ACTION}.{STATE}.{row}",
                                              f"{ACTION}.{CAUSE}.{row}"))

    def install(self, name, **values):
        """Installs a file; the row of the action, which is over."""
        row = self.next_row()
        self.set(*self.install_bindings(row, name, **values))
        self.states(row)
        return row

    def clear(self, index, store=0, device=0):
        row = self.next_row()
        self.set(f"{ACTION}.{STATUS}.{row}", "i", CREATE_AND_GO,
                 f"{ACTION}.{ENT}.{row}", "i", device,
                 f"{ACTION}.{STORE}.{row}", "u", store,
                 f"{ACTION}.{LICENSE}.{row}", "u", index,
                 f"{ACTION}.{DO}.{row}", "i", CLEAR)
        return row

    def licenses(self):
        return self.table(LICENSES)

    def installed(self):
        """The licenses that did not come with the device."""
        return {index: row for index, row in self.licenses().items()
                if index[1] == 1}

    # ---- Notifications

    def lose_no_traps(self):
        """From snmpd's next start on: UDP drops what snmptrapd is too slow
        for, TCP makes snmpd wait."""
        path = os.path.join(self.dir, "snmp", "snmpd.conf")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        check("trap2sink 127" in text, f"snmpd's notifications:\n{text}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text.replace("trap2sink 127", "trap2sink tcp:127"))

    def traps(self, name=None):
        """[(name, [(object, value)])] of what was received."""
        received = []
        with open(self.env["LAB_TRAPS"], encoding="utf-8") as f:
            for line in f:
                bound = [item.partition(" = ")[::2] for item in
                         line.rstrip("\n").split("\t")]
                what = dict(bound).get("SNMPv2-MIB::snmpTrapOID.0", line)
                what = what.rpartition("::")[2]
                if name in (None, what):
                    received.append((what, bound[2:]))
        return received

    def statistics(self):
        """What the daemon counts, as its control socket tells it."""
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(PATIENCE)
            asking.connect(self.control)
            asking.sendall(b'{"do":"statistics"}\n')
            lines = asking.makefile(encoding="utf-8")
            lines.readline()    # the daemon introduces itself
            return json.loads(lines.readline())["result"]

    def settled(self):
        """All notifications so far are delivered, recorded as such, and
        written down by snmptrapd.

        A daemon that is killed after a notification was received, and before
        it has recorded that, rightly sends it again.
        """
        wait_until("no notification waits", lambda: self.statistics()[
            "notifications_waiting"] == 0, 3 * PATIENCE)
        launch = self._variables("run/launch")
        port = launch["lab_trap_port"]
        wait_until("snmptrapd has read all", lambda: not in_flight(int(port)),
                   3 * PATIENCE)
        # It takes one at a time: when it answers this, which it does not
        # write down, it has written all before.
        done = self.run("snmpinform", "-v2c", "-c", launch["probe"], "-t", "2",
                        "-r", str(PATIENCE // 2), f"127.0.0.1:{port}", "",
                        "1.3.6.1.6.3.1.1.5.1")
        equal((done.returncode, done.stderr), (0, ""), "snmptrapd's answer")


class Manager:
    """tests/system/manager: exact answers, errors with their indexes.  It asks
    once, unless told: a SET that is sent again may have been done before."""

    def __init__(self, lab, auth, seconds=PATIENCE, retries=0):
        path = os.environ.get("LAB_MANAGER") or os.path.join(
            os.environ.get("LAB_BIN", lab.bin), os.pardir, "tests", "system",
            "manager")
        if not os.path.exists(path):
            skip(f"{path} is not built (make tests/system/manager)")
        self.process = subprocess.Popen(
            [path, *(shlex.split(auth) if isinstance(auth, str) else auth),
             "-t", str(seconds), "-r", str(retries), lab.snmp_address],
            env=lab.environ, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)

    def ask(self, *words):
        """(error, index, [(name, value)]) as manager.c writes them; None if
        there was no answer."""
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().rstrip("\n")
        if line == "timeout":
            return None
        check(line and not line.startswith("failed"),
              f"manager: {words[:3]}: {line}")
        error, index, *bindings = line.split(" ")
        return (int(error), int(index),
                [tuple(b.split("=", 1)) for b in bindings])

    def get(self, *names):
        """Their values."""
        error, _, bindings = self.ask("get", *names)
        equal(error, 0, f"GET of {names[:3]}: error")
        return [value for _, value in bindings]

    def walk(self, root=MODULE):
        """{name: value} of all below root."""
        found, name, inside = {}, root, root + "."
        while True:
            error, _, bindings = self.ask("bulk", 0, 40, name)
            equal(error, 0, f"GETBULK from {name}: error")
            for name, value in bindings:
                if value == "endOfMibView" or not name.startswith(inside):
                    return found
                found[name] = value

    def close(self):
        self.process.stdin.close()
        equal(self.process.wait(PATIENCE), 0, "the manager's exit status")
        self.process.stdout.close()


def files_below(path):
    """{name: content} of all files below a folder, to compare."""
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            full = os.path.join(folder, name)
            if os.path.islink(full) or not os.path.isfile(full):
                continue
            with open(full, "rb") as f:
                found[os.path.relpath(full, path)] = f.read()
    return found


def main(test, *options, start=True):
    """Runs test(lab) in a lab of its own and exits accordingly."""
    lab = Lab(*options, start=False)
    failed = True
    try:
        try:
            if start:
                lab.start(*options)
            test(lab)
            failed = False
        except SystemExit as e:
            failed = e.code not in (0, 77)
            raise
        finally:
            lab.close(failed)
    except (Failure, SnmpError) as e:
        print(f"FAILED: {e}")
        sys.exit(1)
