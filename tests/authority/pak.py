#!/usr/bin/env python3
"""pak: PAKs and contracts are made, shown, stopped and redeemed; what is wrong
is refused in words, and what is left is right."""

import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import TOP, check, equal, main  # noqa: E402

ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
SEC, SRST = "L-LAB-SEC-K9=", "L-LAB-SRST-25="


def create(desk, *args):
    pak, = desk.run("pak", "create", "acme", *args).split()
    return pak


def redeem(desk, pak, *args):
    """The license file's licenses."""
    desk.run("pak", "redeem", "acme", pak, *args, "--force", "-o", "out.lic")
    return desk.json("inspect", "--keys", "acme", "out.lic")["licenses"]


def left(desk, pak):
    shown = desk.json("pak", "show", "acme", pak)
    equal(shown["used"] + shown["left"], shown["quantity"])
    return shown["left"]


def refused(desk, said, pak, *args):
    before = left(desk, pak)
    desk.refused(said, "pak", "redeem", "acme", pak, *args, "--force", "-o",
                 "no.lic")
    equal(left(desk, pak), before)
    check(not os.path.exists(desk.path("no.lic")), "a file was written")


def codes(desk):
    paks = desk.run("pak", "create", "acme", "--sku", SEC, "--copies",
                    50).split()
    equal(len(set(paks)), 50)
    for pak in paks:
        places = [ALPHABET.index(c) for c in pak]
        equal(len(places), 11)
        equal(sum((i + 1) * p for i, p in enumerate(places)) % 29, 0)
    pak = paks[0]
    for typed in (pak.lower(), f"{pak[:4]}-{pak[4:8]}-{pak[8:]}", f" {pak} "):
        equal(desk.json("pak", "show", "acme", typed)["pak"], pak)
    # Any wrong character, and any two that changed places.
    wrong = {pak[:i] + c + pak[i + 1:] for i in range(11) for c in "2A"}
    wrong |= {pak[:i] + pak[j] + pak[i + 1:j] + pak[i] + pak[j + 1:]
              for i in range(11) for j in range(i + 1, 11)}
    for typed in sorted(wrong - {pak}):
        desk.refused("typing error: the check character is wrong", "pak",
                     "show", "acme", typed)
    desk.refused("typing error: a PAK has 11 characters", "pak", "show",
                 "acme", pak[:-1])
    desk.refused("typing error: a PAK has 11 characters", "pak", "show",
                 "acme", pak + "2")
    desk.refused('typing error: PAKs have no "O"', "pak", "show", "acme",
                 "O" + pak[1:])
    desk.refused("PAK 22222222222: this authority did not make it", "pak",
                 "redeem", "acme", "22222222222", "--udi", "P:1", "-o", "n")


def made(desk):
    pak = create(desk, "--sku", SEC, "--quantity", 5000, "--sku", SRST,
                 "--quantity", 2, "--order", "PO 4711", "--account",
                 "example-net")
    shown = desk.json("pak", "show", "acme", pak)
    equal([shown[key] for key in ("pak", "quantity", "used", "left", "order",
                                  "account", "stopped", "devices")],
          [pak, 5002, 0, 5002, "PO 4711", "example-net", None, []])
    found, = desk.json("pak", "find", "acme", "PO 4711")
    equal((found["pak"], found["left"], found["skus"]),
          (pak, 5002, f"{SEC} {SRST}"))
    desk.refused("order PO: no PAK belongs to it", "pak", "find", "acme", "PO")
    listed = desk.json("pak", "list", "acme", "--account", "example-net")
    equal([row["pak"] for row in listed], [pak])
    check(pak in [row["pak"] for row in desk.json("pak", "list", "acme")])
    rows = desk.run("pak", "list", "acme", "--csv").splitlines()
    check(any(row.startswith(f"{pak},PO 4711,example-net,") for row in rows))
    for said, *args in (
            ("SKU none: not in the catalog", "--sku", "none"),
            ("SKU SL-19-DATA-K9: not sold any more", "--sku", "SL-19-DATA-K9"),
            ("twice in one PAK", "--sku", SEC, "--sku", SEC),
            ("account x: not in the catalog", "--sku", SEC, "--account", "x")):
        desk.refused(said, "pak", "create", "acme", *args)
    for args in (["--sku", SEC, "--quantity", "0"],
                 ["--sku", SEC, "--quantity", "5001"], ["--quantity", "1"], []):
        desk.run("pak", "create", "acme", *args, status=2)


def redeemed(desk):
    pak = create(desk, "--sku", SEC, "--quantity", 10, "--sku", SRST,
                 "--quantity", 3)
    refused(desk, "has several SKUs", pak, "--udi", "P:1")
    one, = redeem(desk, pak, "--udi", "P:1", "--sku", SEC)
    equal((one["valid"], one["terms"]["feature"], one["terms"]["udi"]),
          (True, "securityk9", ["P:1"]))
    # Several units for one device: their counts add up.
    grown = redeem(desk, pak, "--udi", "P:1", "--sku", SRST, "--quantity", 3)
    equal([(each["terms"]["count"], each["terms"]["addition"])
           for each in grown], [(25, "additive")] * 3)
    check(len({each["terms"]["id"] for each in grown}) == 3, grown)
    equal(left(desk, pak), 9)
    many = redeem(desk, pak, "--sku", SEC, "--udi", "P:2", "--udi", "P:3")
    equal([each["terms"]["udi"] for each in many], [["P:2"], ["P:3"]])
    equal([(use["udi"], use["sku"], use["units"]) for use in
           desk.json("pak", "show", "acme", pak)["devices"]],
          [("P:1", SEC, 1), ("P:2", SEC, 1), ("P:3", SEC, 1),
           ("P:1", SRST, 3)])

    refused(desk, f"too many: PAK {pak} has 0 units of SKU {SRST} left, not 1",
            pak, "--udi", "P:9", "--sku", SRST)
    refused(desk, f"has 7 units of SKU {SEC} left, not 8", pak, "--udi", "P:9",
            "--sku", SEC, "--quantity", 8)
    refused(desk, "the same device is in the request already", pak, "--sku",
            SEC, "--udi", "P:8", "--udi", "P:8")
    refused(desk, 'invalid UDI "P9" (not PID:SN)', pak, "--udi", "P9", "--sku",
            SEC)
    refused(desk, "SKU X is not in PAK", pak, "--udi", "P:9", "--sku", "X")
    equal(desk.run("pak", "stop", "acme", pak, "--reason", "not paid"),
          f"PAK {pak}: stopped\n")
    refused(desk, f"PAK {pak} was stopped: not paid", pak, "--udi", "P:9",
            "--sku", SEC)
    equal(desk.json("pak", "show", "acme", pak)["stopped"], "not paid")
    desk.run("pak", "resume", "acme", pak)
    redeem(desk, pak, "--udi", "P:9", "--sku", SEC)

    # A family, and a SKU of several features.
    pak = create(desk, "--sku", "L-29-VSEC-K9=", "--quantity", 2)
    refused(desk, "SKU L-29-VSEC-K9= is for devices of the family isr-g2", pak,
            "--udi", "AIR-CT5508-K9:1")
    both = redeem(desk, pak, "--udi", "CISCO2911/K9:1")
    equal([each["terms"]["feature"] for each in both], ["securityk9", "uck9"])
    equal(left(desk, pak), 1)
    # A subscription begins when it is issued, and has its extension days.
    pak = create(desk, "--sku", "L-29-IPS-1Y=")
    terms = redeem(desk, pak, "--udi", "CISCO2911/K9:1")[0]["terms"]
    check(terms["end"] > terms["issued"], terms)
    equal(terms["extensionDays"], 30)
    # An agreement comes with the file.
    pak = create(desk, "--sku", "L-29-APP-RTU=")
    one, = redeem(desk, pak, "--udi", "CISCO2911/K9:1")
    equal(one["agreementInFile"], True)


def again(desk):
    pak = create(desk, "--sku", SEC, "--quantity", 5)
    asked = ("--udi", "P:1", "--udi", "P:2", "--request-id", "A.1")
    first = redeem(desk, pak, *asked)
    equal(left(desk, pak), 3)
    desk.run("pak", "stop", "acme", pak, "--reason", "over")
    equal([each["terms"] for each in redeem(desk, pak, *asked)],
          [each["terms"] for each in first])
    desk.run("pak", "resume", "acme", pak)
    equal(left(desk, pak), 3)
    for other in (("--udi", "P:1", "--request-id", "A.1"),
                  asked + ("--quantity", 2)):
        refused(desk, "request id A.1 was already used for another request",
                pak, *other)
    refused(desk, "request id: not 1 to 64", pak, "--udi", "P:1",
            "--request-id", "a b")
    # One that was refused leaves no trace.
    refused(desk, "too many", pak, "--udi", "P:7", "--quantity", 9,
            "--request-id", "B")
    redeem(desk, pak, "--udi", "P:7", "--request-id", "B")


CSV = """udi,sku,quantity
P:1
"P:2",L-LAB-SEC-K9=
 P:3 , L-LAB-SRST-25= , 2

P:4,,2
"""
BAD_CSV = """P:1
P:5,L-LAB-SEC-K9=,many
P:6,L-LAB-SEC-K9=,1,more
"P:7
P:1,L-LAB-SEC-K9=
nonsense
P:8,L-LAB-SRST-25=
P:9,L-LAB-SEC-K9=,0
"""
BAD_ROWS = [
    (2, "quantity: not a number"),
    (3, "more than 3 columns"),
    (4, "a quote too many or too few"),
    (5, "the same device is in the request already, at 1"),
    (6, 'invalid UDI "nonsense"'),
    (8, "quantity: not from 1 to 5000"),
]
XML = """<?xml version="1.0"?>
<!-- three devices -->
<devices>
  <device udi="P:1"/>
  <device udi="P:2" sku="L-LAB-SRST-25=" quantity="2"/>
</devices>
"""
BAD_XML = [
    ("", "not XML"),
    ("<devices/>", "no device in it"),
    ("<devices>", "not XML"),
    ("<udis/>", "line 1: <udis> does not belong here"),
    ("<devices>\n<device udi='P:1'><device/></device></devices>",
     "line 2: <device> does not belong here"),
    ("<devices><device udi='P:1' color='red'/></devices>",
     'unknown attribute "color"'),
    ("<devices a='1'/>", "<devices> has no attributes"),
    ("<devices>P:1</devices>", "text does not belong here"),
    ("<!DOCTYPE devices><devices/>", "a document type is not allowed"),
    ('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
     "<devices><device udi='&x;'/></devices>",
     "a document type is not allowed"),
    ('<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
     "<devices><device udi='&b;'/></devices>",
     "a document type is not allowed"),
    ("<devices><device udi='&x;'/></devices>", "not XML"),
    ("<?php x?><devices/>", "<?php?> is not allowed"),
    ("<devices>" * 100000, "<devices> does not belong here"),
]


def lists(desk):
    pak = create(desk, "--sku", SEC, "--quantity", 100, "--sku", SRST,
                 "--quantity", 4)

    def write(name, text):
        with open(desk.path(name), "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())

    write("good.csv", CSV)
    licenses = redeem(desk, pak, "--csv", "good.csv", "--sku", SEC)
    equal([(each["terms"]["udi"][0], each["terms"]["feature"])
           for each in licenses],
          [("P:1", "securityk9"), ("P:2", "securityk9"), ("P:3", "cme-srst"),
           ("P:3", "cme-srst"), ("P:4", "securityk9"), ("P:4", "securityk9")])
    write("bom.csv", "\ufeffP:1\r\n\r\nP:2\r\n")
    equal(len(redeem(desk, pak, "--csv", "bom.csv", "--sku", SEC)), 2)
    write("good.xml", XML)
    equal(len(redeem(desk, pak, "--xml", "good.xml", "--sku", SEC)), 3)

    # All or nothing; or what is right.
    write("bad.csv", BAD_CSV)
    pak = create(desk, "--sku", SEC, "--quantity", 10, "--sku", SRST)
    before = left(desk, pak)
    said = desk.run("pak", "redeem", "acme", pak, "--csv", "bad.csv", "--sku",
                    SEC, "-o", "no.lic", status=1)
    for row, why in BAD_ROWS:
        check(re.search(rf"^bad\.csv:{row}: .*{re.escape(why)}", said, re.M),
              said, row, why)
    equal(len(said.splitlines()), len(BAD_ROWS) + 1, said)
    check("6 of 8 rows cannot be redeemed; nothing was issued" in said, said)
    equal(left(desk, pak), before)
    asked = ("pak", "redeem", "acme", pak, "--csv", "bad.csv", "--sku", SEC,
             "--partial", "--request-id", "C", "--force", "-o", "part.lic")
    said = desk.run(*asked, status=3)
    check("6 of 8 rows were refused" in said, said)
    check("part.lic: 2 licenses for 2 devices" in said, said)
    equal(left(desk, pak), before - 2)
    # Again: the same licenses, the same rows.
    said = desk.run(*asked, status=3)
    check("part.lic: 2 licenses for 2 devices, as before" in said, said)
    equal(left(desk, pak), before - 2)
    write("one.csv", "<" * 100000)
    refused(desk, 'licissue: invalid UDI "' + "<" * 60 + '" (not PID:SN)\n',
            pak, "--csv", "one.csv", "--sku", SEC)
    write("one.csv", '"')
    refused(desk, "licissue: a quote too many or too few\n", pak, "--csv",
            "one.csv", "--sku", SEC)
    write("none.csv", "x\ny\n")
    refused(desk, "2 of 2 rows cannot be redeemed", pak, "--csv", "none.csv",
            "--sku", SEC, "--partial")

    for text, said in BAD_XML:
        write("bad.xml", text)
        refused(desk, said, pak, "--xml", "bad.xml", "--sku", SEC)
    for data, said in ((b"\xff\xfeP:1\n", "not a text in UTF-8"),
                       (b"P:1\0\n", "not a text in UTF-8"),
                       (b"\n\n", "no device in it"),
                       (b"udi\n", "no device in it"),
                       (b"P:1\n" * 20001, "more than 20000 devices"),
                       (b"P" * (5 << 20), "more than 4194304 bytes")):
        write("bad.csv", data)
        refused(desk, said, pak, "--csv", "bad.csv", "--sku", SEC)
    desk.run("pak", "redeem", "acme", pak, "--udi", "P:1", "--csv", "x", "-o",
             "y", status=2)
    desk.run("pak", "redeem", "acme", pak, "-o", "y", status=2)


def contracts(desk):
    lab = "LIC1921/K9:LAB00000001"

    def contract(number, *args, said=None):
        args = ("contract", "redeem", "acme", number, *args, "--force", "-o",
                "c.lic")
        return desk.refused(said, *args) if said else desk.run(*args)
    contract("C-1002", "--udi", lab)
    contract("C-1002", "--udi", "LIC1921/K9:OTHER",
             said="contract C-1002 does not have this device")
    contract("none", "--udi", lab, said="contract none: not in the catalog")
    contract("C-1001", "--udi", "AIR-CT5508-K9:1", "--quantity", 101, "--sku",
             "L-LIC-CT55-25A", said="has 100 units of SKU L-LIC-CT55-25A left")
    contract("C-1001", "--udi", "AIR-CT5508-K9:1", "--quantity", 100, "--sku",
             "L-LIC-CT55-25A")
    used = {sku["sku"]: sku["left"] for sku in
            desk.json("contract", "show", "acme", "C-1001")["skus"]}
    equal(used, {"L-LIC-CT55-25A": 0, "L-29-IPS-1Y=": None})
    desk.run("contract", "stop", "acme", "C-1002", "--reason", "not paid")
    contract("C-1002", "--udi", lab,
             said="contract C-1002 was stopped: not paid")
    desk.run("contract", "resume", "acme", "C-1002")
    contract("C-1002", "--udi", lab)
    with open(desk.path("over.conf"), "w", encoding="utf-8") as f:
        f.write('contracts = ( { contract = "OLD"; account = "example-net"; '
                'ends = "2020-01-01"; skus = ( { sku = "L-LAB-SEC-K9="; } ); '
                '}, { contract = "NEW"; account = "example-net"; '
                'begins = "2099-01-01"; skus = ( { sku = "L-LAB-SEC-K9="; } '
                "); } );")
    desk.run("sku", "load", "acme", "over.conf")
    contract("OLD", "--udi", lab, said="contract OLD is over")
    contract("NEW", "--udi", lab, said="contract NEW has not begun")
    equal([row["contract"] for row in desk.json("contract", "list", "acme")],
          ["C-1001", "C-1002", "NEW", "OLD"])


def pak_test(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    codes(desk)
    made(desk)
    redeemed(desk)
    again(desk)
    lists(desk)
    contracts(desk)
    desk.run("log", "verify", "acme")
    # Units that nobody's license used are found.
    desk.sql("acme", "UPDATE pak_line SET used = used + 1 WHERE quantity ="
             " 5000")
    desk.sql("acme", "UPDATE contract_sku SET used = 99 WHERE sku ="
             " 'L-LIC-CT55-25A'")
    said = desk.run("log", "verify", "acme", status=1)
    check(f"{SEC}: 1 units are said to be used, and its licenses used 0"
          in said, said)
    check("contract C-1001, L-LIC-CT55-25A: 99 units are said to be used, and "
          "its licenses used 100" in said, said)


main(pak_test)
