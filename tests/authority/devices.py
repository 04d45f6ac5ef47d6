#!/usr/bin/env python3
"""devices: keys of devices, histories that were put back, and what may move;
forged, replayed and foreign tickets and credentials."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import check, equal, main  # noqa: E402

PID = "LIC1921/K9"
A, B, C = (f"{PID}:FDO000{n}" for n in "ABC")
OTHER = "SWITCH-24:SW0001"


def issue(desk, udi, name, *more, authority="acme", feature="securityk9"):
    desk.run("issue", authority, "--udi", udi, "--feature", feature, "--type",
             "permanent", "--id", name, *more, "-o", f"{name}.lic")
    return f"{name}.lic"


def permit(desk, udi, license, name, *more):
    desk.run("permission-ticket", "acme", "--udi", udi, "--remove", license,
             *more, "-o", name)
    return name


def fields(desk, udi):
    return desk.json("device", "show", "acme", "--udi", udi)


def first_sight(desk):
    """A key is known from credentials, or taken from a ticket if told so."""
    device = desk.device(A)
    device.install(issue(desk, A, "one"))
    answer = device.revoke(permit(desk, A, "one", "t1"), "answer")
    desk.refused(f"the key of {A} is not known", "rehost", "acme", "--ticket",
                 answer, "--udi", B, "-o", "one-b.lic")
    desk.refused("--first-sight the one of the ticket", "rehost", "acme",
                 "--ticket", answer, "--udi", B, "-o", "one-b.lic")
    check(not os.path.exists(desk.path("one-b.lic")), "nothing came out")
    equal([words for _, words in desk.refusals()][0],
          f"the key of {A} is not known, so that anyone who had the "
          "permission ticket may have made this answer", "the log")
    desk.verified()
    desk.run("rehost", "acme", "--ticket", answer, "--udi", B,
             "--first-sight", "-o", "one-b.lic")
    equal(fields(desk, A)["pinned"], "first sight", "the key")
    desk.refused(f"was already redeemed for {B}", "rehost", "acme",
                 "--ticket", answer, "--udi", C, "-o", "one-c.lic")
    check(f"rehost ticket was already redeemed for {B}"
          in desk.refusals()[-1][1], desk.refusals())
    desk.verified()
    return device


def keys(desk, device):
    """One key for each device; another one only by approval."""
    device.credentials("a1")
    desk.run("device", "key", "acme", "--credentials", "a1", "--udi", A)
    known = fields(desk, A)
    equal(known["history"]["records"] > 1, True, "records", known)
    impostor = desk.device(A, name="impostor")
    impostor.credentials("false")
    desk.refused("but the credentials are signed with key", "device", "key",
                 "acme", "--credentials", "false")
    equal(desk.refusals()[-1][0], A, "the log")
    desk.refused(f"credentials of {A}, not of {B}", "device", "key", "acme",
                 "--credentials", "a1", "--udi", B)
    equal(fields(desk, A), known, "nothing changed")

    forged = open(desk.path("a1"), encoding="utf-8").read()
    row = next(line for line in forged.splitlines() if line.startswith("ey"))
    with open(desk.path("forged"), "w", encoding="utf-8") as f:
        f.write(forged.replace(row, row[:30] + ("A" if row[30] != "A" else "B")
                               + row[31:]))
    desk.run("device", "key", "acme", "--credentials", "forged", status=1)
    desk.refused("DEVICE CREDENTIALS-----\" found", "device", "key", "acme",
                 "--credentials", "one.lic")
    desk.verified()

    for options in (("--credentials", "false", "--approved-by", "Ann"),
                    ("--credentials", "false", "--reason", "repaired")):
        desk.run("device", "approve", "acme", "--udi", A, *options, status=2)
    desk.run("device", "approve", "acme", "--udi", A, "--credentials", "false",
             "--approved-by", "Ann", "--reason", "a new board")
    changed = fields(desk, A)
    equal((changed["pinned"], changed["key"] != known["key"]),
          ("approved", True), "the key")
    says = desk.sql("acme", "SELECT says FROM log WHERE kind = 'approved'")
    equal(says, [f"key {changed['key']} instead of {known['key']}, by Ann: "
                 "a new board"], "the log")
    desk.refused("nothing waits for approval", "device", "approve", "acme",
                 "--udi", A, "--approved-by", "Ann", "--reason", "x")
    desk.verified()


def factory(desk):
    """Keys that are recorded before a device is seen."""
    kid = {}
    for udi in (B, C):
        device = desk.device(udi)
        device.credentials("x")
        shown = desk.json("inspect", "x")["statement"]
        kid[udi] = shown["key"]
        kid[udi, "device"] = device
    with open(desk.path("keys.csv"), "w", encoding="utf-8") as f:
        f.write(f'UDI,key\r\n"{B}", {kid[B]}\r\n\r\n{C},rubbish\r\n')
    desk.refused('keys.csv: row 4: invalid key id "rubbish"', "device", "key",
                 "acme", "--csv", "keys.csv")
    desk.refused("NONE:1 is not known", "device", "show", "acme", "--udi",
                 "NONE:1")
    for rows, words in ((f"{B}\n", "row 1: invalid key id"),
                        (f'"{B},x\n', "row 1: not 2 columns of CSV"),
                        (f"{B},x,y\n", "row 1: not 2 columns of CSV"),
                        (f"\n{B},x,,\n", "row 2: invalid key id"),
                        (",x\n", 'row 1: invalid UDI ""'),
                        (f"\ufeffudi\n{B},x\n", "row 2: invalid key id"),
                        ("\n", "no device in it"),
                        ("nonsense,x\n", 'row 1: invalid UDI "nonsense"'),
                        ("\x00\n", "not UTF-8 text"),
                        (f"{B},\x1b[31m\n", "not UTF-8 text")):
        with open(desk.path("bad.csv"), "w", encoding="utf-8") as f:
            f.write(rows)
        desk.refused(words, "device", "key", "acme", "--csv", "bad.csv")
    with open(desk.path("keys.csv"), "w", encoding="utf-8") as f:
        f.write(f"{B},{kid[B]}\n{C},{kid[C]}\n")
    equal(desk.run("device", "key", "acme", "--csv", "keys.csv"),
          "keys.csv: keys of 2 devices\n", "the list")
    equal(fields(desk, B)["pinned"], "factory", "the key")
    desk.run("device", "key", "acme", "--csv", "keys.csv")
    desk.refused(f"{B} has key {kid[B]} on record, not", "device", "key",
                 "acme", "--udi", B, "--jwk", "acme/issuer.jwk")
    desk.refused("acme/database-none: cannot read", "device", "key", "acme",
                 "--udi", B, "--jwk", "acme/database-none")
    rows = {row["udi"]: row["key"] for row in desk.json(
        "device", "list", "acme")}
    equal((rows[B], rows[C]), (kid[B], kid[C]), "the list")
    check(f"{B:<32} factory" in desk.run("device", "list", "acme"), "as text")
    desk.verified()
    return kid[B, "device"]


def put_back(desk, device):
    """A state directory that was put back is told, and moves nothing."""
    device.install("one-b.lic")
    device.credentials("b1")
    desk.run("device", "key", "acme", "--credentials", "b1")
    device.save_state()
    device.install(issue(desk, B, "two", feature="datak9"))
    device.credentials("b2")
    desk.run("device", "key", "acme", "--credentials", "b2")
    before = fields(desk, B)
    device.put_state_back()
    device.credentials("b3")
    said = desk.run("device", "key", "acme", "--credentials", "b3")
    now = fields(desk, B)
    equal(now["history"], before["history"], "what is on record")
    equal(now["putBack"]["records"] < now["history"]["records"], True, now)
    want = (f"a state directory of {B} was put back: credentials had "
            f"{now['history']['records']} records, the last seal "
            f"{now['history']['head'][:12]}..., and later ones had "
            f"{now['putBack']['records']}, {now['putBack']['head'][:12]}...")
    check(want in said, said, want)
    equal(desk.sql("acme", "SELECT subject, says FROM log WHERE kind ="
                   " 'put back'"), [f"{B}|{want}"], "the log")
    check("put back" in desk.run("device", "list", "acme"), "the list")
    desk.refused(want, "permission-ticket", "acme", "--udi", B, "--remove",
                 "two", "-o", "t2")
    desk.refused(want, "permission-ticket", "acme", "--udi", B, "--remove",
                 "two", "--credentials", "b3", "-o", "t2")
    equal(desk.refusals()[-1], (B, want), "the log")
    desk.verified()

    # It goes on from there: as many records, another head.
    desk.run("device", "approve", "acme", "--udi", B, "--approved-by", "Ann",
             "--reason", "its flash was copied")
    after = fields(desk, B)
    equal((after["putBack"], after["history"]["head"]),
          (None, now["putBack"]["head"]), "approved")
    device.install("two.lic")
    device.credentials("b4")
    desk.run("device", "key", "acme", "--credentials", "b4")
    device.put_state_back()
    device.install(issue(desk, B, "three", feature="uck9"))
    device.credentials("b5")
    said = desk.run("device", "key", "acme", "--credentials", "b5")
    fork = fields(desk, B)
    equal(fork["putBack"]["records"], fork["history"]["records"], "records")
    check(fork["putBack"]["head"] != fork["history"]["head"], fork)
    check("was put back" in said, said)
    desk.refused("was put back", "permission-ticket", "acme", "--udi", B,
                 "--remove", "three", "-o", "t3")
    desk.run("device", "approve", "acme", "--udi", B, "--credentials", "b5",
             "--approved-by", "Ann", "--reason", "known")
    permit(desk, B, "three", "t3")
    desk.verified()
    return device


def tickets(desk, device):
    """Forged and foreign tickets."""
    desk.authority("other")
    desk.run("issue", "other", "--udi", B, "--feature", "uck9", "--type",
             "permanent", "--id", "far", "-o", "far.lic")
    desk.run("permission-ticket", "other", "--udi", B, "--remove", "far",
             "-o", "far-ticket")
    answer = device.revoke("t3", "answer3")
    desk.refused("this authority did not issue it", "rehost", "other",
                 "--ticket", answer, "--udi", C, "-o", "x.lic")
    equal(len(desk.refusals("other")), 1, "the log of the other one")
    text = open(desk.path(answer), encoding="utf-8").read()
    start = text.index("\n", text.index("-----BEGIN")) + 1
    end = text.index("\n-----END")
    body = text[start:end].replace("\n", "")
    signed, _, signature = body.rpartition(".")
    letter = "A" if signature[5] != "A" else "B"
    forged = signed + "." + signature[:5] + letter + signature[6:]
    with open(desk.path("forged"), "w", encoding="utf-8") as f:
        f.write(text[:start] + "\n".join(
            forged[i:i + 64] for i in range(0, len(forged), 64)) + text[end:])
    before = len(desk.refusals())
    said = desk.run("rehost", "acme", "--ticket", "forged", "--udi", C, "-o",
                    "x.lic", status=1)
    check("not a rehost ticket" in said, said)
    equal(len(desk.refusals()), before + 1, "a forged one is in the log")
    desk.refused("not a rehost ticket", "rehost", "acme", "--ticket",
                 "one.lic", "--udi", C, "-o", "x.lic")
    equal(len(desk.refusals()), before + 1, "rubbish is not")
    desk.run("rehost", "acme", "--ticket", answer, "--udi", C, "-o",
             "three-c.lic")
    desk.verified()
    desk.verified("other")


CATALOG = """
families = (
  { family = "routers"; pids = [ "LIC19*/K9", "LIC2?00" ];
    moves-to = [ "routers" ]; },
  { family = "switches"; pids = [ "SWITCH-*" ];
    moves-to = [ "switches", "small" ]; },
  { family = "small"; pids = [ "SB-*" ]; moves-to = [ "small" ]; }
);
skus = (
  { sku = "L-FIX"; description = "stays"; movable = false;
    items = ( { feature = "datak9"; type = "permanent"; } ); },
  { sku = "L-GO"; description = "moves";
    items = ( { feature = "datak9"; type = "permanent"; } ); }
);
"""


def families(desk):
    """Between which product lines licenses of a SKU move."""
    device = desk.device(OTHER)
    device.credentials("sw")
    desk.run("device", "key", "acme", "--credentials", "sw")
    with open(desk.path("catalog"), "w", encoding="utf-8") as f:
        f.write(CATALOG)
    desk.run("sku", "load", "acme", "catalog")
    pak = desk.run("pak", "create", "acme", "--sku", "L-GO").strip()
    desk.run("pak", "redeem", "acme", pak, "--udi", OTHER, "-o", "sw.lic")
    device.install("sw.lic")
    device.install(issue(desk, OTHER, "free"))
    sold = desk.json("inspect", "sw.lic")["licenses"][0]["terms"]["id"]
    permit(desk, OTHER, "free", "sw-t1", "--to", A)
    words = (f"licenses do not move from {OTHER}, of the family switches, to "
             f"{A}, of the family routers")
    desk.refused(words, "permission-ticket", "acme", "--udi", OTHER,
                 "--remove", sold, "--to", A, "-o", "sw-t2")
    desk.refused(f"{OTHER} cannot move licenses to itself",
                 "permission-ticket", "acme", "--udi", OTHER, "--remove",
                 "free", "--to", OTHER, "-o", "sw-t0")
    desk.refused("to NEW:1, of no family", "permission-ticket", "acme",
                 "--udi", OTHER, "--remove", sold, "--to", "NEW:1", "-o",
                 "sw-t2")
    desk.refused(words, "rma", "acme", "--from", OTHER, "--to", A, "-o",
                 "x.lic")
    for good in ("SB-1:1", "SWITCH-48:1"):
        permit(desk, OTHER, sold, "sw-t2", "--to", good, "--force")
    permit(desk, OTHER, sold, "sw-t2", "--force")
    answer = device.revoke("sw-t2", "sw-answer")
    desk.refused(words, "rehost", "acme", "--ticket", answer, "--udi", A,
                 "-o", "x.lic")
    equal(desk.refusals()[-1][1], words, "the log")
    desk.run("rehost", "acme", "--ticket", answer, "--udi", "SB-1:1", "-o",
             "sb.lic")
    desk.verified()


def skus(desk):
    """A license keeps its SKU and PAK as it moves, unless it has to stay."""
    pak = desk.run("pak", "create", "acme", "--sku", "L-FIX", "--quantity",
                   "2", "--sku", "L-GO", "--quantity", "2").strip()
    for sku in ("L-FIX", "L-GO"):
        desk.run("pak", "redeem", "acme", pak, "--udi", B, "--sku", sku, "-o",
                 f"{sku}.lic")
    ids = {sku: desk.json("inspect", f"{sku}.lic")["licenses"][0]["terms"]["id"]
           for sku in ("L-FIX", "L-GO")}
    desk.refused(f"license {ids['L-FIX']} is of L-FIX, whose licenses are not "
                 "moved", "permission-ticket", "acme", "--udi", B, "--remove",
                 ids["L-FIX"], "-o", "no-ticket")
    device = desk.device(B, name="second")
    device.credentials("s")
    desk.run("device", "approve", "acme", "--udi", B, "--credentials", "s",
             "--approved-by", "Ann", "--reason", "x")
    device.install("L-GO.lic")
    answer = device.revoke(permit(desk, B, ids["L-GO"], "t5"), "answer5")
    desk.run("rehost", "acme", "--ticket", answer, "--udi", C, "-o",
             "two-c.lic")
    new = desk.json("inspect", "two-c.lic")["licenses"][0]["terms"]["id"]
    rows = desk.sql("acme", "SELECT source, sku, pak_line FROM license WHERE"
                    f" id IN ('{new}', '{ids['L-GO']}')")
    equal((rows[0], len(set(rows))), (rows[1], 1), "where it came from")
    equal(rows[0].split("|")[:2], ["pak", "L-GO"], "source")
    shown = desk.json("pak", "show", "acme", pak)
    equal((shown["used"], shown["left"]), (2, 2), "no unit was used again")
    desk.verified()
    # What is replaced moves all the same.
    desk.run("rma", "acme", "--from", B, "--to", f"{PID}:NEW1", "-o",
             "rma.lic")
    skus_of = desk.sql("acme", "SELECT sku FROM license WHERE udi ="
                       f" '{PID}:NEW1' AND sku IS NOT NULL")
    equal(skus_of, ["L-FIX"], "a replacement has it")
    equal(desk.json("pak", "show", "acme", pak)["used"], 2, "units")
    desk.verified()


def devices(desk):
    desk.authority("acme")
    equal(desk.run("device", "list", "acme"), "No device is known.\n", "list")
    device = first_sight(desk)
    keys(desk, device)
    device = put_back(desk, factory(desk))
    tickets(desk, device)
    families(desk)
    skus(desk)


main(devices)
