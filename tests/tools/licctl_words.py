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


def words(lab):
    filters(lab)


main(words)
