"""terminal - licctl on a terminal: what it prints, and what is typed."""

import codecs
import contextlib
import fcntl
import os
import pty
import select
import struct
import sys
import termios

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "agent", "control"))

from wire import *  # noqa: E402,F401,F403


def ctl(lab, *args, status=0, feed=None):
    """What licctl prints without a terminal, errors behind the rest."""
    done = subprocess.run(
        [os.path.join(lab.bin, "licctl"), "--socket", lab.control, *args],
        env=lab.environ, text=True, errors="backslashreplace",
        capture_output=True, timeout=120, check=False,
        **({"input": feed} if feed is not None else
           {"stdin": subprocess.DEVNULL}))
    equal(done.returncode, status, f"exit status of licctl "
          f"{args}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def index_of(lab, feature_name, **wanted):
    """The License Index of the first such license."""
    return str(next(
        row["license"] for row in json.loads(
            ctl(lab, "show", "license", feature_name, "--json"))
        if all(row[key] == value for key, value in wanted.items())))


class Terminal:
    def __init__(self, lab, *args, columns=80):
        self.start(os.path.join(lab.bin, "licctl"),
                   ["licctl", "--socket", lab.control, *args], lab.environ,
                   columns=columns)

    def start(self, path, argv, environ, columns, lines=24):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                fcntl.ioctl(0, termios.TIOCSWINSZ,
                            struct.pack("HHHH", lines, columns, 0, 0))
                os.execvpe(path, argv, environ)
            finally:
                os._exit(99)
        self.begin()

    def begin(self):
        self.seen = ""
        # A read may end within a character, or between CR and LF.
        self.decode = codecs.getincrementaldecoder("utf-8")().decode

    def read(self):
        """False at the end."""
        if not select.select([self.fd], [], [], 60)[0]:
            raise Failure(f"the terminal is silent after {self.seen!r}")
        try:
            more = os.read(self.fd, 65536)
        except OSError:     # the other side is closed
            return False
        self.seen = (self.seen + self.decode(more)).replace("\r\n", "\n")
        return more != b""

    def expect(self, text):
        """What came before this text."""
        while text not in self.seen:
            if not self.read():
                raise Failure(f"{text!r} is not in {self.seen!r}")
        before, _, self.seen = self.seen.partition(text)
        return before

    def type(self, text):
        os.write(self.fd, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def end(self, status=0):
        """What came until the end."""
        while self.read():
            pass
        _, ended = os.waitpid(self.pid, 0)
        os.close(self.fd)
        equal(os.waitstatus_to_exitcode(ended), status,
              f"exit status\n{self.seen}")
        return self.seen
