#!/usr/bin/env python3
"""callhome: what devices ask for, answered as authority/CALLHOME says: by
licissue here, by the portal in tests/portal/callhome.py."""

import hashlib
import json
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import TOP, b64, check, equal, main  # noqa: E402

PID = "LIC1921/K9"
A, B, C, D = (f"{PID}:FDO0000{n}" for n in "ABCD")
SEC, SRST = "L-LAB-SEC-K9=", "L-LAB-SRST-25="


def write(desk, name, what):
    with open(desk.path(name), "w", encoding="utf-8") as f:
        f.write(what if isinstance(what, str) else json.dumps(what))
    return name


def read(desk, name):
    with open(desk.path(name), encoding="utf-8") as f:
        return f.read()


def answer(desk, envelope, said=""):
    """What licissue answers to it."""
    got = desk.run("request", "answer", "acme", write(desk, "call", envelope),
                   "--force", "-o", "answer")
    check(said in got, got, said)
    return json.loads(read(desk, "answer"))


def refused(desk, envelope, said):
    if os.path.exists(desk.path("answer")):
        os.remove(desk.path("answer"))
    desk.refused(said, "request", "answer", "acme",
                 write(desk, "call", envelope), "-o", "answer")
    check(not os.path.exists(desk.path("answer")), "no answer", said)


def count(desk, table):
    return int(desk.sql("acme", f"SELECT count(*) FROM {table}")[0])


def left(desk, pak):
    return desk.json("pak", "show", "acme", pak)["left"]


def pak_of(desk, sku, quantity):
    return desk.run("pak", "create", "acme", "--sku", sku, "--quantity",
                    quantity).strip()


def changed(envelope, **members):
    """The same credentials with another request."""
    request = {**json.loads(envelope["request"]), **members}
    return {**envelope, "request": json.dumps(request, separators=(",", ":"))}


def install(desk, device):
    """From a PAK to licenses, once."""
    pak = pak_of(desk, SEC, 3)
    call = device.call("install", pak=pak)
    request = json.loads(call["request"])
    got = answer(desk, call, f"answer: install for {A}, 1 license\n")
    equal(sorted(got), ["file", "id", "kind", "licenses", "udi", "version"])
    equal((got["version"], got["id"], got["kind"], got["udi"]),
          (1, request["id"], "install", A))
    terms, = got["licenses"]
    equal((terms["udi"], terms["feature"], terms["type"]),
          (A, "securityk9", "permanent"))
    device.install(write(desk, "got.lic", got["file"]))
    equal([row[:2] for row in device.licenses()],
          [("securityk9", "permanent")])
    equal(left(desk, pak), 2)
    # The very same file, and the same request with newer credentials.
    equal(answer(desk, call, ", as before\n"), got)
    equal(answer(desk, device.envelope(call["request"]), ", as before"), got)
    equal(left(desk, pak), 2)
    # Several units, and what is wrong with a PAK in its own words.
    got = answer(desk, device.call("install", pak=pak, sku=SEC, quantity=2))
    equal((len(got["licenses"]), left(desk, pak)), (2, 0))
    refused(desk, device.call("install", pak=pak), "too many")
    refused(desk, device.call("install", pak="22222222222"), "PAK")
    refused(desk, device.call("install", pak=pak, sku=SRST), "not in PAK")
    desk.verified()


def resend(desk, device):
    got = answer(desk, device.call("resend"))
    equal(len(got["licenses"]), 3)
    desk.run("resend", "acme", "--udi", A, "--force", "-o", "resent")
    equal(got["file"], read(desk, "resent"), "as licissue resend has it")
    refused(desk, desk.device(D).call("resend"), f"no current license for {D}")
    refused(desk, device.call("report"), "a report needs a nonce")


def malformed(desk, device):
    """What is no request is refused in words, and nothing is written."""
    good = device.call("resend")
    request = json.loads(good["request"])
    before = count(desk, "log")
    for envelope, said in (
            ("", "envelope"), ("[]", "envelope"), ("{", "envelope"),
            ("[" * 100000, "envelope"), ({**good, "more": 1}, "more"),
            ({**good, "version": 2}, "version 2"),
            ({**good, "version": "1"}, "envelope: "),
            ({**good, "nonce": None}, "envelope: "),
            ({"version": 1, "request": good["request"]}, "credentials"),
            ({**good, "request": "{}"}, "request: "),
            ({**good, "request": "[" * 5000}, "request: "),
            ({**good, "request": '{"id":1,"id":2}'}, "request: "),
            ({**good, "credentials": "none"}, "DEVICE CREDENTIALS"),
            ("x" * (2 << 20) + "x", "more than 2097152 bytes"),
            ({**good, "credentials": "x" * (2 << 20)}, "2097152 bytes")):
        refused(desk, envelope, said)
    for members, said in (
            ({"id": "short"}, '"id"'), ({"id": "/" * 22}, '"id"'),
            ({"kind": "steal"}, '"kind"'), ({"udi": "x"}, '"udi"'),
            ({"at": -1}, '"at"'), ({"at": "now"}, "request: "),
            ({"more": 1}, "more"), ({"a\nb": 1}, "not known here"),
            ({"pak": "X"}, '"pak" is not for resend'),
            ({"kind": "install"}, '"pak" is missing'),
            ({"kind": "install", "pak": "X" * 65}, '"pak"'),
            ({"kind": "install", "pak": "X", "sku": "a\u0001"}, '"sku"'),
            ({"kind": "install", "pak": "X", "quantity": 0}, '"quantity"'),
            ({"kind": "install", "pak": "X", "quantity": 1 << 40},
             '"quantity"'),
            ({"kind": "movable", "to": A}, '"to" is not another device'),
            ({"kind": "movable", "to": "x"}, '"to"'),
            ({"kind": "permit", "to": B, "licenses": []}, '"licenses"'),
            ({"kind": "permit", "to": B, "licenses": ["a"] * 2}, "twice"),
            ({"kind": "permit", "to": B, "licenses": ["a b"]}, '"licenses"'),
            ({"kind": "permit", "to": B, "licenses": [
                f"x{i}" for i in range(257)]}, '"licenses"'),
            ({"kind": "rehost", "to": B}, '"ticket" is missing')):
        refused(desk, device.envelope(json.dumps({**request, **members})),
                said)
    equal(count(desk, "log"), before, "nothing was written")


def forged(desk, device):
    """Requests of others, and other requests than the device signed."""
    pak = pak_of(desk, SEC, 1)
    good = device.call("install", pak=pak)
    middle = good["credentials"].rindex("-----END") - 20
    bad = good["credentials"]
    bad = bad[:middle] + ("A" if bad[middle] != "A" else "B") + bad[middle + 1:]
    refused(desk, {**good, "credentials": bad}, "altered after it was signed")
    other = device.call("resend")
    refused(desk, {**good, "credentials": other["credentials"]},
            "were made for another request")
    refused(desk, changed(good, quantity=2), "were made for another request")
    refused(desk, changed(good, udi=B), f"credentials of {A}, not of {B}")
    refused(desk, {**good, "nonce": "x" * 54}, "another request or nonce")
    # Bound to a nonce, which is not of this authority.
    refused(desk, device.call("install", "x" * 54, pak=pak),
            "the nonce is not of this portal")
    said = [words for udi, words in desk.refusals() if udi in (A, B)]
    for words in ("altered after", "another request", f"not of {B}",
                  "not of this portal"):
        check(any(words in one for one in said), words, said)
    equal(left(desk, pak), 1)
    answer(desk, good)
    # The id with another text, and with another key.
    again = json.loads(good["request"])["id"]
    refused(desk, device.call("install", call_id=again, pak=pak, quantity=2),
            f"request id {again} was already used for another request")
    thief = desk.device(A, name="thief")
    refused(desk, thief.envelope(good["request"]),
            f"request id {again} was already used for another request")
    refused(desk, thief.call("resend"), f"{A} has key ")
    check("the credentials are signed with key" in desk.refusals()[-1][1],
          "logged")
    # Somebody approves the new key: then it is that of the device.
    call = thief.call("resend")
    write(desk, "thief.credentials", call["credentials"])
    desk.run("device", "approve", "acme", "--udi", A, "--credentials",
             "thief.credentials", "--approved-by", "me", "--reason", "new board")
    equal(len(answer(desk, call)["licenses"]), 4)
    refused(desk, device.call("resend"), f"{A} has key ")


def movable(desk, device, to):
    got = answer(desk, device.call("movable", to=to))
    check("file" not in got, got)
    return got["licenses"]


def move(desk):
    """Movable, permit, the device, rehost: each step twice."""
    device, target = desk.device(B, name="source"), desk.device(C)
    pak = pak_of(desk, SRST, 2)
    got = answer(desk, device.call("install", pak=pak, quantity=2))
    device.install(write(desk, "srst.lic", got["file"]))
    late = answer(desk, device.call("install", pak=pak_of(desk, SEC, 1)))
    rows = movable(desk, device, C)
    equal([(row["feature"], row["movable"], row.get("reason"))
           for row in rows],
          [("cme-srst", True, None), ("cme-srst", True, None),
           ("securityk9", False, "not installed here")])
    refused(desk, device.call("permit", to=C, licenses=["none"]), "none")
    refused(desk, device.call("permit", to=B,
                              licenses=[rows[0]["id"]]),
            '"to" is not another device')
    permit = device.call("permit", to=C, licenses=[rows[0]["id"]])
    got = answer(desk, permit)
    equal([row["id"] for row in got["licenses"]], [rows[0]["id"]])
    tickets = count(desk, "ticket")
    equal(answer(desk, permit, "as before"), got)
    equal(answer(desk, device.envelope(permit["request"])), got)
    equal(count(desk, "ticket"), tickets, "one ticket")
    device.revoke(write(desk, "permission", got["file"]), "rehost")
    ticket = read(desk, "rehost")
    grace, = desk.sql("acme", "SELECT id FROM license WHERE source = 'grace'")
    refused(desk, device.call("permit", to=C, licenses=[grace]),
            f"license {grace} is a grace period, which ends on {B}")
    # The ticket is good from its device, for one target.
    refused(desk, target.call("rehost", to=A, ticket=ticket),
            f"rehost ticket of {B}, not of {C}")
    refused(desk, device.call("rehost", to=C, ticket="none"), "REHOST TICKET")
    rehost = device.call("rehost", to=C, ticket=ticket)
    got = answer(desk, rehost, "1 license")
    equal([(row["udi"], row["feature"], row["count"])
           for row in got["licenses"]], [(C, "cme-srst", 25)])
    equal(answer(desk, rehost, "as before"), got)
    equal(answer(desk, device.call("rehost", to=C, ticket=ticket))["file"],
          got["file"], "under another id, too")
    refused(desk, device.call("rehost", to=A, ticket=ticket),
            f"already redeemed for {C}")
    target.install(write(desk, "moved.lic", got["file"]))
    equal([row[:3] for row in target.licenses()],
          [("cme-srst", "permanent", "25")])
    device.install(write(desk, "late.lic", late["file"]))
    equal([(row["type"], row["movable"], row.get("reason"))
           for row in movable(desk, device, C)],
          [("permanent", True, None), ("permanent", True, None)])
    return device, target


def put_back(desk, device):
    """A state directory that was put back: told, and nothing moves."""
    pak = pak_of(desk, SEC, 1)
    device.save_state()
    got = answer(desk, device.call("install", pak=pak))
    device.install(write(desk, "late.lic", got["file"]))
    answer(desk, device.call("resend"))
    device.put_state_back()
    got = answer(desk, device.call("resend"), "Warning: ")
    check("was put back" in got["notice"], got)
    refused(desk, device.call("movable", to=C), "was put back")
    refused(desk, device.call("permit", to=C, licenses=[
        got["licenses"][0]["id"]]), "was put back")
    answer(desk, device.call("install", pak=pak_of(desk, SEC, 1)),
           "Warning: ")


def replaced(desk, device):
    """A device that was replaced is noted, and has no license."""
    desk.run("rma", "acme", "--from", C, "--to", D, "-o", "rma.lic")
    refused(desk, device.call("resend"), f"which was replaced by {D}")
    equal(desk.sql("acme", "SELECT subject FROM log WHERE kind = 'watched'"),
          [C])


def many(desk):
    """10,000 licenses: the request and the answer go through; with long
    comments the answer is more than a device takes."""
    device = desk.device(f"{PID}:MANY")
    for i in range(2):
        desk.run("issue", "acme", "--udi", device.udi, "--feature",
                 "securityk9", "--type", "permanent", "--copies", 5000, "-o",
                 f"many-{i}")
        device.install(f"many-{i}")
    call = device.call("resend")
    check(len(call["credentials"]) > 400000, "all are in them")
    got = answer(desk, call, "10000 licenses")
    equal(got["file"].count("BEGIN LICENSE"), 10000)
    for i in range(2):
        desk.run("issue", "acme", "--udi", device.udi, "--feature",
                 "securityk9", "--type", "permanent", "--copies", 5000,
                 "--comment", '"' * 200, "-o", f"more-{i}")
    refused(desk, device.call("resend"), "icense")


def example(desk):
    """The worked example of authority/CALLHOME."""
    with open(os.path.join(TOP, "authority", "CALLHOME"),
              encoding="utf-8") as f:
        part = f.read().split("8. A worked example\n=")[1]
    blocks = ["\n".join(row[1:] for row in block.strip("\n").split("\n"))
              for block in re.findall(r"(?:^\t.*\n)+", part, re.M)]
    request, nonces, envelope, said = blocks
    envelope, said = json.loads(envelope), json.loads(said)
    equal(envelope["request"], request)
    equal(nonces.split("\n"), [b64(hashlib.sha256(
        f"{nonce}.{request}".encode()).digest())
        for nonce in ("", "AAAAAGsMtkBz")])
    desk.authority("other")
    desk.run("issue", "other", "--udi", said["udi"], "--feature",
             "securityk9", "--type", "permanent", "--id", "example", "-o",
             "example.lic")
    desk.run("request", "answer", "other", write(desk, "call", envelope),
             "-o", "example")
    got = json.loads(read(desk, "example"))
    check("BEGIN LICENSE" in got.pop("file"), got)
    equal(got, said)


def callhome(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    device = desk.device(A)
    install(desk, device)
    resend(desk, device)
    malformed(desk, device)
    forged(desk, device)
    source, target = move(desk)
    put_back(desk, source)
    replaced(desk, target)
    many(desk)
    example(desk)
    desk.verified()


main(callhome)
