#!/usr/bin/env python3
"""A wrong configuration is refused with file and line; SIGHUP keeps the old."""

import signal

from harness import *

# What, the text to replace and by what, the line of the mistake (counted from
# the replaced text's line), words of the complaint.
MISTAKES = (
    ("unknown key", "own-keys = true;", 'own-keys = true;\ncolour = "red";',
     1, r"colour"),
    ("unknown key in a device", 'name = "chassis";',
     'name = "chassis"; rack = 3;', 0, r"rack"),
    ("wrong type", "own-keys = true;", 'own-keys = "yes";', 0, r"own-keys"),
    ("wrong type of an index", "index = 1; pid", 'index = "one"; pid', 0,
     r"index"),
    ("index out of range", "index = 1; pid", "index = 0; pid", 0, r"index"),
    ("syntax", "own-keys = true;", "own-keys = ;", 0, r""),
    ("a name twice", 'name = "uck9"', 'name = "datak9"', 0, r"datak9"),
    ("unknown kind of store", 'kind = "primary"', 'kind = "tape"', 0,
     r"kind.*primary"),
)


def variants(good):
    """[(what, text, line or None, words)]"""
    found = []
    for what, old, new, more, words in MISTAKES:
        check(good.count(old) == 1, f"{old!r} stands in the configuration")
        line = good[:good.index(old)].count("\n") + 1 + more
        found.append((what, good.replace(old, new), line, words))
    start = good.index("devices = (")
    end = good.index("features = (")
    found.append(("no device", good[:start] + good[end:], None, "device"))
    device = good[start:end].strip().rstrip(";").strip()
    device = device[len("devices = ("):-1].strip()
    twice = device.replace("LAB00000001", "LAB00000002")
    text = f"{good[:start]}devices = ( {device},\n{twice} );\n{good[end:]}"
    line = text[:text.index("},\n{\n")].count("\n") + 2
    found.append(("two devices with one index", text, line, "index"))
    return found


def judge(what, said, name, line, words):
    where = rf"{re.escape(name)}:{line if line else '[0-9]+'}\b"
    check(re.search(where, said), f"{what}: no {where} in\n{said}")
    check(re.search(words, said), f"{what}: no {words!r} in\n{said}")


def refused_at_start(lab, bad):
    path = os.path.join(lab.top, "bad.conf")
    for what, text, line, words in bad:
        step(f"at start: {what}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        done = lab.run(os.path.join(lab.bin, "licagentd"), "-f", "-c", path)
        check(done.returncode not in (0, -11, -6),
              f"{what}: exit status {done.returncode}\n{done.stderr}")
        judge(what, done.stderr, path, line, words)


def rewrite(lab, text):
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(text)
    start = len(lab.log())
    lab.kill(signal.SIGHUP)
    return start


def kept_on_reload(lab, bad, before):
    for what, text, line, words in bad:
        step(f"SIGHUP: {what}")
        start = rewrite(lab, text)
        # Its own words come last, so wait for these.
        lab.wait_log(rf"{re.escape(lab.conf)}:{line if line else '[0-9]+'}",
                     start)
        judge(what, lab.log()[start:], lab.conf, line, words)
        equal(lab.walk(), before, f"{what}: what the daemon shows")
        check(lab.alive(), "the daemon is alive")


def bad_config(lab):
    with open(lab.conf, encoding="utf-8") as f:
        good = f.read()
    bad = variants(good)
    refused_at_start(lab, bad)
    kept_on_reload(lab, bad, lab.walk())

    step("SIGHUP: a file that is not there")
    os.rename(lab.conf, lab.conf + ".away")
    start = len(lab.log())
    lab.kill(signal.SIGHUP)
    lab.wait_log(re.escape(lab.conf), start)
    check(lab.alive(), "the daemon is alive")

    step("SIGHUP: a good one comes into force")
    rewrite(lab, good.replace('features = (\n',
                              'features = (\n'
                              '\t{ name = "extra"; version = "2.0"; '
                              'index = 9; },\n'))
    wait_until("the new feature", lambda: (1, 9) in lab.table(FEATURES))
    equal(lab.table(FEATURES)[1, 9][2].text, "extra", "its name")


main(bad_config)
