#!/usr/bin/env python3
"""full: a full disk while licenses are issued, that of a file of SQLite and of
the license file, or that of the server: nothing is half issued, and once there
is room the same request is fulfilled."""

import contextlib
import os
import resource
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from crowd import ROWS, create, ids, redeem, start, used, write_list  # noqa: E402
from desk import ADDRESS, TOP, check, equal, main  # noqa: E402


def small_files(desk):
    """Files that must not grow beyond a limit."""
    pak = create(desk)
    write_list(desk, "full.csv", "full", ROWS)
    args = redeem(pak, "full.csv", "full", "full.lic")
    refused = written = 0
    for limit in range(8, 2000, 24):
        process = start(
            desk, *args, restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_FSIZE, (limit << 10, limit << 10)))
        said = process.communicate()[0]
        if process.returncode == 0:
            written += 1
            break
        equal(process.returncode, 1, said)
        check(said.startswith("licissue: "), said)
        before = used(desk, pak)
        check(before in (0, ROWS), before)
        # Once they are issued, it is only the file that has no room.
        check(before == 0 or "the same --request-id writes them" in said,
              said)
        refused += before == 0
    check(refused > 0 and written == 1, refused, written)
    equal(used(desk, pak), ROWS)
    equal(len(set(ids(desk, "full.lic"))), ROWS)


# ---- The server's

def skip(why):
    print(f"skipped: {why}")
    raise SystemExit(77)


@contextlib.contextmanager
def small_disk(desk):
    """Has the licenses and the log; its folder."""
    folder = os.path.join(os.environ["TEST_POSTGRES"], "small")
    name = desk.schema("small")
    os.mkdir(folder)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none",
                           folder], capture_output=True, check=False)
    if done.returncode != 0:
        skip("a tmpfs cannot be mounted here (not root?)")
    try:
        server = os.stat(os.path.join(os.environ["TEST_POSTGRES"], "data"))
        os.chown(folder, server.st_uid, server.st_gid)
        desk.psql(f"CREATE TABLESPACE {name} LOCATION '{folder}'")
        for table in ("license", "log"):
            desk.sql("acme", f"ALTER TABLE {table} SET TABLESPACE {name}")
        yield folder
        for table in ("license", "log"):
            desk.sql("acme",
                     f"ALTER TABLE {table} SET TABLESPACE pg_default")
        desk.psql(f"DROP TABLESPACE {name}")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def small_server(desk):
    pak, turn = create(desk), 0
    with small_disk(desk) as folder:
        while True:
            name = f"full-{turn}.csv"
            write_list(desk, name, turn, ROWS)
            process = start(desk, *redeem(pak, name, turn, "full.lic"))
            said = process.communicate()[0]
            if process.returncode != 0:
                break
            turn += 1
            check(turn < 20, "the disk is never full")
        equal(process.returncode, 1, said)
        check(said.startswith("licissue: database: could not extend"), said)
        check("No space left on device" in said, said)
        equal(used(desk, pak), turn * ROWS)
        desk.refused("No space left", *redeem(pak, name, turn, "full.lic"))
        subprocess.run(["mount", "-o", "remount,size=64m", folder],
                       check=True)
        desk.run(*redeem(pak, name, turn, "full.lic"))
        equal(used(desk, pak), (turn + 1) * ROWS)
        equal(len(set(ids(desk, "full.lic"))), ROWS)


def full(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    if ADDRESS:
        small_server(desk)
    else:
        small_files(desk)


main(full)
