#!/usr/bin/env python3
"""SECURITY.md: the tests that it names exist, and have the parts it names."""

import os
import re
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def source(path):
    """The text of a test, named as make check does; None: there is none."""
    for name in (path, path + ".c"):
        try:
            with open(os.path.join(TOP, name), encoding="utf-8") as f:
                return f.read()
        except (FileNotFoundError, IsADirectoryError):
            pass
    return None


with open(os.path.join(TOP, "SECURITY.md"), encoding="utf-8") as page:
    text = page.read()
named = re.findall(r'`(tests/[\w/.]+)`((?:,? "[^"]+")*)', text)
sections = re.split(r"^## ", text, flags=re.M)[1:]
wrong = [f"section without tests: {section.splitlines()[0]}"
         for section in sections if "\nTests: " not in section]
for test, parts in named:
    code = source(test)
    if code is None:
        wrong.append(f"{test} does not exist")
    else:
        wrong += [f'{test} has no "{part}"'
                  for part in re.findall(r'"([^"]+)"', parts)
                  if part not in code]
print(f"{len(named)} tests in {len(sections)} sections")
print(*wrong, sep="\n")
sys.exit(1 if wrong or len(sections) < 9 or len(named) < 20 else 0)
