#!/usr/bin/env python3
"""grants: evaluations, extensions, subscriptions, rights to use, counts,
manufacturing lots, and licenses of another authority."""

import datetime
import os
import pty
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import LICISSUE, check, equal, main  # noqa: E402

PID = "LIC1921/K9"
A, B, C, D = (f"{PID}:FDO000{n}" for n in "ABCD")
DAY = 86400


def read(desk, name):
    with open(desk.path(name), encoding="utf-8") as f:
        return f.read()


def write(desk, name, text):
    with open(desk.path(name), "w", encoding="utf-8") as f:
        f.write(text)
    return name


def terms(desk, name):
    return [line["terms"] for line in
            desk.json("inspect", "--keys", "acme", name)["licenses"]]


def one(desk, *args):
    """The license that a command writes."""
    name = f"one-{one.n}.lic"
    one.n += 1
    desk.run(*args, "-o", name)
    return terms(desk, name)[0], name


one.n = 0


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")
                                           ).timestamp()


def source(desk, license):
    return desk.sql("acme", "SELECT source FROM license WHERE id ="
                    f" '{license}'")[0]


def evaluation(desk):
    """Once for each device, feature and version."""
    ask = ("evaluation", "create", "acme", "--udi", A, "--feature", "datak9",
           "--eula", "agreement")
    first, name = one(desk, *ask)
    equal((first["type"], first["period"], first["udi"], first["count"]),
          ("demo", 60 * DAY, [A], None), "the terms")
    check("Try it." in read(desk, name), "the agreement")
    again, name2 = one(desk, *ask, "--period", "90d")
    equal(read(desk, name2), read(desk, name), "the same license")
    check("as before" in desk.run(*ask, "--force", "-o", name), "said")
    equal(source(desk, first["id"]), "evaluation", "source")
    for more in (("--udi", B), ("--version", "2.0"), ("--feature", "uck9")):
        other, _ = one(desk, *ask, *more)
        check(other["id"] != first["id"], more)
    device = desk.device(A)
    device.install(name)
    device.run("use", "datak9", 10 * DAY)
    device.credentials("key-a")
    desk.run("permission-ticket", "acme", "--udi", A, "--remove", first["id"],
             "--credentials", "key-a", "-o", "t-a")
    answer = device.revoke("t-a", "answer-a")
    moved, _ = one(desk, "rehost", "acme", "--ticket", answer, "--udi", C)
    equal((moved["period"], source(desk, moved["id"])),
          (50 * DAY, "evaluation"), "what is left moves")
    desk.refused(f"license {first['id']} was already moved from {A}", *ask,
                 "-o", "none.lic")
    equal(desk.refusals()[-1][0], A, "the log")
    desk.refused('invalid UDI "rubbish"', *ask, "--udi", "rubbish", "-o",
                 "none.lic")
    desk.run(*ask[:5], "-o", "none.lic", status=2)
    check(not os.path.exists(desk.path("none.lic")), "no file")
    desk.verified()


def requests(desk):
    """An id of the caller's gives the same, and nothing else."""
    ask = ("right-to-use", "create", "acme", "--udi", A, "--feature", "uck9",
           "--request-id", "r1")
    _, name = one(desk, *ask, "--period", "30d")
    _, again = one(desk, *ask, "--period", "30d")
    equal(read(desk, again), read(desk, name), "the same")
    desk.refused("request id r1 was already used for another request", *ask,
                 "--period", "31d", "-o", "none.lic")
    ask = ask[:-2]
    types = [one(desk, *ask, *more)[0]["type"] for more in
             (("--period", "30d"), (), ("--permanent",))]
    equal(types, ["evalRightToUse", "rightToUse", "permanentRightToUse"],
          "types")
    free, name = one(desk, *ask[:3], "--unlocked", *ask[5:])
    equal((free["udi"], source(desk, free["id"])), ([], "right-to-use"), "any")
    desk.run(*ask, "--permanent", "--period", "1d", "-o", "none.lic", status=2)
    desk.run(*ask, "--unlocked", "-o", "none.lic", status=2)
    desk.verified()


def subscriptions(desk):
    ask = ("subscription", "create", "acme", "--udi", B, "--feature",
           "securityk9", "--comment", "order 7")
    paid, _ = one(desk, *ask, "--start", "2090-01-01", "--days", "365",
                  "--extension-days", "14", "--count", "5")
    equal((paid["type"], paid["start"], paid["end"], paid["extensionDays"]),
          ("paidSubscription", "2090-01-01T00:00:00Z", "2091-01-01T00:00:00Z",
           14), "the terms")
    renew = ("subscription", "renew", "acme", "--license", paid["id"])
    next_one, name = one(desk, *renew, "--days", "365")
    equal((next_one["start"], next_one["end"], next_one["extensionDays"],
           next_one["count"], next_one["comment"], next_one["udi"]),
          ("2091-01-01T00:00:00Z", "2092-01-01T00:00:00Z", 14, 5, "order 7",
           [B]), "it continues")
    equal(source(desk, next_one["id"]), "renewal", "source")
    _, again = one(desk, *renew, "--days", "365")
    equal(read(desk, again), read(desk, name), "the same renewal")
    desk.refused(f"license {paid['id']} was already renewed, for another time:"
                 " renew the license that follows it", *renew, "--days", "30",
                 "-o", "none.lic")
    third, _ = one(desk, *renew[:4], next_one["id"], "--end", "2093-06-01")
    equal((third["start"], third["end"]),
          ("2092-01-01T00:00:00Z", "2093-06-01T00:00:00Z"), "and on")
    over, _ = one(desk, *ask, "--start", "2019-01-01", "--end", "2020-01-01")
    late, _ = one(desk, *renew[:4], over["id"], "--days", "10")
    equal(late["start"], late["issued"], "one that is over goes on from now")
    equal(seconds(late["end"]) - seconds(late["start"]), 10 * DAY, "its length")
    trial, name = one(desk, *ask, "--kind", "evaluation", "--days", "30")
    equal(trial["type"], "evaluationSubscription", "type")
    _, again = one(desk, *ask, "--kind", "evaluation", "--days", "60")
    equal(read(desk, again), read(desk, name), "once")
    bought, _ = one(desk, *renew[:4], trial["id"], "--days", "365")
    equal((bought["type"], bought["start"]), ("paidSubscription", trial["end"]),
          "a trial that is bought")
    desk.refused("is not a subscription", *renew[:4], permanent(desk, B),
                 "--days", "1", "-o", "none.lic")
    desk.refused("license nothing is not in the database", *renew[:4],
                 "nothing", "--days", "1", "-o", "none.lic")
    desk.refused("not after start date", *ask, "--start", "2090-01-02",
                 "--end", "2090-01-01", "-o", "none.lic")
    for bad in ((), ("--days", "1", "--end", "2090-01-01"), ("--days", "x"),
                ("--kind", "free", "--days", "1")):
        desk.run(*ask, *bad, "-o", "none.lic", status=2)
    desk.verified()
    return paid, trial


def permanent(desk, udi):
    got, _ = one(desk, "issue", "acme", "--udi", udi, "--feature", "ipbasek9",
                 "--type", "permanent")
    return got["id"]


def extensions(desk, paid, trial):
    approved = ("--approved-by", "Ann", "--reason", "the order is late")
    ask = ("extension", "create", "acme", "--license")
    more, _ = one(desk, *ask, paid["id"], "--days", "30", *approved)
    equal((more["type"], more["start"], more["end"], more["count"]),
          ("extensionSubscription", paid["end"], "2091-01-31T00:00:00Z", 5),
          "of a subscription")
    equal(source(desk, more["id"]), "extension", "source")
    equal(desk.sql("acme", "SELECT subject, says FROM log WHERE kind ="
                   f" 'approved' AND subject = '{paid['id']}'"),
          [f"{paid['id']}|extension, by Ann: the order is late"], "the log")
    demo, _ = one(desk, "evaluation", "create", "acme", "--udi", D,
                  "--feature", "cme-srst", "--count", "10", "--additive")
    more, name = one(desk, *ask, demo["id"], "--period", "14d", *approved,
                     "--request-id", "x1", "--eula", "agreement")
    equal((more["type"], more["period"], more["count"], more["addition"],
           more["udi"]), ("extension", 14 * DAY, 10, "additive", [D]),
          "of an evaluation")
    _, again = one(desk, *ask, demo["id"], "--period", "14d", *approved,
                   "--request-id", "x1", "--eula", "agreement")
    equal(read(desk, again), read(desk, name), "the same")
    free, _ = one(desk, "issue", "acme", "--unlocked", "--feature", "datak9",
                  "--type", "evalRightToUse", "--period", "60d")
    desk.refused("is not for one device: name the one", *ask, free["id"],
                 "--period", "14d", *approved, "-o", "none.lic")
    more, _ = one(desk, *ask, free["id"], "--period", "14d", "--udi", D,
                  *approved)
    equal(more["udi"], [D], "for this one")
    desk.refused(f"license {trial['id']} is not for {D}", *ask, trial["id"],
                 "--days", "1", "--udi", D, *approved, "-o", "none.lic")
    desk.refused("does not end: nothing to extend", *ask, permanent(desk, D),
                 "--days", "1", *approved, "-o", "none.lic")
    desk.refused("period missing", *ask, demo["id"], "--days", "1", *approved,
                 "-o", "none.lic")
    desk.run(*ask, demo["id"], "--period", "1d", "--reason", "x", "-o",
             "none.lic", status=2)
    desk.run(*ask, demo["id"], "--period", "1d", "--approved-by", "x", "-o",
             "none.lic", status=2)
    desk.verified()


def capacity(desk):
    """Pay as you grow."""
    ask = ("capacity", "add", "acme", "--udi", C, "--feature", "cme-srst")
    device = desk.device(C)
    total = 0
    for step, add in (("--count", 12), ("--count", 13), ("--to", 50),
                      ("--to", 100), ("--to", 250)):
        got, name = one(desk, *ask, step, str(add))
        device.install(name)
        total = add if step == "--to" else total + add
        counts = [int(row[2]) for row in device.licenses()]
        equal(sum(counts), total, "on the device", counts)
        equal((got["type"], got["addition"]), ("permanent", "additive"), "terms")
    equal(source(desk, got["id"]), "upgrade", "source")
    desk.refused(f"{C} has 250 of cme-srst already", *ask, "--to", "250", "-o",
                 "none.lic")
    got, _ = one(desk, "issue", "acme", "--udi", D, "--feature", "cme-srst",
                 "--type", "permanent", "--count", "25")
    desk.refused(f"license {got['id']} of {D} is exclusive: nothing adds to "
                 "its count", *ask[:4], D, *ask[5:], "--count", "5", "-o",
                 "none.lic")
    for bad in ((), ("--count", "1", "--to", "2"), ("--count", "0")):
        desk.run(*ask, *bad, "-o", "none.lic", status=2)
    desk.verified()


def lots(desk):
    """A built-in store, and licenses for a list of devices."""
    ask = ("lot", "create", "acme", "--unlocked", "--eula", "agreement")
    for feature in ("ipbasek9", "securityk9", "cme-srst=5000"):
        ask += ("--feature", feature)
    said = desk.run(*ask, "--name", "line-1", "-o", "builtin.lic")
    equal(said, "builtin.lic: lot line-1, 3 licenses\n", "said")
    equal([(t["feature"], t["type"], t["period"], t["count"], t["udi"])
           for t in terms(desk, "builtin.lic")],
          [("ipbasek9", "evalRightToUse", 60 * DAY, None, []),
           ("securityk9", "evalRightToUse", 60 * DAY, None, []),
           ("cme-srst", "evalRightToUse", 60 * DAY, 5000, [])], "the image")
    said = desk.run(*ask, "--name", "line-1", "-o", "builtin2.lic")
    check("as before" in said, said)
    equal(read(desk, "builtin2.lic"), read(desk, "builtin.lic"), "the same")
    desk.refused("lot line-1 was already made, of other devices or licenses",
                 *ask, "--period", "30d", "--name", "line-1", "-o", "none.lic")

    udis = [f"{PID}:FOC{n:04}" for n in range(20)]
    write(desk, "serials.csv", "udi\n" + "".join(f"{u}\n" for u in udis))
    ask = ("lot", "create", "acme", "--csv", "serials.csv", "--feature",
           "ipbasek9", "--feature", "cme-srst=25", "--additive")
    desk.run(*ask, "--name", "day-1", "-o", "all.lic")
    all_of = terms(desk, "all.lic")
    equal([t["udi"][0] for t in all_of], [u for u in udis for _ in "ab"],
          "a pair for each")
    equal({(t["type"], t["feature"], t["count"]) for t in all_of},
          {("permanent", "ipbasek9", None), ("permanent", "cme-srst", 25)},
          "terms")
    said = desk.run(*ask, "--name", "day-1", "--each", "files")
    equal(said, "files: lot day-1, 20 files, as before\n", "said")
    names = sorted(os.listdir(desk.path("files")))
    equal(names, [f"LIC1921_K9_FOC{n:04}.lic" for n in range(20)], "files")
    equal([t["id"] for t in terms(desk, f"files/{names[3]}")],
          [t["id"] for t in all_of[6:8]], "the licenses of one")
    device = desk.device(udis[3])
    device.install(f"files/{names[3]}")
    equal(len(device.licenses()), 2, "they install")
    desk.refused("already exists", *ask, "--name", "day-1", "--each", "files")
    desk.run(*ask, "--name", "day-1", "--each", "files", "--force")
    before = len(desk.sql("acme", "SELECT n FROM license"))
    for rows, words in (
            (f"{udis[0]}\n{udis[1]}\n{udis[0]}\n",
             f"{udis[0]} is in the list twice"),
            (f"{udis[0]}\nrubbish\n", 'invalid UDI "rubbish"'),
            (f"{udis[0]},x\n", "row 1: not 1 column of CSV"),
            (f"{udis[0]}\n", "lot day-1 was already made")):
        write(desk, "serials.csv", rows)
        desk.refused(words, *ask, "--name", "day-1", "-o", "none.lic")
    desk.refused('invalid lot name "a b"', *ask, "--name", "a b", "-o",
                 "none.lic")
    write(desk, "serials.csv", "../../x:..\n")
    desk.run(*ask, "--name", "day-2", "--each", "odd")
    equal(os.listdir(desk.path("odd")),
          ["_._.._x_...lic"], "no way out")
    equal(len(desk.sql("acme", "SELECT n FROM license")), before + 2,
          "licenses")
    for bad in (("--name", "x", "--unlocked", "-o", "none.lic"),
                ("-o", "none.lic"), ("--name", "x"),
                ("--name", "x", "--feature", "a=b", "-o", "none.lic")):
        desk.run(*ask, *bad, status=2)
    desk.verified()


def foreign(desk):
    """Licenses of another authority can be moved by ours."""
    desk.authority("other", "--name", "Other Networks")
    desk.run("issue", "other", "--udi", A, "--feature", "ipbasek9", "--type",
             "permanent", "--id", "far-1", "--eula", "agreement", "-o",
             "far.lic")
    desk.run("issue", "other", "--udi", A, "--feature", "uck9", "--type",
             "permanent", "--id", "far-2", "--append", "-o", "far.lic")
    take = ("license", "import", "acme", "--keys")
    desk.refused("which is not in the keys directory", *take, "acme",
                 "far.lic")
    check("far.lic" not in desk.refusals()[-1][1], desk.refusals()[-1])
    equal(desk.sql("acme", "SELECT id FROM license WHERE source ="
                   " 'foreign'"), [], "nothing is taken")
    equal(desk.run(*take, "other", "far.lic"),
          "far.lic: took in 2 licenses\n", "said")
    equal(desk.run(*take, "other", "far.lic"),
          "far.lic: took in 0 licenses; 2 were here already\n", "again")
    desk.run("issue", "other", "--udi", B, "--feature", "uck9", "--type",
             "permanent", "--id", "far-2", "-o", "far-b.lic")
    desk.refused("license far-2 is in the database already, and is another "
                 "one", *take, "other", "far-b.lic")
    desk.refused("no license line found", *take, "other", "agreement")
    desk.refused("no such keys directory", *take, "nowhere", "far.lic")
    text = read(desk, "far.lic")
    row = next(line for line in text.splitlines() if line.startswith("ey"))
    start = text.index("\n-----END LICENSE") - 20
    write(desk, "forged.lic", text[:start] +
          ("A" if text[start] != "A" else "B") + text[start + 1:])
    check(row, "a line")
    desk.run(*take, "other", "forged.lic", status=1)
    desk.verified()

    device = desk.device(A, keys=("acme", "other"), name="far-device")
    device.install("far.lic")
    device.credentials("far-key")
    desk.run("device", "approve", "acme", "--udi", A, "--credentials",
             "far-key", "--approved-by", "Ann", "--reason", "another board")
    desk.run("permission-ticket", "acme", "--udi", A, "--remove", "far-1",
             "-o", "far-ticket")
    answer = device.revoke("far-ticket", "far-answer")
    moved, name = one(desk, "rehost", "acme", "--ticket", answer, "--udi", B)
    equal((moved["feature"], moved["issuer"] != "Other Networks",
           source(desk, moved["id"])), ("ipbasek9", True, "foreign"), "ours")
    check("Try it." in read(desk, name), "with its agreement")
    desk.device(B).install(name)
    desk.verified()


def files(desk):
    """A file that cannot be written is refused before anything is issued."""
    count = "SELECT count(*) FROM license"
    before = desk.sql("acme", count)
    os.mkdir(desk.path("folder"))
    os.symlink("nowhere", desk.path("link"))
    write(desk, "devices.csv", f"{A}\n")
    write(desk, "empty", "")
    for command in (
            ("evaluation", "create", "acme", "--udi", f"{PID}:NEW",
             "--feature", "x"),
            ("issue", "acme", "--udi", A, "--feature", "x", "--type",
             "permanent"),
            ("lot", "create", "acme", "--name", "files", "--csv",
             "devices.csv", "--feature", "x"),
            ("rma", "acme", "--from", A, "--to", f"{PID}:NEW")):
        for name, words in (("none/x", "No such file or directory"),
                            ("folder", "not a regular file"),
                            ("link", "not a regular file")):
            desk.refused(f"{name}: ", *command, "--force", "-o", name)
            desk.refused(words, *command, "--force", "-o", name)
        desk.refused("devices.csv: already exists", *command, "-o",
                     "devices.csv")
        if command[0] != "rma":
            desk.refused("empty: the agreement has no text", *command,
                         "--eula", "empty", "-o", "none.lic")
    desk.refused('invalid license: member "feature": 0 bytes', "lot", "create",
                 "acme", "--name", "x", "--unlocked", "--feature", "=5", "-o",
                 "none.lic")
    for command in (("lot", "create"), ("report", "licenses"), ("init",)):
        said = desk.run(*command, "--wrong", status=2)
        check(said.startswith("licissue: unrecognized option '--wrong'\n"),
              said)
    desk.refused("empty: not a checkpoint of this authority: ", "log",
                 "verify", "acme", "--checkpoint", "empty")
    equal(desk.sql("acme", count), before, "nothing was issued")


def stopped(desk, delay, args):
    """licissue at a terminal, held up for two seconds after some time."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(desk.dir)
        os.execv(LICISSUE, [LICISSUE, *args])
    time.sleep(delay)
    os.kill(pid, signal.SIGSTOP)
    time.sleep(2.1)
    os.kill(pid, signal.SIGCONT)
    said = b""
    while True:
        try:
            said += os.read(fd, 4096)
        except OSError:
            break
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, args, said)
    os.close(fd)
    return said.decode()


def progress(desk):
    """What takes longer than two seconds says how far it is.  When it has
    begun, only it knows: so it is tried again."""
    write(desk, "many.csv", "".join(f"{PID}:MANY{i}\n" for i in range(3000)))
    for turn in range(1, 9):
        said = stopped(desk, turn / 10, (
            "lot", "create", "acme", "--name", f"many-{turn}", "--csv",
            "many.csv", "--feature", "f", "-o", f"many-{turn}.lic"))
        check(said.endswith(f"many-{turn}.lic: lot many-{turn}, 3000"
                            " licenses\r\n"), said)
        if "\rdevices: " in said:
            break
    check(" of 3000\x1b[K" in said and "\r\x1b[K" in said, said)


def grants(desk):
    write(desk, "agreement", "Try it.\n")
    desk.authority("acme")
    evaluation(desk)
    requests(desk)
    paid, trial = subscriptions(desk)
    extensions(desk, paid, trial)
    capacity(desk)
    lots(desk)
    foreign(desk)
    files(desk)
    progress(desk)


main(grants)
