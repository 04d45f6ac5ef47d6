#!/usr/bin/env python3
"""Call home from two devices to a portal behind nginx: a PAK becomes a running
feature, which moves from one to the other; by HTTPS and by files, and with
device and portal killed on the way."""

import contextlib
import sys
import threading

from harness import *
from servers import find, need_transfers

OTHER = "LAB00000002"


def licctl(lab, *args, status=0):
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   *args)
    equal(done.returncode, status,
          f"licctl {args}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def call_home(lab, *args, status=0):
    return licctl(lab, "license", "call-home", *args, status=status)


def install(lab, status=0):
    return call_home(lab, "install", "pak", lab.pak, "--yes", "--accept-eula",
                     status=status)


def left(portal):
    return json.loads(portal.tool("licissue", "pak", "show", portal.issuer,
                                  portal.pak, "--json"))["left"]


def here(lab):
    """Ids of the permanent licenses that the device has."""
    rows = json.loads(licctl(lab, "dump"))["licenses"]
    return {row["id"] for row in rows if row["type"] == "permanent"}


def pending(lab):
    return json.loads(licctl(lab, "show", "license", "call-home",
                             "--json"))["pending"]


@contextlib.contextmanager
def second(lab):
    """Another device, which calls the same portal."""
    other = Lab(start=False)
    failed = True
    try:
        conf = os.path.join(lab.top, "second.conf")
        ca = os.path.join(lab.top, "portal.pem")    # is not the lab's folder
        shutil.copy(lab.portal_ca, ca)
        with open(lab.conf, encoding="utf-8") as f, \
                open(conf, "w", encoding="utf-8") as to:
            to.write(f.read().replace("LAB00000001", OTHER)
                     .replace(lab.portal_ca, ca))
        other.lab("start", other.dir, "--conf", conf)
        other.read_env()
        shutil.copy(os.path.join(lab.issuer, "issuer.jwk"),
                    os.path.join(other.dir, "keys", "issuer.jwk"))
        other.env.update({name: lab.env[name] for name in lab.env
                          if name.startswith("LAB_P")})
        licctl(other, "reload")
        yield other
        failed = False
    finally:
        other.close(failed)


def online(one, two):
    step("a PAK becomes a running feature")
    units = left(one)
    check("1/1 licenses were successfully" in install(one), "installed")
    equal(left(one), units - 1, "units")
    check("Active" in licctl(one, "show", "license", "securityk9"), "feature")
    licctl(one, "run", "--feature", "securityk9", "--", "true")
    one.settled()
    check(any(name == "clmgmtLicenseInstalled" for name, _ in one.traps()),
          "no notification")
    step("resend")
    before = here(one)
    check("1/1 licenses were existing" in call_home(one, "resend", "--yes"),
          "existing")
    licctl(one, "license", "clear", "securityk9", "--yes")
    equal(here(one), set(), "cleared")
    call_home(one, "resend", "--yes")
    equal(here(one), before, "it is back")
    step("it moves")
    call_home(one, "revoke", "udi", two.udi, "--yes")
    equal(here(one), set(), "given up")
    call_home(two, "resend", "--yes")
    equal(len(here(two)), 1, "it came")
    said = call_home(one, "resend", "--yes", status=1)
    check("no current license" in said, said)
    equal(here(one), set(), "and does not come back")


def answer(lab, name):
    """What licissue makes of a request file."""
    lab.tool("licissue", "request", "answer", lab.issuer,
             lab.flash_path(name), "-o", lab.flash_path(name + ".answer"),
             "--force")
    return f"flash:{name}.answer"


def files(one, two):
    step("the same with files")
    units = left(one)
    call_home(one, "install", "pak", one.pak, "--offline", "flash:request")
    said = call_home(one, "import", answer(one, "request"), "--accept-eula")
    check("1/1 licenses were successfully" in said, said)
    equal((left(one), len(here(one))), (units - 1, 1), "units and licenses")
    # The answer to a repeated one is the same.
    call_home(one, "import", answer(one, "request"), "--accept-eula")
    equal((left(one), len(here(one))), (units - 1, 1), "units and licenses")
    call_home(one, "resend", "--offline", "flash:resend")
    call_home(one, "import", answer(one, "resend"), "--accept-eula")
    call_home(one, "revoke", "udi", two.udi, "--yes", "--offline",
              "flash:permit", "--yes")
    call_home(one, "import", answer(one, "permit"), "flash:rehost")
    equal(here(one), set(), "given up")
    call_home(one, "import", answer(one, "rehost"), "flash:two.lic")
    equal(pending(one), [], "pending")
    before = len(here(two))
    shutil.copy(one.flash_path("two.lic"), two.flash_path("two.lic"))
    licctl(two, "license", "install", "flash:two.lic", "--accept-eula")
    equal(len(here(two)), before + 1, "it came")


def refusals(one, two):
    step("what the portal refuses, in its words")
    for code in ("AAAAAAAAAAA", "22222222222"):
        said = call_home(one, "install", "pak", code, "--yes", status=1)
        check("licctl: " in said and "{" not in said, said)
    said = call_home(one, "revoke", "udi", one.udi, "--yes", status=1)
    check("licctl: " in said, said)
    equal(pending(one), [], "pending")


def end(lab, what):
    lab.kill(program=what)
    lab.restart(what)


def killed(one, two):
    """The portal or the device dies at any time; the command is repeated."""
    for what in ("licportald", "licagentd"):
        step(f"{what} is killed while requests are under way")
        for delay in range(0, 60, 12):
            units, before = left(one), here(one)
            timer = threading.Timer(delay / 1000, one.kill,
                                    kwargs={"program": what})
            timer.start()
            one.run(os.path.join(one.bin, "licctl"), "--socket", one.control,
                    "license", "call-home", "install", "pak", one.pak,
                    "--yes", "--accept-eula")
            timer.join()
            one.restart(what)
            waits = bool(pending(one))
            if waits:
                install(one)
            spent = units - left(one)
            equal(len(here(one) - before), spent, "licenses for units")
            check(spent <= 1, f"{spent} units")
            equal(pending(one), [], "pending")
        step(f"{what} is killed while licenses move")
        for delay in range(0, 120, 24):
            install(one)
            mine, theirs = here(one), len(here(two))
            timer = threading.Timer(delay / 1000, one.kill,
                                    kwargs={"program": what})
            timer.start()
            one.run(os.path.join(one.bin, "licctl"), "--socket", one.control,
                    "license", "call-home", "revoke", "udi", two.udi, "--yes")
            timer.join()
            one.restart(what)
            if pending(one) or here(one):
                call_home(one, "revoke", "udi", two.udi, "--yes")
            call_home(two, "resend", "--yes")
            equal((here(one), len(here(two))), (set(), theirs + len(mine)),
                  "all moved, none twice")
            equal(pending(one), [], "pending")


def callhome(lab):
    need_transfers()
    find("nginx")
    if not os.path.exists(os.path.join(os.environ["LAB_BIN"], "licportald")):
        skip("built without the portal")
    lab.start("--portal")
    with second(lab) as other:
        online(lab, other)
        files(lab, other)
        refusals(lab, other)
        killed(lab, other)


main(callhome, start=False)
