#!/usr/bin/env python3
"""examples/authority runs through unattended, and notices when a device and the
authority disagree.  With TEST_DATABASE, which with_postgres sets, the authority
is kept there."""

from harness import *

EXAMPLE = os.path.join(TOP, "examples", "authority")
DATABASE = os.environ.get("TEST_DATABASE")


def whole(lab, home):
    step("all steps")
    done = lab.run(EXAMPLE, *(("--postgresql", DATABASE) if DATABASE else ()),
                   cwd=home)
    equal((done.returncode, done.stderr), (0, ""),
          f"authority\n{done.stdout}")
    counts = re.findall(r"^Licenses of \S*:(\w+), here and there: (\d+)$",
                        done.stdout, re.M)
    one, two, three = (f"LAB0000000{n}" for n in (1, 2, 3))
    equal(counts, [(one, "1"), (two, "1"),   # the factory
                   (one, "4"), (two, "1"),   # a PAK
                   (one, "4"), (two, "1"),   # use
                   (one, "6"), (two, "1"),   # a trial and its extension
                   (one, "6"), (two, "2"),   # one moved, for a grace period
                   (one, "6"), (three, "3"),  # a replacement
                   (one, "6"), (three, "3")], "licenses at each step")
    for words in ("all as it was written", "as before", "; lot",
                  "extension, by A. Manager: parts are late", "gracePeriod",
                  f"redeemed for LIC1921/K9:{two}"):
        check(words in done.stdout, f"no {words} in\n{done.stdout}")
    equal(os.listdir(home), [], "files left")


def disagreement(lab, home):
    step("an authority that does not know of a license")
    lies = os.path.join(lab.top, "bin")
    os.mkdir(lies)
    for name in ("licagentd", "licagent-transfer", "licctl"):
        os.symlink(os.path.join(os.environ["LAB_BIN"], name),
                   os.path.join(lies, name))
    with open(os.path.join(lies, "licissue"), "w", encoding="utf-8") as f:
        f.write(f"""#!/bin/sh
case $1$2 in
reportlicenses) {os.environ["LAB_BIN"]}/licissue "$@" | head -n 1 ;;
*) exec {os.environ["LAB_BIN"]}/licissue "$@" ;;
esac
""")
    os.chmod(f.name, 0o755)
    lab.environ["LAB_BIN"] = lies
    done = lab.run(EXAMPLE, cwd=home)
    check(done.returncode != 0 and "disagree" in done.stderr,
          f"exit {done.returncode}: {done.stderr}")
    check("< ipbasek9 1.0 permanent -" in done.stdout, done.stdout)
    equal(os.listdir(home), [], "files left")


def authority(lab):
    home = os.path.join(lab.top, "home")
    os.mkdir(home)
    lab.environ.update(HOME=home, TMPDIR=home)
    whole(lab, home)
    if not DATABASE:
        disagreement(lab, home)


main(authority, start=False)
