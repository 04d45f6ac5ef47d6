"""master_lab - a daemon whose master is not there, or not itself.

Daemon is a licagentd that is started without waiting for a master.  Between
stands between licagentd and snmpd and passes on what they tell each other, PDU
for PDU, except for what a test has it do.
"""

import contextlib
import os
import signal
import socket
import subprocess
import threading

from harness import PATIENCE, wait_until

# Types of PDUs (RFC 2741, 6.1).
GET, TEST_SET, COMMIT_SET, CLEANUP_SET, NOTIFY, RESPONSE = 5, 8, 9, 11, 12, 18


class Daemon:
    """The lab's licagentd, which was ended, once more."""

    def __init__(self, lab):
        with open(os.path.join(lab.dir, "log", "licagentd"), "a",
                  encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(lab.bin, "licagentd"), "-f", "-c", lab.conf],
                env=lab.environ, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


class HangUp(Exception):
    """Raised by a rule: both connections end here."""


class Pdu:
    def __init__(self, data, from_master):
        self.data = data
        self.from_master = from_master
        self.type = data[1]
        order = "big" if data[2] & 0x10 else "little"
        self.transaction = int.from_bytes(data[8:12], order)
        self.packet = int.from_bytes(data[12:16], order)


class Between:
    """rule(pdu) says what goes on in the place of a PDU: a list of them.  It
    is called by one thread at a time."""

    def __init__(self, lab):
        self.lab = lab
        self.master = os.path.join(lab.dir, "agentx")
        self.path = os.path.join(lab.dir, "between")
        self.seen = []
        self.rule = self.pass_on
        self.lock = threading.RLock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    @staticmethod
    def pass_on(pdu):
        return [pdu]

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)    # ends accept()
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                agent, _ = self.listener.accept()
                master = socket.socket(socket.AF_UNIX)
                try:
                    master.connect(self.master)
                except OSError:
                    agent.close()
                    continue
                ends = (agent, master)
                for ways in ((master, agent, True), (agent, master, False)):
                    threading.Thread(target=self.pump, args=(*ways, ends),
                                     daemon=True).start()

    @staticmethod
    def receive(end, length):
        data = b""
        while len(data) < length:
            more = end.recv(length - len(data))
            if not more:
                raise HangUp
            data += more
        return data

    def pump(self, source, target, from_master, ends):
        with contextlib.suppress(OSError, HangUp):
            while True:
                header = self.receive(source, 20)
                order = "big" if header[2] & 0x10 else "little"
                length = int.from_bytes(header[16:20], order)
                pdu = Pdu(header + self.receive(source, length), from_master)
                with self.lock:
                    self.seen.append(pdu)
                    for out in self.rule(pdu):
                        (ends[0] if out.from_master else ends[1]).sendall(
                            out.data)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def count(self, kind, from_master=True):
        """Transactions of which a PDU of this type was seen, and PDUs."""
        with self.lock:
            found = [pdu.transaction for pdu in self.seen
                     if pdu.type == kind and pdu.from_master == from_master]
        return len(set(found)), len(found)

    def follow(self, rule=None):
        """From now on."""
        with self.lock:
            self.seen = []
            self.rule = rule or self.pass_on

    def join(self):
        """The daemon connects here, instead of to snmpd."""
        with open(self.lab.conf, encoding="utf-8") as f:
            text = f.read()
        with open(self.lab.conf, "w", encoding="utf-8") as f:
            f.write(text.replace(self.master, self.path))
        self.lab.kill(signal.SIGHUP)
        self.lab.wait_log("connected to the master agent at unix:" +
                          self.path)


def answers(lab, oid):
    """Does snmpd have it from the daemon?"""
    done = lab.run("snmpget", "-v2c", "-c", lab.ro, "-t", "1", "-r", "0",
                   "-On", lab.snmp_address, oid)
    return done.returncode == 0 and "No Such" not in done.stdout


def wait_answers(lab, oid):
    wait_until("the daemon answers through snmpd", lambda: answers(lab, oid))


__all__ = ["Between", "Daemon", "HangUp", "Pdu", "answers", "wait_answers",
           "GET", "TEST_SET", "COMMIT_SET", "CLEANUP_SET", "NOTIFY",
           "RESPONSE"]
