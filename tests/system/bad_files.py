#!/usr/bin/env python3
"""License files that are none: the right cause, a log line, no change."""

import json
import base64

from harness import *

PATH, FILE_CAUSE, LINE, DEVICE = 6, 7, 8, 10


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(lab, name, data):
    with open(lab.flash_path(name), "wb") as f:
        f.write(data)


def jws(data):
    """Where the signed line begins and ends."""
    found = re.search(rb"\beyJ[\w-]+\.[\w-]+\.[\w-]+", data)
    check(found, f"no signed line in {data!r}")
    return found.span()


def tampered(data):
    """The same license for 100 times as many phones."""
    start, end = jws(data)
    header, payload, signature = data[start:end].split(b".")
    claims = base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    changed = claims.replace(b'"count":25', b'"count":2500')
    check(changed != claims, f"no count in {claims!r}")
    json.loads(changed)
    payload = base64.urlsafe_b64encode(changed).rstrip(b"=")
    return data[:start] + b".".join((header, payload, signature)) + data[end:]


def make_files(lab):
    """[(what, name, cause, words of the log)]"""
    good = in_one_row(read(lab.issue("good.lic", "--count", "25",
                                     feature="cme-srst")))
    write(lab, "tampered.lic", tampered(good))
    start, end = jws(good)
    flipped = bytearray(good)
    flipped[end - 10] = ord("A") if flipped[end - 10] != ord("A") else 66
    write(lab, "flipped.lic", bytes(flipped))
    stranger = os.path.join(lab.top, "stranger")
    lab.tool("licissue", "init", stranger)
    lab.issue("stranger.lic", issuer=stranger)
    lab.issue("other.lic", udi="LIC1921/K9:LAB00000002")
    write(lab, "oversized.lic", good * (17 * 1024 * 1024 // len(good)))
    write(lab, "cut.lic", good[:(start + end) // 2])
    write(lab, "rubbish.lic", bytes(range(256)) * 64)
    write(lab, "empty.lic", b"")
    os.mkdir(lab.flash_path("folder.lic"))
    os.mkfifo(lab.flash_path("fifo.lic"))
    outside = os.path.join(lab.top, "outside.lic")
    shutil.copy(lab.flash_path("good.lic"), outside)
    os.symlink(outside, lab.flash_path("link.lic"))
    os.symlink("../../outside.lic", lab.flash_path("relative-link.lic"))
    os.symlink(lab.top, lab.flash_path("folder-link"))
    return [
        ("tampered", "flash:tampered.lic", LINE, r"alter|signature"),
        ("signature changed", "flash:flipped.lic", LINE,
         r"alter|signature"),
        ("unknown key", "flash:stranger.lic", LINE, r"key"),
        ("another device", "flash:other.lic", DEVICE, r"LAB00000002"),
        ("oversized", "flash:oversized.lic", FILE_CAUSE,
         r"larger than"),
        ("truncated", "flash:cut.lic", FILE_CAUSE, r"no END row"),
        ("rubbish", "flash:rubbish.lic", FILE_CAUSE, r"UTF-8"),
        ("empty", "flash:empty.lic", FILE_CAUSE, r"no license"),
        ("folder", "flash:folder.lic", PATH, r"not a regular file"),
        ("fifo", "flash:fifo.lic", PATH, r"not a regular file"),
        ("absent", "flash:absent.lic", PATH, r"No such file"),
        ("above the folder", "flash:../../etc/passwd", PATH, r"outside"),
        ("above, but a license", "flash:../../outside.lic", PATH,
         r"outside the"),
        ("absolute", "flash:/etc/passwd", PATH, r"No such file"),
        ("no prefix", "/etc/passwd", PATH, r"prefix"),
        ("unknown prefix", "nvram:good.lic", PATH, r"prefix"),
        ("link", "flash:link.lic", PATH, r"outside the"),
        ("relative link", "flash:relative-link.lic", PATH,
         r"outside the"),
        ("link on the way", "flash:folder-link/outside.lic", PATH,
         r"outside the"),
    ]


def snapshot(lab):
    return lab.licenses(), lab.table(STORES), files_below(lab.state)


def bad_files(lab):
    files = make_files(lab)
    before, pid = snapshot(lab), lab.pid()
    for what, name, cause, words in files:
        step(what)
        start = len(lab.log())
        row = lab.install(name)
        equal(lab.outcome(row), (FAILED, cause), f"{what}: state and cause")
        lab.wait_log(re.escape(name) + ".*" + words, start)
        licenses, stores, files_now = snapshot(lab)
        equal(licenses, before[0], "licenses")
        equal(stores, before[1], "stores")
        equal(sorted(files_now), sorted(before[2]), "files in state")
        equal(files_now, before[2], "what is in them")
        check(lab.alive(), "the daemon is alive")
    equal(lab.pid(), pid, "it is the same daemon")
    lab.settled()
    equal(lab.traps("clmgmtLicenseInstalled"), [], "notifications")

    step("a URL is no file name, and its password not for the log")
    start = len(lab.log())
    for name in ("ftp://me:hush@h/a", "smb://me:hush@h/a",
                 "ftp:/me:hush@h/a"):
        equal(lab.outcome(lab.install(name)), (FAILED, PATH), name)
    lab.wait_log("a hidden name.*prefix", start)
    check("hush" not in lab.log()[start:], "the log has the password")

    step("one bad license of two: one result each, the good one is there")
    lab.issue("mixed.lic", feature="datak9")
    lab.issue("mixed.lic", "--append", udi="OTHER:SN0")
    row = lab.install("flash:mixed.lic")
    equal(lab.outcome(row)[0], PARTIAL, "partiallySuccessful")
    equal([(int(r[2]), int(r[3])) for r in lab.table(RESULT).values()],
          [(SUCCESSFUL, 1), (FAILED, DEVICE)], "results")
    equal([r[3].text for r in lab.installed().values()], ["datak9"],
          "licenses")

    step("and the good file still installs")
    equal(lab.outcome(lab.install("flash:good.lic")), (SUCCESSFUL, 1),
          "state and cause")


main(bad_files)
