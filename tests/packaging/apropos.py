#!/usr/bin/env python3
"""man-db finds each manual page by its name, and by the name of the product."""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
PAGES = ("tools/licctl/licctl.1", "tools/licissue/licissue.1",
         "agent/client/liblicclient.3", "agent/licagent-license.5",
         "agent/licagentd.conf.5", "agent/licagent-control.7",
         "agent/licagent-snmp.7", "agent/licagent.7", "agent/licagentd.8")


def apropos(folder, *words):
    done = subprocess.run(["apropos", "-M", folder, *words],
                          capture_output=True, text=True, check=False)
    return {f"{name}.{section}" for name, section in
            (line.replace("(", "").replace(")", "").split()[:2]
             for line in done.stdout.splitlines())}


def main():
    if not shutil.which("mandb") or not shutil.which("apropos"):
        print("skipped: man-db is not installed")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as top:
        os.chmod(top, 0o755)
        for page in PAGES:
            folder = os.path.join(top, "man" + page[-1])
            os.makedirs(folder, exist_ok=True)
            with open(os.path.join(TOP, page), "rb") as source, gzip.open(
                    os.path.join(folder, os.path.basename(page) + ".gz"),
                    "wb") as target:
                shutil.copyfileobj(source, target)
        subprocess.run(["mandb", "-c", "-q", top], check=True,
                       stderr=subprocess.DEVNULL)
        missing = []
        for page in sorted(map(os.path.basename, PAGES)):
            name = page.rsplit(".", 1)[0]
            words = [name, "licagent"]
            if page == "liblicclient.3":
                words.append("lic_checkout")
            missing += [f"{page} by {word}" for word in words
                        if page not in apropos(top, word)]
    print(f"{len(PAGES)} pages")
    if missing:
        print("apropos does not find:", *missing, sep="\n  ")
        sys.exit(1)


main()
