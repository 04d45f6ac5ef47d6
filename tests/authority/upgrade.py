#!/usr/bin/env python3
"""upgrade: licissue upgrade takes over all that the ledger.db of version 0.1
knew, whatever interrupts it, and refuses what it does not know."""

import glob
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import ADDRESS, LICISSUE, check, equal, main  # noqa: E402

A, B, C = "LIC1921/K9:A", "LIC1921/K9:B", "LIC1921/K9:C"
STEP = int(os.environ.get("KILL_STEP", "7"))
AGREEMENT = "You may.\nThey may not.\n"
DIGEST = "S2hhbiBpcyBub3QgYSBkaWdlc3QgYnV0IGEgdGV4dCE"

# As licissue 0.1 made it.
SCHEMA = """
PRAGMA application_id = 0x4c436c67;
PRAGMA user_version = 1;
CREATE TABLE issued (id TEXT PRIMARY KEY, line TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE moved (udi TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (udi, id)) WITHOUT ROWID;
CREATE TABLE agreement (digest TEXT PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE device (udi TEXT PRIMARY KEY, kid TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE permission (seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, udi TEXT NOT NULL, ticket TEXT,
    redeemed_for TEXT, redeemed_at INTEGER, lines TEXT);
"""


def issue(desk, name, udi, *more):
    desk.run("issue", name, "--udi", udi, "--feature", "securityk9",
             "--type", "permanent", *more, "--force", "-o", "x.lic")


def source(desk):
    """What the ledgers know, signed by the licissue under test."""
    desk.authority("source")
    with open(desk.path("eula"), "w") as file:
        file.write(AGREEMENT)
    for udi, name in ((A, "moved"), (A, "kept"), (B, "got"), (B, "twice")):
        issue(desk, "source", udi, "--id", name, "--eula", "eula")
    issue(desk, "source", B, "--udi", C, "--id", "both")
    desk.run("permission-ticket", "source", "--udi", A, "--remove", "moved",
             "-o", "first")
    desk.run("permission-ticket", "source", "--udi", A, "--remove", "kept",
             "-o", "second")
    issue(desk, "source", B, "--id", "twice", "--comment", "the later one")
    lines = {}
    for row in desk.sql("source", "SELECT id, line FROM license ORDER BY n"):
        name, line = row.split("|")
        if len(name) < 32:  # the grace licenses of the tickets
            lines.setdefault(name, []).append(line)
    tickets = [row.split("|") for row in desk.sql(
        "source", "SELECT id, text FROM ticket ORDER BY seq")]
    agreement = desk.sql("source", "SELECT digest FROM agreement"
                         f" WHERE text = '{AGREEMENT}'")[0]
    return lines, tickets, agreement


def ledger(path, known):
    lines, tickets, agreement = known
    with sqlite3.connect(path) as db:
        db.executescript(SCHEMA)
        db.executemany("INSERT INTO issued VALUES (?, ?)",
                       [(name, line[-1]) for name, line in lines.items()])
        db.execute("INSERT INTO moved VALUES (?, 'moved')", (A,))
        db.execute("INSERT INTO agreement VALUES (?, ?)",
                   (agreement, AGREEMENT))
        db.execute("INSERT INTO device VALUES (?, ?)", (A, DIGEST))
        db.executemany(
            "INSERT INTO permission VALUES (?, ?, ?, ?, ?, ?, ?)", (
                (7, *tickets[0][:1], A, tickets[0][1], B, 1700000000,
                 lines["got"][0] + "\n" + lines["twice"][0]),
                (9, tickets[1][0], A, tickets[1][1], None, None, None)))
    db.close()


def want(known):
    """The tables afterwards."""
    lines, tickets, agreement = known
    return {
        "SELECT id, udi, source, line FROM license ORDER BY id, n":
            [f"both|{B}|manual|{lines['both'][0]}",
             f"got|{B}|rehost|{lines['got'][0]}",
             f"kept|{A}|manual|{lines['kept'][0]}",
             f"moved|{A}|manual|{lines['moved'][0]}",
             f"twice|{B}|rehost|{lines['twice'][0]}",
             f"twice|{B}|manual|{lines['twice'][1]}"],
        "SELECT l.id, u.udi FROM license_udi u"
        " JOIN license l ON l.n = u.license": [f"both|{C}"],
        "SELECT r.id, r.what, l.id FROM request r JOIN license l"
        " ON l.request = r.n ORDER BY l.n":
            [f"ticket {tickets[0][0]}|redeem|{name}"
             for name in ("got", "twice")],
        "SELECT udi, id, why, ref FROM ended": [f"{A}|moved|moved|"],
        f"SELECT digest, length(text) FROM agreement WHERE text = '{AGREEMENT}'":
            [f"{agreement}|{len(AGREEMENT)}"],
        "SELECT udi, kid, pinned, records, seen FROM device":
            [f"{A}|{DIGEST}|before|0|0"],
        "SELECT seq, id, udi, text, redeemed_for, redeemed_at FROM ticket"
        " ORDER BY seq":
            [f"7|{tickets[0][0]}|{A}|{tickets[0][1]}|{B}|1700000000",
             f"9|{tickets[1][0]}|{A}|{tickets[1][1]}||"],
    }


class Old:
    """An authority of version 0.1, made again and again."""

    def __init__(self, desk, known):
        self.desk, self.known = desk, known
        self.dir = desk.path("old")
        self.ledger = os.path.join(self.dir, "ledger.db")

    def make(self):
        desk = self.desk
        if os.path.exists(self.dir):
            self.forget()
            shutil.rmtree(self.dir)
        os.mkdir(self.dir, 0o700)
        for name in ("issuer.key", "issuer.jwk"):
            shutil.copy(os.path.join(desk.path("source"), name), self.dir)
        if ADDRESS:
            desk.psql(f'CREATE SCHEMA "{desk.schema("old")}"')
            with open(os.path.join(self.dir, "database"), "w") as file:
                file.write(desk.address("old") + "\n")
        ledger(self.ledger, self.known)

    def forget(self):
        """The database is lost."""
        for path in glob.glob(os.path.join(self.dir, "authority.db*")):
            os.unlink(path)
        if ADDRESS:
            self.desk.psql(f'SET client_min_messages TO error; DROP SCHEMA'
                           f' IF EXISTS "{self.desk.schema("old")}" CASCADE')

    def check(self, *said):
        tables = want(self.known)
        equal(self.desk.sql("old", "; ".join(tables)),
              [row for rows in tables.values() for row in rows], *said)
        told = self.desk.run("log", "verify", "old")
        check("6 licenses" in told, told, *said)
        equal(os.path.exists(self.ledger), False, "ledger.db", *said)
        check(os.path.exists(self.ledger + ".old"), "ledger.db.old", *said)


def whole(desk, old):
    old.make()
    desk.refused('"licissue upgrade old" creates it', "issue", "old",
                 "--udi", A, "--feature", "f", "--type", "permanent", "-o",
                 "no.lic")
    equal(desk.run("upgrade", "old"),
          "old: took over 6 licenses from ledger.db, which is now "
          "ledger.db.old\n")
    old.check()
    equal(desk.run("upgrade", "old"), "old: the database is up to date\n")
    old.check("again")

    # What it knows counts.
    desk.refused(f"license moved was already moved from {A}",
                 "permission-ticket", "old", "--udi", A, "--remove", "moved",
                 "-o", "no")
    desk.run("permission-ticket", "old", "--udi", B, "--remove", "twice",
             "-o", "third")
    equal(desk.sql("old", "SELECT max(seq) FROM ticket"), ["10"],
          "the next ticket")


def modes(desk, old):
    if ADDRESS:
        return
    path = os.path.join(old.dir, "authority.db")
    holder = sqlite3.connect(path)  # so that -wal and -shm stay
    holder.execute("SELECT count(*) FROM log").fetchall()
    files = glob.glob(path + "*")
    equal(len(files), 3, files)
    for file in files:
        equal(oct(stat.S_IMODE(os.stat(file).st_mode)), "0o600", file)
    holder.close()


def killed(desk, old):
    """At one write of an upgrade in STEP."""
    call = "sendto" if ADDRESS else "pwrite64,rename"
    environ = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
    at, empty = 1, 0
    while True:
        old.make()
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
             f"inject={call}:signal=KILL:when={at}", LICISSUE, "upgrade",
             "old"], cwd=desk.dir, env=environ, capture_output=True,
            text=True, check=False)
        if done.returncode == 0:
            break
        check(done.returncode in (-9, 137), at, done)
        # Nothing can be issued until all of it was taken over.
        said = subprocess.run(
            [LICISSUE, "issue", "old", "--udi", C, "--feature", "f",
             "--type", "permanent", "--force", "-o", "x.lic"],
            cwd=desk.dir, capture_output=True, text=True, check=False)
        if said.returncode == 0:
            equal(desk.sql("old", "SELECT count(*) FROM license"), ["7"], at)
            at += STEP
            continue
        check("licissue upgrade old" in said.stderr, at, said)
        empty += "it is empty" in said.stderr
        desk.run("upgrade", "old")
        old.check("killed at write", at)
        at += STEP
    check(at > 10, "writes", at)
    check(empty > 0, "never between the tables and the licenses")


def together(desk, old):
    """Two at once: one works, the other waits or says why not."""
    old.make()
    both = [subprocess.Popen([LICISSUE, "upgrade", "old"], cwd=desk.dir,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True) for _ in range(2)]
    said = sorted(one.communicate()[0] for one in both)
    equal([one.returncode for one in both], [0, 0], said)
    check(re.fullmatch(r"old: the database is up to date\n", said[0]), said)
    check("took over 6 licenses" in said[1], said)
    old.check("two at once")


def refused(desk, old):
    old.make()
    with sqlite3.connect(old.ledger) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    desk.refused("ledger.db: ", "upgrade", "old")
    check(os.path.exists(old.ledger), "a newer ledger.db stays")

    old.make()
    with open(old.ledger, "r+b") as file:
        file.write(b"This is not a database at all")
    desk.refused("ledger.db: ", "upgrade", "old")
    check(os.path.exists(old.ledger), "a damaged ledger.db stays")

    # Nothing of a ledger counts if a row of it makes no sense.
    old.make()
    with sqlite3.connect(old.ledger) as db:
        db.execute("UPDATE issued SET line = 'x' WHERE id = 'kept'")
    db.close()
    desk.run("upgrade", "old", status=1)
    equal(desk.sql("old", "SELECT count(*) FROM license"), ["0"], "licenses")
    check(os.path.exists(old.ledger), "it stays")

    os.mkdir(desk.path("nothing"))
    said = desk.run("upgrade", "nothing", status=1)
    check("issuer.key" in said, said)
    equal(os.listdir(desk.path("nothing")), [], "nothing was made")


def newer(desk):
    desk.authority("new")
    if ADDRESS:
        table = desk.psql(
            "SELECT table_name FROM information_schema.columns WHERE"
            f" table_schema = '{desk.schema('new')}' AND"
            " column_name = 'version' ORDER BY table_name LIMIT 1")[0]
        desk.sql("new", f"UPDATE {table} SET version = 99")
    else:
        desk.sql("new", "PRAGMA user_version = 99")
    for command in (("upgrade", "new"), ("log", "verify", "new")):
        said = desk.run(*command, status=1)
        check("99" in said and "database: " in said, said)


# The tables of the second version, and its indexes of others.
SECOND = ("nonce", "nonce_secret", "device_account", "webhook")
INDEXES = ("pak_account",)


def second(desk):
    """A database of the first version gets them, and loses nothing."""
    if ADDRESS:
        return
    desk.authority("step1")
    issue(desk, "step1", A)
    before = desk.sql("step1", "SELECT * FROM license")
    desk.sql("step1", "".join(f"DROP TABLE {name};" for name in SECOND)
             + "".join(f"DROP INDEX {name};" for name in INDEXES)
             + "PRAGMA user_version = 1")
    desk.refused("upgrade", "device", "list", "step1")
    desk.run("upgrade", "step1")
    equal(desk.sql("step1", "SELECT * FROM license"), before)
    equal(desk.sql("step1", "SELECT length(secret) FROM nonce_secret"), ["32"])
    desk.verified("step1")


def upgrade(desk):
    known = source(desk)
    old = Old(desk, known)
    whole(desk, old)
    modes(desk, old)
    killed(desk, old)
    together(desk, old)
    refused(desk, old)
    newer(desk)
    second(desk)


main(upgrade)
