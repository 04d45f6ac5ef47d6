#!/usr/bin/env python3
"""wrong: every argument of every request with values that it does not take;
names that are no UTF-8; two daemons on one state directory."""

import subprocess

from wire import *

# JSON values by what takes them.
VALUES = {
    "NUMBER": ("null", "true", '"1"', "-1", "4294967296", "1.0", "1e3", "[]",
               "{}", "[1]", '"x"'),
    "TEXT": ("null", "false", "1", "1.5", "[]", "{}", '["a"]',
             '"' + "x" * 1025 + '"'),
    "TRUTH": ("null", "0", "1", '"true"', "[]", "{}"),
    "TEXTS": ("null", "0", "true", '"x"', "{}", "[1]", "[[]]", '["x", null]',
              '["' + "x" * 1025 + '"]'),
}


def tables():
    """({argument: kind}, {verb: (needed, all)}) as the daemon has them."""
    with open(os.path.join(TOP, "agent", "control", "request.c"),
              encoding="utf-8") as f:
        source = f.read()
    rules = re.findall(r'^\t\{ "(\w+)", (\w+), ARG_(\w+)', source, re.M)
    flags = {flag: name for name, flag, _ in rules}
    verbs = {}
    for verb, needs, takes in re.findall(
            r'^\t\{ "(\w+)", CONTROL_\w+,\s*([^,]+),\s*([^,]+),', source,
            re.M):
        needed = [flags[f] for f in re.findall(r"[A-Z_]+", needs)]
        verbs[verb] = (needed, needed + [
            flags[f] for f in re.findall(r"[A-Z_]+", takes)])
    return {name: kind for name, _, kind in rules}, verbs


GOOD = {"NUMBER": 1, "TEXT": "1", "TRUTH": True, "TEXTS": ["1"]}


def ask(c, text):
    """The code of the error that a request is answered with."""
    c.send(text.encode() + b"\n")
    while True:
        message = c.read()
        check(message is not None, f"the daemon hung up after {text[:200]}")
        if message.get("id") == 7:
            return message.get("error", {}).get("code")


def types(lab):
    kinds, verbs = tables()
    check(len(verbs) > 20 and len(kinds) > 15, "the tables were not found")
    step(f"{len(verbs)} requests: a wrong value in each of their arguments")
    tried = 0
    with Control(lab.control) as c:
        before = c.rows("history")
        for verb, (needed, all_) in verbs.items():
            for name in all_:
                given = {other: GOOD[kinds[other]] for other in needed
                         if other != name}
                rest = json.dumps(dict(given, do=verb, id=7))[:-1]
                for value in VALUES[kinds[name]]:
                    equal(ask(c, f'{rest}, "{name}": {value}}}'), "invalid",
                          f"{verb} with {name} = {value[:40]}")
                    tried += 1
        step("each without what it needs, and with what it does not know")
        for verb, (needed, all_) in verbs.items():
            given = {name: GOOD[kinds[name]] for name in needed}
            for name in needed:
                lacking = {other: value for other, value in given.items()
                           if other != name}
                equal(ask(c, json.dumps(dict(lacking, do=verb, id=7))),
                      "invalid", f"{verb} without {name}")
            for name in [*(set(kinds) - set(all_)), "rubbish", "Do"]:
                value = GOOD[kinds.get(name, "TEXT")]
                equal(ask(c, json.dumps(dict(given, do=verb, id=7,
                                             **{name: value}))),
                      "invalid", f"{verb} with {name}")
                tried += 1
        print(f"  {tried} requests")
        equal(c.ask("statistics")["request_success"], 0, "leases taken")
        equal(c.rows("history"), before, "the history")


def names(lab):
    step("names that are no UTF-8, or more than text")
    program = [os.path.join(lab.bin, "licctl").encode(), b"--socket",
               lab.control.encode()]
    for args, status, words in (
            ((b"check", b"\xff\xfe"), 1, b"not valid UTF-8"),
            ((b"license", b"install", b"flash:\xc3\x28.lic"), 1,
             b"not valid UTF-8"),
            ((b"license", b"install", b"flash:\xed\xa0\x80"), 1,
             b"not valid UTF-8"),
            ((b"license", b"comment", b"add", b"ipbasek9", b"\xff"), 1,
             b"not valid UTF-8"),
            ((b"show", b"license", b"\xfe"), 1, b"not valid UTF-8"),
            ((b"\xff\x1b[2J",), 2, b"unknown command ??[2J"),
            ((b"license", b"install", b"flash:\x1b]0;x\x07"), 1, b"?]0;x?"),
            ((b"license", b"install", "flash:\u202egnp.lic".encode()), 1,
             b"flash:?gnp.lic"),
            ((b"check", b"x" * 129), 1, b"at most 128 bytes"),
            ((b"check", b""), 1, b"no such feature"),
            ((b"license", b"comment", b"add", b"ipbasek9", b"x" * 256), 1,
             b"at most 255 bytes"),
            ((b"license", b"comment", b"add", b"ipbasek9", b"a\x1b[2J"), 1,
             b"expected one line"),
            ((b"license", b"install", b"x" * 1025), 1, b"1024 bytes"),
            ((b"license", b"install", b"x" * 20000), 1, b"16384 bytes")):
        done = subprocess.run(program + list(args), env=lab.environ,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=60, check=False)
        said = done.stdout + done.stderr
        equal(done.returncode, status, f"exit status of {args}: {said}")
        check(words in said, f"{words} is not in {said[-500:]}")
        check(b"\x1b" not in said and b"\xff" not in said,
              f"what a terminal would obey: {said}")
    step("a name that is cut off within a character, in what is said of it")
    with Control(lab.control) as c:
        try:
            c.ask("devices", **{"x" * 39 + "\u00fc": 1})
        except Refused as refused:
            equal(refused.text, "x" * 39 + "?: unknown argument", "what is said")
        else:
            check(False, "an argument that there is not was taken")
    step("a comment with more than text")
    with Control(lab.control) as c:
        row = c.rows("licenses")[0]
        where = {key: row[key] for key in ("device", "store", "license")}
        for comment in ("a\nb", "a\x1b[2J", "\x7f", "x" * 256):
            equal(c.refused("comment", comment=comment, **where), "invalid",
                  f"the comment {comment!r}")
        equal(c.rows("licenses")[0]["comment"], row["comment"], "it stays")


def two_daemons(lab):
    step("two daemons on one state directory")
    with open(lab.conf, encoding="utf-8") as f:
        conf = f.read().replace(lab.control,
                                os.path.join(lab.top, "other"))
    name = os.path.join(lab.top, "second.conf")
    with open(name, "w", encoding="utf-8") as f:
        f.write(conf)
    before = files_below(lab.state)
    done = lab.run(os.path.join(lab.bin, "licagentd"), "-f", "-c", name)
    equal(done.returncode, 1, f"exit status\n{done.stderr}")
    check("cannot open the state" in done.stderr and
          lab.state in done.stderr, f"what it says: {done.stderr}")
    equal(files_below(lab.state), before, "the state")
    check(not os.path.exists(os.path.join(lab.top, "other")),
          "it left a socket")
    equal(feature(lab.control, "uck9")["feature"], "uck9",
          "the first one was not disturbed")


def streams(lab):
    step("a daemon whose streams are closed writes into no file of its own")
    control = os.path.join(lab.top, "other")
    with open(lab.conf, encoding="utf-8") as f:
        conf = f.read().replace(lab.control, control)
    state = os.path.join(lab.top, "other-state")
    os.mkdir(state)
    conf = conf.replace(lab.state, state)
    name = os.path.join(lab.top, "streams.conf")
    with open(name, "w", encoding="utf-8") as f:
        f.write(conf)
    with subprocess.Popen(
            ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh",
             os.path.join(lab.bin, "licagentd"), "-f", "-c", name],
            env=lab.environ) as daemon:
        try:
            wait_until("it serves", lambda: os.path.exists(control))
            if os.getuid() == 0:    # nobody else may see them
                equal([os.readlink(f"/proc/{daemon.pid}/fd/{fd}")
                       for fd in range(3)], ["/dev/null"] * 3, "its streams")
        finally:
            daemon.terminate()
    equal(daemon.returncode, 0, "exit status")


def half(lab):
    if not glob.glob("/usr/lib/*/faketime/libfaketime.so.1"):
        print("faketime is not installed: not tried")
        return
    step("half a request is not waited for without end, an idle client is")
    lab.stop()
    lab.start("--faketime", "+0 x60")
    with Control(lab.control) as idle, Control(lab.control) as c:
        c.send(b'{"do":"devices","id":1}\n{"do":"dev')
        equal(c.read()["id"], 1, "the whole one")
        equal(c.read(), None, "the half one: it hung up")
        equal(idle.ask("devices")["rows"][0]["udi"], lab.udi,
              "who had nothing to say")


def wrong(lab):
    types(lab)
    names(lab)
    two_daemons(lab)
    streams(lab)
    half(lab)
    check(lab.alive(), "the daemon lives")


main(wrong)
