#!/usr/bin/env python3
"""examples/portal runs through unattended: devices get licenses by call home, by
curl and by file, one moves, one device is replaced."""

from harness import *

EXAMPLE = os.path.join(TOP, "examples", "portal")
PROGRAMS = ("licportald", "nginx", "curl")


def portal(lab):
    path = os.environ["PATH"] + ":/usr/sbin:" + os.environ["LAB_BIN"]
    if not all(shutil.which(name, path=path) for name in PROGRAMS):
        print("skipped: not all of", *PROGRAMS)
        raise SystemExit(77)
    home = os.path.join(lab.top, "home")
    os.mkdir(home)
    lab.environ.update(HOME=home, TMPDIR=home)
    done = lab.run(EXAMPLE, cwd=home)
    equal(done.returncode, 0, f"portal\n{done.stdout}\n{done.stderr}")
    one, two, three = (f"LIC1921/K9:LAB0000000{n}" for n in (1, 2, 3))
    equal(re.findall(r"^Licenses of (\S*): (\d+)$", done.stdout, re.M),
          [(one, "1"), (two, "1"), (two, "2"), (three, "2")],
          "licenses at each step")
    for words in ('"used":2', "Grace Period", f"replaced by {three}",
                  "all as it was written"):
        check(words in done.stdout, f"no {words} in\n{done.stdout}")
    equal(os.listdir(home), [], "files left")


main(portal, start=False)
