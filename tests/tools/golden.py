#!/usr/bin/env python3
"""golden: what licctl shows, letter by letter, and that readers of IOS take it.

The files in golden/ are conversations: a line "$ licctl ..." and what it
printed.  What differs from run to run (identities, times, sizes) has a word
in its place.  LICCTL_GOLDEN=write writes them anew; then read the difference.
"""

import difflib

from terminal import *

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
WRITE = os.environ.get("LICCTL_GOLDEN") == "write"

HEAD = """# Made by examples/lab for @DIR@
master = "unix:@DIR@/agentx";
state = "@DIR@/state";
control = "@DIR@/control";
keys = "@DIR@/keys";
own-keys = true;
files = ( { prefix = "flash:"; directory = "@DIR@/flash"; } );
"""
ALONE = HEAD + """
devices = ( { index = 1; pid = "LIC1921/K9"; sn = "LAB00000001";
  stores = ( { index = 1; name = "flash:primary"; kind = "primary";
               size = 2000000; default = true; } ); } );
features = ( { name = "ipbasek9"; version = "1.0"; },
             { name = "cme-srst"; version = "1.0"; counted = "phones"; } );
"""
STACK = HEAD + """
devices = (
  { index = 1; pid = "LIC1921/K9"; sn = "LAB00000001";
    stores = ( { index = 1; name = "flash:primary"; kind = "primary";
                 default = true; },
               { index = 2; name = "builtin:evaluation"; kind = "built-in";
                 path = "@DIR@/builtin.lic"; } ); },
  { index = 2; pid = "LIC1921/K9"; sn = "LAB00000002";
    stores = ( { index = 1; name = "flash2:primary"; kind = "primary";
                 default = true; },
               { index = 3; name = "usb:store"; kind = "removable"; } ); } );
features = ( { name = "ipbasek9"; version = "1.0"; },
             { name = "securityk9"; version = "1.0"; },
             { name = "datak9"; version = "1.0"; advise = true; },
             { name = "uck9"; version = "1.0"; mandatory = true; },
             { name = "cme-srst"; version = "1.0"; counted = "phones"; },
             { name = "h\u00f6he-\u8def\u7531"; version = "2.0"; } );
modules = ( { name = "image"; version = "1.0";
              levels = ( { feature = "base"; }, { feature = "ipbasek9"; },
                         { feature = "advanced"; } ); } );
"""

VIEWS = [f"show license{view}" for view in (
    "", " ipbasek9", " summary", " all", " call-home", " detail", " feature", " file", " statistics",
    " status", " udi", " evaluation", " expiring", " in-use", " permanent",
    " level", " switch 2", " detail switch all", " udi switch 2")] + [
        "show license switch x", "show leases", "show history", "check",
                  "check ipbasek9", "check nothing", "license"]
JSON = [view + " --json" for view in VIEWS
        if view != "license" and "switch" not in view] + ["dump"]

MASKS = (
    (r"\b[0-9a-f]{32}\b", "IDENTITY"),
    (r"License authority [\w-]{8}", "AUTHORITY"),
    (r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r'"(size_left|size|pid|uid|used_s)": \d+', r'"\1": NUMBER'),
    (r'"(at|begin|end|issued|iat|nbf)":\d{10}', r'"\1":SECONDS'),
    (r"eyJ[\w.-]+", "LINE"),
    (r"/\S*/lab/", "LAB/"),
    (r'"by":"[^"]*"', '"by":"WHO"'), (r'"by": "[^"]*"', '"by": "WHO"'),
    (r"(?m)^(\d+\.\d+) +\d+ +\d+ +(\d+ +(?:un)?licensed)",
     r"\1 PROCESS USER \2"),
    (r"(?m)^(Process|User): \d+", r"\1: NUMBER"),
)


def masked(text):
    for pattern, word in MASKS:
        text = re.sub(pattern, word, text)
    return text


def run(lab, view, columns):
    """What a command prints, without a terminal or on one."""
    if columns is None:
        done = subprocess.run(
            [os.path.join(lab.bin, "licctl"), "--socket", lab.control,
             *view.split()], env=lab.environ, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=120, check=False)
        return f"$ licctl {view}\n{done.stdout}[{done.returncode}]\n"
    t = Terminal(lab, *view.split(), columns=columns)
    while t.read():
        pass
    _, ended = os.waitpid(t.pid, 0)
    os.close(t.fd)
    return (f"$ licctl {view}\n{t.seen}"
            f"[{os.waitstatus_to_exitcode(ended)}]\n")


def compare(name, got):
    path = os.path.join(FOLDER, name)
    if WRITE:
        with open(path, "w", encoding="utf-8") as f:
            f.write(got)
        return
    with open(path, encoding="utf-8") as f:
        want = masked(f.read())
    if got != want:
        raise Failure(f"{name} (left: what it has, right: what came)\n" +
                      "".join(difflib.unified_diff(
                          want.splitlines(True), got.splitlines(True),
                          "golden", "licctl", n=2)))


def record(lab, name):
    for what, columns, views in ((".text", None, VIEWS), (".json", None, JSON),
                                 (".80", 80, VIEWS), (".40", 40, VIEWS)):
        step(f"{name}{what}")
        compare(name + what, masked("".join(run(lab, view, columns)
                                            for view in views)))


def configure(lab, text):
    path = os.path.join(lab.top, "golden.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def again(lab, *options):
    lab.stop()
    shutil.rmtree(lab.dir)
    lab.start(*options)


# ---- The readers

# Fields of `show license`, in their order; each reader stops at a line that it
# does not know.
FIELDS = ("Period left", "Period Used", "License Type", "License State",
          "License Count", "License Priority")
# What a strict reader knows of their values.
VALUES = {
    "Period left": r"Life time|Not Activated|\d+  \w+ +\d+ +\w+",
    "Period Used": r"\d+  \w+ +\d+ +\w+",
    "License Type": r"Permanent|EvalRightToUse",
    "License State": r"Active, In Use|Active, Not in Use"
                     r"(, EULA not accepted)?|Inactive",
    "License Count": r"Non-Counted|\d+/\d+  \(In-use/Violation\)"
                     r"|\d+/\d+/\d+  \(Active/In-use/Violation\)",
    "License Priority": r"None|Low|Medium|High",
}


class Unread(Exception):
    """A line that a reader does not take."""


def read_license(text, strict):
    """[{field: value}] of `show license`."""
    found = []
    for line in text.splitlines():
        head = re.fullmatch(r"Index (\d+) Feature: (\S+) *", line)
        field = re.fullmatch(r"\t([^:]+): (.*?) *", line)
        if head:
            found.append({"Index": int(head.group(1)),
                          "Feature": head.group(2)})
            order = -1
        elif field and field.group(1) in FIELDS and found:
            name, value = field.groups()
            if FIELDS.index(name) <= order or (
                    strict and not re.fullmatch(VALUES[name], value)):
                raise Unread(line)
            order = FIELDS.index(name)
            found[-1][name] = value
        else:
            raise Unread(line)
    return found


LONG = ("License Type", "License State", "Evaluation total period",
        "Evaluation period left", "Period used", "Start date",
        "Subscription period left", "Lock type", "Vendor info",
        "License Addition", "License Generation version", "License Count",
        "License Priority", "Store Index", "Store Name", "License Index")


def read_long(text):
    """[{field: value}] of `show license detail` and `all`."""
    found = []
    order = -1
    for line in text.splitlines():
        head = re.fullmatch(r"(?:Index: (\d+) \t|StoreIndex: (\d+)  )"
                            r"Feature: (\S+) +Version: (\S+)", line)
        field = re.fullmatch(r"\t(?:    )?([^:]+): (.*?) *", line)
        if head:
            found.append({"Feature": head.group(3),
                          "Version": head.group(4)})
            order = -1
        elif field and field.group(1) in LONG and found:
            if LONG.index(field.group(1)) <= order:
                raise Unread(line)
            order = LONG.index(field.group(1))
            found[-1][field.group(1)] = field.group(2)
        elif not re.fullmatch(r"License Store: \w[\w -]* License Storage",
                              line):
            raise Unread(line)
    return found


def read_udi(text):
    lines = text.splitlines()
    if not re.fullmatch(r"Device# +PID +SN +UDI", lines[0]) or \
            not re.fullmatch(r"-+", lines[1]):
        raise Unread(lines[0])
    rows = [re.fullmatch(r"([* ])(\d+) +(\S+) +(\S+) +(\S+)", line)
            for line in lines[2:]]
    if None in rows:
        raise Unread(text)
    return [row.groups() for row in rows]


def read_feature(text):
    lines = text.splitlines()
    if lines[0].split() != ["Feature", "name", "Enforcement", "Evaluation",
                            "Subscription", "Enabled", "RightToUse"]:
        raise Unread(lines[0])
    rows = [re.fullmatch(r"(\S+)" + 5 * r" +(yes|no)" + " *", line)
            for line in lines[1:]]
    if None in rows:
        raise Unread(text)
    return [row.groups() for row in rows]


READERS = {
    "show license": lambda text: read_license(text, False),
    "show license summary": lambda text: read_license(text, False),
    "show license detail": read_long,
    "show license all": read_long,
    "show license in-use": read_long,
    "show license permanent": read_long,
    "show license udi": read_udi,
    "show license feature": read_feature,
}


def conversations(name):
    """{command: what it printed} of a golden file."""
    with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
        parts = re.split(r"^\$ licctl (.*)\n", f.read(), flags=re.M)
    return {command: re.sub(r"\[\d+\]\n\Z", "", text)
            for command, text in zip(parts[1::2], parts[2::2])}


def unread(reader, text):
    try:
        reader(text)
    except Unread:
        return True
    return False


def readers():
    step("readers of IOS take the golden outputs, and not a line more")
    for name in ("none.text", "one.text"):
        for command, text in conversations(name).items():
            if command not in READERS:
                continue
            READERS[command](text)
            for extra in ("\tRemaining: 5\n", "Something else\n"):
                check(unread(READERS[command], text + extra),
                      f"{name}: a reader of {command} takes {extra!r}")
    check(unread(READERS["show license"],
                 conversations("one.text")["show license ipbasek9"] +
                 "\tLicense Type: Permanent\n"), "a field twice")
    one = read_license(conversations("one.text")["show license"], True)
    equal(one, [{"Index": 1, "Feature": "ipbasek9",
                 "Period left": "Life time", "License Type": "Permanent",
                 "License State": "Active, Not in Use",
                 "License Count": "Non-Counted",
                 "License Priority": "Medium"},
                {"Index": 2, "Feature": "cme-srst"}], "one license")
    # Of a stack it is the master; its members are named with "switch all".
    rich = conversations("rich.text")
    states = {row.get("License State")
              for row in read_license(rich["show license"], False)}
    check({"Active, In Use", "Active, Not in Use, EULA not accepted"} <=
          states, f"states: {states}")
    parts = re.split(r"^Device \d+: .*\n",
                     rich["show license detail switch all"], flags=re.M)
    equal(parts[0], "", "before the first device")
    equal([len(read_long(part)) for part in parts[1:]], [10, 1], "licenses")


# ---- Situations

def none_and_one(lab):
    lab.start("--conf", configure(lab, ALONE))
    record(lab, "none")
    lab.issue("one.lic", "--comment", "night \u263e")
    ctl(lab, "license", "install", "flash:one.lic")
    record(lab, "one")


def rich(lab):
    """Two devices, a module, and a license of nearly every kind."""
    again(lab, "--conf", configure(lab, STACK))
    lab.issue("a.lic", feature="advanced")
    lab.issue("a.lic", "--append", "--count", "10", "--additive",
              feature="cme-srst")
    lab.issue("a.lic", "--append", "--count", "5", "--additive",
              "--comment", "five more", feature="cme-srst")
    lab.issue("a.lic", "--append", "--start", "2020-01-01", "--end",
              "2021-01-01", feature="datak9", kind="paidSubscription")
    lab.issue("a.lic", "--append", "--period", "40d", feature="securityk9",
              kind="extension")
    lab.issue("a.lic", "--append", feature="ipbasek9",
              udi="LIC1921/K9:LAB00000002")
    ctl(lab, "license", "install", "flash:a.lic", "--accept-eula")
    ctl(lab, "license", "modify", "priority", "cme-srst", "high", "--device",
        "1", "--index",
        index_of(lab, "cme-srst", device=1, store=1), "--store", "1")
    with Control(lab.control) as c:
        c.ask("checkout", feature="cme-srst", count=12)
        c.ask("checkout", feature="uck9")
        record(lab, "rich")
    step("a level that runs includes those below it")
    check("agreement not accepted" in
          ctl(lab, "check", "ipbasek9", status=1), "before")
    lab.restart()
    ctl(lab, "check", "ipbasek9")
    with Control(lab.control) as c:
        equal(c.ask("checkout", feature="ipbasek9")["state"], "licensed",
              "it can be checked out, too")


def many(lab):
    """1,000 licenses: what comes is computed here."""
    again(lab, "--licenses", "1000")
    step("1,000 licenses")
    features = ("cme-srst", "datak9", "ipbasek9", "securityk9", "uck9")
    rows = json.loads(ctl(lab, "show", "license", "--json"))
    equal(len(rows), 1005, "licenses as JSON")
    equal([(r["device"], r["store"], r["license"]) for r in rows],
          sorted({(r["device"], r["store"], r["license"]) for r in rows}),
          "each once, in order")
    equal({f: sum(r["feature"] == f for r in rows) for f in features},
          dict.fromkeys(features, 201), "of each feature")
    by_feature = sorted(rows, key=lambda r: (r["feature"], r["store"],
                                             r["license"]))
    # Of exclusive permanents the first one serves, of additive ones all.
    first = {r["feature"]: r["license"] for r in reversed(by_feature)
             if r["store"] == 1}
    want = "".join(expected(i + 1, r, first) for i, r in
                   enumerate(by_feature))
    got = ctl(lab, "show", "license", "detail")
    check(got == want, "".join(list(difflib.unified_diff(
        want.splitlines(True), got.splitlines(True), "computed", "licctl",
        n=2))[:40]))
    equal(len(read_long(got)), 1005, "licenses that a reader finds")
    shown = read_license(ctl(lab, "show", "license"), True)
    equal([(r["Feature"], r["License Count"]) for r in shown],
          [(f, "Non-Counted") for f in ("ipbasek9", "securityk9", "datak9",
                                        "uck9")] +
          [("cme-srst", "2000/0/0  (Active/In-use/Violation)")],
          "show license")
    for view in ("all", "permanent"):
        equal(len(read_long(ctl(lab, "show", "license", view))),
              1005 if view == "all" else 1000, f"show license {view}")


def expected(number, r, first):
    trial = r["store"] == 2
    counted = r["feature"] == "cme-srst"
    active = not trial and (counted or r["license"] == first[r["feature"]])
    period = """\
\t    Evaluation total period: 8  weeks 4  days\x20
\t    Evaluation period left: 8  weeks 4  days\x20
\t    Period used: 0  minute  0  second\x20\x20
""" if trial else ""
    count = "Non-Counted" if not counted else \
        "0/0  (In-use/Violation)" if trial else \
        f"{r['count']}/0/0  (Active/In-use/Violation)"
    pid, sn = ("NOTLOCKED",) * 2 if trial else ("LIC1921/K9", "LAB00000001")
    begin, end = ("<UDI>", "</UDI>") if trial or counted else ("", "")
    return f"""\
Index: {number} \tFeature: {r["feature"]:<34}Version: 1.0
\tLicense Type: {"EvalRightToUse" if trial else "Permanent"}
\tLicense State: {"Active, Not in Use" if active else "Inactive"}
{period}\tLock type: {"Non Node locked" if trial else "Node locked"}
\tVendor info: {begin}<PID>{pid}</PID><SN>{sn}</SN>{end}\
{"<T>RTU</T>" if trial else ""}
\tLicense Addition: {"Additive" if counted and not trial else "Exclusive"}
\tLicense Generation version: {"0x8200000" if trial else "0x8100000"}
\tLicense Count: {count}
\tLicense Priority: {"None" if trial else "Medium"}
\tStore Index: {r["store_index"]}
\tStore Name: {"Built-In" if trial else "Primary"} License Storage
\tLicense Index: {r["license"]}
"""


def golden(lab):
    none_and_one(lab)
    rich(lab)
    readers()
    many(lab)


main(golden, start=False)
