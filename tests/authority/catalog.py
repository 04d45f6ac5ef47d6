#!/usr/bin/env python3
"""catalog: licissue sku load tells every mistake by line and changes nothing
then; what is loaded comes out of sku save, and what was sold keeps its
meaning."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import TOP, check, equal, main  # noqa: E402

EXAMPLE = os.path.join(TOP, "examples", "catalog.conf")

# A file, and what is told of it, each with the line.
MISTAKES = [
    ("skus = (", ["1: syntax error"]),
    ("@include \"/etc/passwd\"\n", ["1: @include is not supported"]),
    ("colors = 1;\nskus = 2;",
     ['1: unknown key "colors"',
      "2: skus: expected a list of 0 to 100000 groups"]),
    ("""skus = (
{ sku = "A B"; items = (); },
{ sku = "C"; sold = 1;
  items = ( { feature = "f"; type = "eternal"; } ); },
{ items = ( { feature = "f"; type = "permanent"; } ); },
{ sku = "C"; items = ( { feature = "f"; type = "permanent"; } ); } );
""", ['2: sku: "A B" has blanks, quotes or other characters that codes must '
      "not have",
      "2: items: expected a list of 1 to 64 groups",
      "3: sold: expected true or false",
      '4: type: "eternal" is not a license type',
      "5: sku is missing",
      "6: sku: C is in line 3 already"]),
    ("""skus = ( { sku = "A"; family = "none"; items = (
{ feature = "f"; type = "demo"; },
{ feature = "f"; type = "permanent"; period = "60d"; },
{ feature = "f"; type = "paidSubscription"; },
{ feature = "f"; type = "permanent"; days = 3; },
{ feature = "f"; type = "permanent"; count = 0; },
{ feature = "f"; type = "permanent"; count = 5000000000L; },
{ feature = "f"; type = "demo"; period = "0d"; },
{ feature = "f"; type = "permanent"; extension-days = 5; },
{ feature = ""; type = "permanent"; },
{ feature = "f"; type = "permanent"; agreement = "no-such-file"; } ); } );
""", ["6: count: 0 is not from 1 to 4294967294",
      "7: count: 5000000000 is not from 1 to 4294967294",
      '8: period: "0d" is not seconds (3600) or days ("60d")',
      "10: feature: 0 bytes long; allowed are 1 to 128",
      "2: period is missing: the type is demo",
      "3: a license of the type permanent has no period",
      "4: days is missing: the type is paidSubscription",
      "5: a license of the type permanent has no days",
      "8: period is missing: the type is demo",
      "9: dates or extension days not allowed for type permanent "
      "(subscriptions only)",
      "11: agreement: no-such-file: no such file"]),
    ("""skus = ( { sku = "A"; family = "none";
items = ( { feature = "f"; type = "permanent"; } ); } );
families = ( { family = "x"; pids = [ "P*" ]; moves-to = [ "nowhere" ]; } );
contracts = ( { contract = "1"; account = "nobody";
skus = ( { sku = "none"; } ); } );
""", ["3: family nowhere: not in the catalog",
      "1: family none: not in the catalog",
      "4: account nobody: not in the catalog",
      "5: SKU none: not in the catalog"]),
    ("""contracts = (
{ contract = "1"; skus = ( { sku = "A"; } ); },
{ contract = "2"; account = "a"; udis = [ "no udi", "P:", "P:1" ];
  begins = "2030-02-30"; skus = ( { sku = "A"; } ); },
{ contract = "3"; account = "a"; begins = "2031-01-01"; ends = "2030-01-01";
  skus = ( { sku = "A"; quantity = -1; } ); } );
""", ['3: udis: "no udi" has blanks, quotes or other characters that codes '
      "must not have",
      '4: begins: expected a day such as "2037-12-31"',
      "6: quantity: -1 is not from 1 to 1000000",
      "2: a contract needs an account, or udis",
      '3: udis: "P:" is not PID:SN',
      "5: the contract ends before it begins"]),
]


def write(desk, name, text):
    with open(desk.path(name), "w", encoding="utf-8") as f:
        f.write(text)


def dump(desk, name="acme"):
    return desk.run("sku", "save", name)


def mistakes(desk):
    before = dump(desk)
    entries = desk.run("log", "verify", "acme")
    for text, want in MISTAKES:
        write(desk, "bad.conf", text)
        said = desk.run("sku", "load", "acme", "bad.conf", status=1)
        want = [f"bad.conf:{line}" for line in want]
        equal(said.splitlines()[:-1], want, text)
        check(said.splitlines()[-1] == f"licissue: bad.conf: {len(want)} mistak"
              f"e{'s'[:len(want) > 1]}; nothing is changed", said)
    # At most 20 are told; the sum is of all.
    write(desk, "bad.conf", "".join(f"k{i} = 1;\n" for i in range(30)))
    said = desk.run("sku", "load", "acme", "bad.conf", status=1).splitlines()
    equal(len(said), 21)
    equal(said[-1], "licissue: bad.conf: 30 mistakes; nothing is changed")
    for name, data in (("nul.conf", b"a = \0;\n"), ("bin.conf", b"\xff\xfe\n")):
        with open(desk.path(name), "wb") as f:
            f.write(data)
        desk.refused(f"{name}:1: ", "sku", "load", "acme", name)
    equal(dump(desk), before)
    equal(desk.run("log", "verify", "acme"), entries)


def agreements(desk):
    text = "You may use it.\n\"Quotes\", \\ and a tab:\t.\n"
    write(desk, "eula.txt", text)
    write(desk, "eula.conf", 'skus = ( { sku = "E"; items = ( { feature = "f";'
          ' type = "demo"; period = 100; agreement = "eula.txt"; } ); } );')
    desk.run("sku", "load", "acme", "eula.conf")
    item, = desk.json("sku", "show", "acme", "E")["items"]
    check(len(item["eula"]) == 43, item)
    equal(desk.sql("acme", "SELECT length(text) FROM agreement WHERE digest ="
                   f" '{item['eula']}'"), [str(len(text))])


def revisions(desk):
    """What was sold before keeps its items."""
    def sku(count, sold=True):
        write(desk, "one.conf", 'skus = ( { sku = "ONE"; sold = '
              + str(sold).lower() + '; items = ( { feature = "f"; '
              f'type = "permanent"; count = {count}; }} ); }} );')
        return desk.run("sku", "load", "acme", "one.conf")
    equal(sku(10), "one.conf: 1 added, 0 changed, 0 as before\n")
    old, = desk.run("pak", "create", "acme", "--sku", "ONE", "--quantity",
                    "2").split()
    equal(sku(20), "one.conf: 0 added, 1 changed, 0 as before\n")
    equal(sku(20), "one.conf: 0 added, 0 changed, 1 as before\n")
    new, = desk.run("pak", "create", "acme", "--sku", "ONE").split()
    for pak, count in ((old, 10), (new, 20)):
        desk.run("pak", "redeem", "acme", pak, "--udi", "P:1", "--force",
                 "-o", "x.lic")
        said, = desk.json("inspect", "x.lic")["licenses"]
        equal(said["terms"]["count"], count)
    # One that is not sold any more: its PAKs are good.
    sku(20, sold=False)
    desk.refused("SKU ONE: not sold any more", "pak", "create", "acme",
                 "--sku", "ONE")
    desk.run("pak", "redeem", "acme", old, "--udi", "P:1", "--force", "-o",
             "x.lic")
    # All that a file does not have.
    said = desk.run("sku", "load", "acme", EXAMPLE, "--retire")
    check(said.endswith("18 as before, 1 not sold any more\n"), said)
    sold = {row["sku"]: row["sold"] for row in desk.json("sku", "list", "acme")}
    equal((sold["ONE"], sold["E"], sold["L-LAB-SEC-K9="]), (False, False, True))


def contracts(desk):
    def load(text):
        write(desk, "c.conf", text)
        return desk.run("sku", "load", "acme", "c.conf")
    load('contracts = ( { contract = "C"; udis = [ "P:1", "P:2" ]; skus = ('
         '{ sku = "L-LAB-SEC-K9="; quantity = 5; }, { sku = "L-LAB-SRST-25=";'
         " } ); } );")
    desk.run("contract", "redeem", "acme", "C", "--udi", "P:1", "--sku",
             "L-LAB-SEC-K9=", "--quantity", 2, "-o", "c.lic")
    said = load('contracts = ( { contract = "C"; udis = [ "P:3" ];'
                'skus = ( { sku = "L-29-IPS-1Y="; quantity = 1; } ); } );')
    equal(said, "c.conf: 0 added, 1 changed, 0 as before\n")
    contract = desk.json("contract", "show", "acme", "C")
    equal(contract["udis"], ["P:3"])
    # What was used stays, with nothing left.
    equal([(sku["sku"], sku["quantity"], sku["used"], sku["left"])
           for sku in contract["skus"]],
          [("L-29-IPS-1Y=", 1, 0, 1), ("L-LAB-SEC-K9=", 2, 2, 0)])


def catalog(desk):
    desk.authority("acme")
    equal(desk.run("sku", "list", "acme"), "")
    desk.refused("SKU L-LAB-SEC-K9=: not in the catalog", "sku", "show",
                 "acme", "L-LAB-SEC-K9=")
    equal(desk.run("sku", "load", "acme", EXAMPLE),
          f"{EXAMPLE}: 18 added, 0 changed, 0 as before\n")
    equal(desk.run("sku", "load", "acme", EXAMPLE),
          f"{EXAMPLE}: 0 added, 0 changed, 18 as before\n")
    mistakes(desk)
    agreements(desk)
    revisions(desk)
    contracts(desk)
    # The lab's SKUs, as others rely on them.
    item, = desk.json("sku", "show", "acme", "L-LAB-SRST-25=")["items"]
    equal([item[key] for key in ("feature", "type", "count", "addition")],
          ["cme-srst", "permanent", 25, "additive"])
    rows = desk.run("sku", "list", "acme", "--csv").splitlines()
    equal(rows[0], "sku,features,family,sold,movable,revision,description")
    check("L-29-VSEC-K9=,securityk9 uck9,isr-g2,yes,yes,1,Voice security "
          "bundle" in rows, rows)
    # Saved, and loaded by another authority: the same.
    desk.run("sku", "save", "acme", "saved.conf")
    desk.refused("already exists", "sku", "save", "acme", "saved.conf")
    desk.authority("other")
    desk.run("sku", "load", "other", "saved.conf")
    equal(dump(desk, "other"), dump(desk))
    for name in ("acme", "other"):
        desk.run("log", "verify", name)
    # Changes by other means are found.
    desk.sql("acme", "UPDATE sku_item SET count = 99 WHERE sku = 'ONE'"
             " AND revision = 1")
    desk.refused("sku_item", "log", "verify", "acme")


main(catalog)
