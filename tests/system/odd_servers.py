#!/usr/bin/env python3
"""Servers that go silent, never stop or talk nonsense hold nobody up."""

import itertools
import subprocess

from harness import *
from servers import *

FILE_PATH, SERVER, FILE_CAUSE, BACKUP_PATH = 6, 4, 7, 20
STALL, TIMEOUT, MAX_SIZE = 2, 5, 100000


def columns(protocol, action=INSTALL):
    return {STATUS: ("i", CREATE_AND_GO), DO: ("i", action),
            PROTOCOL: ("i", protocol), ADDRESS_TYPE: ("i", 1),
            ADDRESS: ("x", "7F000001"), USER: ("s", ACCOUNT),
            PASSWORD: ("s", SECRET), FILE: ("s", "a.lic"),
            BACKUP: ("s", "b.lic")}


def start(lab, protocol, action=INSTALL):
    row = lab.next_row()
    lab.set(*(part for column, (letter, value)
              in columns(protocol, action).items()
              for part in (f"{ACTION}.{column}.{row}", letter, value)))
    return row


def slowest(lab, row):
    """Asks until the action is over; how long the slowest answer took."""
    worst = 0
    while True:
        before = time.monotonic()
        state = int(lab.get1(f"{ACTION}.{STATE}.{row}"))
        worst = max(worst, time.monotonic() - before)
        if state >= SUCCESSFUL:
            return worst


def helpers(lab):
    """The processes that transfer something for the lab's daemon."""
    done = lab.run("pgrep", "-P", str(lab.pid()))
    return done.stdout.split()


def expect(lab, what, server, protocol, cause, action=INSTALL, limit=None):
    step(what)
    key = {HTTP: "http-port", FTP: "ftp-port", SFTP: "ssh-port"}[protocol]
    configure(lab, **{key: server.port, "stall": STALL, "timeout": TIMEOUT,
                      "max-size": MAX_SIZE,
                      "known-hosts": os.path.join(lab.top, "known")})
    before = time.monotonic()
    row = start(lab, protocol, action)
    worst = slowest(lab, row)
    took = time.monotonic() - before
    equal(lab.outcome(row), (FAILED, cause), f"{what}: state and cause")
    check(worst < 0.8, f"{what}: an answer took {worst:.2f} s meanwhile")
    check(took < (limit or TIMEOUT + 4), f"{what}: it took {took:.1f} s")
    equal(helpers(lab), [], "processes that are left")
    server.close()


# ---- Servers

def request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            break
        data += more
    return data


def silent(connection):
    request(connection)
    time.sleep(60)


def endless(connection):
    request(connection)
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 4096)


def announces(connection):
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n"
                       b"\r\nx")
    time.sleep(60)


def drips(connection):
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        connection.sendall(b"x")
        time.sleep(0.3)


def cut_short(connection):
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx")
    connection.close()


def endless_header(connection):
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in itertools.count():
        connection.sendall(b"X-%d: y\r\n" % i)


def takes_nothing(connection):
    connection.recv(10)
    time.sleep(60)


def nonsense(connection):
    connection.sendall(bytes(range(256)) * 1000)
    time.sleep(60)


def ftp(last, upload=False):
    """An FTP server that says `last` where the transfer is over."""
    def talk(connection):
        data = socket.create_server(("127.0.0.1", 0))
        port = data.getsockname()[1]
        answers = {"USER": "331 who?", "PASS": "230 in", "PWD": '257 "/"',
                   "EPSV": f"229 ok (|||{port}|)", "TYPE": "200 ok",
                   "SIZE": "213 10", "RETR": "150 here", "STOR": "150 go",
                   "QUIT": ""}
        connection.sendall(b"220 hello\r\n")
        for line in connection.makefile():
            word = line.split()[0].upper()
            answer = answers.get(word, "500 what?")
            if not answer:
                break
            connection.sendall(answer.encode() + b"\r\n")
            if word in ("RETR", "STOR"):
                channel, _ = data.accept()
                if word == "RETR":
                    channel.sendall(b"0123456789")
                else:
                    while channel.recv(4096):
                        pass
                channel.close()
                if last:
                    connection.sendall(last)
        time.sleep(60)
    return talk


# ---- Our own side

def reload_meanwhile(lab):
    step("the configuration is read again behind the transfer, at no cost")
    server = Odd(silent)
    configure(lab, http_port=server.port, stall=STALL, timeout=TIMEOUT)
    row = start(lab, HTTP)
    wait_until("in progress", lambda: int(lab.get1(
        f"{ACTION}.{STATE}.{row}")) == IN_PROGRESS)
    lab.set(f"{ACTION}.{STATUS}.{start(lab, HTTP)}", "i", DESTROY)
    begin, log = cpu(lab), len(lab.log())
    lab.kill(signal.SIGHUP)
    equal(lab.outcome(row), (FAILED, SERVER), "state and cause")
    lab.wait_log("in force", log)
    check(cpu(lab) - begin < 0.5,
          f"the daemon used {cpu(lab) - begin} s of the processor")
    server.close()


def cpu(lab):
    with open(f"/proc/{lab.pid()}/stat", encoding="utf-8") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def running(pids):
    found = []
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError), \
                open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            found += [pid] if ") Z" not in f.read() else []
    return found


def end_meanwhile(lab):
    step("the daemon ends, or dies, in the middle of a transfer")
    server = Odd(silent)
    configure(lab, http_port=server.port, stall=60, timeout=60)
    for sig in (signal.SIGTERM, signal.SIGKILL):
        start(lab, HTTP)
        pids = wait_until("a process for it", lambda: helpers(lab))
        lab.kill(sig)
        wait_until("the daemon gone", lambda: not lab.alive(), 5)
        wait_until("its process gone", lambda: not running(pids), 5)
        lab.restart()
    server.close()


def disk_full(lab):
    step("a disk that is full on our side")
    folder = lab.flash_path("small")
    os.mkdir(folder)
    if lab.run("mount", "-t", "tmpfs", "-o", "size=16k", "none",
               folder).returncode != 0:
        print("NOT TESTED: a tmpfs cannot be mounted here (not root?)")
        return
    try:
        with open(os.path.join(folder, "old.lic"), "wb") as f:
            f.write(b"x" * 12288)
        row = lab.next_row()
        lab.set(f"{ACTION}.{STATUS}.{row}", "i", CREATE_AND_GO,
                f"{ACTION}.{DO}.{row}", "i", 6,
                f"{ACTION}.{BACKUP}.{row}", "s", "flash:small/old.lic")
        equal(lab.outcome(row), (FAILED, BACKUP_PATH), "state and cause")
        lab.wait_log("No space left")
        equal({name: len(data) for name, data in
               files_below(folder).items()}, {"old.lic": 12288},
              "what was there, and nothing else")
    finally:
        lab.run("umount", folder)


def progress(lab):
    step("progress is in the log, if it is asked for; no password is")
    server = Odd(drips)
    configure(lab, http_port=server.port, stall=STALL, timeout=TIMEOUT)
    lab.kill(signal.SIGTERM)
    wait_until("the daemon gone", lambda: not lab.alive())
    path = os.path.join(lab.top, "debug")
    with open(path, "wb") as out:
        daemon = subprocess.Popen(
            [os.path.join(lab.bin, "licagentd"), "-f", "-d", "all", "-c",
             lab.conf], env=lab.environ, stderr=out)
    try:
        def answers():
            with contextlib.suppress(SnmpError, ValueError):
                return lab.next_row()
        wait_until("the daemon answers", answers)
        lab.outcome(start(lab, HTTP))
        with open(path, encoding="utf-8") as f:
            text = f.read()
        check(re.search(r"transfer: action \d+: \d+ of 1000 bytes", text),
              f"no progress in the log\n{text}")
        check(SECRET not in text, "the password is in the log")
    finally:
        daemon.terminate()
        daemon.wait()
        server.close()


def odd_servers(lab):
    with open(os.path.join(lab.top, "known"), "w", encoding="utf-8") as f:
        f.write("[127.0.0.1]:1 ssh-ed25519 AAAA\n")
    # A backup that no socket's buffer takes whole.
    lab.issue("many.lic", "--copies", "600", feature="uck9")
    equal(lab.outcome(lab.install("flash:many.lic")), (SUCCESSFUL, 1),
          "install of many")
    expect(lab, "http: silent", Odd(silent), HTTP, SERVER)
    expect(lab, "http: endless", Odd(endless), HTTP, FILE_CAUSE)
    expect(lab, "http: announces too much", Odd(announces), HTTP, FILE_CAUSE,
           limit=3)
    expect(lab, "http: drips", Odd(drips), HTTP, SERVER)
    expect(lab, "http: cut short", Odd(cut_short), HTTP, SERVER)
    expect(lab, "http: endless header", Odd(endless_header), HTTP, SERVER)
    expect(lab, "http: takes nothing", Odd(takes_nothing), HTTP, SERVER,
           action=6)
    expect(lab, "ftp: silent", Odd(takes_nothing), FTP, SERVER)
    expect(lab, "ftp: nonsense", Odd(nonsense), FTP, SERVER)
    expect(lab, "ftp: silent behind the file", Odd(ftp(b"")), FTP, SERVER)
    expect(lab, "ftp: silent behind ours", Odd(ftp(b"")), FTP, SERVER,
           action=6)
    expect(lab, "ftp: takes the file and refuses it", Odd(ftp(
        b"552 no room\r\n")), FTP, BACKUP_PATH, action=6)
    expect(lab, "ssh: silent", Odd(takes_nothing), SFTP, SERVER)
    expect(lab, "ssh: nonsense", Odd(nonsense), SFTP, SERVER)
    expect(lab, "ssh: silent behind its name", Odd(lambda c: (
        c.sendall(b"SSH-2.0-x\r\n"), time.sleep(60))), SFTP, SERVER)
    reload_meanwhile(lab)
    disk_full(lab)
    end_meanwhile(lab)
    progress(lab)


main(odd_servers)
