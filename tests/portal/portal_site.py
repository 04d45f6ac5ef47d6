"""portal_site: an authority, a portal and its nginx in one folder, for tests."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import ADDRESS, BIN, Desk, TOP, check, equal  # noqa: E402,F401

PATIENCE = 60       # seconds until something is ready on a slow machine

NGINX = """\
daemon off;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {dir}/nginx.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {dir}/tmp-body;
    proxy_temp_path {dir}/tmp-proxy;
    fastcgi_temp_path {dir}/tmp-fastcgi;
    uwsgi_temp_path {dir}/tmp-uwsgi;
    scgi_temp_path {dir}/tmp-scgi;
    upstream licportal {{ server unix:{dir}/http; keepalive 16; }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {dir}/server.pem;
        ssl_certificate_key {dir}/server.key;
        client_max_body_size 2m;
        location / {{
            proxy_pass http://licportal;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(ready, what):
    until = time.monotonic() + PATIENCE
    while not ready():
        check(time.monotonic() < until, "not ready:", what)
        time.sleep(0.02)


def setting(value):
    """A value as libconfig has it."""
    if isinstance(value, dict):
        return "{ " + " ".join(f"{key} = {setting(member)};"
                               for key, member in value.items()) + " }"
    # No escapes of JSON's that libconfig does not know.
    return json.dumps(value, ensure_ascii=False)


class Answer:
    """What the portal said."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def is_problem(self, status, kind, *said):
        """A problem of this kind, whose detail has these words."""
        equal(self.status, status, self.body)
        equal(self.headers["Content-Type"], "application/problem+json")
        equal(self.json["type"], f"urn:licagent:problem:{kind}")
        equal(self.json["status"], status)
        for words in said:
            check(words in self.json["detail"], self.json["detail"], words)


class Site:
    """A running portal; with-statement, so that it ends."""

    nginx = NGINX

    def __init__(self, desk, name="acme", second=False, **settings):
        """second: another portal of the same authority."""
        self.desk, self.name, self.settings = desk, name, settings
        self.folder = f"portal-{name}" + ("-2" if second else "")
        self.processes = {}

    def __enter__(self):
        try:
            self.bring_up()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def bring_up(self):
        self.dir = self.desk.path(self.folder)
        os.makedirs(self.dir, 0o755, exist_ok=True)
        self.socket = os.path.join(self.dir, "http")
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.write("licportal.conf", self.conf())
        # As root its workers would be of a user who may not enter the folder.
        self.write("nginx.conf",
                   ("user root;\n" if os.getuid() == 0 else "")
                   + self.nginx.format(dir=self.dir, port=self.port))
        self.certificate()
        self.start_portal()
        self.start_nginx()
        self.context = ssl.create_default_context(
            cafile=os.path.join(self.dir, "server.pem"))
        wait_until(self.answers, "nginx")

    def __exit__(self, *failure):
        if failure[0]:
            for name in ("licportald", "nginx"):
                path = os.path.join(self.dir, name + ".log")
                if os.path.exists(path):
                    with open(path, encoding="utf-8") as f:
                        print(f"==== {name}", f.read(), sep="\n")
        for name in list(self.processes):
            self.stop(name)

    def conf(self, **changes):
        return "".join(f"{key} = {setting(value)};\n" for key, value in {
            "authority": self.desk.path(self.name),
            "listen": self.socket, "url": self.url,
            "pages": os.path.join(TOP, "portal", "pages"),
            **self.settings, **changes}.items() if value is not None)

    def tried(self, **changes):
        """What licportald says of the configuration with other settings."""
        self.write("try.conf", self.conf(**changes))
        done = subprocess.run(
            [os.path.join(BIN, "licportald"), "-t", "-c",
             os.path.join(self.dir, "try.conf")],
            capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)

    def certificate(self):
        self.desk.tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:P-256", "-nodes", "-subj",
                       "/CN=portal", "-addext", "subjectAltName=IP:127.0.0.1",
                       "-days", "30", "-keyout",
                       os.path.join(self.dir, "server.key"), "-out",
                       os.path.join(self.dir, "server.pem"))

    # -- Processes --------------------------------------------------------

    def start(self, name, *command):
        with open(os.path.join(self.dir, name + ".log"), "a",
                  encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)

    def start_portal(self):
        self.start("licportald", os.path.join(BIN, "licportald"), "-c",
                   os.path.join(self.dir, "licportal.conf"))
        wait_until(self.is_ready, "licportald")

    def start_nginx(self):
        self.start("nginx", "/usr/sbin/nginx", "-p", self.dir, "-c",
                   os.path.join(self.dir, "nginx.conf"), "-e",
                   os.path.join(self.dir, "nginx.log"))

    def is_ready(self):
        check(self.processes["licportald"].poll() is None, "licportald ended:",
              self.log())
        try:
            with socket.socket(socket.AF_UNIX) as s:
                s.connect(self.socket)
        except OSError:
            return False
        return True

    def log(self):
        with open(os.path.join(self.dir, "licportald.log"),
                  encoding="utf-8") as f:
            return f.read()

    def stop(self, name, how=signal.SIGTERM):
        """Ends a process; its exit status."""
        process = self.processes.pop(name)
        if process.poll() is None:
            process.send_signal(how)
        return process.wait(PATIENCE)

    def issuer(self):
        """The process id of the issuing process."""
        with open(f"/proc/{self.processes['licportald'].pid}/task/"
                  f"{self.processes['licportald'].pid}/children",
                  encoding="ascii") as f:
            return int(f.read().split()[0])

    # -- Requests ---------------------------------------------------------

    def answers(self):
        try:
            return self.get("/metrics").status == 200
        except (OSError, urllib.error.URLError):
            return False

    def ask(self, method, path, body=None, token=None, key=None, **headers):
        """body: an object, as JSON, or bytes as they are."""
        headers = {name.replace("_", "-"): value
                   for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if key:
            headers["Idempotency-Key"] = key
        request = urllib.request.Request(
            self.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE,
                                        context=self.context) as got:
                return Answer(got.status, got.headers, got.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body, **options):
        return self.ask("POST", path, body=body, **options)


def quoted(udi):
    return urllib.parse.quote(udi, safe="")
