#!/usr/bin/env python3
"""A daemon that is started as root: it warns, or changes to another user."""

import pwd

from harness import *

USER, OTHER = "daemon", "nobody"


def configure(lab, **keys):
    """Puts these keys in place of those of that name."""
    path = lab.conf
    with open(path, encoding="utf-8") as f:
        lines = [line for line in f
                 if line.split("=")[0].strip() not in keys]
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(lines)
        for name, value in keys.items():
            if value is not None:
                f.write(f'{name} = "{value}";\n')


def refused_start(lab):
    """What a daemon says that does not start."""
    done = lab.run(os.path.join(lab.bin, "licagentd"), "-f", "-c", lab.conf)
    equal(done.returncode, 1, f"exit status\n{done.stderr}")
    return done.stderr


def status(lab):
    """The fields of the daemon's /proc/PID/status."""
    with open(f"/proc/{lab.pid()}/status", encoding="utf-8") as f:
        return {name: value.split() for name, _, value in
                (line.partition(":") for line in f)}


def give(lab, user, *paths):
    for path in paths:
        for top, folders, files in os.walk(path):
            for name in [""] + folders + files:
                shutil.chown(os.path.join(top, name), user.pw_uid,
                             user.pw_gid)


def user(lab):
    if os.getuid() != 0:
        skip("only root can change to another user")
    account = pwd.getpwnam(USER)
    state, flash = lab.state, lab.flash
    control = os.path.join(lab.dir, "run-control", "socket")

    step("without the key it warns, and stays root")
    lab.wait_log(r'running as root; "user" in the configuration')
    equal(status(lab)["Uid"], ["0"] * 4, "users")
    lab.kill(signal.SIGTERM)
    wait_until("it ends", lambda: not lab.alive())

    step("what is out of reach is said, all of it, before anything is opened")
    configure(lab, user=USER, control=control)
    before = sorted(os.listdir(state))
    said = refused_start(lab)
    # The lab's folder is closed to others: nothing below it can be reached.
    for path in (lab.conf, state, os.path.join(lab.dir, "keys"), flash):
        check(re.search(rf"user {USER} cannot (read|use) {re.escape(path)}: "
                        "Permission denied", said), f"{path} in\n{said}")
    equal(sorted(os.listdir(state)), before, "files of the state")

    step("also what root has left in a state directory that is his")
    for path in (lab.top, lab.dir):
        os.chmod(path, 0o711)
    for path in (lab.conf, os.path.join(lab.dir, "builtin.lic")):
        os.chmod(path, 0o644)
    for path in [os.path.join(lab.dir, "keys")]:
        os.chmod(path, 0o755)
        for name in os.listdir(path):
            os.chmod(os.path.join(path, name), 0o644)
    shutil.chown(state, USER)
    give(lab, account, flash)
    said = refused_start(lab)
    key = os.path.join(state, "device.key")
    check(f"user {USER} cannot use {key}: Permission denied" in said, said)
    check(f"cannot use {state}:" not in said and flash not in said, said)

    step("a user that is none, and one that only root can become")
    configure(lab, user="no-such-user", control=control)
    check("unknown user no-such-user" in refused_start(lab), "unknown")
    configure(lab, user=USER, control=control)
    done = lab.run(os.path.join(lab.bin, "licagentd"), "-f", "-c", lab.conf,
                   user=OTHER, group="nogroup", extra_groups=[])
    equal((done.returncode, f"only root can change to user {USER}" in
           done.stderr), (1, True), done.stderr)

    step("it changes, with its groups and no way back")
    give(lab, account, state)
    shutil.chown(os.path.join(lab.dir, "agentx"), USER)
    lab.restart()
    now = status(lab)
    equal(now["Uid"], [str(account.pw_uid)] * 4, "users")
    equal(now["Gid"], [str(account.pw_gid)] * 4, "groups")
    equal(sorted(map(int, now["Groups"])),
          sorted(os.getgrouplist(USER, account.pw_gid)), "other groups")
    equal(now["NoNewPrivs"], ["1"], "new privileges")
    for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        equal(int(now[kind][0], 16), 0, kind)
    # Whose folder it is, and that no debugger of his gets at its memory.
    equal(os.stat(f"/proc/{lab.pid()}/mem").st_uid, 0, "not to be dumped")
    equal(os.stat(os.path.dirname(control)).st_uid, account.pw_uid,
          "the folder of the control socket")

    step("and works: licenses, the control socket, a reload")
    lab.issue("one.lic")
    os.chmod(lab.flash_path("one.lic"), 0o644)
    row = lab.install("flash:one.lic")
    equal(int(lab.get1(f"{ACTION}.{STATE}.{row}")), SUCCESSFUL, "install")
    check("ipbasek9" in lab.tool("licctl", "--socket", control, "show", "license"),
          "licctl")
    start = len(lab.log())
    os.kill(lab.pid(), signal.SIGHUP)
    lab.wait_log("is in force", start)

    step("a reload does not change the user")
    start = len(lab.log())
    configure(lab, user=OTHER, control=control)
    os.kill(lab.pid(), signal.SIGHUP)
    lab.wait_log(f"the user cannot be changed to {OTHER} while the daemon "
                 "runs; the old configuration stays in force", start)
    equal(len(lab.installed()), 1, "licenses")


main(user)
