#!/usr/bin/env python3
"""licctl_words: the words of IOS, and filters after them."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from terminal import *  # noqa: E402,F401,F403

STATE = "\tLicense State: Active, Not in Use, EULA not accepted\n"


def index(number, name):
    return f"Index {number} Feature: {name:<31}\n"


def completes(lab, *args):
    return lab.run(os.path.join(lab.bin, "licctl"), "--complete",
                   *args).stdout.split()


def filters(lab):
    step("| include, exclude, begin, section")
    whole = ctl(lab, "show", "license")
    lines = whole.splitlines(keepends=True)
    equal([line for line in lines if "cme-srst" in line],
          [index(5, "cme-srst")], "what there is")
    for words, want in (
            ("| include cme-srst", index(5, "cme-srst")),
            ("|include cme-srst", index(5, "cme-srst")),
            ("|   inc   cme-srst", index(5, "cme-srst")),
            ("| i ^Index [15]|Priority: N.*e$",
             "".join(line for line in lines if "Priority" in line or
                     line.startswith(("Index 1", "Index 5")))),
            ("| include feature: cme", ""),
            ("| exclude :", ""),
            ("| e Feature|Period|Type|Count|Priority", STATE * 5),
            ("| begin Feature: cme", whole[whole.index("Index 5"):]),
            ("| begin nothing", ""),
            ("| section Feature: uck9",
             whole[whole.index("Index 4"):whole.index("Index 5")]),
            ("| section State", STATE * 5),
            ("| SEC Index", whole)):
        equal(ctl(lab, "show", "license", words), want, words)
        equal(ctl(lab, "show", "license", "|", *words[1:].split(" ")),
              want, f"words of {words}")
    equal(ctl(lab, "show", "license", "|", "include", "cme-srst",
              "--device", "1"), index(5, "cme-srst"), "an option behind it")
    equal(ctl(lab, "show", "lic", "detail", "uck9", "| include Version"),
          f"Index: 1 \tFeature: {'uck9':<34}Version: 1.0\n", "an argument")
    text = ctl(lab, "show", "license", "status", "| section Operation")
    check(text.startswith("License Operation Supported\n\tinstall ") and
          text.count("\n") == 6, f"a section of a list: {text}")

    step("filters that are refused, and failures")
    for words, said in (
            ("show license | include (", "invalid pattern (: Unmatched ("),
            ("show license | include", "| include requires a pattern"),
            ("show license | grep x", "a filter is include, exclude, begin"),
            ("show license |", "a filter is include, exclude, begin"),
            ("show license --json | include x", "JSON is not filtered"),
            ("check uck9 | include x", 'only the output of "show"'),
            ("| include x", "no command given"),
            ("show license udi extra | include x", "unexpected argument"),
            ("show license | include " + "x" * 2000, "longer than 1023")):
        answer = ctl(lab, *words.split(), status=2)
        check(said in answer, f"licctl {words}: {answer}")
    check("device 9 does not exist" in
          ctl(lab, "--device", "9", "show", "license", "| include x",
              status=1), "the command's exit status")
    done = lab.run("sh", "-c", 'exec "$@" >/dev/full', "sh",
                   os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   "show", "license", "| include Index")
    equal((done.returncode, done.stderr),
          (1, "licctl: standard output: No space left on device\n"), "full")

    step("events are filtered as they come; no color for a filter")
    t = Terminal(lab, "show", "events", "| include installed")
    wait_until("it listens", lambda: ctl(lab, "show", "license",
                                         "statistics", "--json"))
    lab.issue("one.lic")
    while not select.select([t.fd], [], [], 0.2)[0]:
        ctl(lab, "license", "install", "flash:one.lic")
        ctl(lab, "license", "clear", "ipbasek9", "--store", "1", "--yes")
    t.expect("installed")
    t.type("\x03")
    equal("cleared" in t.end(-signal.SIGINT), False, "others are left out")
    t = Terminal(lab, "show", "license", "uck9", "| include State")
    equal(t.end(), STATE, "on a terminal")

    step("completion of filters")
    for words, want in ((("",), ["begin", "exclude", "include", "section"]),
                        (("IN",), ["include"]), (("include", ""), [])):
        equal(completes(lab, "show", "license", "|", *words), want,
              f"after | {words}")


MODULE = """
modules = ( { name = "image"; version = "1.0";
              levels = ( { feature = "base"; }, { feature = "ipbasek9"; },
                         { feature = "advanced"; } ); } );
"""


def levels(lab):
    with Control(lab.control) as c:
        return [(m["running"], m["wanted"], m["next"])
                for m in c.rows("modules")]


def unaccepted(lab):
    return [row["feature"] for row in
            json.loads(ctl(lab, "show", "license", "--json"))
            if not row["eula_accepted"]]


def boot_module(lab):
    step("license boot module M technology-package P")
    equal(levels(lab), [("base", None, "base")], "before")
    check("expected technology-package" in
          ctl(lab, "license", "boot", "module", "image", "package", "base",
              status=2), "another word")
    check("usage: licctl license boot module MODULE technology-package LEVEL"
          in ctl(lab, "license", "boot", "module", "image", status=2),
          "too few")
    check("no such level or module" in
          ctl(lab, "license", "boot", "module", "card", "tech", "base",
              status=1), "another module")
    equal(ctl(lab, "license", "boot", "module", "image", "tech", "ipbasek9",
              "--accept-eula"),
          "image: ipbasek9 from the next start of licagentd\n", "chosen")
    equal(levels(lab), [("base", "ipbasek9", "ipbasek9")], "from the next on")
    check("base is not the level chosen" in
          ctl(lab, "no", "license", "boot", "module", "image",
              "technology-package", "base", status=1), "not that one")
    version = ctl(lab, "show", "version")
    check(re.match(r"licagentd, Version \d\S+\nlicctl, Version \d\S+\n\n"
                   r"Technology Package License Information:\n\n-+\n"
                   r"Technology +Technology-package +Technology-package\n"
                   r" +Current +Type +Next reboot\n-+\n"
                   r"image +base +None +ipbasek9\n$", version), version)
    lab.restart()
    version = ctl(lab, "show", "version")
    check("image         ipbasek9      EvalRightToUse ipbasek9\n" in version
          and version.endswith(
              "\n\nFeature in use            Version     License Type\n"
              "ipbasek9                  1.0         EvalRightToUse\n"),
          version)
    whole = json.loads(ctl(lab, "show", "version", "--json"))
    equal((whole["licagentd"], [m["next"] for m in whole["modules"]],
           [f["feature"] for f in whole["licenses"]]),
          (whole["licctl"], ["ipbasek9"], ["ipbasek9"]), "as JSON")
    ctl(lab, "no", "license", "boot", "module", "image", "technology-package",
        "ipbasek9")
    equal(levels(lab), [("ipbasek9", None, "ipbasek9")], "the highest one")
    ctl(lab, "no", "license", "boot", "module", "image")
    equal(completes(lab, "license", "boot", "module", "image", "T"),
          ["technology-package"], "completion of a keyword in between")
    equal(completes(lab, "--socket", lab.control, "license", "boot", "module",
                    "image", "technology-package", "a"), ["advanced"],
          "and of a level behind it")


def rights(lab):
    step("license right-to-use, show license right-to-use and handle")
    shown = ctl(lab, "show", "license", "right-to-use")
    check(re.search(r"^1       ipbasek9 +evaluation +N/A +8  weeks [34]  days",
                    shown, re.M) and
          re.search(r"^1       uck9 +evaluation +N/A +Not Activated$", shown,
                    re.M) and
          re.search(r"^1       cme-srst +evaluation +\d+ +Not Act", shown,
                    re.M) and
          shown.endswith("\nLicense Level In Use of image: ipbasek9\n"
                         "License Level on Reboot: ipbasek9\n"), shown)
    equal(ctl(lab, "license", "right-to-use", "activate", "uck9",
              "acceptEULA"), "", "one")
    equal(unaccepted(lab), ["securityk9", "datak9", "cme-srst"], "the others")
    check("expected all|acceptEULA" in
          ctl(lab, "license", "right-to-use", "activate", "datak9", "now",
              status=2), "another word")
    check("agreement not accepted" in
          ctl(lab, "license", "right-to-use", "activate", "all", status=1),
          "all, without a terminal")
    ctl(lab, "license", "right-to-use", "activate", "ipbasek9", "all",
        "accepteula")
    equal(levels(lab), [("ipbasek9", "ipbasek9", "ipbasek9")], "its level")
    ctl(lab, "license", "right-to-use", "activate", "all", "acceptEULA")
    equal(unaccepted(lab), [], "all are accepted")
    with Control(lab.control) as c:
        lease = c.ask("checkout", feature="cme-srst", count=4)["lease"]
        client, = [row["client"] for row in c.rows("leases")
                   if row["feature"] == "cme-srst"]
        shown = ctl(lab, "show", "license", "handle")
        check(shown.startswith("Handle      Feature                   Version"
                               "     Count     Process\n") and
              f"{client}.{lease}".ljust(12) + "cme-srst".ljust(26) +
              f"1.0         4         {os.getpid()}\n" in shown, shown)


def meant(lab):
    step("keywords that are mistyped, and features that look like some")
    for typed, said in (
            ("detial", "licctl: detial is neither a feature nor a keyword; "
             "did you mean detail?\n"),
            ("sumary", "did you mean summary?\n"),
            ("STATSU", "did you mean status?\n"),
            ("frobnicate", "neither a feature nor a keyword; expected a "
             "feature, all, call-home, detail, evaluation, ")):
        answer = ctl(lab, "show", "license", typed, status=1)
        check(said in answer, f"{typed}: {answer}")
    for name in ("ud", "st"):
        lab.issue(f"{name}.lic", feature=name)
        ctl(lab, "license", "install", f"flash:{name}.lic")
        check(f"Feature: {name} " in ctl(lab, "show", "license", name),
              f"the feature {name} is no abbreviation")
        ctl(lab, "license", "clear", name, "--yes")
    check(ctl(lab, "show", "license", "ud").startswith("Device#"),
          "without it, it is")
    check("ambiguous" in ctl(lab, "show", "license", "st", status=2),
          "without it, it may be two")


def members(lab):
    step("switch N, switch all")
    plain = ctl(lab, "show", "license", "uck9")
    for words in ("switch 1", "switch all", "SW a", "sw 1"):
        equal(ctl(lab, "show", "license", "uck9", *words.split()), plain,
              words)
    equal(ctl(lab, "show", "license", "expiring", "switch", "1"),
          ctl(lab, "show", "license", "expiring"), "in place of the days")
    check("expected a number of days" in
          ctl(lab, "show", "license", "expiring", "x", "sw", "1", status=2),
          "behind the days")
    for words, status, said in (
            ("license switch 9", 1, "device 9 does not exist"),
            ("license switch 0", 2, "switch: expected the number of a member, "
             "or all, not 0\n"),
            ("license all switch x", 2, "or all, not x\n"),
            ("license all switch", 2, "switch: the number of a member, or "
             "all, is missing\n"),
            ("license all more", 2, "unexpected argument more\n"),
            ("license uck9 more", 2, "unexpected argument more\n"),
            ("license detial switch 1", 1, "did you mean detail?"),
            ("license status switch 1", 2, "unexpected argument switch\n"),
            ("license detail a b c d", 2, "usage: licctl show license detail "
             "[FEATURE] [switch NUMBER|all]\n")):
        answer = ctl(lab, "show", *words.split(), status=status)
        check(said in answer, f"show {words}: {answer}")
    check("usage: licctl no license boot module MODULE [technology-package "
          "LEVEL]\n" in ctl(lab, "no", "license", "boot", "module", status=2),
          "what is optional together")


def not_needed(lab):
    step("commands that only IOS has say why")
    for words in ("license agent default authenticate", "lic agent",
                  "show license agent counters",
                  "license expand nvram", "license purge", "debug license",
                  "license smart register", "configure terminal",
                  "write memory", "conf t", "wr", "enable", "clear license agent counters"):
        answer = ctl(lab, *words.split(), status=2)
        check(re.fullmatch(r"licctl: [a-z -]+: .{20,}\n", answer), answer)
    check("usage" in ctl(lab, "license", "a", "e", "u", "a", "uck9", "x",
                         status=2), "they make no abbreviation ambiguous")
    equal(completes(lab, "license", "a"), ["accept"], "nor are they offered")
    check("agent" not in ctl(lab, "license", status=2), "nor told")


def words(lab):
    filters(lab)
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write(MODULE)
    lab.restart()
    boot_module(lab)
    rights(lab)
    meant(lab)
    members(lab)
    not_needed(lab)


main(words)
