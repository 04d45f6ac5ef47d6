#!/usr/bin/env python3
"""check_licenses: the plugin's results, case by case, and on a device."""

import importlib.machinery
import importlib.util
import os
import re
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))

from harness import *  # noqa: E402,F401,F403

PLUGIN = os.path.join(TOP, "examples", "fleet", "check_licenses")
CHECK_SNMP = "/usr/lib/nagios/plugins/check_snmp"
NOW = 1700000000
DAY = 86400


def load_plugin():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("check_licenses", PLUGIN)
    spec = importlib.util.spec_from_loader("check_licenses", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


plugin = load_plugin()


def date(seconds, zone=b""):
    t = time.gmtime(seconds)
    return struct.pack(">HBBBBBB", *t[:6], 0) + zone


def row(kind, status=plugin.NOT_IN_USE, left=0, end=None, count=None, free=0,
        eula=1, name=b"f", version=b"1.0", start=None):
    return {plugin.NAME: name, plugin.VERSION: version, plugin.TYPE: kind,
            plugin.STATUS: status, plugin.LEFT: left, plugin.EULA: eula,
            plugin.END: b"" if end is None else date(end, b"+\0\0"),
            plugin.START: b"" if start is None else date(start, b"+\0\0"),
            plugin.COUNTED: 2 if count is None else 1,
            plugin.MAX: 0xffffffff if count is None else count,
            plugin.MAX_LEFT: 0xffffffff if count is None else free}


DEMO, EXTENSION, PERMANENT, PAID, TRIAL, RTU = 1, 2, 4, 5, 8, 9
SOON, LATER = NOW + 3 * DAY, NOW + 300 * DAY
ENDS = ["CRITICAL f: subscription ends in 3 days"]
DAYS = ["'f days'=3.00;28:;7:"]


def renewal(what, *others, problems=(), count=None, perfdata=DAYS, **more):
    """A subscription that ends soon, and other licenses of the feature."""
    more.setdefault("end", SOON)
    return (f"a renewal: {what}",
            [row(PAID, plugin.IN_USE, count=count, free=count or 0, **more),
             *others], "", list(problems), perfdata)


RENEWALS = [
    renewal("from its end on", row(PAID, 1, start=SOON, end=LATER)),
    renewal("from before its end on",
            row(PAID, 1, start=NOW - DAY, end=LATER)),
    renewal("which begins too late",
            row(PAID, 1, start=SOON + 1, end=LATER), problems=ENDS),
    renewal("which ends with it", row(PAID, 1, end=SOON), problems=ENDS),
    renewal("which never ends", row(PERMANENT, 1)),
    renewal("a trial", row(TRIAL, 1, left=60 * DAY), problems=ENDS),
    renewal("which bridges a gap", row(EXTENSION, 1, left=60 * DAY),
            problems=ENDS),
    renewal("whose agreement is not accepted",
            row(PAID, 1, start=SOON, end=LATER, eula=2), problems=ENDS),
    renewal("which has expired itself",
            row(PAID, plugin.EXPIRED, start=NOW - 9 * DAY, end=LATER),
            problems=ENDS),
    renewal("of another feature", row(PERMANENT, name=b"g"), problems=ENDS),
    renewal("of fewer", row(PAID, 1, start=SOON, end=LATER, count=9, free=9),
            problems=ENDS, count=10, perfdata=DAYS + ["'f used'=0;7;9;0;10"]),
    renewal("of as many",
            row(PAID, 1, start=SOON, end=LATER, count=10, free=10),
            count=10, perfdata=DAYS + ["'f used'=0;7;9;0;10"]),
    renewal("of as many, which are lost with it",
            row(PERMANENT, count=10, free=10), problems=ENDS, count=10,
            perfdata=DAYS + ["'f used'=0;15;19;0;20"]),
    renewal("of any number", row(PERMANENT, 1), count=10,
            perfdata=DAYS + ["'f used'=0;7;9;0;10"]),
    renewal("while it is extended", row(PERMANENT, 1), end=NOW - DAY,
            perfdata=["'f days'=-1.00;28:;7:"]),
    ("a renewal: an extension of a demo",
     [row(DEMO, plugin.IN_USE, left=3 * DAY),
      row(EXTENSION, 1, left=60 * DAY)], "", [], DAYS),
    ("a renewal: a trial becomes a right to use all the same",
     [row(TRIAL, plugin.IN_USE, left=3 * DAY), row(RTU, 1)], "",
     ["WARNING f: trial becomes a right to use after 3 days of use"], DAYS),
]

# Rows of one device, more options, the problems, the perfdata.
CASES = [
    ("nothing", [], "", [], []),
    ("permanent: 0 seconds remaining mean for ever",
     [row(PERMANENT)], "", [], []),
    ("so do those of a right to use", [row(RTU, plugin.IN_USE)], "", [], []),
    ("and of a subscription without an end", [row(PAID)], "", [], []),
    ("a subscription with time", [row(PAID, end=NOW + 100 * DAY)], "", [],
     ["'f days'=100.00;28:;7:"]),
    ("less than 28 days", [row(PAID, end=NOW + 28 * DAY - 60)], "",
     ["WARNING f: subscription ends in 27 days"], ["'f days'=28.00;28:;7:"]),
    ("less than 7", [row(PAID, end=NOW + 7 * DAY - 60)], "",
     ["CRITICAL f: subscription ends in 6 days"], ["'f days'=7.00;28:;7:"]),
    ("an hour", [row(PAID, end=NOW + 3600)], "",
     ["CRITICAL f: subscription ends in 1 hour"], ["'f days'=0.04;28:;7:"]),
    ("over, but extended", [row(PAID, plugin.IN_USE, end=NOW - 3 * DAY)], "",
     ["CRITICAL f: subscription ended 3 days ago; it continues on "
      "its extension"], ["'f days'=-3.00;28:;7:"]),
    ("over, and not used", [row(PAID, plugin.EXPIRED, end=NOW - DAY)], "",
     ["CRITICAL f: has expired"], []),
    ("over, but another serves", [row(DEMO, plugin.EXPIRED), row(PERMANENT)],
     "", [], []),
    ("over, and the other is a trial that nobody accepted",
     [row(DEMO, plugin.EXPIRED), row(TRIAL, left=60 * DAY, eula=2)], "",
     ["CRITICAL f: has expired"], []),
    ("over, and still used", [row(DEMO, plugin.EXPIRED_IN_USE)], "",
     ["CRITICAL f: runs on a license that has expired"], []),
    ("a demo's use", [row(DEMO, left=20 * DAY)], "",
     ["WARNING f: demo ends after 20 days of use"],
     ["'f days'=20.00;28:;7:"]),
    ("a trial never is critical", [row(TRIAL, plugin.IN_USE, left=3600)], "",
     ["WARNING f: trial becomes a right to use after 1 hour of use"],
     ["'f days'=0.04;28:;7:"]),
    ("a superseded one does not matter",
     [row(TRIAL, 1, left=3600), row(PERMANENT)], "", [], []),
    ("other limits", [row(PAID, end=NOW + 40 * DAY)],
     "--warn-days 60 --crit-days 50",
     ["CRITICAL f: subscription ends in 40 days"],
     ["'f days'=40.00;60:;50:"]),
    ("counts", [row(PERMANENT, plugin.IN_USE, count=10, free=3)], "", [],
     ["'f used'=7;7;9;0;10"]),
    ("80 percent", [row(PERMANENT, plugin.IN_USE, count=10, free=2)], "",
     ["WARNING f: 8 of 10 in use"], ["'f used'=8;7;9;0;10"]),
    ("all", [row(PERMANENT, plugin.CONSUMED, count=10)], "",
     ["CRITICAL f: 10 of 10 in use"], ["'f used'=10;7;9;0;10"]),
    ("all of one, but not of the feature",
     [row(PERMANENT, plugin.CONSUMED, count=10),
      row(PERMANENT, count=90, free=90)], "", [], ["'f used'=10;79;99;0;100"]),
    ("a superseded one does not add",
     [row(PERMANENT, plugin.CONSUMED, count=10),
      row(TRIAL, 1, count=90, free=90)], "", ["CRITICAL f: 10 of 10 in use"],
     ["'f used'=10;7;9;0;10"]),
    ("counted, but 0 of it: another vendor's uncounted",
     [row(PERMANENT, count=0)], "", [], []),
    ("more left than there is", [row(PERMANENT, count=5, free=9)], "", [], []),
    ("other percents", [row(PERMANENT, count=10, free=5)],
     "--warn-used 40 --crit-used 50", ["CRITICAL f: 5 of 10 in use"],
     ["'f used'=5;3;4;0;10"]),
    ("needed and there", [row(PERMANENT)], "--need f", [], []),
    ("needed, not there", [row(PERMANENT)], "--need f --need g",
     ["CRITICAL g: no usable license"], []),
    ("needed, only a trial that nobody accepted",
     [row(TRIAL, left=60 * DAY, eula=2)], "--need f",
     ["CRITICAL f: no usable license"], []),
    ("ignored", [row(DEMO, plugin.EXPIRED_IN_USE)], "--ignore f", [], []),
    ("two versions", [row(DEMO, plugin.EXPIRED_IN_USE, version=b"2.0"),
                      row(PERMANENT)], "",
     ["CRITICAL f 2.0: runs on a license that has expired"], []),
    ("a name that a plugin's line cannot hold",
     [row(PERMANENT, count=2, free=2, name=b"a|b='c'")], "", [],
     ["'a_b__c_ used'=0;1;1;0;2"]),
    ("no name", [row(DEMO, plugin.EXPIRED_IN_USE, name=b"")], "", [], []),
    ("the worst comes first",
     [row(DEMO, left=20 * DAY), row(PAID, end=NOW + DAY, name=b"g")], "",
     ["CRITICAL g: subscription ends in 24 hours",
      "WARNING f: demo ends after 20 days of use"],
     ["'f days'=20.00;28:;7:", "'g days'=1.00;28:;7:"]),
]

CASES += RENEWALS

DATES = [
    (b"", None), (b"\0" * 8, None), (b"\x07\xea\x02\x1e\0\0\0\0\0", None),
    (date(NOW), NOW), (date(NOW, b"+\0\0"), NOW),
    (date(NOW, b"+\2\0"), NOW - 7200), (date(NOW, b"-\0\x1e"), NOW + 1800),
]

# What snmpbulkwalk may print: rows, or the reason why not.
PRINTS = [
    (".3.1.1.6 = Hex-STRING: 66 \n{T}.5.1.1.6 = INTEGER: 4\n"
     "{T}.14.1.1.6 = INTEGER: 3\n",
     {(1, 1, 6): {3: b"f", 5: 4, 14: 3}}),
    (".3.1.1.6 = Hex-STRING: 66 67 \n68 \n{T}.5.1.1.6 = INTEGER: 4\n"
     "{T}.14.1.1.6 = INTEGER: 3\n{T}.3.1.1.7 = Hex-STRING: 66 \n",
     {(1, 1, 6): {3: b"fgh", 5: 4, 14: 3}}),
    (".3.1.1.6 = INTEGER: 5\n{T}.5.1.1.6 = \"\"\n{T}.14.1.1.6 = INTEGER: 3\n",
     {}),
    (" = No Such Object available on this agent at this OID\n", {}),
]


def judgment():
    for what, rows, options, problems, perfdata in CASES:
        limits = plugin.options_of(["-H", "h", *options.split()])
        found, data, _ = plugin.judge_all(
            {(1, 1, i): row for i, row in enumerate(rows)}, limits, NOW)
        equal([f"{plugin.WORDS[state]} {words}" for state, words in found],
              problems, what)
        equal(data, perfdata, f"{what}: perfdata")
    step(f"{len(CASES)} cases")
    for octets, seconds in DATES:
        equal(plugin.date_of(octets), seconds, f"the date {octets!r}")
    for text, rows in PRINTS:
        equal(plugin.rows_of((plugin.TABLE + text).replace(
            "{T}", plugin.TABLE)), rows, f"the rows in {text!r}")
    rows = {(1, 1, 1): row(DEMO, plugin.EXPIRED_IN_USE),
            (2, 1, 1): row(PERMANENT)}
    found, _, _ = plugin.judge_all(rows, plugin.options_of(["-H", "h"]), NOW)
    equal(found, [(plugin.CRITICAL, "f (device 1): runs on a license that "
                   "has expired")], "two devices")


def expect(lab, status, pattern, *options, auth=None):
    auth = ["-C", lab.ro] if auth is None else auth
    done = lab.run(PLUGIN, "-H", lab.snmp_address, *options, *auth)
    equal((done.returncode, done.stderr), (status, ""),
          f"check_licenses {options}: {done.stdout}")
    check(re.fullmatch(pattern, done.stdout, re.S),
          f"check_licenses {options} printed\n{done.stdout}not {pattern}")


def real(lab):
    step("a device with trials that nobody accepted")
    expect(lab, 0, "LICENSES OK - 0 features licensed\n")
    end = time.strftime("%Y-%m-%dT%H:%M",
                        time.gmtime(time.time() + 4.5 * DAY))
    path = lab.issue("fleet.lic", "--count", "5", feature="cme-srst")
    for feature, kind, *more in (("datak9", "paidSubscription", "--end", end),
                                 ("uck9", "demo", "--period", "20d")):
        lab.issue("fleet.lic", "--append", *more, feature=feature, kind=kind)
    check(os.path.exists(path), "a file was issued")
    lab.install("flash:fleet.lic")
    step("with licenses, one of them used up")
    holder = subprocess.Popen(
        [os.path.join(lab.bin, "licctl"), "--socket", lab.control, "run",
         "--feature", "cme-srst", "--count", "5", "--", "cat"],
        stdin=subprocess.PIPE)
    try:
        wait_until("5 in use", lambda: 6 in [
            int(r[14]) for r in lab.installed().values()])
        expect(lab, 2, r"LICENSES CRITICAL - cme-srst: 5 of 5 in use "
               r"\(and 2 more\) \| 'cme-srst used'=5;3;4;0;5 "
               r"'datak9 days'=4\.\d\d;28:;7: 'uck9 days'=20\.00;28:;7:\n"
               r"CRITICAL: cme-srst: 5 of 5 in use\n"
               r"CRITICAL: datak9: subscription ends in 4 days\n"
               r"WARNING: uck9: demo ends after 20 days of use\n")
    finally:
        holder.communicate(timeout=60)
    expect(lab, 1, r"LICENSES WARNING - uck9: .*", "--ignore", "datak9",
           auth=["--", *lab.v3_ro.split()])
    step("a renewal that is installed ahead of time")
    lab.issue("renewal.lic", "--start", end, "--end", "2099-12-31",
              feature="datak9", kind="paidSubscription")
    lab.install("flash:renewal.lic")
    expect(lab, 1, r"LICENSES WARNING - uck9: demo ends after 20 days of use "
           r"\| 'cme-srst used'=0;3;4;0;5 'datak9 days'=4\.\d\d;28:;7: "
           r"'uck9 days'=20\.00;28:;7:\n.*")
    expect(lab, 2, r"LICENSES CRITICAL - ipbasek9: no usable license.*",
           "--need", "ipbasek9", "--crit-days", "0", "--warn-days", "1")

    conf = os.path.join(lab.top, "plugin")
    expect(lab, 3, r"LICENSES UNKNOWN - .*/snmp.conf: cannot read; .*\n",
           "--snmp-conf", conf, auth=[])
    os.mkdir(conf)
    with open(os.path.join(conf, "snmp.conf"), "w", encoding="utf-8") as f:
        f.write(f"defVersion 2c\ndefCommunity {lab.ro}\n")
    expect(lab, 1, r"LICENSES WARNING - uck9: .*", "--ignore", "datak9",
           "--snmp-conf", conf, auth=[])

    step("a device that cannot be read is UNKNOWN")
    expect(lab, 3, "LICENSES UNKNOWN - Timeout: .*", "-t", "1",
           auth=["-C", "nobody"])
    expect(lab, 3, "LICENSES UNKNOWN - .*password.*",
           auth=["--", "-v3", "-u", "x", "-A", "x", "-l", "authPriv"])
    expect(lab, 3, "LICENSES UNKNOWN - .*see --help\n",
           "--warn-days", "soon")
    lab.kill(signal.SIGTERM)
    wait_until("the daemon gone", lambda: not lab.alive())
    expect(lab, 3, "LICENSES UNKNOWN - no CISCO-.*")


# Options of check_snmp; exit status and output.
SNMP_CASES = [
    (["-o", "{L}.14.1.1.6", "-c", "2:3"], 0, r"SNMP OK - 2 \|.*"),
    (["-o", "{L}.14.1.2.5", "-c", "2:3"], 2, r"SNMP CRITICAL - \*1\* \|.*"),
    (["-o", "{L}.14.1.1.99", "-c", "2:3"], 3, r"No valid data returned .*"),
    (["-o", "{L}.11.1.1.6", "-w", "2:", "-c", "1:"], 0, "SNMP OK - 5 .*"),
    (["-o", "{L}.11.1.1.6", "-w", "6:", "-c", "1:"], 1,
     r"SNMP WARNING - \*5\* .*"),
    (["-o", "{L}.8.1.1.8", "-w", "2419200:", "-c", "604800:"], 1,
     r"SNMP WARNING - \*1728000\* .*"),
    (["-o", "{S}.4.1.1", "-w", "102400:", "-c", "20480:"], 0,
     r"SNMP OK - \d+ .*"),
]


def check_snmp(lab):
    if not os.path.exists(CHECK_SNMP):
        skip("check_snmp (monitoring-plugins-standard) is not installed")
    host, _, port = lab.snmp_address.rpartition(":")
    for options, status, pattern in SNMP_CASES:
        options = [o.format(L=LICENSES, S=STORES) for o in options]
        done = lab.run(CHECK_SNMP, "-H", host, "-p", port, "-P", "2c", "-C",
                       lab.ro, *options)
        equal(done.returncode, status, f"check_snmp {options} {done.stdout}")
        check(re.fullmatch(pattern, done.stdout.rstrip("\n")),
              f"check_snmp {options} printed {done.stdout!r}, not {pattern}")
    step(f"{len(SNMP_CASES)} commands of check_snmp")


def test(lab):
    judgment()
    real(lab)
    lab.lab("restart", lab.dir, "licagentd")
    check_snmp(lab)


main(test)
