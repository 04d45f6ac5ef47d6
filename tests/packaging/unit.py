#!/usr/bin/env python3
"""The unit for systemd: what it promises, and systemd's opinion of it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BIN = os.environ.get("LAB_BIN") or os.path.join(os.getcwd(), "bin")
EXPOSURE_MAX = 1.4

# Calls that the daemon and its helper cannot do without, beside the obvious.
CALLS = ("landlock_create_ruleset", "landlock_add_rule",
         "landlock_restrict_self", "seccomp", "prctl", "prlimit64",
         "memfd_create", "openat2", "sendfile", "signalfd4", "socketpair",
         "timerfd_create", "epoll_create1", "epoll_ctl", "epoll_wait",
         "clone3", "execve")


def fail(text):
    print(f"FAILED: {text}")
    sys.exit(1)


def equal(got, want, what):
    if got != want:
        fail(f"{what}\n  got:  {got!r}\n  want: {want!r}")


def read():
    with open(os.path.join(TOP, "packaging", "licagentd.service.in"),
              encoding="utf-8") as f:
        text = f.read()
    for name in ("sbindir", "bindir"):
        text = text.replace(f"@{name}@", BIN)
    text = text.replace("@sysconfdir@", "/etc")
    equal(re.findall(r"@\w+@", text), [], "what is not replaced")
    return text


def parse(text):
    """{section: {key: [value, ...]}}"""
    sections, keys = {}, {}
    for line in text.splitlines():
        if line.startswith("["):
            keys = sections.setdefault(line.strip("[]"), {})
        elif line and line[0] != "#":
            key, _, value = line.partition("=")
            keys.setdefault(key, []).append(value)
    return sections


def promises(sections):
    unit, service = sections["Unit"], sections["Service"]
    print("- it never gives up, and does not spin")
    equal(unit.get("StartLimitIntervalSec"), ["0"], "StartLimitIntervalSec")
    equal(service.get("Restart"), ["always"], "Restart")
    pause = int(re.fullmatch(r"(\d+)s", service["RestartSec"][0]).group(1))
    if not 2 <= pause <= 30:
        fail(f"RestartSec is {pause} s")
    print("- memory, tasks and descriptors are limited")
    for key in ("MemoryMax", "TasksMax", "LimitNOFILE", "LimitCORE"):
        equal(len(service.get(key, [])), 1, key)
    print("- a reload is one command that waits and can fail, and needs no "
          "other package")
    equal(service.get("ExecReload"), [f"{BIN}/licctl reload"], "ExecReload")


def expand(name):
    """The calls of a set of systemd's."""
    done = subprocess.run(["systemd-analyze", "syscall-filter", name],
                          capture_output=True, text=True, check=True)
    calls = set()
    for word in done.stdout.split("\n"):
        word = word.strip()
        if word.startswith("@") and word != name:
            calls |= expand(word)
        elif re.fullmatch(r"\w+", word):
            calls.add(word)
    return calls


def filters(sections):
    print("- the calls that are needed pass its filter")
    allowed = set()
    for line in sections["Service"]["SystemCallFilter"]:
        words = line.lstrip("~").split()
        calls = set().union(*(expand(word) if word[0] == "@" else {word}
                              for word in words))
        allowed = allowed - calls if line[0] == "~" else allowed | calls
    equal([call for call in CALLS if call not in allowed], [],
          "calls that are refused")


def analyze(path, *arguments):
    done = subprocess.run(["systemd-analyze", "--no-pager", *arguments, path],
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def judged(text, sections):
    with tempfile.TemporaryDirectory() as top:
        path = os.path.join(top, "licagentd.service")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        print("- systemd-analyze verify has nothing to say")
        equal(analyze(path, "verify", "--man=no"), (0, ""), "verify")
        print(f"- its exposure is at most {EXPOSURE_MAX}")
        status, said = analyze(path, "security", "--offline=true")
        if status != 0 and "unrecognized option" in said:
            print("NOT TESTED: this systemd-analyze reads no file")
            return
        level = re.search(r"exposure level .*: ([\d.]+)", said)
        if not level or float(level.group(1)) > EXPOSURE_MAX:
            fail(f"systemd-analyze security:\n{said}")
    filters(sections)


def main():
    text = read()
    sections = parse(text)
    promises(sections)
    if shutil.which("systemd-analyze"):
        judged(text, sections)
    else:
        print("NOT TESTED: systemd-analyze is not installed")


main()
