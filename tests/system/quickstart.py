#!/usr/bin/env python3
"""examples/quickstart runs through unattended, and fails if a step does."""

from harness import *

QUICKSTART = os.path.join(TOP, "examples", "quickstart")


def quickstart(lab):
    home = os.path.join(lab.top, "home")
    os.mkdir(home)
    lab.environ.update(HOME=home, TMPDIR=home)

    step("all steps")
    done = lab.run(QUICKSTART, cwd=home)
    equal((done.returncode, done.stderr), (0, ""),
          f"quickstart\n{done.stdout}")
    for words in ("clmgmtLicenseInstalled", "clmgmtLicenseCleared",
                  "clmgmtLicenseUsageCountAboutToExceed",
                  "securityk9", "successful(4)"):
        check(words in done.stdout, f"no {words} in\n{done.stdout}")
    equal(os.listdir(home), [], "files left")

    step("a step that fails")
    broken = os.path.join(lab.top, "bin")
    os.mkdir(broken)
    os.symlink(os.path.join(os.environ["LAB_BIN"], "licagentd"),
               os.path.join(broken, "licagentd"))
    os.symlink("/bin/false", os.path.join(broken, "licissue"))
    lab.environ["LAB_BIN"] = broken
    done = lab.run(QUICKSTART, cwd=home)
    check(done.returncode != 0, "exit status with a broken licissue")
    equal(os.listdir(home), [], "files left")


main(quickstart, start=False)
