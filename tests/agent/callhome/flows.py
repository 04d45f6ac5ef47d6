#!/usr/bin/env python3
"""call home: install, resend and revoke, online and as files."""

from fake_portal import *

OTHER = "LIC1921/K9:LAB00000002"


def install(lab, portal, pak):
    step("install pak")
    equal(shown(lab)["last"], None, "contact before")
    said = call_home(lab, "install", "pak", pak, "--yes", "--accept-eula")
    check("1/1 licenses were successfully installed" in said, said)
    equal(installed(lab), ["securityk9"], "installed")
    equal(portal.left(pak), 9, "units")
    equal(portal.kinds(), ["nonce", "install"], "requests")
    home = shown(lab)
    equal((home["pending"], home["last"]["code"]), ([], ""), "afterwards")
    lab.wait_log(rf"call-home: install for {lab.udi} by \w+: answered")
    # The same command is another unit.
    call_home(lab, "install", "pak", pak, "--yes", "--accept-eula",
              "--quantity", "2")
    equal(portal.left(pak), 7, "units")


def refusals(lab, portal):
    step("what the portal refuses")
    said = call_home(lab, "install", "pak", "AAAAAAAAAAA", "--yes",
                     "--accept-eula", status=1)
    check("AAAAAAAAAAA" in said or "PAK" in said, said)
    equal(shown(lab)["pending"], [], "a refused request is not kept")
    for bad in ("a b", "../nonce", ""):
        said = call_home(lab, "install", "pak", bad, "--yes", status=1)
        check("not a PAK" in said, said)
    for bad in ("LIC", ":x", "a:b:c", "a :b"):
        said = call_home(lab, "revoke", "udi", bad, "--yes", status=1)
        check("not a UDI" in said, said)
    portal.seen.clear()


def resend(lab, portal):
    step("resend")
    before = installed(lab)
    said = call_home(lab, "resend", "--yes")
    check("existing" in said, said)
    equal(installed(lab), before, "installed")
    said = call_home(lab, "resend", "flash:all.lic")
    check("flash:all.lic: written" in said, said)
    with open(lab.flash_path("all.lic"), encoding="utf-8") as f:
        check("BEGIN LICENSE" in f.read(), "no license file")
    said = call_home(lab, "resend", "flash:all.lic", status=1)
    check("exists" in said, said)
    call_home(lab, "resend", "flash:all.lic", "--yes")
    equal(shown(lab)["pending"], [], "pending")


def revoke(lab, portal):
    step("revoke")
    ids = {row["id"] for row in portal.movable(lab.udi)}
    check(len(ids) > 1, "too few licenses")
    portal.seen.clear()
    said = call_home(lab, "revoke", "udi", OTHER, "--yes")
    name = OTHER.replace("/", "-").replace(":", "-") + ".lic"
    check(f"flash:{name}: written" in said, said)
    equal(portal.kinds(), ["nonce", "movable", "nonce", "permit", "nonce",
                           "rehost"], "requests")
    rows = json.loads(licctl(lab, "dump"))["licenses"]
    check(not ids & {row["id"] for row in rows}, "licenses stayed")
    equal(len(portal.movable(OTHER)), len(ids), "licenses that moved")
    equal(shown(lab)["pending"], [], "pending")
    said = call_home(lab, "revoke", "udi", OTHER, "--yes", status=1)
    check(f"no license can be moved to {OTHER}" in said, said)


def answer(lab, portal, name):
    """What the portal makes of a request file."""
    with open(lab.flash_path(name), encoding="utf-8") as f:
        envelope = json.load(f)
    check("nonce" not in envelope, "a nonce that nobody gave")
    with open(lab.flash_path(name + ".answer"), "w", encoding="utf-8") as f:
        json.dump(portal.decide(envelope), f)
    return f"flash:{name}.answer"


def offline(lab, portal, pak):
    step("requests as files")
    portal.seen.clear()
    left = portal.left(pak)
    args = ("install", "pak", pak, "--offline")
    call_home(lab, *args, "flash:request")
    call_home(lab, *args, "flash:again")
    requests = []
    for name in ("request", "again"):
        with open(lab.flash_path(name), encoding="utf-8") as f:
            requests.append(json.load(f)["request"])
    equal(requests[0], requests[1], "one id")
    file = answer(lab, portal, "request")
    equal(len(shown(lab)["pending"]), 1, "pending")
    said = call_home(lab, "import", file, "--accept-eula")
    check("1/1 licenses were successfully installed" in said, said)
    equal(portal.left(pak), left - 1, "units")
    equal(shown(lab)["pending"], [], "pending")
    call_home(lab, "resend", "--offline", "flash:resend")
    call_home(lab, "import", answer(lab, portal, "resend"), "--accept-eula")
    equal(shown(lab)["pending"], [], "pending")
    call_home(lab, "revoke", "udi", OTHER, "--yes", "--offline",
              "flash:permit")
    file = answer(lab, portal, "permit")
    said = call_home(lab, "import", file, status=1)
    check("name the file" in said, said)
    call_home(lab, "import", file, "flash:rehost")
    call_home(lab, "import", answer(lab, portal, "rehost"), "flash:other.lic")
    check(os.path.exists(lab.flash_path("other.lic")), "no license file")
    equal(portal.seen, [], "nothing was sent")
    equal(shown(lab)["pending"], [], "pending")
    said = call_home(lab, "import", "flash:permit.answer", "flash:x", status=1)
    check("no such request" in said, said)
    with open(lab.flash_path("rubbish"), "w", encoding="utf-8") as f:
        f.write("[" * 100000)
    said = call_home(lab, "import", "flash:rubbish", status=1)
    check("not a JSON object" in said, said)


def url(lab, portal, pak):
    step("the URL of the operator wins, and is kept")
    call_home(lab, "install", "pak", pak, "--yes", "--accept-eula")
    call_home(lab, "url", "https://127.0.0.1:1/x/")
    equal((shown(lab)["url"], shown(lab)["url_from"]),
          ("https://127.0.0.1:1/x/", "operator"), "url")
    lab.restart()
    equal(shown(lab)["url_from"], "operator", "after a restart")
    said = call_home(lab, "resend", "--yes", status=1)
    check("cannot reach https://127.0.0.1:1/x/" in said, said)
    equal(shown(lab)["last"]["code"], "unreachable", "last contact")
    call_home(lab, "url", "default")
    equal((shown(lab)["url"], shown(lab)["url_from"]),
          (portal.url, "configuration"), "url")
    for bad in ("http://a", "https://", "https://a:b", "https://u@h",
                "https://h/?q", "ftp://h", "https://h:70000"):
        check("expected https://" in call_home(lab, "url", bad, status=1), bad)
    call_home(lab, "resend", "--yes")
    configure(lab, portal, url=None)
    said = call_home(lab, "resend", "--yes", status=1)
    check("no URL of a portal is configured" in said, said)


def secrecy(lab):
    step("the token is in no log, and on no command line")
    check(TOKEN not in lab.log(), "in the log")
    for name in os.listdir(lab.state):
        with open(os.path.join(lab.state, name), "rb") as f:
            check(TOKEN.encode() not in f.read(), name)
    check(TOKEN not in licctl(lab, "show", "license", "call-home", "--json"),
          "shown")


def flows(lab):
    need_transfers()
    said = call_home(lab, "resend", "--yes", status=1)
    check("no URL of a portal is configured" in said, said)
    with running(lab) as portal:
        pak = portal.make_pak(("L-LAB-SEC-K9=", 10))
        install(lab, portal, pak)
        refusals(lab, portal)
        resend(lab, portal)
        revoke(lab, portal)
        offline(lab, portal, pak)
        url(lab, portal, pak)
        secrecy(lab)


main(flows)
