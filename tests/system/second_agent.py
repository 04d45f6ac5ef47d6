#!/usr/bin/env python3
"""A second subagent for the same objects is refused, and says so; it takes
over when the first one ends."""

from harness import *
from master_lab import *


def second_configuration(lab):
    """The same device, in another folder."""
    other = os.path.join(lab.top, "other")
    os.makedirs(os.path.join(other, "state"))
    shutil.copytree(os.path.join(lab.dir, "keys"),
                    os.path.join(other, "keys"))
    with open(lab.conf, encoding="utf-8") as f:
        text = f.read()
    for name in ("state", "keys", "control"):
        text = text.replace(f'{name} = "{lab.dir}/', f'{name} = "{other}/')
    path = os.path.join(other, "licagentd.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def second(lab):
    lab.issue_two("two.lic")
    equal(lab.outcome(lab.install("flash:two.lic")), (SUCCESSFUL, 1),
          "install")
    path = second_configuration(lab)
    log = os.path.join(lab.dir, "log", "second")

    def told():
        with open(log, encoding="utf-8") as f:
            return f.read()

    step("the second one is refused")
    with open(log, "w", encoding="utf-8") as f, subprocess.Popen(
            [os.path.join(lab.bin, "licagentd"), "-f", "-c", path],
            env=lab.environ, stdin=subprocess.DEVNULL, stdout=f,
            stderr=f) as process:
        try:
            wait_until("it is told", lambda: re.search(
                "refused our registration: duplicateRegistration "
                r"\(another subagent has registered the same objects\); "
                "retrying", told()))
            equal(process.poll(), None, "its exit status")
            equal(len(lab.installed()), 2, "licenses, of the first one")
            check("lost the master" not in lab.log(),
                  "the first one lost its session")

            step("the first one ends")
            lab.kill(signal.SIGTERM)
            wait_until("it ended", lambda: not lab.alive())
            wait_until("the second one is connected",
                       lambda: "connected to the master" in told())
            wait_answers(lab, NEXT_ACTION)
            equal(len(lab.installed()), 0, "licenses, of the second one")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


main(second)
