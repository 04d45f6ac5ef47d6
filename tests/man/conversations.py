#!/usr/bin/env python3
"""conversations: runs the commands that pages and README show, as written.

A literal block that begins with "$ " is a conversation: commands, each with its
output.  All conversations of a document, up to the command that stops the lab,
run in one shell in a lab of their own.  They must print the same, apart from
what differs between runs (MASKS).  A command that only reads is repeated until
its output is as expected.

MAN_WRITE=write writes the new output into the documents; then read the
difference.
"""

import contextlib
import os
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "agent", "control"))

from wire import *  # noqa: E402,F401,F403
from servers import *  # noqa: E402,F401,F403

WRITE = os.environ.get("MAN_WRITE") == "write"

MASKS = [(re.compile(pattern), word) for pattern, word in (
    (r"\b[0-9a-f]{32}\b", "ID"),
    (r"License authority [\w-]{8}", "AUTHORITY"),
    (r"(?<![\w-])[\w-]{43}(?![\w-])", "KEY"),
    (r"\b20\d\d-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", "TIME"),
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"Timeticks: \(\d+\) \d+:\d\d:\d\d\.\d\d", "UPTIME"),
    (r"eyJ[\w.-]{20,}", "LINE"),
    (r"\b[2-9A-Y]{11}\b", "PAK"),
    (r"\*[2-9A-Y]{4}\b", "PAK"),
    (r'"issued":\d{10}\b', '"issued":SECONDS'),
    (r'"(pid|uid|client)": \d+', r'"\1": N'),
    (r"(?m)^\d+\.\d+ +\d+ +\d+ +(\d+ +licensed)", r"HANDLE PROCESS USER \1"),
    (r"\blease \d+\.\d+", "lease HANDLE"),
)]
# Documents whose lab has a portal.
WITH_PORTAL = ("portal/licportal-api.7", "tools/licctl/licctl.1")
# Commands that only read.
ASKS = re.compile(r"(get|walk|table|snmpget|snmpwalk|snmptable|grep|tail|sed"
                  r"|licctl (\S+ )*(show|check))\b(?!.*>)")


def masked(text):
    for pattern, word in MASKS:
        text = pattern.sub(word, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


class Shell:
    """A shell that runs one command after the other."""
    END = "@end-of-command@"

    def __init__(self, environ, folder):
        self.process = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], env=environ, cwd=folder,
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        # As in a shell that people type into.
        self.run("shopt -s expand_aliases")

    def run(self, command):
        self.process.stdin.write(f"{command}\necho '{self.END}'\n")
        self.process.stdin.flush()
        # Whatever hangs is ended, and the test with it.
        timer = threading.Timer(120, self.process.kill)
        timer.start()
        printed = ""
        try:
            while not printed.endswith(self.END + "\n"):
                line = self.process.stdout.readline()
                check(line, f"the shell ended in {command!r}: {printed}")
                printed += line
        finally:
            timer.cancel()
        return printed[:-len(self.END) - 1]

    def close(self):
        self.process.stdin.close()
        # With what it has put into the background.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)
        self.process.stdout.close()


class Page:
    """A manual page: conversations stand between .Bd -literal and .Ed."""
    begin, end = re.compile(r"\.Bd -literal"), ".Ed"

    @staticmethod
    def decode(line):
        line = line.replace("\\e", "\\")
        return line[2:] if line.startswith("\\&") else line

    @staticmethod
    def encode(line):
        line = line.replace("\\", "\\e")
        return "\\&" + line if line[:1] in (".", "'") else line


class Markdown:
    begin, end = re.compile(r"```console"), "```"

    @staticmethod
    def decode(line):
        return line

    encode = decode


def split(lines):
    """[[command, output]] of a conversation's lines."""
    turns = []
    for line in lines:
        if line.startswith("$ "):
            turns.append([line[2:], []])
        elif turns[-1][0].endswith("\\"):
            turns[-1][0] += "\n" + line
        else:
            turns[-1][1].append(line)
    return turns


class Document:
    def __init__(self, path, form):
        self.path, self.form = path, form
        with open(path, encoding="utf-8") as f:
            self.lines = f.read().splitlines()
        self.blocks = []    # [first line, last line, turns]
        at = 0
        while at < len(self.lines):
            if form.begin.match(self.lines[at]):
                end = self.lines.index(form.end, at)
                block = [form.decode(line)
                         for line in self.lines[at + 1:end]]
                if block and block[0].startswith("$ "):
                    self.blocks.append([at + 1, end, split(block)])
                at = end
            at += 1
        stops = [i for i, block in enumerate(self.blocks)
                 if any("lab stop" in turn[0] for turn in block[2])]
        check(stops, f"{path} has no conversation that stops its lab")
        del self.blocks[stops[0] + 1:]
        self.lab = next(found.group(1) for block in self.blocks
                        for turn in block[2]
                        for found in [re.search(r"lab start (\S+)", turn[0])]
                        if found)

    def write(self):
        for first, last, turns in reversed(self.blocks):
            self.lines[first:last] = [
                self.form.encode(line) for command, printed in turns
                for line in ("$ " + command).split("\n") + printed]
        with open(self.path, "w", encoding="utf-8") as f:
            f.write("\n".join(self.lines) + "\n")


def agrees(shell, command, want, here, seconds=30):
    """The output, once it is as expected or time is up."""
    end = time.monotonic() + (seconds if ASKS.match(command) else 0)
    if WRITE and ASKS.match(command):
        time.sleep(1)
    while True:
        got = here.back(shell.run(here.there(command)))
        if WRITE or masked(got) == masked(want) or time.monotonic() > end:
            return got
        time.sleep(0.1)


class Here:
    """The folder of the document's lab and build/bin, and the real ones."""

    def __init__(self, lab, document):
        self.names = [(document.lab, lab.dir),
                      ("build/bin", os.environ["LAB_BIN"])]

    def there(self, text):
        for name, place in self.names:
            text = text.replace(name, place)
        return text

    def back(self, text):
        for name, place in self.names:
            text = text.replace(place, name)
        return text


def converse(lab, document, prepare=None):
    here = Here(lab, document)
    environ = dict(lab.environ, PATH=":".join(
        (os.environ["LAB_BIN"], os.path.join(TOP, "examples"),
         os.environ["PATH"])))
    work = os.path.join(lab.top, "work")
    os.makedirs(work, exist_ok=True)
    # README is read at the top of the sources, a page anywhere.
    shell = Shell(environ, TOP if document.form is Markdown else work)
    ran = 0
    with contextlib.closing(shell):
        for _, _, turns in document.blocks:
            for turn in turns:
                command, printed = turn
                got = agrees(shell, command, "\n".join(printed), here)
                if WRITE:
                    turn[1] = [line.rstrip() for line in
                               got.splitlines()]
                else:
                    equal(masked(got).splitlines(),
                          masked("\n".join(printed)).splitlines(),
                          f"{document.path}: $ {command}")
                ran += 1
                if prepare and "lab env" in command:
                    prepare(lab)
    if WRITE:
        document.write()
    print(f"  {ran} commands")


def with_server(lab, ssh):
    """An sftp server that the lab's daemon knows, with a file of two licenses."""
    lab.read_env()
    known = os.path.join(lab.top, "known_hosts")
    with open(known, "w", encoding="utf-8") as f:
        f.write(ssh.make_key("key"))
    configure(lab, **{"ssh-port": ssh.port, "known-hosts": known})
    name = os.path.join(lab.top, "two.lic")
    for feature_name in ("securityk9", "datak9"):
        lab.tool("licissue", "issue", lab.issuer, "--udi", lab.udi,
                 "--feature", feature_name, "--type", "permanent",
                 "--append", "-o", name)
    with open(name, "rb") as f:
        ssh.write("licenses/two.lic", f.read())


def has_portal():
    return (os.path.exists(os.path.join(os.environ["LAB_BIN"], "licportald"))
            and shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"))


def conversations(lab):
    with contextlib.closing(Ssh()) as ssh:
        for name, form, prepare in (
                ("agent/licagent-snmp.7", Page,
                 lambda lab: with_server(lab, ssh)),
                ("agent/licagent-license.5", Page, None),
                ("agent/licagent.7", Page, None),
                ("tools/licctl/licctl.1", Page, None),
                ("portal/licportal-api.7", Page, None),
                ("tools/licissue/licissue.1", Page, None),
                ("README.md", Markdown, None)):
            step(name)
            if name in WITH_PORTAL and not has_portal():
                print("  left out: no licportald, or no nginx")
                continue
            converse(lab, Document(os.path.join(TOP, name), form), prepare)
            for path in (lab.dir, os.path.join(lab.top, "work")):
                shutil.rmtree(path, ignore_errors=True)


main(conversations, start=False)
