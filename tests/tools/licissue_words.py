#!/usr/bin/env python3
"""licissue_words: what the shells complete after licissue is what it takes."""

import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "authority"))

from desk import BIN, LICISSUE, TOP, check, equal, main  # noqa: E402,F811


def completes(desk, *words):
    return desk.run("--complete", *words).split()


def commands(desk):
    """As --help lists them."""
    rows = [line for line in desk.run("--help").splitlines()
            if line.startswith("  ") and not line.startswith("  licissue")]
    return [row[2:22].strip().split("  ")[0] for row in rows]


def words(desk):
    names = commands(desk)
    check("issue" in names and "log verify" in names, names)
    firsts = dict.fromkeys(name.split()[0] for name in names)
    equal(completes(desk, ""), [*firsts, "help", "--help", "--passphrase-fd", "--version"])
    equal(completes(desk, "perm"), ["permission-ticket"])
    equal(completes(desk, "log", ""), ["verify", "checkpoint"])
    equal(completes(desk, "log", "ver"), ["verify"])
    equal(completes(desk, "help", "log"), ["log"])
    equal(completes(desk, "help", "log", "c"), ["checkpoint"])
    equal(completes(desk, "nothing", ""), [])
    equal(completes(desk, "issue", "d", "--fea"), ["--feature"])
    equal(completes(desk, "issue", "d", "--type", "perm"),
          ["permanent", "permanentRightToUse"])
    equal(completes(desk, "issue", "d", "--eula", ""), [":file"])
    equal(completes(desk, "issue", "d", "-o", ""), [":file"])
    equal(completes(desk, "issue", "d", "--udi", ""), [])
    equal(completes(desk, "issue", ""), [":file"])
    equal(completes(desk, "log", "checkpoint", "d", "--f"), ["--force"])
    equal(completes(desk, "lot", "create", "d", "--each", ""), [":file"])
    # Behind the option that stands before a command.
    equal(completes(desk, "--passphrase-fd", ""), [])
    equal(completes(desk, "--passphrase-fd", "3", "perm"),
          ["permission-ticket"])
    equal(completes(desk, "--passphrase-fd", "3", "issue", "d", "--fea"),
          ["--feature"])
    equal(completes(desk, "--passphrase-fd", "3", "log", ""),
          ["verify", "checkpoint"])
    return names


def options(desk, names):
    """Each that is offered is taken, and each command offers --help."""
    for name in names:
        offered = completes(desk, *name.split(), "d", "-")
        check("--help" in offered, name, offered)
        for option in offered:
            # The option's own argument, then --help, unless it took that.
            done = subprocess.run(
                [LICISSUE, *name.split(), option, "--help", "--help"],
                cwd=desk.dir, stdin=subprocess.DEVNULL, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            check("unrecognized option" not in done.stdout and
                  "ambiguous" not in done.stdout, name, option, done.stdout)


def in_bash(desk):
    script = os.path.join(TOP, "tools", "licissue", "licissue.bash")

    def reply(line):
        typed = line.split(" ")
        done = subprocess.run(
            ["bash", "-c", """. "$1"; shift
             compopt() { echo "compopt $*"; }
             COMP_LINE=$1; COMP_POINT=${#1}; shift
             COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
             _licissue; echo "${COMPREPLY[@]}" """, "bash", script, line,
             *typed], cwd=desk.dir, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}"),
            check=True)
        return done.stdout.strip()

    equal(reply("licissue perm"), "permission-ticket")
    equal(reply("licissue log v"), "verify")
    equal(reply("licissue log verify "), "compopt -o default")
    equal(reply("licissue issue d --udi"), "--udi")


def in_zsh(desk):
    script = os.path.join(TOP, "tools", "licissue", "licissue.zsh")
    done = subprocess.run(
        ["zsh", "-f", "-c", """
         compadd() { shift; print -r -- "$@" }
         _files() { print files }
         for line in 'licissue perm' 'licissue log v' 'licissue issue d -o '; do
             words=("${(@s: :)line}") CURRENT=$#words
             . "$1"
         done""", "zsh", script], cwd=desk.dir, stdout=subprocess.PIPE,
        text=True, env=dict(os.environ, PATH=f"{BIN}:{os.environ['PATH']}"),
        check=True)
    equal(done.stdout.split(), ["permission-ticket", "verify", "files"])


def completion(desk):
    options(desk, words(desk))
    in_bash(desk)
    in_zsh(desk)


main(completion)
