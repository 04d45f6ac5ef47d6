#!/usr/bin/env python3
"""Servers that go silent, never stop or talk nonsense hold nobody up."""

import itertools
import subprocess

from harness import *
from servers import *

FILE_PATH, SERVER, FILE_CAUSE, BACKUP_PATH = 6, 4, 7, 20
STALL, TIMEOUT, MAX_SIZE = 2, 5, 100000
# For servers whose answer counts, however long it takes.
PATIENT = {"stall": PATIENCE, "timeout": PATIENCE}


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


def helpers(lab):
    """The processes that transfer something for the lab's daemon."""
    done = lab.run("pgrep", "-P", str(lab.pid()))
    return done.stdout.split()


def expect(lab, what, server, protocol, cause, action=INSTALL,
           stall=STALL, timeout=TIMEOUT):
    """The daemon's own limits end it: a silent server is silent for longer
    than anybody waits here."""
    step(what)
    key = {HTTP: "http-port", FTP: "ftp-port", SFTP: "ssh-port",
           TFTP: "tftp-port"}[protocol]
    configure(lab, **{key: server.port, "stall": stall, "timeout": timeout,
                      "max-size": MAX_SIZE,
                      "known-hosts": os.path.join(lab.top, "known")})
    row = start(lab, protocol, action)
    equal(lab.outcome(row), (FAILED, cause), f"{what}: state and cause")
    wait_until("no process is left", lambda: not helpers(lab))
    server.close()


# ---- Servers

def keep_silent():
    time.sleep(2 * PATIENCE)


def silent(connection):
    request(connection)
    keep_silent()


def endless(connection):
    request(connection)
    connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"x" * 4096)


def announces(connection):
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n"
                       b"\r\nx")
    keep_silent()


def drips(connection):
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
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


def long_header(connection):
    request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 300000 + b"\r\n\r\n")
    keep_silent()


def takes_nothing(connection):
    connection.recv(10)
    keep_silent()


def nonsense(connection):
    connection.sendall(bytes(range(256)) * 1000)
    keep_silent()


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
        keep_silent()
    return talk


# ---- Our own side

def turns(lab):
    """The daemon has answered a few requests since."""
    for _ in range(20):
        lab.get1(NEXT_ACTION)


def meanwhile(lab):
    step("requests are answered during a transfer; the configuration is read "
         "again behind it, at no cost")
    server = Held()
    configure(lab, http_port=server.port, **PATIENT)
    row = start(lab, HTTP)
    check(server.asked.wait(PATIENCE), "the server is asked")
    state = f"{ACTION}.{STATE}.{row}"
    equal(int(lab.get1(state)), IN_PROGRESS, "state")
    begin = cpu(lab)
    turns(lab)
    usual = cpu(lab) - begin
    lab.set(f"{ACTION}.{STATUS}.{start(lab, HTTP)}", "i", DESTROY)
    log = len(lab.log())
    lab.kill(signal.SIGHUP)
    begin = cpu(lab)
    turns(lab)
    # A daemon that turns round and round takes all that it can get.
    time.sleep(3)
    used = cpu(lab) - begin
    check(used < usual + 1, f"the daemon used {used} s of the processor "
          f"while it waited, {usual} s before")
    equal(int(lab.get1(state)), IN_PROGRESS, "state")
    check("in force" not in lab.log()[log:], "it was read meanwhile")
    server.answer.set()
    equal(lab.outcome(row), (FAILED, FILE_PATH), "state and cause")
    lab.wait_log("in force", log)
    server.close()


def cpu(lab):
    with open(f"/proc/{lab.pid()}/stat", encoding="utf-8") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def end_meanwhile(lab):
    step("the daemon ends, or dies, in the middle of a transfer")
    server = Odd(silent)
    configure(lab, http_port=server.port, **PATIENT)
    for sig in (signal.SIGTERM, signal.SIGKILL):
        start(lab, HTTP)
        pids = wait_until("a process for it", lambda: helpers(lab))
        lab.kill(sig)
        wait_until("the daemon gone", lambda: not lab.alive())
        wait_until("its process gone", lambda: not any(map(runs, pids)))
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
    configure(lab, http_port=server.port, **PATIENT)
    lab.kill(signal.SIGTERM)
    wait_until("the daemon gone", lambda: not lab.alive())
    path = os.path.join(lab.top, "debug")

    def said():
        with open(path, encoding="utf-8") as f:
            return f.read()

    with open(path, "wb") as out:
        daemon = subprocess.Popen(
            [os.path.join(lab.bin, "licagentd"), "-f", "-d", "all", "-c",
             lab.conf], env=lab.environ, stderr=out)
    try:
        def answers():
            with contextlib.suppress(SnmpError, ValueError):
                return lab.next_row()
        wait_until("the daemon answers", answers)
        start(lab, HTTP)
        wait_until("progress in the log", lambda: re.search(
            r"transfer: action \d+: \d+ of 9999 bytes", said()))
        check(SECRET not in said(), "the password is in the log")
    finally:
        daemon.terminate()
        daemon.wait()
        server.close()


def odd_servers(lab):
    need_transfers()
    with open(os.path.join(lab.top, "known"), "w", encoding="utf-8") as f:
        f.write("[127.0.0.1]:1 ssh-ed25519 AAAA\n")
    # A backup that no socket's buffer takes whole.
    lab.issue("many.lic", "--copies", "600", feature="uck9")
    equal(lab.outcome(lab.install("flash:many.lic")), (SUCCESSFUL, 1),
          "install of many")
    expect(lab, "http: silent", Odd(silent), HTTP, SERVER)
    expect(lab, "http: endless", Odd(endless), HTTP, FILE_CAUSE, **PATIENT)
    expect(lab, "http: announces too much", Odd(announces), HTTP, FILE_CAUSE,
           **PATIENT)
    expect(lab, "http: drips", Odd(drips), HTTP, SERVER)
    expect(lab, "http: cut short", Odd(cut_short), HTTP, SERVER)
    expect(lab, "http: endless header", Odd(endless_header), HTTP, SERVER)
    start = len(lab.log())
    expect(lab, "http: a header of 300 KB", Odd(long_header), HTTP, SERVER,
           **PATIENT)
    check("the server's header is too long" in lab.log()[start:],
          "what is wrong is not in the log")
    expect(lab, "http: takes nothing", Odd(takes_nothing), HTTP, SERVER,
           action=6)
    expect(lab, "ftp: silent", Odd(takes_nothing), FTP, SERVER)
    expect(lab, "ftp: nonsense", Odd(nonsense), FTP, SERVER)
    expect(lab, "ftp: silent behind the file", Odd(ftp(b"")), FTP, SERVER)
    expect(lab, "ftp: silent behind ours", Odd(ftp(b"")), FTP, SERVER,
           action=6)
    expect(lab, "ftp: takes the file and refuses it", Odd(ftp(
        b"552 no room\r\n")), FTP, BACKUP_PATH, action=6, **PATIENT)
    expect(lab, "tftp: silent", OddTftp(lambda *_: None), TFTP, SERVER)
    expect(lab, "tftp: endless", OddTftp(lambda answer, _: tftp_blocks(
        answer, itertools.repeat(b"x" * 512))), TFTP, FILE_CAUSE)
    expect(lab, "tftp: silent behind a block", OddTftp(
        lambda answer, _: tftp_blocks(answer, [b"x" * 512])), TFTP, SERVER)
    expect(lab, "tftp: silent when it shall take something",
           OddTftp(lambda *_: None), TFTP, SERVER, action=6)
    expect(lab, "tftp: nonsense", OddTftp(lambda answer, _: answer.send(
        bytes(range(256)))), TFTP, SERVER)
    expect(lab, "ssh: silent", Odd(takes_nothing), SFTP, SERVER)
    expect(lab, "ssh: nonsense", Odd(nonsense), SFTP, SERVER)
    expect(lab, "ssh: silent behind its name", Odd(lambda c: (
        c.sendall(b"SSH-2.0-x\r\n"), keep_silent())), SFTP, SERVER)
    meanwhile(lab)
    disk_full(lab)
    end_meanwhile(lab)
    progress(lab)


main(odd_servers)
