#!/usr/bin/env python3
"""call home trusts the right portal and no other, and goes through a proxy."""

import select

from fake_portal import *


class Proxy:
    """Connects for others (CONNECT), and counts."""

    def __init__(self, refuse=False):
        self.port, self.refuse, self.asked = free_port(), refuse, []
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", self.port))
        self.socket.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                threading.Thread(target=self.connect, args=(client,),
                                 daemon=True).start()

    def connect(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        self.asked.append(head.decode())
        if self.refuse:
            client.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
            client.close()
            return
        host, _, port = head.split()[1].decode().partition(":")
        server = socket.create_connection((host, int(port)))
        client.sendall(b"HTTP/1.1 200 Here you are\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                for end in select.select([client, server], [], [])[0]:
                    data = end.recv(65536)
                    (server if end is client else client).sendall(data)
                    if not data:
                        raise OSError
        client.close()
        server.close()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def certificates(lab, portal):
    for name, words in (("unknown", "unknown CA"), ("expired", "has expired"),
                        ("name", "is for another name")):
        step(f"a certificate: {words}")
        portal.listen(name)
        said = call_home(lab, "resend", "--yes", status=1)
        check(f"the server's certificate {words}" in said.replace(
            "is from an unknown", "unknown"), said)
        equal(shown(lab)["last"]["code"], "certificate", "code")
        lab.wait_log(f"call-home: resend for .*certificate.*{words}")
    equal(portal.seen, [], "nothing came through")
    step("the system's CAs do not have it")
    portal.listen()
    configure(lab, portal, ca_file=None)
    said = call_home(lab, "resend", "--yes", status=1)
    check("from an unknown CA" in said, said)
    step("no such CA file")
    configure(lab, portal, ca_file="/nonexistent/ca.pem")
    said = call_home(lab, "resend", "--yes", status=1)
    check("cannot read the CA file (ca_file, /nonexistent/ca.pem)" in said,
          said)
    step("no certificates in it")
    configure(lab, portal, ca_file="/etc/hosts")
    call_home(lab, "resend", "--yes", status=1)
    equal(portal.seen, [], "nothing came through")


def plain(lab, portal):
    step("a server without TLS")
    portal.close()
    with socket.create_server(("127.0.0.1", portal.port)) as s:
        def serve():
            client, _ = s.accept()
            client.recv(1)
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            client.close()
        threading.Thread(target=serve, daemon=True).start()
        said = call_home(lab, "resend", "--yes", status=1)
        check(f"cannot reach {portal.url}" in said, said)
    portal.listen()


def proxies(lab, portal, pak):
    step("through a proxy")
    proxy = Proxy()
    configure(lab, portal, proxy=f"http://127.0.0.1:{proxy.port}")
    call_home(lab, "install", "pak", pak, "--yes", "--accept-eula")
    equal(len(proxy.asked), 2, "connections")
    check(all(f"CONNECT 127.0.0.1:{portal.port}" in head and
              TOKEN not in head for head in proxy.asked), proxy.asked)
    proxy.close()
    said = call_home(lab, "resend", "--yes", status=1)
    check(f"cannot reach {portal.url}" in said, said)
    proxy = Proxy(refuse=True)
    configure(lab, portal, proxy=f"http://127.0.0.1:{proxy.port}")
    said = call_home(lab, "resend", "--yes", status=1)
    check(f"cannot reach {portal.url}" in said and "403" in said, said)
    proxy.close()
    configure(lab, portal)


def secrecy(lab, portal, pak):
    step("while it is under way, nobody sees the token")
    seen = []
    helper = os.path.join(lab.bin, "licagent-transfer")

    def look(_, answer):
        if answer is not None:
            return False
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    command = f.read()
                with open(f"/proc/{pid}/environ", "rb") as f:
                    command += f.read()
                if os.path.basename(helper).encode() in command or \
                        pid == str(lab.pid()):
                    seen.append(command)
        return False

    portal.fault("requests", look)
    call_home(lab, "install", "pak", pak, "--yes", "--accept-eula")
    check(seen, "no process was seen")
    check(not any(TOKEN.encode() in command for command in seen), seen)


def token_files(lab, portal, pak):
    step("a token in a file")
    path = os.path.join(lab.top, "token")
    with open(path, "w", encoding="ascii") as f:
        f.write(TOKEN + "\n")
    os.chmod(path, 0o600)
    configure(lab, portal, token=None, token_file=path)
    equal(shown(lab)["token"], True, "token")
    call_home(lab, "install", "pak", pak, "--yes", "--accept-eula")
    for change, words in (
            (lambda: os.chmod(path, 0o644), "only its owner may read"),
            (lambda: os.truncate(path, 0), "no token in it"),
            (lambda: os.unlink(path), "No such file")):
        os.chmod(path, 0o600)
        change()
        done = lab.run(os.path.join(lab.bin, "licagentd"), "-t", "-c",
                       lab.conf)
        check(words in done.stderr and "licagentd.conf:" in done.stderr,
              done.stderr)
    configure(lab, portal)


def tls(lab):
    need_transfers()
    with running(lab) as portal:
        pak = portal.make_pak(("L-LAB-SEC-K9=", 10))
        certificates(lab, portal)
        configure(lab, portal)
        plain(lab, portal)
        proxies(lab, portal, pak)
        secrecy(lab, portal, pak)
        token_files(lab, portal, pak)


main(tls)
