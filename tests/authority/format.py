#!/usr/bin/env python3
"""format: the log verified in another language, from authority/FORMAT alone."""

import base64
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from desk import ADDRESS, TOP, check, equal, main  # noqa: E402

UDI = "LIC1921/K9:FDO0001"
NO_END = -9223372036854775808
ENTRY = ("n", "at", "who", "kind", "subject", "says")
LICENSE = ("id", "udi", "feature", "ends", "source", "sku", "pak_line",
           "units", "request", "line")
NUMBERS = ("n", "at", "ends", "pak_line", "units", "request")


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def rows(desk, name, sql):
    """As dicts."""
    if not ADDRESS:
        db = sqlite3.connect(os.path.join(desk.path(name), "authority.db"))
        db.row_factory = sqlite3.Row
        found = [dict(row) for row in db.execute(sql)]
        db.close()
        return found
    found = [json.loads(line) for line in desk.sql(
        name, f"SELECT row_to_json(x) FROM ({sql}) x")]
    for row in found:
        if "digest" in row and row["digest"].startswith("\\x"):
            row["digest"] = bytes.fromhex(row["digest"][2:])
    return found


def digest(before, entry, license_row):
    values = [before] + [entry[name] for name in ENTRY]
    for name in LICENSE if entry["kind"] == "license" else ():
        value = license_row[name]
        if value is None:
            value = NO_END if name == "ends" else \
                0 if name in NUMBERS else ""
        values.append(value)
    data = [value if isinstance(value, bytes) else str(value).encode()
            for value in values]
    return hashlib.sha256(b"".join(len(value).to_bytes(4, "big") + value
                                   for value in data)).digest()


def document():
    with open(os.path.join(TOP, "authority", "FORMAT"),
              encoding="utf-8") as file:
        return file.read()


def text_digest(text):
    rows_ = [row.rstrip("\r") + "\n" for row in text.split("\n")]
    return b64(hashlib.sha256("".join(
        rows_[:-1] if rows_[-1] == "\n" else rows_).encode()).digest())


def images_of(text):
    """The tables of section 4: their columns, digested ones in brackets."""
    part = text[text.index("4. Images of rows\n="):text.index("Not in the im")]
    tables = {}
    for row in re.findall(r"^\t.*", part, re.M):
        if not row.startswith("\t\t"):
            name, _, row = row.strip().partition("\t")
            tables[name] = ""
        tables[name] += row.strip() + " "
    return {name: columns.strip().split(", ")
            for name, columns in tables.items()}


def verify(desk, name):
    """The faults that steps 1 to 4 of section 6 find."""
    faults, before, last = [], bytes(32), {}
    licenses = {row["n"]: row
                for row in rows(desk, name, "SELECT * FROM license")}
    tables = images_of(document())
    log = rows(desk, name, "SELECT * FROM log ORDER BY n")
    for i, entry in enumerate(log):
        before = digest(before, entry, licenses.get(entry["n"], {})
                        if entry["kind"] != "license" or entry["n"] in
                        licenses else dict.fromkeys(LICENSE))
        if entry["n"] != i + 1 or entry["digest"] != before:
            faults.append(f"entry {entry['n']}")
            before = entry["digest"]
        if entry["kind"] in tables:
            last[entry["kind"], entry["subject"]] = entry["says"]
    if licenses.keys() != {entry["n"] for entry in log
                           if entry["kind"] == "license"}:
        faults.append("licenses")
    for table, columns in tables.items():
        names = [column.strip("[]") for column in columns]
        now = {}
        for row in rows(desk, name,
                        f"SELECT {', '.join(names)} FROM {table}"):
            now[str(row[names[0]])] = [
                row[column] if row[column] is None else
                text_digest(row[column])
                if shown != column else str(row[column])
                for shown, column in zip(columns, names)]
        logged = {key: json.loads(says) for (kind, key), says in last.items()
                  if kind == table and says}
        if now != logged:
            faults.append(table)
    head, = rows(desk, name, "SELECT n, digest, checkpoint FROM head")
    if (head["n"], head["digest"]) != (len(log), before) or \
            not is_signed(desk, name, head, before):
        faults.append("head")
    return faults


def is_signed(desk, name, head, last):
    if head["checkpoint"].count(".") != 2:
        return False
    header, payload, signature = head["checkpoint"].split(".")
    keys = [json.loads(row["jwk"]) for row in
            rows(desk, name, "SELECT jwk FROM signing_key")]
    said = json.loads(unb64(header))
    key, = (key for key in keys if key["kid"] == said["kid"])
    equal((said["alg"], said["typ"]), ("EdDSA", "licagent-checkpoint"))
    paths = [desk.path(word) for word in ("key", "signed", "signature")]
    for path, data in zip(paths, (
            bytes.fromhex("302a300506032b6570032100") + unb64(key["x"]),
            f"{header}.{payload}".encode(), unb64(signature))):
        with open(path, "wb") as file:
            file.write(data)
    done = subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
         "-inkey", paths[0], "-rawin", "-in", paths[1], "-sigfile", paths[2]],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    payload = json.loads(unb64(payload))
    return done.returncode == 0 and (payload["n"], payload["digest"]) == \
        (head["n"], b64(last))


def example(text):
    part = text[text.index("7. A worked example\n="):]
    data, = re.findall(r"hexadecimal:\n\n((?:\t[0-9a-f]+\n)+)", part)
    result, = re.findall(r"Its digest:\n\n\t([0-9a-f]{64})\n", part)
    entry = {"n": 1, "at": 1796000000, "who": "root", "kind": "created",
             "subject": "", "says": "Example"}
    equal(hashlib.sha256(bytes.fromhex("".join(data.split()))).hexdigest(),
          result, "the example's digest")
    equal(digest(bytes(32), entry, None).hex(), result, "of the entry")


def format_(desk):
    text = document()
    example(text)
    with open(os.path.join(TOP, "authority", "record", "image.c"),
              encoding="utf-8") as file:
        equal(sorted(images_of(text)),
              sorted(re.findall(r'TABLE\("(\w+)"', file.read())), "tables")

    desk.authority("acme")
    desk.run("sku", "load", "acme",
             os.path.join(TOP, "examples", "catalog.conf"))
    pak = desk.run("pak", "create", "acme", "--sku", "L-LAB-SEC-K9=",
                   "--quantity", "3").strip()
    desk.run("pak", "redeem", "acme", pak, "--udi", UDI, "-o", "a.lic")
    with open(desk.path("eula"), "w", encoding="utf-8") as file:
        file.write("Terms\n")
    desk.run("issue", "acme", "--udi", UDI, "--feature", "f", "--type",
             "paidSubscription", "--end", "2037-01-01", "--id", "one",
             "--eula", "eula", "-o", "b.lic")
    desk.run("permission-ticket", "acme", "--udi", UDI, "--remove", "one",
             "-o", "ticket")
    desk.run("rma", "acme", "--from", UDI, "--to", "LIC1921/K9:B",
             "-o", "c.lic")
    equal(verify(desk, "acme"), [], "as it was written")
    desk.run("log", "verify", "acme")

    check(len(rows(desk, "acme", "SELECT n FROM license")) > 3, "licenses")
    for sql, fault in (
            ("UPDATE pak SET stopped = 'x'", "pak"),
            ("UPDATE rma SET why = 'x'", "rma"),
            ("UPDATE ticket SET text = 'x'", "ticket"),
            ("UPDATE head SET checkpoint = replace(checkpoint, '.', '..')",
             "head"),
            ("UPDATE log SET says = 'x' WHERE n = 1", "entry 1"),
            ("DELETE FROM license WHERE id = 'one'", "licenses")):
        desk.sql("acme", sql)
        found = verify(desk, "acme")
        check(fault in found, sql, found)
        desk.run("log", "verify", "acme", status=1)


main(format_)
