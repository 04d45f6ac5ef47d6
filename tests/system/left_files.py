#!/usr/bin/env python3
"""kill -9 while a file is being made: nobody else can read what is left of it,
and the next start removes it."""

import fcntl

from harness import *

LEFT = re.compile(r"\.new(-journal)?$|^\.licagent-[0-9a-f]{16}$")


def left(*folders):
    """What lies about below them, with its mode."""
    return [(os.path.join(top, name),
             os.stat(os.path.join(top, name)).st_mode & 0o777)
            for folder in folders for top, _, files in os.walk(folder)
            for name in files if LEFT.search(name)]


def killed_at(lab, call):
    """Runs the daemon until it makes this call, which it does not survive."""
    daemon = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", os.path.join(lab.top, "trace"), "-e",
         f"trace={call}", "-e", f"inject={call}:signal=KILL",
         os.path.join(lab.bin, "licagentd"), "-f", "-c", lab.conf],
        env=lab.environ, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True)
    return daemon


def end(daemon):
    said = daemon.communicate(timeout=PATIENCE)[1]
    if "ptrace" in said:
        skip(f"strace cannot be used here: {said}")
    equal(daemon.returncode, -signal.SIGKILL, f"exit status\n{said}")


def left_files(lab):
    lab.kill(signal.SIGTERM)
    wait_until("it ends", lambda: not lab.alive())
    shutil.rmtree(lab.state)
    os.mkdir(lab.state, 0o700)

    step("the device's key")
    end(killed_at(lab, "renameat2"))
    found = left(lab.state)
    equal([(os.path.basename(path).split(".")[:2], mode)
           for path, mode in found], [(["device", "key"], 0o600)], "left")
    check(not os.path.exists(os.path.join(lab.state, "device.key")),
          "there is no key yet")
    lab.restart()
    equal(left(lab.state), [], "left")
    equal({os.stat(os.path.join(lab.state, name)).st_mode & 0o777
           for name in os.listdir(lab.state)}, {0o600}, "modes of the state")

    step("a file in flash, in a folder of it")
    os.mkdir(lab.flash_path("dir"))
    lab.issue("one.lic")
    equal(lab.outcome(lab.install("flash:one.lic")), (SUCCESSFUL, 1),
          "install")
    lab.kill(signal.SIGTERM)
    wait_until("it ends", lambda: not lab.alive())
    daemon = killed_at(lab, "fchmod")    # behind all of its content
    save = [os.path.join(lab.bin, "licctl"), "--socket", lab.control, "--yes",
            "license", "save", "flash:dir/backup.lic"]
    wait_until("it is there", lambda: daemon.poll() is not None or
               os.path.exists(lab.control))
    lab.run(*save)
    end(daemon)
    found = left(lab.flash)
    equal([(os.path.dirname(path), mode) for path, mode in found],
          [(lab.flash_path("dir"), 0o600)], "left")
    with open(found[0][0], "rb") as f:
        check(b"BEGIN LICENSE" in f.read(), "it is the backup")

    step("what another daemon writes stays, and what is called alike")
    others = [lab.flash_path(".licagent-" + name)
              for name in ("0123456789abcdef", "0123456789abcdeF",
                           "0123456789abcdef0", "x")]
    held = [open(path, "wb") for path in others]
    fcntl.flock(held[0], fcntl.LOCK_EX)
    lab.restart()
    equal(left(lab.flash), [(others[0], os.stat(others[0]).st_mode & 0o777)],
          "left")
    check(all(map(os.path.exists, others)), "the others")
    lab.wait_log("left by a daemon that was killed; removed")
    held[0].close()
    lab.restart()
    equal(left(lab.flash), [], "left")

    step("what is finished can be read by those who reach it")
    lab.tool(*[os.path.basename(save[0]), *save[1:]])
    equal(os.stat(lab.flash_path("dir/backup.lic")).st_mode & 0o777, 0o644,
          "mode of the backup")


if not shutil.which("strace"):
    skip("strace is not installed")
main(left_files)
