#!/usr/bin/env python3
"""The symbols files of the Debian packages have what the libraries export.

SYMBOLS_WRITE=write adds what is new, at the version of debian/changelog, and
drops what is gone; then read git diff: what is gone needs a new soname.
"""

import os
import re
import shutil
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.getcwd()
LIBRARIES = {"liblicclient": "agent/client", "liblicensecore": "licensecore",
             "liblicenseauthority": "authority"}


def exported(path):
    done = subprocess.run(["nm", "-D", "--defined-only", path],
                          capture_output=True, text=True, check=True)
    # A sanitizer adds names of its own.
    return {line.split()[2] for line in done.stdout.splitlines()
            if re.match(r"lc_|lic_", line.split()[2])}


def version():
    with open(os.path.join(TOP, "debian", "changelog"), encoding="utf-8") as f:
        return re.match(r"\w+ \(([\d.]+)", f.read()).group(1)


def listed(path):
    """{symbol: version}"""
    try:
        with open(path, encoding="utf-8") as f:
            return dict(re.findall(r"^ (\w+)@Base (\S+)$", f.read(), re.M))
    except FileNotFoundError:
        return {}


def main():
    if not shutil.which("nm"):
        print("skipped: nm is not installed")
        sys.exit(77)
    wrong = []
    for name, folder in LIBRARIES.items():
        library = os.path.join(BUILD, folder, ".libs", f"{name}.so.0")
        path = os.path.join(TOP, "debian", f"{name}0.symbols")
        if not os.path.exists(library):
            print("skipped: the shared libraries are not built")
            sys.exit(77)
        have, want = listed(path), exported(library)
        if os.environ.get("SYMBOLS_WRITE"):
            with open(path, "w", encoding="utf-8") as f:
                f.write(f"{name}.so.0 {name}0 #MINVER#\n")
                f.writelines(f" {symbol}@Base {have.get(symbol, version())}\n"
                             for symbol in sorted(want))
            continue
        wrong += [f"{name}0.symbols lacks {symbol}"
                  for symbol in sorted(want - set(have))]
        wrong += [f"{name} exports no {symbol} any more"
                  for symbol in sorted(set(have) - want)]
        print(f"{name}: {len(want)} symbols")
    if wrong:
        print(*wrong, "SYMBOLS_WRITE=write tests/packaging/symbols.py mends "
              "the files", sep="\n")
        sys.exit(1)


main()
