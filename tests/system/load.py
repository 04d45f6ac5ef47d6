#!/usr/bin/env python3
"""Four managers at once, while jobs run and the master is restarted: no wrong
answer, and a daemon that is as it was.

Each answer is checked against what it must be.  While snmpd is away, and for a
request that was under way when it went, any answer will do but one that
contradicts what is known; from then on whatever may have happened is followed
up: a SET that was not answered has been done as a whole, or not at all.

Environment: LOAD_REQUESTS (10000), so many have to be answered rightly;
LOAD_SEED; LOAD_VALGRIND=1 for a daemon under valgrind.
"""

import random
import threading

from harness import *

REQUESTS = int(os.environ.get("LOAD_REQUESTS", "10000"))
SEED = os.environ.get("LOAD_SEED") or str(random.randrange(1 << 32))
VALGRIND = os.environ.get("LOAD_VALGRIND")
MANAGERS, RESTARTS, PAUSE = 4, 3, 3
(NO_ERROR, GEN_ERR, WRONG_TYPE, WRONG_LENGTH, WRONG_VALUE, NO_CREATION,
 INCONSISTENT_VALUE, COMMIT_FAILED, NOT_WRITABLE, INCONSISTENT_NAME) = \
    0, 5, 7, 8, 10, 11, 12, 14, 17, 18
NONE = ("noSuchObject", "noSuchInstance", "endOfMibView")
COMMENT = 13
BACKUP_ACTION, EULA_ACTION = 6, 7
# What the MIB says of each column that changes: the types of the rest are
# those that were seen at first.
LETTERS = {ACTION: {ENT: "i", PROTOCOL: "i", ADDRESS_TYPE: "i", ADDRESS: "x",
                    USER: "x", PASSWORD: "x", FILE: "x", STORE: "u",
                    LICENSE: "u", PERMISSION_TICKET: "x", REHOST_TICKET: "x",
                    BACKUP: "x", STOP_ON_FAILURE: "i", DO: "i", STATE: "i",
                    QUEUE: "u", CAUSE: "i", STORAGE: "i", STATUS: "i",
                    ACCEPT_EULA: "i", EULA_FILE: "x"},
           EXPORTS: {2: "i", 3: "i", 4: "i", 5: "x", 6: "x", 7: "x", 8: "x",
                     9: "i", 10: "i", 11: "i", 12: "i", 13: "i"},
           RESULT: {2: "i", 3: "i"}}


def hexed(text):
    return "x" + text.encode().hex()


class Weather:
    """Is the master there?  A request saw good weather if it did not change
    between its beginning and its end."""

    def __init__(self):
        self.changes = 0        # odd: it is away
        self.over = threading.Event()
        self.restarts = 0
        self.error = None

    def restart(self, lab):
        self.changes += 1
        lab.restart("snmpd")
        for root in (NEXT_ACTION, f"{ENTITIES}.5.1", IMAGE_OBJECTS + ".3.0"):
            wait_until(f"{root} is back", lambda root=root: self.there(
                lab, root))
        self.changes += 1
        self.restarts += 1

    @staticmethod
    def there(lab, name):
        try:
            return not lab.get1(name).kind.startswith("No ")
        except SnmpError:
            return False

    def run(self, lab):
        try:
            while not self.over.wait(PAUSE):
                self.restart(lab)
        except Exception as e:      # shown by whoever waits for us
            self.error = e


class LoadManager(Manager):
    """One of the four: asks, counts and checks."""

    def __init__(self, lab, number, weather, static):
        super().__init__(lab, lab.v3 if number == 0 else
                         ["-v2c", "-c", lab.rw], seconds=1)
        self.lab, self.number, self.weather = lab, number, weather
        self.static = static
        self.order = sorted(static, key=oid_key)
        self.random = random.Random(f"{SEED} {number}")
        self.counts = dict.fromkeys(("asked", "strict", "unanswered",
                                     "in bad weather", "SETs"), 0)
        self.row = 1000000 * (number + 1)   # nobody else's
        self.rows = []
        self.comments = {hexed("")}         # what ours may be
        self.strict = False
        self.error = None

    # ---- Asking

    def ask(self, *words):
        """As Manager.ask; self.strict says whether the answer has to be
        right."""
        before = self.weather.changes
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline().rstrip("\n")
        check(line, f"manager {self.number} ended by itself")
        self.strict = before == self.weather.changes and before % 2 == 0
        self.counts["asked"] += 1
        self.counts["SETs"] += words[0] == "set"
        if line == "timeout" or line.startswith("failed"):
            self.counts["unanswered"] += 1
            self.strict = False
            return None
        self.counts["strict" if self.strict else "in bad weather"] += 1
        error, index, *bindings = line.split(" ")
        return (int(error), int(index),
                [tuple(b.split("=", 1)) for b in bindings])

    def wrong(self, what, got):
        raise Failure(f"manager {self.number}: {what}: {got}")

    def right(self, condition, what, got):
        """Must hold in good weather."""
        if self.strict and not condition:
            self.wrong(what, got)
        return condition

    def read(self, what, *words):
        """The bindings, or None; an error of its own is wrong."""
        answer = self.ask(*words)
        if answer is None:
            return None
        self.right(answer[0] == NO_ERROR, what, answer)
        return answer[2] if answer[0] == NO_ERROR else None

    def settle(self, what, *names):
        """The values of names in good weather; asks until it is."""
        def good():
            got = self.read(what, "get", *names)
            return got if self.strict else None
        return [v for _, v in wait_until(what, good)]

    # ---- What does not change

    def get_static(self):
        names = self.random.sample(self.order, self.random.randint(1, 20))
        got = self.read("GET", "get", *names)
        for name, value in got or ():
            self.right(value == self.static[name], "GET", (name, value))
            if value not in NONE and value != self.static[name]:
                self.wrong("GET, in any weather", (name, value))

    def next_static(self):
        at = self.random.randrange(len(self.order) - 1)
        got = self.read("GETNEXT", "next", self.order[at])
        if got:
            self.right(got[0][0] == self.order[at + 1], "GETNEXT from "
                       + self.order[at], got)
            self.right(got[0][1] == self.static[got[0][0]]
                       if got[0][0] in self.static else False,
                       "GETNEXT from " + self.order[at], got)

    def get_nothing(self):
        name = self.random.choice((
            f"{LICENSES}.3.1.2", f"{LICENSES}.3.1.2.4294967295",
            f"{LICENSES}.3.1.2.1.0", f"{FEATURES}.2.1.0",
            f"{ACTION}.{STATUS}.0", f"{ACTION}.{STATUS}.4294967295",
            f"{LICENSES}.2.1.2.1", f"{FEATURES}.9.1.1", MODULE))
        got = self.read("GET of nothing", "get", name)
        if got and got[0][1] not in NONE:
            self.wrong("GET of nothing", got)

    # ---- What changes, but in order

    def bulk(self):
        start = self.random.choice([MODULE, ACTION, RESULT, LICENSES,
                                    self.random.choice(self.order)])
        got = self.read("GETBULK", "bulk", 0, self.random.randint(1, 60),
                        start)
        names = [oid_key(n) for n, v in got or () if v != "endOfMibView"]
        if any(a >= b for a, b in zip([oid_key(start)] + names, names)):
            self.wrong(f"GETBULK from {start} does not rise", got)
        for name, value in got or ():
            self.judge_type(name, value)

    def judge_type(self, name, value):
        for entry, columns in LETTERS.items():
            if name.startswith(entry + "."):
                column = oid_key(name[len(entry):])[0]
                if columns.get(column) != value[0]:
                    self.wrong("type", (name, value))

    def walk_columns(self):
        """Two columns of the licenses side by side, row for row."""
        names = [f"{LICENSES}.3", f"{LICENSES}.5"]
        got = self.read("GETBULK of two columns", "bulk", 0, 30, *names)
        for (a, _), (b, _) in zip((got or [])[::2], (got or [])[1::2]):
            if not a.startswith(names[0] + ".") or \
                    not b.startswith(names[1] + "."):
                break
            self.right(a[len(names[0]):] == b[len(names[1]):],
                       "rows side by side", (a, b))

    # ---- Comments: two in one request, always the same

    def my_comments(self):
        first = 6 + 2 * self.number
        return [f"{LICENSES}.{COMMENT}.1.1.{i}" for i in (first, first + 1)]

    def set_comments(self):
        value = hexed(f"{self.number} {self.counts['asked']}")
        names = self.my_comments()
        answer = self.ask("set", *(f"{n}={value}" for n in names))
        if answer is None or not self.strict:
            self.comments.add(value)
        elif answer[0] == NO_ERROR:
            self.comments = {value}
        elif answer[0] not in (GEN_ERR, COMMIT_FAILED):
            self.wrong("SET of comments", answer)
        if answer is not None and answer[0] == NO_ERROR:
            self.comments = {value}     # what is said to be done is done
        self.get_comments()

    def get_comments(self):
        got = self.settle("comments", *self.my_comments())
        if got[0] != got[1] or got[0] not in self.comments:
            self.wrong(f"comments, of {self.comments}", got)
        self.comments = {got[0]}

    # ---- Requests that are refused

    def set_wrong(self):
        row = 4000000000 + self.number   # never there
        request, error, index = self.random.choice((
            ([f"{LICENSES}.3.1.2.1=x61"], NOT_WRITABLE, 1),
            ([f"{self.my_comments()[0]}=i1"], WRONG_TYPE, 1),
            ([f"{self.my_comments()[0]}=x" + "61" * 256], WRONG_LENGTH, 1),
            ([f"{self.my_comments()[0]}=xff"], WRONG_VALUE, 1),
            ([f"{LICENSES}.{COMMENT}.1.2.99=x"], NO_CREATION, 1),
            ([f"{ACTION}.{FILE}.{row}=x61"], INCONSISTENT_NAME, 1),
            ([f"{ACTION}.{STATUS}.{row}=i1"], INCONSISTENT_VALUE, 1),
            ([f"{ACTION}.{STATUS}.{row}=i4", f"{ACTION}.{DO}.{row}=i2"],
             INCONSISTENT_VALUE, 1),
            ([f"{ACTION}.{STATUS}.{row}=i5", f"{SWITCHES}.1.0=i3"],
             WRONG_VALUE, 2),
            ([f"{self.my_comments()[0]}=x61", f"{NEXT_ACTION}=u1"],
             NOT_WRITABLE, 2)))
        answer = self.ask("set", *request)
        if answer:
            self.right(answer[:2] == (error, index), f"SET {request}", answer)
            check(answer[0] != NO_ERROR, f"SET {request} was accepted")
        got = self.read("GET", "get", f"{ACTION}.{STATUS}.{row}")
        if got and got[0][1] not in NONE:
            self.wrong("a row of a SET that was refused", got)

    # ---- Rows

    def create(self, values):
        """A row with these values; None if it may not have come to be."""
        self.row += 1
        row = self.row
        answer = self.ask("set", f"{ACTION}.{STATUS}.{row}=i{CREATE_AND_GO}",
                          *(f"{ACTION}.{c}.{row}={v}"
                            for c, v in values.items()))
        sure = answer is not None and answer[0] == NO_ERROR
        if answer is not None:
            self.right(sure or answer[0] in (GEN_ERR, COMMIT_FAILED),
                       f"SET {values}", answer)
        status, = self.settle("a row", f"{ACTION}.{STATUS}.{row}")
        if sure and status != "i1":
            self.wrong(f"row {row} was made and is not there", status)
        if status not in ("i1", "noSuchInstance"):
            self.wrong(f"RowStatus of {row}", status)
        return row if status == "i1" else None

    def run_action(self, what, values, want=((SUCCESSFUL, 1),)):
        """To its end; its states only go forward."""
        row = self.create(values)
        state = PENDING
        while row is not None and state < SUCCESSFUL:
            now, cause = self.settle(what, f"{ACTION}.{STATE}.{row}",
                                     f"{ACTION}.{CAUSE}.{row}")
            if not now.startswith("i") or int(now[1:]) < state:
                self.wrong(f"{what}: state behind {state}", now)
            state = int(now[1:])
            if state >= SUCCESSFUL and (state, int(cause[1:])) not in want:
                self.wrong(f"{what}: state and cause", (now, cause))
        if row is not None:
            self.destroy(row)
        return row is not None

    def destroy(self, row):
        name = f"{ACTION}.{STATUS}.{row}"
        answer = self.ask("set", f"{name}=i{DESTROY}")
        if answer is not None:
            self.right(answer[0] in (NO_ERROR, GEN_ERR), f"destroy of {row}",
                       answer)
        status, = self.settle("a row", name)
        if answer is not None and answer[0] == NO_ERROR and \
                status != "noSuchInstance":
            self.wrong(f"row {row} was destroyed and is there", status)

    def rows_of_a_request(self):
        """Two rows in one request: both or none; then both go in one."""
        self.row += 2
        names = [f"{ACTION}.{STATUS}.{row}" for row in (self.row - 1,
                                                         self.row)]
        for value, there in ((CREATE_AND_WAIT, "i2"),
                             (DESTROY, "noSuchInstance")):
            answer = self.ask("set", *(f"{n}=i{value}" for n in names))
            if answer is not None:
                self.right(answer[0] in (NO_ERROR, GEN_ERR), "two rows",
                           answer)
            got = self.settle("two rows", *names)
            if got[0] != got[1] or (answer and answer[0] == NO_ERROR and
                                    got[0] != there):
                self.wrong(f"two rows after {value}", got)

    # ---- Jobs

    def backup(self):
        """Refused while somebody else's clear is in the queue."""
        clearing = 21
        self.run_action("backup", {DO: f"i{BACKUP_ACTION}", BACKUP: hexed(
            f"flash:backup-{self.number}")},
            ((SUCCESSFUL, 1), (FAILED, clearing)))

    def agreements(self):
        self.run_action("agreements", {
            DO: f"i{EULA_ACTION}", FILE: hexed("flash:job-0.lic"),
            EULA_FILE: hexed(f"flash:eula-{self.number}")})

    def install_and_clear(self):
        """Our license comes and goes; that it is there already means that a
        SET which was not answered has been done."""
        exists = 9
        if not self.run_action("install", {
                DO: f"i{INSTALL}", FILE: hexed(f"flash:job-{self.number}.lic")},
                ((SUCCESSFUL, 1), (FAILED, exists))):
            return
        index = self.find_license()
        self.run_action("clear", {DO: f"i{CLEAR}", LICENSE: f"u{index}"})
        name, = self.settle("a license", f"{LICENSES}.3.1.1.{index}")
        if name != "noSuchInstance" and self.find_license() != index:
            self.wrong(f"license {index} was cleared", name)

    def find_license(self):
        """Its comment says that it is ours."""
        column = f"{LICENSES}.{COMMENT}.1.1"
        mine = hexed(f"job {self.number}")

        def find():
            got = self.read("licenses", "bulk", 0, 60, column)
            return next((oid_key(n)[-1] for n, v in got or () if v == mine),
                        None)
        return wait_until(f"the license of manager {self.number}", find)

    # ---- All of it

    def run(self, share):
        light = (self.get_static, self.next_static, self.bulk,
                 self.get_nothing, self.walk_columns, self.set_wrong)
        heavy = (self.set_comments, self.get_comments, self.backup,
                 self.rows_of_a_request, self.agreements,
                 self.install_and_clear)
        try:
            while self.counts["strict"] < share or \
                    (self.weather.restarts < RESTARTS and
                     self.weather.error is None):
                self.random.choice(
                    light if self.random.random() < 0.9 else heavy)()
        except Exception as e:
            self.error = e


# ---- The daemon

# valgrind does not see that OpenSSL has written the key which it made.
SUPPRESSIONS = """{
  key
  Memcheck:Value8
  ...
  fun:key_make
}
"""


def under_valgrind(lab):
    """LAB_BIN becomes a folder whose licagentd is one under valgrind."""
    if not shutil.which("valgrind"):
        skip("valgrind is not installed")
    programs = os.path.join(lab.top, "bin")
    real = os.path.abspath(os.environ["LAB_BIN"])
    os.mkdir(programs)
    for name in os.listdir(real):
        if name != "licagentd":
            os.symlink(os.path.join(real, name), os.path.join(programs, name))
    known = os.path.join(lab.top, "suppressions")
    with open(known, "w", encoding="utf-8") as f:
        f.write(SUPPRESSIONS)
    path = os.path.join(programs, "licagentd")
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"#!/bin/sh\nexec valgrind -q "
                f"--leak-check=full --suppressions={known} "
                f"--errors-for-leak-kinds=definite "
                f"--show-leak-kinds=definite --child-silent-after-fork=yes "
                f"--log-file={lab.top}/valgrind.%p {real}/licagentd \"$@\"\n")
    os.chmod(path, 0o755)
    lab.environ.update(LAB_BIN=programs, LAB_TIMEOUT="120")


def valgrind_reports(lab):
    text = ""
    for path in glob.glob(os.path.join(lab.top, "valgrind.*")):
        with open(path, encoding="utf-8", errors="replace") as f:
            text += f.read()
    return text


# ---- The test

def static_part(lab):
    """{name: value} of what nobody changes: two tables in full."""
    manager = Manager(lab, lab.v3)
    found = {name: value for name, value in manager.walk().items()
             if name.startswith((f"{DEVICES}.", f"{FEATURES}."))}
    # GETNEXT leads from one to the next within a table only.
    found = {n: v for n, v in found.items() if n.startswith(FEATURES + ".")}
    manager.close()
    check(len(found) > 30, f"{len(found)} values are too few")
    return found


def prepare(lab):
    with open(os.path.join(lab.top, "eula"), "w", encoding="utf-8") as f:
        f.write("All of it.\n")
    for i in range(MANAGERS):
        lab.issue(f"job-{i}.lic", "--comment", f"job {i}", feature="uck9")
    for i in range(2 * MANAGERS):
        lab.issue("kept.lic", *(["--append"] if i else []), feature="datak9")
    equal(lab.outcome(lab.install("flash:kept.lic")), (SUCCESSFUL, 1),
          "install")
    equal(sorted(i[2] for i in lab.installed()), list(range(6, 14)),
          "licenses")


def threads(lab, weather, managers):
    share = -(-REQUESTS // MANAGERS)
    running = [threading.Thread(target=m.run, args=(share,))
               for m in managers]
    changing = threading.Thread(target=weather.run, args=(lab,))
    for t in [*running, changing]:
        t.start()
    for t in running:
        t.join()
    weather.over.set()
    changing.join()
    for error in [m.error for m in managers] + [weather.error]:
        if error is not None:
            raise error


def report(managers, weather, seconds):
    total = {key: sum(m.counts[key] for m in managers)
             for key in managers[0].counts}
    print(f"{total['asked']} requests in {seconds:.0f} s, "
          f"{weather.restarts} restarts of snmpd: " +
          ", ".join(f"{n} {key}" for key, n in total.items()))
    check(total["strict"] >= REQUESTS, "requests that had to be right")


def load(lab):
    print(f"seed {SEED}")
    if VALGRIND:
        under_valgrind(lab)
    lab.start()
    prepare(lab)
    weather = Weather()
    static = static_part(lab)
    pid, open_before = lab.pid(), lab.descriptors()
    managers = [LoadManager(lab, i, weather, static)
                for i in range(MANAGERS)]
    before = time.monotonic()
    threads(lab, weather, managers)
    report(managers, weather, time.monotonic() - before)
    step("the daemon is the same one, and as it was")
    check(lab.alive() and lab.pid() == pid, "the daemon lives")
    wait_until("descriptors are closed",
               lambda: lab.descriptors() <= open_before)
    for m in managers:
        m.get_comments()
        m.close()
    step("what was set outlives a daemon that is killed"
         if not VALGRIND else "it ends, and has lost no memory")
    if VALGRIND:
        lab.kill(signal.SIGTERM)
        wait_until("the daemon gone", lambda: not lab.alive())
        equal(valgrind_reports(lab), "", "what valgrind found")
        return
    comments = [lab.get(*m.my_comments()) for m in managers]
    lab.kill()
    lab.restart()
    equal([lab.get(*m.my_comments()) for m in managers], comments,
          "comments")


main(load, start=False)
