#!/usr/bin/env python3
"""shell: licctl's prompt, on a terminal."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from terminal import *  # noqa: E402,F401,F403

CTRL_C, CTRL_D, CTRL_P = "\x03", "\x04", "\x10"
NAME = socket.gethostname().split(".")[0] + "#"


class Prompt(Terminal):
    def __init__(self, lab, *args, lines=24):
        self.start(os.path.join(lab.bin, "licctl"),
                   ["licctl", "--socket", lab.control, *args],
                   dict(lab.environ, TERM="dumb", LC_ALL="C"), columns=80,
                   lines=lines)
        self.expect(NAME)
        wait_until("keys are read one by one", lambda: not self.echoes())

    def obey(self, line, until=None):
        """What a command prints until the next prompt."""
        self.type(line + "\n")
        text = self.expect(until or "\n" + NAME)
        # What is typed early is echoed twice.
        while text.partition("\n")[0].rstrip("\r").endswith(line):
            text = text.partition("\n")[2]
        return text

    def drop(self):
        self.type(CTRL_C)
        self.expect("^C")
        self.expect(NAME)

    def help(self, typed):
        """What ? prints behind it."""
        self.type(typed + "?")
        self.expect("?\n")
        return self.expect("\n" + NAME).rstrip("\n\r")

    def leave(self, line="exit\n"):
        self.type(line)
        return self.end()


def commands(lab):
    step("commands, one after the other; none ends the prompt")
    t = Prompt(lab)
    equal(t.obey("show license udi") + "\n",
          ctl(lab, "show", "license", "udi"), "as without a prompt")
    check("unknown command frobnicate" in t.obey("frobnicate"), "unknown")
    check("nothing does not exist" in t.obey("sh lic det nothing"), "failed")
    check("Feature: securityk9 " in t.obey("sh lic sec"), "an abbreviation")
    check("dat is ambiguous" not in t.obey("check dat"), "a single one")
    lab.issue("more.lic", feature="datak10")
    check("1/1 licenses were successfully" in
          t.obey("license install flash:more.lic"), "installed")
    check("device 9 does not exist" in t.obey("show license --device 9"),
          "an option")
    check(t.obey("show license udi").startswith("Device#"), "of one line only")
    equal(t.obey("show license | include Feature: (uck|data)k?9") + "\n",
          ctl(lab, "show", "license",
              "| include Feature: (uck|data)k?9"), "a filter, as it is typed")
    check('a quote is not closed' in t.obey("check 'uck9"), "a quote")
    t.obey("license comment add uck9 'a  b' \"it's\" c\\ \\| d")
    equal(rows(lab, feature="uck9", store=2)[0]["comment"],
          "a  b it's c | d", "quoting")
    t.obey("license comment add uck9 Zürich")
    equal(rows(lab, feature="uck9", store=2)[0]["comment"], "Zürich",
          "UTF-8, whatever the locale")
    t.type("! nothing\n   \n")
    t.expect(NAME)
    t.expect(NAME)
    check("ambiguous command: en may be end" in t.obey("en"),
          "which means another command on IOS")
    t.leave()
    for line in ("quit\n", "end\n", "ex\n", CTRL_D):
        Prompt(lab).leave(line)
    check("unknown command exit" in ctl(lab, "exit", status=2), "in a shell")
    check("no command given" in ctl(lab, status=2), "without a terminal")


def rows(lab, **wanted):
    return [row for row in json.loads(ctl(lab, "show", "license", "--json"))
            if all(row[key] == value for key, value in wanted.items())]


def questions(lab):
    step("questions are answered at the prompt")
    t = Prompt(lab)
    t.obey("license clear datak10", "want to clear? (yes/[no]): ")
    t.type("no\n")
    t.expect(NAME)
    equal(len(rows(lab, feature="datak10")), 1, "it is there")
    t.type("license clear datak10\n")
    t.expect("want to clear? (yes/[no]): ")
    t.type("yes\n")
    t.expect("cleared\n" + NAME)
    t.type("license right-to-use activate securityk9\n")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type(CTRL_C)
    t.expect(NAME)
    equal(rows(lab, feature="securityk9")[0]["eula_accepted"], False,
          "interrupted")
    t.type("license right-to-use activate securityk9\n")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type("yes\n")
    t.expect(NAME)
    equal(rows(lab, feature="securityk9")[0]["eula_accepted"], True,
          "accepted")
    t.leave()


def keys(lab):
    step("Tab, ?, Ctrl-C")
    t = Prompt(lab)
    t.type("sh lic det secu\t")
    t.expect("rityk9 ")
    t.type("\n")
    t.expect("Index: 1 \tFeature: securityk9 ")
    t.expect("\n" + NAME)
    t.type("license b\t")
    t.expect("oot ")
    t.type("\t")
    t.expect("\nlevel\nmodule\n")
    t.drop()
    t.type("license install flash:mo\t")
    t.expect("re.lic ")
    t.drop()
    t.type("license install fl\t")
    t.expect("ash:")
    t.type("mor\t")
    t.expect("more.lic ")
    t.drop()
    t.type("show license | b\t")
    t.expect("egin ")
    t.drop()
    listed = t.help("")
    t.drop()
    for word in ("show", "license", "terminal", "exit"):
        check(re.search(rf"^  {word} {{5,}}\w", listed, re.M), listed)
    equal(t.help("show license de"),
          "  detail              all licenses, by feature\n"
          "  FEATURE             a feature", "of a word")
    t.drop()
    listed = t.help("show license ")
    check(listed.endswith("  FEATURE             a feature\n"
                          "  switch              another member of the "
                          "stack, or all\n"
                          "  |                   filter what is printed\n"
                          "  <cr>                "), listed)
    t.drop()
    equal(t.help("show license uck9 switch "),
          "  NUMBER|all          a member of the stack, or all",
          "nothing can end there")
    t.drop()
    equal(t.help("show license switch 1 "),
          "  |                   filter what is printed\n"
          "  <cr>                ", "behind it")
    t.drop()
    t.type("show license uck9 sw\t")
    t.expect("itch ")
    t.drop()
    check("  section             lines that match, and" in t.help("| "),
          "filters")
    t.drop()
    check("0 to 512" in t.help("terminal length "), "a number")
    t.drop()
    t.type("license comment add uck9 'why?'\n")
    t.expect("comment set\n" + NAME)
    equal(rows(lab, feature="uck9", store=2)[0]["comment"], "why?",
          "? in quotes is a character")
    t.type("show events\n")
    t.expect("\n")
    while NAME not in t.seen:   # it may not have begun
        t.type(CTRL_C)
        if select.select([t.fd], [], [], 0.2)[0]:
            t.read()
    t.type("check nothing\n")
    t.expect("no such feature\n" + NAME)
    t.leave()
    # Every keyword is explained.
    t = Prompt(lab, lines=100)
    for words in ("", "show ", "license ", "no ", "no license ", "clock ",
                  "license boot ", "no license boot ", "license comment ",
                  "license right-to-use ", "license modify ", "terminal ",
                  "license lease ", "license lease end "):
        for line in t.help(words).splitlines():
            check(re.match(r"  (<cr>|\S+ +\w)", line), f"{words}: {line!r}")
        t.drop()
    t.leave()


def pages(lab):
    step("a screen at a time")
    whole = ctl(lab, "show", "license", "detail").splitlines()
    check(len(whole) > 60, f"{len(whole)} lines")
    more = " --More-- "
    t = Prompt(lab, lines=20)
    equal(t.obey("show license detail", more).splitlines(), whole[:19],
          "the first screen")
    t.type(" ")
    equal(t.expect(more).splitlines()[-1], whole[37], "the second")
    t.type("\r")
    equal(t.expect(more).splitlines()[-1], whole[38], "a line")
    t.type("q")
    seen = t.expect(NAME)
    check(whole[39] not in seen, f"no more: {seen!r}")
    equal(t.obey("show license detail | include Index:").splitlines(),
          [line for line in whole if "Index:" in line], "a filter fits")
    t.type("show license detail\n")
    t.expect(more)
    t.type(CTRL_C)
    t.expect(NAME)
    t.type("terminal length 5\n")
    t.expect(NAME)
    equal(t.obey("show license detail", more).splitlines(), whole[:4],
          "five lines")
    t.type("q")
    t.expect(NAME)
    # A line of 78 columns takes 8 lines of 10.
    t.type("terminal length 9\nterminal width 10\n")
    t.expect(NAME)
    t.expect(NAME)
    equal(len(t.obey("show license udi", more).splitlines()), 1, "narrow")
    t.type("q")
    t.expect(NAME)
    t.type("terminal width 511\n")
    t.expect(NAME)
    equal(len(t.obey("show license udi").splitlines()), 3, "wide")
    t.obey("help", more)
    t.type("q")
    t.expect(NAME)
    t.type("term len 0\n")
    t.expect(NAME)
    equal(t.obey("show license detail").splitlines(), whole, "all at once")
    check("expected a number from 0 to 512" in t.obey("terminal length 513"),
          "too long")
    t.leave()


def history(lab):
    step("the history has no password")
    t = Prompt(lab)
    t.obey("show license udi")
    check("licctl:" in
          t.obey("license install ftp://me:sesame@127.0.0.1:1/a.lic"),
          "no such server")
    t.seen = ""
    t.type(CTRL_P)
    t.expect("show license udi")
    t.type("\n")
    check("Device#" in t.expect("\n" + NAME), "the last one without")
    equal([name for name in os.listdir(lab.environ.get("HOME", lab.top))
           if name.startswith(".licctl")], [], "files")
    t.leave()


def ended(lab):
    step("a signal that ends it leaves the terminal as it was")
    t = Prompt(lab)
    t.type("show li")
    os.kill(t.pid, signal.SIGTERM)
    wait_until("it echoes again", t.echoes)
    t.end(-signal.SIGTERM)


def restarts(lab):
    step("the daemon comes and goes")
    t = Prompt(lab)
    check("Device#" in t.obey("show license udi"), "before")
    lab.kill()
    check("does not answer" in t.obey("show license udi"), "away")
    t.type("show license uc\t")
    lab.restart()
    t.drop()
    check("Device#" in t.obey("show license udi"), "back")
    t.leave()


def shell(lab):
    commands(lab)
    questions(lab)
    keys(lab)
    pages(lab)
    history(lab)
    ended(lab)
    restarts(lab)


main(shell)
