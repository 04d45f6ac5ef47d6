"""servers - file servers from Debian's packages on loopback, for the tests.

Each runs unprivileged, as nobody if we are root, on a free port, and serves
one folder with one user.  What a server may not read it therefore cannot.
"""

import contextlib
import grp
import os
import pwd
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading

from harness import PATIENCE, Failure, check, skip, wait_until

ACCOUNT, SECRET = "tester", "open sesame"
(NONE, LOCAL, TFTP, FTP, RCP, HTTP, SCP, SFTP) = range(1, 9)


def find(program):
    path = shutil.which(program, path=os.environ.get("PATH", "") +
                        ":/usr/sbin:/sbin")
    if not path:
        skip(f"{program} is not installed")
    return path


def has_transfers():
    """False in a build without libcurl."""
    return os.access(os.path.join(os.environ["LAB_BIN"], "licagent-transfer"),
                     os.X_OK)


def need_transfers():
    if not has_transfers():
        skip("built without libcurl; transfers.py tests what is said then")


def free_port(kind=socket.SOCK_STREAM):
    """One that the kernel gives to nobody by itself, nor the labs take."""
    while True:
        port = random.randrange(12000, 20000)
        with contextlib.suppress(OSError), \
                socket.socket(socket.AF_INET, kind) as s:
            s.bind(("127.0.0.1", port))
            return port


def listens(port, family=socket.AF_INET, host="127.0.0.1"):
    with socket.socket(family) as s:
        return s.connect_ex((host, port)) == 0


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def nobody():
    """The user that servers run as."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else \
        pwd.getpwuid(os.getuid())


class Folder:
    """What a server serves, and what it needs, in a folder of its own."""

    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="licagent-server-")
        self.root = os.path.join(self.top, "root")
        os.mkdir(self.root)
        self.own(self.top)
        self.own(self.root)

    @staticmethod
    def own(path, mode=0o755):
        user = nobody()
        os.chown(path, user.pw_uid, user.pw_gid)
        os.chmod(path, mode)

    def write(self, name, content, mode=0o644):
        """A file that the server serves."""
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # The one before may have been one that we must not write.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        with open(path, "wb") as f:
            f.write(content)
        self.own(path, mode)
        if os.path.dirname(path) != self.root:
            self.own(os.path.dirname(path))
        return path

    def read(self, name):
        with open(os.path.join(self.root, name), "rb") as f:
            return f.read()

    def wait_for(self, name, holds):
        """The content of a file that came, when it is as it should be: a
        server may say that it has it before it has written it."""
        def content():
            with contextlib.suppress(FileNotFoundError):
                data = self.read(name)
                return data if holds(data) else None
            return None
        return wait_until(f"{name} as it should be", content)

    def wait_whole(self, name):
        """The same for what ends with an END line."""
        return self.wait_for(name, lambda data: b"-----END" in
                             data[data.rfind(b"-----BEGIN"):])

    def config(self, name, text, mode=0o600):
        path = os.path.join(self.top, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        self.own(path, mode)
        return path

    def close(self):
        shutil.rmtree(self.top, ignore_errors=True)


class Server(Folder):
    """One program; protocol is the MIB's number, key its port's in the
    configuration."""
    user = True     # it wants to know who we are
    both = False    # it listens at ::1 as well, if there is one

    def __init__(self, host="127.0.0.1"):
        super().__init__()
        self.host = host
        self.process = None
        try:
            self.start_anywhere()
        except BaseException:
            self.close()
            raise

    def start_anywhere(self):
        """Somebody else may take the port just before it does."""
        for _ in range(10):
            self.port = free_port(socket.SOCK_DGRAM if self.key == "tftp-port"
                                  else socket.SOCK_STREAM)
            try:
                self.start()
                return
            except Failure as e:
                failure = e
        raise failure

    def command(self):
        raise NotImplementedError

    def environ(self):
        return dict(os.environ, LC_ALL="C.UTF-8")

    def ready(self):
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        return listens(self.port, family, self.host)

    def start(self):
        who = nobody()
        more = {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} \
            if os.getuid() == 0 else {}
        log = self.config("log", "", 0o644)
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                self.command(), env=self.environ(), cwd=self.top, stdout=out,
                stderr=out, stdin=subprocess.DEVNULL, **more)
        wait_until(f"{type(self).__name__} ready", self.answers)

    def answers(self):
        if self.process.poll() is not None:
            with open(os.path.join(self.top, "log"), encoding="utf-8",
                      errors="replace") as f:
                raise Failure(f"{type(self).__name__} ended by itself:\n"
                              f"{f.read()}")
        return self.ready()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self):
        if self.process and self.process.poll() is None:
            self.stop()
        super().close()


class Tftp(Server):
    protocol, key, user = TFTP, "tftp-port", False

    def command(self):
        who = nobody()
        return [find("atftpd"), "--daemon", "--no-fork", "--logfile", "-",
                "--port", str(self.port), "--bind-address", self.host,
                "--user", f"{who.pw_name}."
                f"{grp.getgrgid(who.pw_gid).gr_name}", self.root]

    def ready(self):
        table = "udp6" if ":" in self.host else "udp"
        with open(f"/proc/net/{table}", encoding="utf-8") as f:
            return f":{self.port:04X} " in f.read()


class Ftp(Server):
    protocol, key = FTP, "ftp-port"
    PROGRAM = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler
from pyftpdlib.servers import FTPServer
authorizer = DummyAuthorizer()
authorizer.add_user(sys.argv[2], sys.argv[3], sys.argv[4], perm="elradfmw")
FTPHandler.authorizer = authorizer
FTPHandler.auth_failed_timeout = 0
FTPServer((sys.argv[5], int(sys.argv[1])), FTPHandler).serve_forever()
"""

    def command(self):
        return [self.python(), "-W", "ignore", "-c", self.PROGRAM,
                str(self.port), ACCOUNT, SECRET, self.root, self.host]

    @staticmethod
    def python():
        """Packages of the system are for its own Python."""
        for path in ("/usr/bin/python3", sys.executable):
            if subprocess.run([path, "-c", "import pyftpdlib"],
                              capture_output=True,
                              check=False).returncode == 0:
                return path
        return skip("python3-pyftpdlib is not installed")


class Http(Server):
    protocol, key = HTTP, "http-port"
    both = True

    def command(self):
        self.config("users", f"{ACCOUNT}:{{PLAIN}}{SECRET}\n")
        conf = self.config("nginx.conf", f"""
daemon off; master_process off; pid {self.top}/pid; error_log stderr;
events {{ }}
http {{
  access_log off; client_max_body_size 20m;
  client_body_temp_path {self.top}/body; proxy_temp_path {self.top}/proxy;
  fastcgi_temp_path {self.top}/fastcgi; uwsgi_temp_path {self.top}/uwsgi;
  scgi_temp_path {self.top}/scgi;
  server {{
    listen 127.0.0.1:{self.port};
    {f"listen [::1]:{self.port};" if has_ipv6() else ""}
    root {self.root};
    auth_basic "tests"; auth_basic_user_file {self.top}/users;
    location / {{ dav_methods PUT; }}
    location /moved/ {{ return 302 /; }}
  }}
}}
""")
        return [find("nginx"), "-e", "stderr", "-c", conf, "-p", self.top]


class Ssh(Server):
    """OpenSSH; it believes that the user is whoever it runs as."""
    protocol, key = SFTP, "ssh-port"
    both = True
    WRAPPER = "libnss_wrapper.so"

    def command(self):
        self.make_key("key")
        who = nobody()
        hashed = subprocess.run(["openssl", "passwd", "-6", SECRET],
                                capture_output=True, text=True,
                                check=True).stdout.strip()
        self.config("passwd", f"{ACCOUNT}:{hashed}:{who.pw_uid}:{who.pw_gid}:"
                    f"tests:{self.root}:/bin/sh\n", 0o644)
        self.config("group", f"tests:x:{who.pw_gid}:\n", 0o644)
        conf = self.config("sshd_config", f"""
Port {self.port}
ListenAddress 127.0.0.1
{"ListenAddress ::1" if has_ipv6() else ""}
HostKey {self.top}/key
PidFile none
UsePAM no
PasswordAuthentication yes
StrictModes no
MaxStartups 100
Subsystem sftp internal-sftp
""")
        return [find("sshd"), "-D", "-e", "-f", conf]

    def environ(self):
        wrapper = f"{os.environ.get('NSS_WRAPPER', self.WRAPPER)}"
        return dict(super().environ(), LD_PRELOAD=wrapper,
                    NSS_WRAPPER_PASSWD=os.path.join(self.top, "passwd"),
                    NSS_WRAPPER_GROUP=os.path.join(self.top, "group"))

    def make_key(self, name):
        """A host key, and what known_hosts says of it."""
        path = os.path.join(self.top, name)
        if not os.path.exists(path):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                            "-C", "", "-f", path], check=True)
            self.own(path, 0o600)
        with open(path + ".pub", encoding="utf-8") as f:
            kind, key = f.read().split()[:2]
        return f"[127.0.0.1]:{self.port},[::1]:{self.port}," \
               f"[localhost]:{self.port} {kind} {key}\n"


class Odd(Folder):
    """A TCP server that does what talk(connection) does, in threads."""

    def __init__(self, talk):
        super().__init__()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.talk = talk
        self.open = []
        self.server = threading.Thread(target=self.serve, daemon=True)
        self.server.start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.open.append(connection)
            threading.Thread(target=self.one, args=(connection,),
                             daemon=True).start()

    def one(self, connection):
        try:
            self.talk(connection)
        except OSError:
            pass

    def close(self):
        # An accept() that goes on after the close would do so with whatever
        # has the descriptor's number then.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.server.join()
        self.socket.close()
        for connection in self.open:
            connection.close()
        super().close()


def request(connection):
    """What an HTTP client asks for."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            break
        data += more
    return data


class Held(Odd):
    """An HTTP server that answers when it is told to: there is nothing."""

    def __init__(self):
        self.asked, self.answer = threading.Event(), threading.Event()
        super().__init__(self.hold)

    def hold(self, connection):
        request(connection)
        self.asked.set()
        self.answer.wait()
        connection.sendall(b"HTTP/1.1 404 Not Found\r\n"
                           b"Content-Length: 0\r\n\r\n")


class OddTftp(Folder):
    """A TFTP server: talk(socket, request) has a socket of its own, which is
    connected to whoever asks."""

    def __init__(self, talk, host="127.0.0.1"):
        super().__init__()
        self.family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.host, self.talk = host, talk
        self.socket = self.open()
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def open(self):
        opened = socket.socket(self.family, socket.SOCK_DGRAM)
        opened.bind((self.host, 0))
        return opened

    def serve(self):
        while True:
            try:
                request, peer = self.socket.recvfrom(2048)
            except OSError:
                return
            if peer is None:
                return
            threading.Thread(target=self.one, args=(request, peer),
                             daemon=True).start()

    def one(self, request, peer):
        with self.open() as answer:
            answer.connect(peer)
            answer.settimeout(PATIENCE)
            try:
                self.talk(answer, request)
            except OSError:
                pass

    def close(self):
        with contextlib.suppress(OSError):  # wakes up who waits for more
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        super().close()


def tftp_blocks(answer, blocks):
    """Sends these one by one, each when the one before has arrived."""
    for number, block in enumerate(blocks, 1):
        answer.send(struct.pack("!HH", 3, number & 0xffff) + block)
        while answer.recv(2048)[:4] != struct.pack("!HH", 4, number & 0xffff):
            pass


def configure(lab, **keys):
    """Puts these keys of the group "transfer" in force."""
    with open(lab.conf, encoding="utf-8") as f:
        lines = [line for line in f if not line.startswith("transfer")]
    values = " ".join(
        f"{key.replace('_', '-')} = "
        f"{value if isinstance(value, int) else chr(34) + value + chr(34)};"
        for key, value in keys.items())
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.writelines(lines + [f"transfer = {{ {values} }};\n"])
    start = len(lab.log())
    lab.kill(1)
    check(lab.wait_log("in force", start), "the configuration is in force")
