#!/usr/bin/env python3
"""planted: "check" finds each kind of fault that is planted in a small tree."""

import os
import subprocess
import sys
import tempfile

CHECK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "check")

TREE = {
    "tests/floors/floors.ini":
        "[roof]\nuses = house/up house/down\nlibraries = curl\n"
        "[house/up]\nuses = house/up/door house/down\n"
        "[house/up/door]\nuses = house/down\n"
        "[house/down]\n"
        "[libraries]\ncurl = curl/\nlibc = stdio.h sys/\n",
    "roof/local.mk": "",
    "roof/roof.c": "#include <curl/curl.h>\n#include \"house/up/up.h\"\n",
    "house/up/local.mk": "",
    "house/up/up.h": "#include \"house/down/down.h\"\n",
    "house/up/up.c": "#include \"up.h\"\n#include \"door.h\"\n",
    "house/up/door.h": "#include \"house/down/down.h\"\n",
    "house/down/down.h": "",
    "house/down/down.c": "#include <stdio.h>\n#include <sys/stat.h>\n"
                         "#include <stdio.h>\n#  include \"down.h\"\n",
    "house/down/other.h": "",
}

# What is added to which file (None: it is removed), and what has to be said.
PLANTS = (
    ("house/down/down.c", "#include \"house/up/up.h\"\n",
     "house/down/down.c:5: house/down may not use house/up (house/up/up.h)"),
    ("house/up/door.h", "#include \"up.h\"\n",
     "house/up/door.h:2: house/up/door may not use house/up (house/up/up.h)"),
    ("roof/roof.c", "#include \"house/up/door.h\"\n",
     "roof/roof.c:3: roof may not use house/up/door (house/up/door.h)"),
    ("house/down/other.h", "#include \"down.h\"\n", None),
    ("house/down/down.h", "#include \"other.h\"\n", None),
    ("house/down/down.c", "#include <curl/curl.h>\n",
     "house/down/down.c:5: house/down may not use curl (<curl/curl.h>)"),
    ("house/down/down.c", "#include <zlib.h>\n",
     "house/down/down.c:5: <zlib.h> is of no library in floors.ini"),
    # The compiler includes it.
    ("house/down/down.c", "#include \"config.h\"\n",
     "house/down/down.c:5: \"config.h\" is not in the tree"),
    ("house/down/down.c", "#include \"nowhere.h\"\n",
     "house/down/down.c:5: \"nowhere.h\" is not in the tree"),
    ("house/cellar/cellar.c", "\n",
     "house/cellar/cellar.c: no section of floors.ini has it"),
    ("roof/roof.c", None, "floors.ini: roof has no files"),
)


def run(tree):
    """The check of a tree: its exit status, and what it says."""
    with tempfile.TemporaryDirectory() as top:
        for path, text in tree.items():
            path = os.path.join(top, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        done = subprocess.run([CHECK, top], stdout=subprocess.PIPE,
                              universal_newlines=True)
    return done.returncode, done.stdout.splitlines()


def planted(path, text):
    tree = dict(TREE)
    if text is None:
        del tree[path]
    else:
        tree[path] = tree.get(path, "") + text
    return tree


def expect(name, got, want):
    if got != want:
        print("%s:\n  got  %r\n  want %r" % (name, got, want))
        sys.exit(1)


FLOORS = [" 4  roof", " 3  house/up", " 2  house/up/door", " 1  house/down"]
expect("the tree", run(TREE), (0, FLOORS))
for path, text, want in PLANTS:
    status, said = run(planted(path, text))
    expect("%s with %r" % (path, text), (status, said[:len(FLOORS) + 1]),
           (0, FLOORS) if want is None else (1, FLOORS + [want]))

circle = planted("house/down/other.h", "#include \"down.h\"\n")
circle["house/down/down.h"] = "\n#include \"other.h\"\n"
expect("a circle", run(circle),
       (1, FLOORS + ["a circle of 2 files:",
                     "    house/down/down.h:2: house/down/other",
                     "    house/down/other.h:1: house/down/down"]))

table = dict(TREE)
table["tests/floors/floors.ini"] = TREE["tests/floors/floors.ini"].replace(
    "[house/down]\n", "[house/down]\nuses = roof\n")
status, said = run(table)
expect("a table that runs up", (status, said[-1]),
       (1, "floors.ini: house/down uses roof, which is not further down"))
