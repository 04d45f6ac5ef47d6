#!/usr/bin/env python3
"""call home when things go wrong: the line is cut, the portal answers rubbish or
not at all, the daemon is killed; then the command is repeated.  Each time there
is one id, and one outcome."""

from fake_portal import *

sys.path.insert(0, os.path.join(TOP, "tests", "agent", "control"))

from wire import Control  # noqa: E402

OTHER = "LIC1921/K9:LAB00000002"
LAST = "LIC1921/K9:LAB00000003"
STEPS = ("nonce", "requests")


def ids(portal, kind):
    return {request["id"] for seen, request in portal.seen if seen == kind}


def install(lab, pak, status=0):
    return call_home(lab, "install", "pak", pak, "--yes", "--accept-eula",
                     status=status)


def one_unit(lab, portal, pak, what, fault, path, words, code="unreachable"):
    """The command fails with these words, is repeated, and took one unit."""
    step(f"{what}, {path}")
    portal.seen.clear()
    left = portal.left(pak)
    portal.fault(path, fault)
    said = install(lab, pak, status=1)
    check(re.search(words, said), said)
    home = shown(lab)
    equal((home["last"]["code"], len(home["pending"])), (code, 1), "kept")
    check(pak not in json.dumps(home), "the PAK is shown")
    install(lab, pak)
    equal((portal.left(pak), len(ids(portal, "install"))), (left - 1, 1),
          "units and ids")
    equal(shown(lab)["pending"], [], "pending")


def lines(lab, portal, pak):
    for path in STEPS:
        one_unit(lab, portal, pak, "cut before", cut_before, path,
                 "cannot reach")
        one_unit(lab, portal, pak, "cut after", cut_after, path,
                 "cannot reach")
        one_unit(lab, portal, pak, "cut within", cut_within, path,
                 "cannot reach")


def rubbish(lab, portal, pak):
    for path in STEPS:
        for body in (b"", b"[]", b"{", b"<html>", b"\xff\xfe", b"[" * 100000,
                     b'{"nonce": ""}', b'{"nonce": 1, "nonce": 1}',
                     b'{"nonce": "a b", "version": 1}'):
            one_unit(lab, portal, pak, repr(body[:10]), says(200, body), path,
                     "the answer", "bad-answer")
        one_unit(lab, portal, pak, "a redirection",
                 says(302, b"", Location="https://127.0.0.1:1/"), path,
                 "server status 302", "bad-answer")
    for change in ({"id": "A" * 22}, {"kind": "resend"}, {"udi": OTHER},
                   {"version": 2}, {"file": ""}):
        def fault(handler, answer, change=change):
            if answer is None:
                return False
            Portal.send(handler, 200, {}, {**answer[2], **change})
            return True
        one_unit(lab, portal, pak, str(change), fault, "requests",
                 "the answer", "bad-answer")


def too_much(lab, portal, pak):
    configure(lab, portal)
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write("transfer = { max-size = 4096; stall = 1; timeout = 2; };\n")
    licctl(lab, "reload")
    for path in STEPS:
        one_unit(lab, portal, pak, "oversized",
                 says(200, b'{"nonce": "' + b"x" * 10000), path,
                 "larger than 4096 bytes", "bad-answer")
        held = threading.Event()
        one_unit(lab, portal, pak, "silent",
                 lambda handler, answer: not held.wait(30), path,
                 "cannot reach")
        held.set()
    with open(lab.conf, encoding="utf-8") as f:
        text = re.sub(r"(?m)^transfer = .*\n", "", f.read())
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(text)
    licctl(lab, "reload")


def statuses(lab, portal, pak):
    step("a portal that is busy is asked again")
    portal.seen.clear()
    left = portal.left(pak)
    portal.fault("requests", problem(503, "busy", Retry_After="1"),
                 problem(429, "slowly", Retry_After="1"),
                 problem(428, "the nonce is over"))
    install(lab, pak)
    equal((portal.left(pak), portal.kinds().count("nonce")), (left - 1, 4),
          "units and nonces")
    portal.fault("nonce", problem(503, "busy", Retry_After="1"))
    install(lab, pak)
    for status, words in ((500, "down"), (502, "server status 502"),
                          (401, "no such token")):
        body = {"detail": words} if "server" not in words else "x"
        one_unit(lab, portal, pak, str(status), says(status, body),
                 "requests", words, "refused")
    one_unit(lab, portal, pak, "in an hour",
             problem(503, "closed", Retry_After="3600"), "requests",
             "closed; try again in 3600 s", "busy")
    one_unit(lab, portal, pak, "busy without a time", problem(503, "closed"),
             "requests", "closed", "busy")
    for status in (400, 403, 404, 409, 422):
        step(f"{status} is a refusal")
        portal.seen.clear()
        portal.fault("requests", problem(status, "no\x1b[2J\nmore"))
        said = install(lab, pak, status=1)
        check("no [2J more" in said, said)
        equal((shown(lab)["pending"], shown(lab)["last"]["code"]),
              ([], "refused"), "refused")


def killing(lab, after):
    def fault(handler, answer):
        if after and answer is None:
            return False
        lab.kill()
        return True
    return fault


def killed(lab, portal, path, after, *words):
    step(f"killed {'after' if after else 'at'} {path}: {words[0]}")
    portal.fault(path, *(lambda *_: False for _ in range(words[1])),
                 killing(lab, after))
    call_home(lab, *words[2:], status=3)
    lab.restart()


def kill_install(lab, portal, pak):
    for path in STEPS:
        for after in (False, True):
            portal.seen.clear()
            left = portal.left(pak)
            killed(lab, portal, path, after, "install", 0, "install", "pak",
                   pak, "--yes", "--accept-eula")
            install(lab, pak)
            equal((portal.left(pak), len(ids(portal, "install"))),
                  (left - 1, 1), "units and ids")
    step("killed before what came is confirmed")
    portal.seen.clear()
    left, before = portal.left(pak), len(installed(lab))
    with Control(lab.control) as control:
        plan = control.ask("call_home_install", pak=pak, review=True)
        equal(plan["planned"], 1, "planned")
        lab.kill()
    lab.restart()
    install(lab, pak)
    equal((portal.left(pak), len(ids(portal, "install")),
           len(installed(lab))), (left - 1, 1, before + 1), "one of it")
    step("the client is gone when the answer comes")
    portal.seen.clear()
    gone = threading.Event()

    def fault(_, answer):
        return bool(answer is None and not gone.wait(PATIENCE))

    portal.fault("requests", fault)
    control = Control(lab.control)
    control.send(json.dumps({"do": "call_home_install", "pak": pak})
                 .encode() + b"\n")
    wait_until("the request", lambda: not portal.faults["requests"])
    control.close()
    gone.set()
    wait_until("the answer", lambda: shown(lab)["last"]["code"] == "")
    equal(len(installed(lab)), before + 1, "nothing is installed")
    install(lab, pak)
    equal((len(ids(portal, "install")), len(installed(lab))),
          (1, before + 2), "installed once")


def kill_revoke(lab, portal):
    """movable, permit and rehost: each with a nonce of its own."""
    number = 10
    for path in STEPS:
        for skip_n in range(3):
            for after in (False, True):
                portal.seen.clear()
                number += 1
                other = f"LIC1921/K9:LAB000000{number}"
                ids_here = {row["id"] for row in portal.movable(lab.udi)}
                check(ids_here, "nothing left to move")
                killed(lab, portal, path, after, f"revoke {skip_n}", skip_n,
                       "revoke", "udi", other, "--yes")
                call_home(lab, "revoke", "udi", other, "--yes")
                for kind in ("permit", "rehost"):
                    equal(len(ids(portal, kind)), 1, f"ids of {kind}")
                equal(len(portal.movable(other)), len(ids_here),
                      "licenses that moved")
                equal(portal.movable(lab.udi), [], "licenses that stayed")
                equal(shown(lab)["pending"], [], "pending")
                restock(lab, portal)


def restock(lab, portal):
    pak = portal.make_pak(("L-LAB-SEC-K9=", 1))
    install(lab, pak)


def two_transfers(lab, portal):
    step("a second transfer waits for the first")
    portal.fault("requests", lambda *_: False, cut_after)
    call_home(lab, "revoke", "udi", OTHER, "--yes", status=1)
    said = call_home(lab, "revoke", "udi", LAST, "--yes", status=1)
    check(f"the transfer to {OTHER} is not over" in said, said)
    said = licctl(lab, "show", "license", "call-home")
    check(f"revoke udi {OTHER}" in said, said)
    said = call_home(lab, "revoke", "udi", OTHER, "--yes")
    check("Going on with the transfer" in said, said)
    restock(lab, portal)
    step("a rehost that is refused: the ticket can be had")
    portal.fault("requests", lambda *_: False, lambda *_: False,
                 problem(422, "not for that device"))
    said = call_home(lab, "revoke", "udi", LAST, "--yes", status=1)
    check("not for that device; the licenses are revoked" in said, said)
    licctl(lab, "license", "revoke", "last", "flash:ticket")
    equal(shown(lab)["pending"], [], "pending")


def faults(lab):
    need_transfers()
    with running(lab) as portal:
        pak = portal.make_pak(("L-LAB-SEC-K9=", 500))
        lines(lab, portal, pak)
        rubbish(lab, portal, pak)
        too_much(lab, portal, pak)
        statuses(lab, portal, pak)
        kill_install(lab, portal, pak)
        kill_revoke(lab, portal)
        two_transfers(lab, portal)


main(faults)
