#!/usr/bin/env python3
"""protocol: what the control socket answers, and to whom."""

import pwd

from wire import *

REQUESTS = (("devices", {}), ("checkout", {"feature": "uck9"}),
            ("comment", {}))


def told(path):
    """The rights, then "ok" or a code for each of REQUESTS."""
    with Control(path) as c:
        if "error" in c.hello:
            return [c.hello["error"]["code"]]
        return [",".join(c.hello["may"])] + [
            c.refused(do, **args) or "ok" for do, args in REQUESTS]


def verbs():
    """{request: the right that it needs} as the daemon has them."""
    with open(os.path.join(TOP, "agent", "control", "request.c"),
              encoding="utf-8") as f:
        return {verb: right.lower() for verb, right in re.findall(
            r'^\t\{ "(\w+)", CONTROL_(\w+),', f.read(), re.M)}


VERBS = verbs()     # others may not be able to read the source


def denied(path):
    """The requests that are denied; with a wrong argument, so that nothing
    is done by those that are not."""
    with Control(path) as c:
        return [verb for verb in VERBS
                if c.refused(verb, rubbish=1) == "denied"]


def as_other(lab, uid, gid, groups=(), ask=told):
    """What another user is told: rights are those of the process."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups(groups)
            os.setgid(gid)
            os.setuid(uid)
            os.write(send, json.dumps(ask(lab.control)).encode())
        finally:
            os._exit(0)
    os.close(send)
    os.waitpid(child, 0)
    with os.fdopen(receive, encoding="utf-8") as f:
        return json.loads(f.read() or '["nothing"]')


def configure(lab, **keys):
    """Changes the configuration and has it read again."""
    with open(lab.conf, encoding="utf-8") as f:
        lines = [line for line in f
                 if line.split("=")[0].strip() not in keys]
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.writelines(lines)
        for key, value in keys.items():
            f.write(f'\n{key} = "{value}";')
    start = len(lab.log())
    lab.kill(signal.SIGHUP)
    lab.wait_log("is in force|stays in force", start)


def rights(lab):
    nobody = pwd.getpwnam("nobody")
    own, groups = nobody.pw_gid, {"daemon": 1, "bin": 2}
    for path in (lab.top, lab.dir):
        os.chmod(path, 0o711)

    step("others: nothing, unless configured")
    equal(as_other(lab, nobody.pw_uid, own)[0], "denied", "nobody")
    configure(lab, **{"others": "read", "admin-group": "daemon",
                      "feature-group": "bin"})
    equal(as_other(lab, nobody.pw_uid, own),
          ["read", "ok", "denied", "denied"], "others may read")

    step("groups, the first one and others")
    feature_rights = ["read,lease", "ok", "ok", "denied"]
    admin_rights = ["read,lease,admin", "ok", "ok", "invalid"]
    equal(as_other(lab, nobody.pw_uid, groups["bin"]), feature_rights,
          "feature group")
    equal(as_other(lab, nobody.pw_uid, own, [groups["bin"]]), feature_rights,
          "feature group among others")
    equal(as_other(lab, nobody.pw_uid, own, [groups["daemon"], 77]),
          admin_rights, "admin group among others")
    step("every request, by who asks")
    for what, gid, rights_ in (("others", own, {"read"}),
                               ("the feature group", groups["bin"],
                                {"read", "lease"}),
                               ("the admin group", groups["daemon"],
                                {"read", "lease", "admin"})):
        equal(as_other(lab, nobody.pw_uid, gid, ask=denied),
              [verb for verb, right in VERBS.items()
               if right not in rights_], f"denied to {what}")
    check(len(verbs()) > 20, f"requests: {verbs()}")
    equal(as_other(lab, nobody.pw_uid, own, [4711]),
          ["read", "ok", "denied", "denied"], "a group of no meaning")


def answers(lab):
    step("hello, lists")
    c = Control(lab.control)
    equal((c.hello["hello"], c.hello["version"], c.hello["may"]),
          ("licagent", 1, ["read", "lease", "admin"]), "hello")
    equal([d["udi"] for d in c.rows("devices")], [lab.udi], "devices")
    equal([(s["name"], s["kind"]) for s in c.rows("stores")],
          [("flash:primary", "primary"), ("builtin:evaluation", "built-in")],
          "stores")
    equal([f["feature"] for f in c.rows("features")],
          ["ipbasek9", "securityk9", "datak9", "uck9", "cme-srst"],
          "features")
    licenses = c.rows("licenses")
    equal([(r["store"], r["license"], r["type"], r["status"], r["count"])
           for r in licenses],
          [(2, i, "evalRightToUse", "notInUse", None) for i in range(1, 5)] +
          [(2, 5, "evalRightToUse", "notInUse", 5000)], "licenses")
    equal(len(c.rows("licenses", feature="uck9")), 1, "of one feature")

    step("agreements")
    row = licenses[4]
    equal((row["eula_accepted"], row["priority"]), (False, "none"), "before")
    equal(c.refused("checkout", feature="cme-srst"), "eula", "not accepted")
    check("Sixty days" in c.ask("agreement", eula=row["eula"])["text"],
          "its text")
    equal(c.refused("agreement", eula="rubbish"), "not-found", "no digest")
    equal(c.ask("accept", device=1, store=2, license=5), {}, "accept")
    equal(c.refused("accept", device=1, store=2, license=9), "not-found",
          "accept nothing")
    row = c.rows("licenses", feature="cme-srst")[0]
    equal((row["eula_accepted"], row["priority"]), (True, "low"), "after")

    step("leases: check out, run out, release")
    equal(c.ask("checkout", feature="cme-srst", count=4990),
          {"lease": 1, "state": "licensed"}, "checkout")
    equal(c.refused("checkout", feature="cme-srst", count=11), "exhausted",
          "more than there is")
    equal(c.ask("checkout", feature="cme-srst", count=10)["lease"], 2,
          "the rest")
    row = c.ask("features", feature="cme-srst")["rows"][0]
    equal((row["leases"], row["in_use"]), (2, 5000), "what is in use")
    equal(c.rows("licenses", feature="cme-srst")[0]["count_left"], 0, "left")
    equal([(r["lease"], r["count"], r["state"], r["pid"])
           for r in c.rows("leases")],
          [(1, 4990, "licensed", os.getpid()),
           (2, 10, "licensed", os.getpid())], "leases")
    equal(c.ask("release", lease=1), {}, "release")
    equal(c.refused("release", lease=1), "not-found", "twice")
    with Control(lab.control) as other:
        equal(other.refused("release", lease=2), "not-found", "another's")
    equal(c.rows("licenses", feature="cme-srst")[0]["count_left"], 4990,
          "left")
    equal(c.refused("checkout", feature="nothing"), "no-license", "unknown")
    equal(c.refused("checkout", feature="uck9", device=9), "no-device",
          "unknown device")

    step("install and clear, heard of elsewhere")
    ear = Control(lab.control)
    equal(ear.ask("subscribe"), {}, "subscribe")
    lab.issue_two("two.lic")
    done = c.ask("install", file="flash:two.lic")
    equal((done["state"], done["successful"], done["existing"],
           done["failed"]), ("successful", 2, 0, 0), "install")
    equal([(r["feature"], r["state"]) for r in done["licenses"]],
          [("ipbasek9", "successful"), ("cme-srst", "successful")],
          "its licenses")
    heard = [ear.push()["event"] for _ in range(2)]
    equal([(e["kind"], e["feature"], e["by"]) for e in heard],
          [("installed", "ipbasek9", "root" if os.geteuid() == 0 else
            f"uid {os.geteuid()}"),
           ("installed", "cme-srst", heard[0]["by"])], "events")
    done = c.ask("install", file="flash:two.lic")
    equal((done["state"], done["code"], done["existing"]),
          ("successful", "", 2), "again")
    equal([row["state"] for row in done["licenses"]], ["existing"] * 2,
          "each of them, again")
    equal(c.refused("install", file="flash:none.lic"), "no-file", "no file")
    equal(c.refused("install", file="/etc/passwd"), "no-file", "no prefix")
    equal(c.refused("install", file="flash:two.lic", store=9), "no-store",
          "no such store")
    first = c.rows("licenses", feature="ipbasek9")[0]
    where = {key: first[key] for key in ("device", "store", "license")}
    equal(c.ask("comment", comment="a comment", **where), {}, "comment")
    equal(c.ask("priority", priority="high", **where), {}, "priority")
    equal(c.refused("priority", priority="huge", **where), "invalid",
          "no priority")
    now = c.rows("licenses", feature="ipbasek9")[0]
    equal((now["comment"], now["priority"]), ("a comment", "high"), "changed")
    held = c.ask("checkout", feature="ipbasek9")
    equal(c.refused("clear", **where), "in-use", "in use")
    c.ask("release", lease=held["lease"])
    equal(c.ask("clear", **where)["state"], "successful", "clear")
    while ear.push()["event"]["kind"] != "cleared":
        pass
    equal(c.refused("clear", **where), "not-found", "cleared")
    equal(c.ask("check")["good"], True, "check")
    equal(c.refused("clock_reset"), "not-found", "the clock was not ahead")
    equal([r["what"] for r in c.rows("history")].count("install"), 2,
          "installations in the history")
    counts = c.ask("statistics")
    equal([counts[key] for key in ("install_success", "install_duplicate",
                                   "clear", "comment_add")], [2, 2, 1, 1],
          "statistics")

    step("a lease is told when its license runs out")
    words = os.path.join(lab.top, "words")
    with open(words, "w", encoding="utf-8") as f:
        f.write("It is a short one.\n")
    lab.issue("short.lic", "--period", "1", "--eula", words, feature="short",
              kind="demo")
    equal(c.refused("checkout", feature="short"), "no-license", "before")
    short = {"feature": "short", "version": "1.0"}
    equal(c.ask("install", file="flash:short.lic")["licenses"][0]["code"],
          "eula", "its agreement is not accepted")
    equal(c.ask("install", file="flash:short.lic", accept_eula=True)["state"],
          "successful", "install")
    lease = c.ask("checkout", **short)["lease"]
    equal(c.push(), {"lease": {"lease": lease, "state": "expired"}}, "told")
    equal(c.refused("checkout", **short), "expired", "afterwards")
    while ear.push()["event"]["kind"] != "expired":
        pass

    step("all agreements")
    equal(c.refused("checkout", feature="uck9"), "eula", "before")
    equal(c.ask("accept_all", on=True), {}, "accept all")
    equal(c.ask("statistics")["accept_all"], True, "it stands")
    c.ask("release", lease=c.ask("checkout", feature="uck9")["lease"])

    step("requests that are none")
    for request, code in (
            ({"do": "rubbish"}, "unknown-request"),
            ({"do": 5}, "unknown-request"),
            ({}, "unknown-request"),
            ({"do": "checkout"}, "invalid"),
            ({"do": "checkout", "feature": 5}, "invalid"),
            ({"do": "checkout", "feature": "x" * 129}, "invalid"),
            ({"do": "checkout", "feature": "uck9", "count": -1}, "invalid"),
            ({"do": "checkout", "feature": "uck9", "count": 1 << 32},
             "invalid"),
            ({"do": "checkout", "feature": "uck9", "count": 1.5}, "invalid"),
            ({"do": "checkout", "feature": "uck9", "lease": 1}, "invalid"),
            ({"do": "checkout", "feature": None}, "invalid"),
            ({"do": "licenses", "after": "1.2"}, "invalid"),
            ({"do": "licenses", "after": "1.2.x"}, "invalid"),
            ({"do": "licenses", "after": "1.2.99999999999"}, "invalid"),
            ({"do": "comment", "device": 1, "store": 1, "license": 1,
              "comment": "x" * 256}, "invalid"),
            ({"do": "install", "file": "flash:two.lic", "accept_eula": 1},
             "invalid")):
        c.number += 1
        c.send(json.dumps(dict(request, id=c.number)).encode() + b"\n")
        answer = c.read()
        equal((answer["id"], answer["error"]["code"]), (c.number, code),
              f"answer to {request}")
    c.send(b'{"do":"devices","id":"x"}\n{"do":"devices"}\n')
    equal(c.read()["error"]["code"], "invalid", "an id that is none")
    check("id" not in c.read(), "no id, no id")


def pages(lab):
    step("1,000 licenses in pages")
    with Control(lab.control) as c:
        rows = c.rows("licenses")
        places = [(r["device"], r["store"], r["license"]) for r in rows]
        # 1,000, five that are built in, and two from before
        equal(len(rows), 1007, "licenses")
        equal(places, sorted(set(places)), "each once, in order")
        for _ in range(300):
            c.ask("checkout", feature="uck9")
        leases = [r["lease"] for r in c.rows("leases")]
        equal(sorted(leases), list(range(1, 301)), "leases")
        history = c.rows("history")
        equal([r["seq"] for r in history], list(range(1, len(history) + 1)),
              "history")
        equal([r["what"] for r in history].count("install"), 1003,
              "installations")


def protocol(lab):
    answers(lab)
    if os.geteuid() == 0:
        rights(lab)
    else:
        step("rights of others: not tried, for that needs root")
    lab.stop()
    lab.start("--licenses", "1000")
    pages(lab)


main(protocol)
