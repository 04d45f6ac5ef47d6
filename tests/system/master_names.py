#!/usr/bin/env python3
"""A master behind a name: every address is tried, a name that is unknown stops
nothing, one that moves is followed, and a master that vanishes is noticed."""

import tempfile

from harness import *
from master_lab import *
from servers import free_port, has_ipv6
from time_lab import Control, wrap

WRAPPER = """preload=$(ldd '{real}' | sed -n 's/.*libasan.* => \\([^ ]*\\) .*/\\1:/p')
export LD_PRELOAD="$preload{library}" NAMES='{names}'
exec '{real}' "$@"
"""
NAME = "master.example"


class Names:
    """What the daemon's resolver says."""

    def __init__(self, folder):
        library = os.environ.get("LAB_NAMES", "")
        if not os.path.exists(library):
            skip("tests/system/names.la is not built")
        self.path = os.path.join(folder, "names")
        wrap(folder, WRAPPER.replace("{library}", library)
             .replace("{names}", self.path))

    def tell(self, *addresses):
        with open(self.path + ".new", "w", encoding="ascii") as f:
            f.writelines(address + "\n" for address in addresses)
        os.rename(self.path + ".new", self.path)

    def forget(self):
        os.unlink(self.path)


def change(path, before, after):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    check(re.search(before, text), f"{path} has no {before}")
    with open(path, "w", encoding="utf-8") as f:
        f.write(re.sub(before, after, text))


def move_snmpd(lab, address):
    """It listens there for subagents, and nowhere else."""
    change(os.path.join(lab.dir, "snmp", "snmpd.conf"), "agentXSocket .*",
           f"agentXSocket {address}")
    lab.restart("snmpd")


def follow(lab, address):
    """The daemon finds it there; what it logs meanwhile."""
    start = len(lab.log())
    move_snmpd(lab, address)
    lab.wait_log("connected to the master agent", start)
    wait_answers(lab, NEXT_ACTION)
    return lab.log()[start:]


def configure(lab, master):
    """Takes effect without a start."""
    start = len(lab.log())
    change(lab.conf, "master = .*", f'master = "{master}";')
    lab.kill(signal.SIGHUP)
    lab.wait_log("is in force", start)
    return start


def by_name(lab, names):
    port = free_port()
    master = f"tcp:{NAME}:{port}"

    step("a name that is unknown refuses no reload")
    start = configure(lab, master)
    lab.wait_log(f"cannot resolve the host of the master agent at {master}: "
                 "Name or service not known; retrying", start)

    step("nor does it stop a start, and programs are served")
    start = len(lab.log())
    lab.kill(signal.SIGTERM)
    wait_until("the daemon ended", lambda: not lab.alive())
    with Daemon(lab):
        program = wait_until("a control socket", lambda: connect(lab))
        lab.wait_log("cannot resolve the host", start)
        equal(program.ask("install", file="flash:two.lic")["successful"], 2,
              "licenses installed without a master")

        step("it is known, at the second of three addresses")
        move_snmpd(lab, f"tcp:127.0.0.1:{port}")
        names.tell("127.0.0.2", "127.0.0.1", "127.0.0.3")
        lab.wait_log(f"connected to the master agent at {master} "
                     r"\(127.0.0.1\)", start)
        wait_answers(lab, NEXT_ACTION)
        lab.settled()
        equal(len(lab.traps("clmgmtLicenseInstalled")), 2, "notifications")

        step("it moves, and is followed")
        names.tell("127.0.0.4")
        told = follow(lab, f"tcp:127.0.0.4:{port}")
        check("(127.0.0.4)" in told, told)
        program.close()


def localhost(lab, names):
    step("localhost: only IPv4, then only IPv6")
    names.tell(*["::1"] * has_ipv6(), "127.0.0.1")
    port = free_port()
    configure(lab, f"tcp:localhost:{port}")
    told = follow(lab, f"tcp:127.0.0.1:{port}")
    check(f"localhost:{port} (127.0.0.1)" in told, told)
    if not has_ipv6():
        print("NOT TESTED: there is no IPv6 here")
        return
    told = follow(lab, f"tcp6:[::1]:{port}")
    check("([::1])" in told, told)


def vanishes(lab):
    """Stopped, it keeps the connection and says nothing, as a host does that
    lost its power."""
    step("a master that vanishes is noticed")
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write("master-ping = 1;\n")
    start = len(lab.log())
    lab.kill(signal.SIGHUP)
    lab.wait_log("is in force", start)
    lab.kill(signal.SIGSTOP, "snmpd")
    try:
        lab.wait_log("lost the master agent .*: no answer to a ping; "
                     "reconnecting", start)
        program = Control(lab)
        equal(len(program.ask("licenses")["rows"]) > 0, True, "licenses")
        program.close()
    finally:
        lab.kill(signal.SIGCONT, "snmpd")
    lab.wait_log("connected to the master agent", start)
    wait_answers(lab, NEXT_ACTION)


def connect(lab):
    with contextlib.suppress(OSError):
        return Control(lab)
    return None


def named(lab, names):
    lab.issue_two("two.lic")
    by_name(lab, names)
    lab.restart()
    localhost(lab, names)
    vanishes(lab)


with tempfile.TemporaryDirectory(prefix="licagent-names-") as folder:
    resolver = Names(folder)
    main(lambda lab: named(lab, resolver))
