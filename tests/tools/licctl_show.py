#!/usr/bin/env python3
"""licctl_show: what licctl shows, in the form that scripts know from IOS."""

import datetime
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "agent", "control"))

from wire import *  # noqa: E402,F401,F403

NONE = """# Made by examples/lab for @DIR@
master = "unix:@DIR@/agentx";
state = "@DIR@/state";
control = "@DIR@/control";
keys = "@DIR@/keys";
own-keys = true;
files = ( { prefix = "flash:"; directory = "@DIR@/flash"; } );
devices = ( { index = 1; pid = "LIC1921/K9"; sn = "LAB00000001";
  stores = ( { index = 1; name = "flash:primary"; kind = "primary";
               size = 2000000; default = true; } ); } );
features = ( { name = "ipbasek9"; version = "1.0"; },
             { name = "cme-srst"; version = "1.0"; counted = "phones"; } );
"""

TRIAL = """\tPeriod left: Not Activated
\tPeriod Used: 0  minute  0  second\x20\x20
\tLicense Type: EvalRightToUse
\tLicense State: Active, Not in Use, EULA not accepted
\tLicense Count: %s
\tLicense Priority: None
"""
PERMANENT = """\tPeriod left: Life time
\tLicense Type: Permanent
\tLicense State: %s
\tLicense Count: %s
\tLicense Priority: Medium
"""

TRIAL_BESIDE = """\tLicense Index: 6
Other licenses of the feature
\tLicense 1: EvalRightToUse, Inactive: license 6 comes first
"""

# What readers of `show license` accept: every line, or it is an error.
LINES = [re.compile(pattern) for pattern in (
    r"Index\s+\d+\s+Feature:\s+(?P<feature>\S+)\s*$",
    r"\s+Period\s+left:\s+(?P<left>.*)$",
    r"\s+Period\s+Used:\s+(?P<used>.*)$",
    r"\s+License\s+Type:\s+(?P<type>.*)$",
    r"\s+License\s+State:\s+(?P<state>.*)$",
    r"\s+License\s+Count:\s+(?P<count>.*)$",
    r"\s+License\s+Priority:\s+(?P<priority>.*)$")]
# And stricter ones, for what they know.
STRICT = {
    "left": r"Life\s+time|Not\s+Activated",
    "used": r"\d+\s+minute\s+\d+\s+second\s*",
    "type": r"Permanent|EvalRightToUse",
    "state": r"Active,\s+(Not\s+in\s+Use,\s+EULA\s+not\s+accepted|In\s+Use"
             r"|Not\s+in\s+Use)|Inactive",
    "count": r"\d+/\d+\s+\(In-use/Violation\)|Non-Counted"
             r"|\d+/\d+/\d+\s+\(Active/In-use/Violation\)",
    "priority": r"\S+",
}


def ctl(lab, *args, status=0):
    """Standard output; standard error too if it is to fail."""
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   *args)
    equal(done.returncode, status,
          f"exit status of licctl {' '.join(args)}\n"
          f"{done.stdout}{done.stderr}")
    return done.stdout if status == 0 else done.stdout + done.stderr


def same(lab, args, want):
    equal(ctl(lab, *args.split()), want, f"licctl {args}")


def parse(text, strict=True):
    """[{field: value}], as the readers of IOS understand it."""
    licenses = []
    for line in text.splitlines():
        match = next((m for m in (p.match(line) for p in LINES) if m), None)
        check(match, f"no reader accepts the line {line!r}")
        found = match.groupdict()
        if "feature" in found:
            licenses.append(found)
            continue
        (name, value), = found.items()
        check(not strict or re.fullmatch(STRICT[name], value),
              f"a strict reader does not accept {line!r}")
        licenses[-1][name] = value.strip()
    return licenses


def feature_line(number, name):
    return f"Index {number} Feature: {name:<31}\n"


def none(lab):
    step("no license at all")
    same(lab, "show license", feature_line(1, "ipbasek9") +
         feature_line(2, "cme-srst"))
    same(lab, "show license --json", "[]\n")
    same(lab, "show license detail", "")
    same(lab, "show license all", "License Store: Primary License Storage\n")
    same(lab, "show leases", "Handle  Process  User    Count   State       "
         "Feature                   Version\n")
    equal([f["in_use"] for f in json.loads(
        ctl(lab, "show", "license", "feature", "--json"))], [0, 0],
          "features as JSON")


def few(lab):
    step("five trials")
    names = ["ipbasek9", "securityk9", "datak9", "uck9", "cme-srst"]
    want = "".join(
        feature_line(i + 1, name) + TRIAL %
        ("0/0  (In-use/Violation)" if name == "cme-srst" else "Non-Counted")
        for i, name in enumerate(names))
    same(lab, "show license", want)
    same(lab, "show license summary", want)
    equal(len(parse(want)), 5, "licenses that readers find")

    step("a permanent license beside a trial")
    lab.issue("one.lic", "--comment", "night")
    lab.issue("one.lic", "--append", "--count", "10", feature="cme-srst")
    ctl(lab, "license", "install", "flash:one.lic")
    same(lab, "show license ipbasek9", feature_line(1, "ipbasek9") +
         PERMANENT % ("Active, Not in Use", "Non-Counted") + TRIAL_BESIDE)
    with Control(lab.control) as c:
        c.ask("checkout", feature="cme-srst", count=4)
        c.ask("checkout", feature="ipbasek9")
        same(lab, "show license ipbasek9", feature_line(1, "ipbasek9") +
             PERMANENT % ("Active, In Use", "Non-Counted") + TRIAL_BESIDE)
        same(lab, "show license cme-srst", feature_line(5, "cme-srst") +
             PERMANENT %
             ("Active, In Use", "10/4/0  (Active/In-use/Violation)") +
             TRIAL_BESIDE.replace("6", "7").replace("License 1:",
                                                    "License 5:"))
        parse(ctl(lab, "show", "license"))
        same(lab, "show license feature", """\
Feature name             Enforcement  Evaluation  Subscription   Enabled  \
RightToUse\x20
ipbasek9                 yes          yes         no             yes      \
yes       \x20
securityk9               yes          yes         no             no       \
yes       \x20
datak9                   yes          yes         no             no       \
yes       \x20
uck9                     yes          yes         no             no       \
yes       \x20
cme-srst                 yes          yes         no             yes      \
yes       \x20
""")
        same(lab, "show license detail ipbasek9", f"""\
Index: 1 \tFeature: ipbasek9{" " * 26}Version: 1.0
\tLicense Type: Permanent
\tLicense State: Active, In Use
\tLock type: Node locked
\tVendor info: <PID>LIC1921/K9</PID><SN>LAB00000001</SN>
\tLicense Addition: Exclusive
\tLicense Generation version: 0x8100000
\tLicense Count: Non-Counted
\tLicense Priority: Medium
\tStore Index: 0
\tStore Name: Primary License Storage
\tLicense Index: 6
Index: 2 \tFeature: ipbasek9{" " * 26}Version: 1.0
\tLicense Type: EvalRightToUse
\tLicense State: Inactive
\t    Evaluation total period: 8  weeks 4  days\x20
\t    Evaluation period left: 8  weeks 4  days\x20
\t    Period used: 0  minute  0  second\x20\x20
\tLock type: Non Node locked
\tVendor info: <UDI><PID>NOTLOCKED</PID><SN>NOTLOCKED</SN></UDI><T>RTU</T>
\tLicense Addition: Exclusive
\tLicense Generation version: 0x8200000
\tLicense Count: Non-Counted
\tLicense Priority: None
\tStore Index: 0
\tStore Name: Built-In License Storage
\tLicense Index: 1
""")
        check(re.search(r"^StoreIndex: 1  Feature: cme-srst {26}Version: 1.0$",
                        ctl(lab, "show", "license", "in-use"), re.M),
              "in use")
        rows = json.loads(ctl(lab, "show", "leases", "--json"))
        equal([(r["feature"], r["count"]) for r in rows],
              [("cme-srst", 4), ("ipbasek9", 1)], "leases as JSON")
    text = ctl(lab, "show", "license", "evaluation")
    equal(text.count("StoreIndex"), 5, "trials")
    equal(ctl(lab, "show", "license", "permanent").count("StoreIndex"), 2,
          "permanent ones")
    equal(ctl(lab, "show", "license", "expiring").count("StoreIndex"), 0,
          "expiring ones")
    check("    Comment: night\n" in ctl(lab, "show", "license", "file"),
          "the comment")
    same(lab, "show license udi", f"""\
Device#   PID                     SN                      UDI
{"-" * 78}
*0        LIC1921/K9              LAB00000001             \
LIC1921/K9:LAB00000001
""")
    check(ctl(lab, "show", "license", "statistics").startswith(
        "Administrative statistics\n"
        "\tInstall success count:       2\n"), "statistics")
    lab.settled()
    check("\nNotification statistics\n"
          "\tWaiting count:               0\n"
          "\tDropped count:               0\n"
          in ctl(lab, "show", "license", "statistics"), "notifications")
    check("License Operation Supported\n\tinstall        Install license\n"
          in ctl(lab, "show", "license", "status"), "status")

    step("JSON: the keys that licagent-control(7) promises")
    rows = json.loads(ctl(lab, "show", "license", "--json"))
    equal(sorted(rows[0]), sorted(
        "device store license store_index status priority comment eula_accepted "
        "count_left left_s used_s expired_s installed id issuer feature "
        "version type udis counted additive count period_s extension_days "
        "issued start end eula".split()), "keys of a license")
    equal([(r["feature"], r["type"], r["count"], r["comment"]) for r in rows
           if r["store"] == 1],
          [("ipbasek9", "permanent", None, "night"),
           ("cme-srst", "permanent", 10, "")], "licenses")
    whole = json.loads(ctl(lab, "dump"))
    equal(sorted(whole), ["devices", "features", "history", "leases",
                          "licenses", "modules", "statistics", "stores"], "dump")

    step("periods and states")
    ctl(lab, "license", "accept", "end", "user", "agreement", "uck9",
        "--accept-eula")
    equal(parse(ctl(lab, "show", "license", "uck9"), strict=False)[0],
          {"feature": "uck9", "left": "8  weeks 4  days",
           "used": "0  minute  0  second", "type": "EvalRightToUse",
           "state": "Active, Not in Use, EULA accepted",
           "count": "Non-Counted",
           "priority": "Low"}, "an accepted trial")
    lab.issue("sub.lic", "--end", "2036-01-01", feature="datak9",
              kind="paidSubscription")
    ctl(lab, "license", "install", "flash:sub.lic")
    found = parse(ctl(lab, "show", "license"), strict=False)[2]
    equal(found["type"], "Paid Subscription", "a subscription")
    check(re.fullmatch(r"\d+  weeks \d  days", found["left"]), found["left"])
    equal(ctl(lab, "show", "license", "expiring").count("StoreIndex"), 2,
          "expiring ones")


def reasons(lab):
    step("subscriptions that have ended, or are to come")
    lab.issue("old.lic", "--start", "2020-01-01", "--end", "2021-01-01",
              feature="securityk9", kind="paidSubscription")
    ctl(lab, "license", "install", "flash:old.lic")
    # Not the trial beside it, which nobody has accepted.
    check(re.search(r"securityk9: license \d+: expired at "
                    r"2021-01-01T00:00:00Z$",
                    ctl(lab, "check", "securityk9", status=1), re.M),
          "what has ended")
    equal(ctl(lab, "show", "license", "expiring").count("securityk9"), 0,
          "it has expired, and is not expiring")
    lab.issue("soon.lic", "--end", (datetime.datetime.now(
        datetime.timezone.utc) + datetime.timedelta(days=20)).strftime(
            "%Y-%m-%d"), feature="ipbasek9", kind="paidSubscription")
    ctl(lab, "license", "install", "flash:soon.lic")
    for days, wanted in (("30", 1), ("19", 0), ("49710", 1)):
        equal(ctl(lab, "show", "license", "expiring", days).count("ipbasek9"),
              wanted, f"what expires within {days} days")
    for days in ("0", "x", "3d", "49711"):
        check("expected a number of days from 1 to 49710" in
              ctl(lab, "show", "license", "expiring", days, status=2), days)
    year = datetime.datetime.now(datetime.timezone.utc).year + 1
    lab.issue("next.lic", "--start", f"{year}-12-01", "--end",
              f"{year}-12-31", feature="securityk9",
              kind="paidSubscription")
    ctl(lab, "license", "install", "flash:next.lic")
    check(re.search(rf"securityk9: license \d+: begins at "
                    rf"{year}-12-01T00:00:00Z$",
                    ctl(lab, "check", "securityk9", status=1), re.M),
          "what is to come")
    said = ctl(lab, "show", "license", "securityk9")
    check(re.search(rf"\tLicense \d+: Paid Subscription, Inactive: it begins "
                    rf"at {year}-12-01T00:00:00Z$", said, re.M) and
          re.search(r"\tLicense \d+: Paid Subscription, Expired, Not in Use$",
                    said, re.M), said)
    text = ctl(lab, "show", "license", "detail", "securityk9")
    check(f"\t    Start date: {year}-12-01T00:00:00Z, End date: "
          f"{year}-12-31T00:00:00Z\n"
          "\t    Subscription period left: 4  weeks 2  days \n" in text, text)
    row = next(r for r in json.loads(
        ctl(lab, "show", "license", "securityk9", "--json"))
        if r["start"] == f"{year}-12-01T00:00:00Z")
    equal(row["left_s"], 30 * 86400, "left of it, in JSON")
    lab.issue("now.lic", "--end", "2036-01-01", feature="uck9",
              kind="paidSubscription")
    ctl(lab, "license", "install", "flash:now.lic")
    row = next(r for r in json.loads(
        ctl(lab, "show", "license", "uck9", "--json")) if r["start"] is None
        and r["end"])
    check(f"\t    Start date: {row['issued']}, End date: "
          "2036-01-01T00:00:00Z\n" in
          ctl(lab, "show", "license", "detail", "uck9"), "from its issue")


def inactive(lab):
    step("why a license does not serve")
    lab.issue("one.lic", "--count", "10", feature="cme-srst")
    lab.issue("one.lic", "--append", "--count", "5", "--additive",
              feature="cme-srst")
    ctl(lab, "license", "install", "flash:one.lic")
    one, more = (index_of(lab, "cme-srst", count) for count in (10, 5))
    said = ctl(lab, "show", "license", "cme-srst")
    check(f"\tLicense Index: {one}\nOther licenses of the feature\n" in said,
          said)
    check(f"\tLicense {more}: Permanent, Inactive: it can add nothing to "
          f"license {one}, which is exclusive\n" in said, said)
    ctl(lab, "license", "modify", "priority", "cme-srst", "high", "--index",
        str(more))
    said = ctl(lab, "show", "license", "cme-srst")
    check(f"\tLicense Index: {more}\n" in said and
          f"\tLicense {one}: Permanent, Inactive: it is exclusive, and "
          "additive licenses come first\n" in said, said)
    for index in (one, more):
        ctl(lab, "license", "clear", "cme-srst", "--yes", "--index",
            str(index))


def index_of(lab, feature, count):
    return next(r["license"] for r in json.loads(
        ctl(lab, "show", "license", feature, "--json"))
        if r["count"] == count and r["store"] == 1)


def additive(lab):
    step("additive licenses: their sum, and each one's own count")
    for name in ("x.lic", "y.lic"):
        lab.issue(name, "--count", "10" if name == "x.lic" else "5",
                  "--additive", feature="cme-srst")
        ctl(lab, "license", "install", f"flash:{name}")
    with Control(lab.control) as c:
        c.ask("checkout", feature="cme-srst", count=12)
        equal(re.findall(r"License Count: (\S+)  \(Active",
                         ctl(lab, "show", "license", "cme-srst")),
              ["15/12/0"], "the sum")
        equal(sorted(re.findall(r"License Count: (\S+)  \(Active",
                                ctl(lab, "show", "license", "all"))),
              ["10/10/0", "5/2/0"], "each one's own")


def many(lab):
    step("1,000 licenses")
    equal(len(json.loads(ctl(lab, "show", "license", "--json"))), 1005,
          "licenses")
    equal(len(parse(ctl(lab, "show", "license"), strict=False)), 5,
          "features")
    text = ctl(lab, "show", "license", "detail")
    equal(re.findall(r"^Index: (\d+)", text, re.M),
          [str(i + 1) for i in range(1005)], "details")
    with Control(lab.control) as c:
        c.ask("checkout", feature="cme-srst", count=777)
        found = next(row for row in parse(ctl(lab, "show", "license"))
                     if row["feature"] == "cme-srst")
        equal(found["count"], "2000/777/0  (Active/In-use/Violation)",
              "the count of all that are additive")


class Hostile(threading.Thread):
    """A daemon whose every list has a row of words that terminals obey."""

    WORD = "a\x1b]0;b\x07:\u009b31m"
    ROW = dict.fromkeys(("feature", "version", "type", "status", "comment",
                         "issuer", "issued", "id", "start", "end", "udi",
                         "at", "what", "module", "running", "state", "pid"),
                        WORD) | {
        "device": 1, "store": 1, "license": 1, "udis": [WORD],
        "levels": [WORD], "body": {WORD: WORD}, "type": "paidSubscription"}

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            with connection, connection.makefile("rw") as f:
                print('{"hello":"licagent","version":1,"may":["read"]}',
                      file=f, flush=True)
                for line in f:
                    rows = {"rows": [self.ROW, dict(self.ROW, device=2)]}
                    print(json.dumps({"id": json.loads(line)["id"],
                                      "result": rows}), file=f, flush=True)


def hostile(lab):
    step("a daemon that says what a terminal would obey")
    path = os.path.join(lab.top, "hostile")
    Hostile(path).start()
    for args in ("show license", "show license all", "show license detail",
                 "show license file", "show license feature",
                 "show license level", "show license udi", "show leases",
                 "show history", f"license clear {Hostile.WORD}"):
        done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", path,
                       *args.split())
        said = done.stdout + done.stderr
        check(said and not re.search("[\x1b\x07\x7f-\x9f]", said),
              f"licctl {args}: {said!r}")
    done = lab.run(os.path.join(lab.bin, "licctl"), "--complete", "--socket",
                   path, "check", "")
    equal(done.stdout, "a?]0;b?:?31m\n" * 2, "completion")


def refused(lab):
    step("what cannot be understood")
    for args, words in (
            ("show license f", "ambiguous command: f may be feature, file"),
            ("show lic st", "st may be statistics, status"),
            ("license", "incomplete command; expected install, "),
            ("lic sav cred a b", "usage: licctl license save credential"),
            ("frobnicate", "unknown command frobnicate; expected show, "
             "license, no, check, clock, reload, run, dump, help\n"),
            ("run true", "run: --feature NAME is missing"),
            ("run uck9 -- true", "run: --feature NAME is missing"),
            ("run --feature uck9 true", "unexpected argument true; the "
             "command goes after --"),
            ("license comment add", "usage: licctl license comment add"),
            ("--rubbish", "unknown option --rubbish"),
            ("--count 0 check x", "--count: 0 is not a number from 1 to 4294967295"),
            ("--device", "option --device requires a value"),
            ("show license udi extra", "unexpected argument extra"),
            ("run -- true", "run: --feature NAME is missing"),
            ("run --feature x", "run: -- and a command are missing"),
            ("run --feature x --on-loss FOO -- true", "FOO is not the name of a signal"),
            ("check x -- true", 'only "run" takes a command'),
            ("", "no command given")):
        check(words in ctl(lab, *args.split(), status=2),
              f"{words!r} for licctl {args}: "
              f"{ctl(lab, *args.split(), status=2)}")
    for command, said in (("", "is neither a feature nor a keyword"),
                          ("detail ", "does not exist")):
        check(f"nothing {said}" in
              ctl(lab, *f"show license {command}nothing".split(), status=1),
              "no feature")
    same(lab, "sh lic ud", ctl(lab, "show", "license", "udi"))
    same(lab, "SHOW LICENSE UDI", ctl(lab, "show", "license", "udi"))
    check("Commands:" in ctl(lab, "--help"), "--help")
    check(re.match(r"licctl \d", ctl(lab, "--version")), "--version")

    step("one device of the stack, or none")
    equal(ctl(lab, "--device", "1", "show", "history"),
          ctl(lab, "show", "history"), "its history")
    for args in (("show", "license"), ("show", "license", "all"),
                 ("show", "license", "udi"), ("show", "history"),
                 ("show", "license", "detail", "--json")):
        said = ctl(lab, "--device", "77", *args, status=1)
        check("device 77 does not exist" in said and
              "show license udi" in said, f"{args}: {said}")

    # What is about the daemon does not mind the option.
    for args in (("check",), ("reload",), ("show", "license", "statistics"),
                 ("show", "license", "status"),
                 ("show", "license", "call-home")):
        ctl(lab, "--device", "1", *args)
    for args in (("license", "lease", "end", "12345.1"), ("clock", "reset")):
        said = ctl(lab, "--device", "1", *args, status=1)
        check("device: unknown argument" not in said, f"{args}: {said}")

    step("streams that are closed")
    for closed, status in ((">&-", 1), ("<&-", 0), ("2>&-", 0),
                           ("<&- >&- 2>&-", 1)):
        done = lab.run("sh", "-c", f'exec "$@" {closed}', "sh",
                       os.path.join(lab.bin, "licctl"), "--socket",
                       lab.control, "show", "license", "udi")
        equal(done.returncode, status, f"exit status with {closed}")
        check("2>" in closed or (status == 0) != ("Bad file descriptor" in
                                                  done.stderr),
              f"what it says with {closed}: {done.stderr}")

    step("events end with their reader")
    done = lab.run("sh", "-c", '"$@" | :', "sh",
                   os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   "show", "events")
    equal((done.returncode, done.stderr), (0, ""), "a pipe that nobody reads")

    step("no daemon")
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket",
                   os.path.join(lab.dir, "nobody"), "show", "license")
    equal(done.returncode, 3, "exit status")
    check("licagentd does not answer at" in done.stderr and
          "--socket" in done.stderr, f"what to do next: {done.stderr}")
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   "check", b"\xff\xfe")
    equal(done.returncode, 1, "what is no UTF-8")


def show(lab):
    path = os.path.join(lab.top, "none.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(NONE)
    lab.start("--conf", path)
    none(lab)
    lab.stop()
    shutil.rmtree(lab.dir)
    lab.start()
    few(lab)
    refused(lab)
    hostile(lab)
    lab.stop()
    shutil.rmtree(lab.dir)
    lab.start()
    reasons(lab)
    inactive(lab)
    additive(lab)
    lab.stop()
    shutil.rmtree(lab.dir)
    lab.start("--licenses", "1000")
    many(lab)


main(show, start=False)
