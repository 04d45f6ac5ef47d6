#!/usr/bin/env python3
"""checks: the request "check" is done in slices, and others are served.

A request behind it on the same connection is answered before it, whatever the
machine does meanwhile.
"""

from wire import *


def answers(c, *names):
    """What comes back for requests that are sent at once, in that order."""
    first = c.number + 1
    lines = []
    for name in names:
        c.number += 1
        lines.append(json.dumps({"do": name, "id": c.number}))
    c.send("".join(line + "\n" for line in lines).encode())
    messages = [c.read() for _ in names]
    return [(names[m["id"] - first], m.get("error", {}).get("code"),
             m.get("result")) for m in messages]


def order(lab):
    step("what is asked behind a check is answered before it")
    with Control(lab.control) as c:
        got = answers(c, "check", "statistics", "check", "devices")
        equal([(name, code) for name, code, _ in got],
              [("statistics", None), ("check", "too-many"),
               ("devices", None), ("check", None)], "answers")
        equal(got[3][2], {"good": True, "found": 0, "findings": []},
              "the result")
        equal(answers(c, "check")[0][2]["good"], True, "once more")


def together(lab):
    step("two at once, and one whose client hangs up")
    with Control(lab.control) as a, Control(lab.control) as b:
        gone = Control(lab.control)
        for c in (a, gone, b):
            c.send(b'{"do":"check","id":1}\n')
        gone.close()
        for c in (a, b):
            equal(c.read(), {"id": 1, "result": {
                "good": True, "found": 0, "findings": []}}, "each")
        equal(a.ask("statistics")["clients"], 2, "the third one is gone")


def damaged(lab):
    step("a damaged file is named, and made again at once")
    with Control(lab.control) as c:
        lab.issue("a.lic")
        equal(c.ask("install", file="flash:a.lic")["state"], "successful",
              "install")
        done = lab.run(
            sys.executable, "-c", "import sqlite3, sys; db = "
            "sqlite3.connect(sys.argv[1]); db.execute('DELETE FROM copy'); "
            "db.commit()", os.path.join(lab.state, "state-twin.db"))
        equal(done.returncode, 0, done.stderr)
        start = len(lab.log())
        result = c.ask("check")
        equal(result["good"], False, "it is damaged")
        equal(result["found"], len(result["findings"]), "all are named")
        check("state-twin.db: not what was last written there" in
              result["findings"][-1], result["findings"])
        lab.wait_log("state-twin.db was made again from", start)
        equal(c.ask("check")["good"], True, "made again")


def checks(lab):
    order(lab)
    together(lab)
    damaged(lab)
    lab.stop()
    lab.start("--licenses", "2000")
    order(lab)
    together(lab)
    check(lab.alive(), "the daemon lives")


main(checks)
