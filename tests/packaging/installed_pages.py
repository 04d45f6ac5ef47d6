#!/usr/bin/env python3
"""Installed pages name the folders of the installation, not /etc and /run."""

import glob
import os
import subprocess
import sys
import tempfile


def main():
    with tempfile.TemporaryDirectory() as top:
        subprocess.run(
            ["make", "-s", f"DESTDIR={top}", "mandir=/man",
             "sysconfdir=/opt/etc", "runstatedir=/opt/run", "install-man",
             "man-paths"], check=True, stdout=subprocess.DEVNULL)
        texts = {}
        for path in glob.glob(os.path.join(top, "man", "*", "*")):
            with open(path, encoding="utf-8") as f:
                texts[os.path.basename(path)] = f.read()
    wrong = [f"{name}: {path}" for name, text in sorted(texts.items())
             for path in ("/etc/licagent", "/run/licagent/control")
             if path in text.replace("/opt" + path, "")]
    for name, path in (("licagentd.8", "/opt/etc/licagent/licagentd.conf"),
                       ("licagentd.conf.5", "/opt/etc/licagent/keys"),
                       ("licctl.1", "/opt/run/licagent/control")):
        if path not in texts[name]:
            wrong.append(f"{name} lacks {path}")
    print(f"{len(texts)} pages")
    if wrong:
        print("\n".join(wrong))
    sys.exit(1 if wrong or len(texts) < 8 else 0)


main()
