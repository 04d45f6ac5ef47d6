"""wire - a client of the control socket, spoken by hand."""

import json
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "..", "system"))

from harness import *  # noqa: E402,F401,F403


class Refused(Exception):
    """An error that the daemon answered with."""

    def __init__(self, error):
        super().__init__(f"{error['code']}: {error['text']}")
        self.code = error["code"]
        self.text = error["text"]


class Control:
    def __init__(self, path, seconds=PATIENCE):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(seconds)
        self.socket.connect(path)
        self.rest = b""
        self.pushed = []
        self.number = 0
        self.hello = self.read()

    def send(self, data):
        self.socket.sendall(data)

    def read(self):
        """The next message; None at the end."""
        while b"\n" not in self.rest:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not more:
                return None
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def ask(self, do, **arguments):
        self.number += 1
        self.send(json.dumps(dict(arguments, do=do, id=self.number))
                  .encode() + b"\n")
        while True:
            message = self.read()
            if message is None:
                raise EOFError("the daemon hung up")
            if message.get("id") == self.number:
                break
            self.pushed.append(message)
        if "error" in message:
            raise Refused(message["error"])
        return message["result"]

    def rows(self, do, **arguments):
        rows = []
        page = self.ask(do, **arguments)
        rows += page["rows"]
        while "next" in page:
            page = self.ask(do, after=page["next"], **arguments)
            rows += page["rows"]
        return rows

    def refused(self, do, **arguments):
        """The code of the error."""
        try:
            self.ask(do, **arguments)
        except Refused as e:
            return e.code
        return None

    def push(self):
        """The next message that nobody asked for."""
        return self.pushed.pop(0) if self.pushed else self.read()

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def feature(path, name):
    with Control(path) as control:
        return control.ask("features", feature=name)["rows"][0]
