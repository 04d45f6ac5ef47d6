#!/usr/bin/env python3
"""callhome: what devices ask for, answered as authority/CALLHOME says: by
licissue here, by the portal in tests/portal/callhome.py."""

import json
import os
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
    other = desk.device(D)
    refused(desk, other.call("resend"), f"no current license for {D}")
    refused(desk, device.call("report"), "a report needs a nonce")


def main_test(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    device = desk.device(A)
    install(desk, device)
    resend(desk, device)
    desk.verified()


main(main_test)
