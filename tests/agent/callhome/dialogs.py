#!/usr/bin/env python3
"""call home on a terminal: which SKU, whether at all, which licenses, and the
agreements that come with them."""

from fake_portal import *

sys.path.insert(0, os.path.join(TOP, "tests", "tools"))

from terminal import Terminal  # noqa: E402

OTHER = "LIC1921/K9:LAB00000002"
SEC, SRST = "L-LAB-SEC-K9=", "L-LAB-SRST-25="


def terminal(lab, *words):
    return Terminal(lab, "license", "call-home", *words)


def skus(lab, portal):
    step("a PAK with several SKUs")
    pak = portal.make_pak((SEC, 5), (SRST, 5))
    said = call_home(lab, "install", "pak", pak, "--yes", status=1)
    check("SKU" in said or "sku" in said, said)
    t = terminal(lab, "install", "pak", pak)
    menu = t.expect("SKU: ")
    for number, sku in ((1, SEC), (2, SRST)):
        check(f"{number}: {sku}, 5 left\n" in menu, menu)
    t.type("9\n")
    check("no SKU chosen" in t.end(1), "a number that is not there")
    t = terminal(lab, "install", "pak", pak)
    t.expect("SKU: ")
    t.type("2\n")
    t.expect("1 of the PAK will be used.  Proceed? (yes/[no]): ")
    t.type("no\n")
    check("nothing requested" in t.end(1), "no is no")
    equal(portal.left(pak), 10, "units")
    t = terminal(lab, "install", "pak", pak)
    t.expect("SKU: ")
    t.type("2\n")
    t.expect("Proceed? (yes/[no]): ")
    t.type("yes\n")
    check("1/1 licenses were successfully installed" in t.end(), "installed")
    equal((portal.left(pak), installed(lab)), (9, ["cme-srst"]), "units")
    step("one that has a single SKU left asks for none")
    pak = portal.make_pak((SEC, 2))
    t = terminal(lab, "install", "pak", pak, "--quantity", "2")
    t.expect("2 of the PAK will be used.  Proceed? (yes/[no]): ")
    t.type("yes\n")
    t.end()
    equal(portal.left(pak), 0, "units")
    step("without a terminal nothing is asked, or done")
    said = call_home(lab, "install", "pak", pak, status=1)
    check("nothing requested; without a terminal, use --yes" in said, said)


def agreements(lab, portal):
    step("what comes with an agreement")
    pak = portal.make_pak((SEC, 5))
    text = os.path.join(lab.top, "agreement")
    with open(text, "w", encoding="utf-8") as f:
        f.write("Be good.\n")

    def trial(request, _):
        return {"file": portal.issue(
            "issue", "--udi", request["udi"], "--feature", "datak9", "--type",
            "extension", "--period", "30d", "--eula", text)}

    real, portal.on_install = portal.on_install, trial
    t = terminal(lab, "install", "pak", pak, "--sku", SEC)
    t.expect("Proceed? (yes/[no]): ")
    t.type("yes\n")
    check("Be good." in t.expect("ACCEPT? (yes/[no]): "), "its text")
    t.type("no\n")
    check("agreement not accepted" in t.end(1), "refused")
    equal(len(shown(lab)["pending"]), 1, "the request waits")
    t = terminal(lab, "install", "pak", pak, "--sku", SEC)
    t.expect("Proceed? (yes/[no]): ")
    t.type("yes\n")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type("yes\n")
    check("1/1 licenses were successfully installed" in t.end(), "installed")
    equal(shown(lab)["pending"], [], "pending")
    equal(len({r["id"] for kind, r in portal.seen
               if kind == "install" and r.get("pak") == pak}), 1, "ids")
    portal.on_install = real


def choices(lab, portal):
    step("which licenses move")
    lab.issue("uck9.lic", feature="uck9")
    licctl(lab, "license", "install", "flash:uck9.lic")
    t = terminal(lab, "revoke", "udi", OTHER)
    menu = t.expect("Licenses to move (numbers, or all) [all]: ")
    check(re.search(r"  1: \S+ 1.0 permanent", menu) and
          "  -  uck9 1.0 permanent: cannot move: it stays where it is\n" in
          menu, menu)
    t.type("9\n")
    check("nothing revoked; expected numbers from 1 to" in t.end(1), "9")
    before = {row["id"] for row in portal.movable(lab.udi)}
    t = terminal(lab, "revoke", "udi", OTHER)
    t.expect("[all]: ")
    t.type("2, 1\n")
    t.expect("Are you sure? (yes/[no]): ")
    t.type("no\n")
    check("nothing revoked" in t.end(1), "no is no")
    equal({row["id"] for row in portal.movable(lab.udi)}, before, "licenses")
    t = terminal(lab, "revoke", "udi", OTHER, "flash:other.lic")
    t.expect("[all]: ")
    t.type("2\n")
    t.expect("Are you sure? (yes/[no]): ")
    t.type("yes\n")
    check("flash:other.lic: written" in t.end(), "the file")
    equal(len(portal.movable(OTHER)), 1, "licenses that moved")
    step("a file that exists is asked about")
    t = terminal(lab, "resend", "flash:other.lic")
    t.expect("Overwrite it? (yes/[no]): ")
    t.type("yes\n")
    check("flash:other.lic: written" in t.end(), "the file")


def notices(lab, portal):
    step("what the portal finds suspicious is told")
    words = "this device was replaced"

    def fault(handler, answer):
        if answer is None:
            return False
        Portal.send(handler, 200, {}, {**answer[2], "notice": words})
        return True

    for args in (("resend", "--yes"), ("resend", "flash:all.lic", "--yes"),
                 ("resend", "--accept-eula")):
        portal.fault("requests", fault)
        said = call_home(lab, *args)
        equal(said.count(f"licctl: the portal says: {words}\n"), 1, said)
    equal(len(re.findall(rf"the portal says: {words}", lab.log())), 3, "log")


def canceled(lab, portal):
    step("requests are withdrawn")
    said = call_home(lab, "cancel", "--yes", status=1)
    check("no request waits for an answer" in said, said)
    pak = portal.make_pak((SEC, 5))
    for n in ("1", "2"):
        call_home(lab, "install", "pak", pak, "--quantity", n, "--offline",
                  f"flash:cancel{n}")
    said = call_home(lab, "cancel", status=1)
    check("nothing canceled; without a terminal, use --yes" in said, said)
    t = terminal(lab, "cancel")
    menu = t.expect("Requests to cancel (numbers, or all) [all]: ")
    check(re.search(r"  2: \S+ install pak \*\w+, device LIC", menu), menu)
    t.type("2\n")
    t.expect("Cancel? (yes/[no]): ")
    t.type("no\n")
    check("nothing canceled" in t.end(1), "no is no")
    equal(len(shown(lab)["pending"]), 2, "they wait")
    t = terminal(lab, "cancel")
    t.expect("[all]: ")
    t.type("2\n")
    t.expect("Cancel? (yes/[no]): ")
    t.type("yes\n")
    check("1 request canceled" in t.end(), "one")
    equal([row.get("quantity") for row in shown(lab)["pending"]], [1], "left")
    lab.wait_log(r"call-home: install canceled by \w+; request \S{22}")
    # Its answer comes all the same, and is imported.
    with open(lab.flash_path("cancel2"), encoding="utf-8") as f:
        answer = portal.decide(json.load(f))
    with open(lab.flash_path("late"), "w", encoding="utf-8") as f:
        json.dump(answer, f)
    said = call_home(lab, "import", "flash:late", "--accept-eula")
    check("2/2 licenses were successfully installed" in said, said)
    equal(portal.left(pak), 3, "units")
    # Another request of the same words is a new one.
    first = shown(lab)["pending"][0]["id"]
    said = call_home(lab, "cancel", "--yes")
    check("1 request canceled" in said, said)
    equal(shown(lab)["pending"], [], "none waits")
    call_home(lab, "install", "pak", pak, "--quantity", "1", "--offline",
              "flash:cancel3")
    check(shown(lab)["pending"][0]["id"] != first, "another id")
    call_home(lab, "cancel", "--yes")
    # A ticket that nobody waits for is refused, and gives nothing up.
    before = installed(lab)
    call_home(lab, "revoke", "udi", OTHER, "--yes", "--offline",
              "flash:permit")
    with open(lab.flash_path("permit"), encoding="utf-8") as f:
        answer = portal.decide(json.load(f))
    call_home(lab, "cancel", "--yes")
    with open(lab.flash_path("late"), "w", encoding="utf-8") as f:
        json.dump(answer, f)
    said = call_home(lab, "import", "flash:late", "flash:x", status=1)
    check("has no such request that waits for an answer" in said, said)
    equal(installed(lab), before, "installed")


def dialogs(lab):
    need_transfers()
    with running(lab) as portal:
        skus(lab, portal)
        agreements(lab, portal)
        choices(lab, portal)
        notices(lab, portal)
        canceled(lab, portal)


main(dialogs)
