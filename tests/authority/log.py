#!/usr/bin/env python3
"""log: licissue log verify names each row that was changed, removed or
inserted by other means, and an older database that was put back."""

import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import ADDRESS, check, equal, main  # noqa: E402

UDI = "LIC1921/K9:FDO0001"

# What is done to a copy of the tables, and what has to be found: "N" is the
# entry of the second of three licenses, "ID" its id.
DAMAGES = [
    ("UPDATE license SET line = 'x' WHERE n = {n}",
     ["license {id}, or its entry {n}, was changed"]),
    ("UPDATE license SET udi = 'P:X' WHERE n = {n}",
     ["license {id}, or its entry {n}, was changed"]),
    ("UPDATE license SET units = 1 WHERE n = {n}",
     ["license {id}, or its entry {n}, was changed"]),
    ("DELETE FROM license WHERE n = {n}",
     ["the license of entry {n} was removed"]),
    ("INSERT INTO license (n, id, udi, feature, source, units, line)"
     " VALUES (999, 'bad', 'P:X', 'f', 'manual', 0, 'x')",
     ["license bad was inserted: no entry has it"]),
    ("DELETE FROM log WHERE n = {n}",
     ["entry {n} was removed", "entry {after} was changed|license .*",
      "license {id} was inserted: no entry has it"]),
    ("UPDATE log SET at = at + 1 WHERE n = {n}",
     ["license {id}, or its entry {n}, was changed"]),
    ("UPDATE log SET who = 'me' WHERE n = 1", ["entry 1 was changed"]),
    ("DELETE FROM log WHERE n > {n}; DELETE FROM license WHERE n > {n}",
     ["entries {after} to {after} were removed from the end"]),
    ("UPDATE head SET n = n - 1", ["entries {after} to {after} were added by "
                                   "other means",
                                   "the last checkpoint was changed"]),
    ("UPDATE signing_key SET state = 'x'", ["signing_key .* was changed"]),
    ("INSERT INTO device (udi, kid, pinned, records, history, seen,"
     " back_records, back_history, back_seen)"
     " VALUES ('P:1', 'k', '', 0, '', 0, 0, '', 0)", ["device P:1 was inserted"]),
    ("DELETE FROM signing_key", ["the last checkpoint: .*",
                                 "signing_key .* was removed"]),
]


def damage(desk, n, sql, want):
    rows = desk.sql("acme", f"SELECT id FROM license WHERE n = {n}")
    values = {"n": n, "after": n + 1, "id": rows[0]}
    desk.sql("acme", sql.format(**values))
    said = desk.run("log", "verify", "acme", status=1).splitlines()
    want = [line.format(**values) for line in want]
    equal(len(said), len(want) + 1, sql, said)
    for line in want:
        check(any(re.fullmatch(line, one) for one in said), sql, said, line)
    check(re.fullmatch(r"licissue: \d+ faults? in \d+ entries of the log",
                       said[-1]), said)


def copy_of(desk):
    """The tables as they are; a function that puts them back."""
    if ADDRESS:
        tables = desk.psql("SELECT tablename FROM pg_tables WHERE schemaname ="
                           f" '{desk.schema('acme')}'")
        for table in tables:
            desk.sql("acme", f"CREATE TABLE saved_{table} AS"
                     f" TABLE {table}")

        def put_back():
            for table in tables:
                desk.sql("acme", f"DELETE FROM {table}; INSERT INTO {table}"
                         f" SELECT * FROM saved_{table}")
    else:
        path = os.path.join(desk.path("acme"), "authority.db")
        desk.sql("acme", "PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(path, desk.path("saved"))

        def put_back():
            for suffix in ("-wal", "-shm"):
                if os.path.exists(path + suffix):
                    os.unlink(path + suffix)
            shutil.copy(desk.path("saved"), path)
    return put_back


def log(desk):
    desk.authority("acme")
    desk.run("issue", "acme", "--udi", UDI, "--feature", "securityk9",
             "--type", "permanent", "--copies", "3", "-o", "three.lic")
    said = desk.run("log", "verify", "acme")
    check(re.fullmatch(r"5 entries, 3 licenses, the last of \S+Z: all as it "
                       r"was written\n", said), said)
    put_back = copy_of(desk)
    for sql, want in DAMAGES:
        damage(desk, 4, sql, want)
        put_back()

    # An older database, put back, holds together; a checkpoint tells.
    desk.run("issue", "acme", "--udi", UDI, "--feature", "securityk9",
             "--type", "permanent", "-o", "one.lic")
    desk.run("log", "checkpoint", "acme", "-o", "kept")
    desk.run("log", "verify", "acme", "--checkpoint", "kept")
    put_back()
    desk.run("log", "verify", "acme")
    said = desk.run("log", "verify", "acme", "--checkpoint", "kept", status=1)
    check("the log ends at entry 5, before the earlier checkpoint (6): a "
          "database was put back" in said, said)
    desk.run("issue", "acme", "--udi", UDI, "--feature", "datak9",
             "--type", "permanent", "-o", "other.lic")
    said = desk.run("log", "verify", "acme", "--checkpoint", "kept", status=1)
    check("entry 6 is not the one that the earlier checkpoint signed" in said,
          said)

    # A checkpoint of somebody else.
    desk.authority("other")
    desk.run("log", "checkpoint", "other", "-o", "foreign")
    said = desk.run("log", "verify", "acme", "--checkpoint", "foreign",
                    status=1)
    check("signed with key" in said, said)


main(log)
