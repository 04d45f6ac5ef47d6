#!/usr/bin/env python3
"""others: people whom others vouch for: the web server in front by a header,
PAM by its answer; and that nobody vouches for himself."""

import http.client
import os
import re
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import TOP, check, equal, main  # noqa: E402
from people import Visitor, code_of, people_place, setup  # noqa: E402
from portal_site import NGINX, Site, free_port, wait_until  # noqa: E402

PASSWORD = "correct horse battery"
HEADER = "X-Remote-User"

# Asked for the password of PAM_USER; waits while "hold" is there.
CHECK = """\
#!/bin/sh
cd {dir} || exit 1
password=$(tr -d '\\000')
echo "$PAM_USER" >>asked
while [ -e hold ]; do sleep 0.1; done
[ "$PAM_USER:$password" = "anna:{password}" ] ||
    [ "$PAM_USER:$password" = "-:{password}" ]
"""
SERVICE = """\
auth required pam_exec.so quiet expose_authtok {dir}/check
account required pam_exec.so quiet /usr/bin/test ! -e {dir}/over
"""


class Shipped(Site):
    """Behind the site file for nginx that is installed."""

    def bring_up(self):
        with open(os.path.join(TOP, "packaging", "licportal.nginx"),
                  encoding="utf-8") as f:
            text = f.read()
        for pattern, here in (
                (r"unix:/run/licportal/http", "unix:{dir}/http"),
                (r"listen 443 ssl http2;", "listen 127.0.0.1:{port} ssl;"),
                (r"\tlisten \[::\].*\n", ""),
                (r"server_name .*;", "server_name _;"),
                (r"/etc/ssl/licportal", "{dir}"),
                (r"/var/log/nginx/error.log crit", "{dir}/nginx.log")):
            text, n = re.subn(pattern, lambda _: here, text)
            check(n >= 1, "licportal.nginx has no", pattern)
        text = re.sub(r"(?<!\$)([{}])", r"\1\1", text)
        text = text.replace("{{dir}}", "{dir}").replace("{{port}}", "{port}")
        head, tail = NGINX.split("    upstream", 1)[0], "}}\n"
        self.nginx = head + text + tail
        super().bring_up()


def guarded(site):
    """A second nginx, which asks for a password and tells who it was."""
    port = free_port()
    folder = os.path.join(site.dir, "guard")
    os.mkdir(folder)
    text = NGINX.format(dir=folder, port=port).replace(
        f"unix:{folder}/http", f"unix:{site.dir}/http").replace(
            f"{folder}/server", f"{site.dir}/server").replace(
                "proxy_set_header Host $host;",
                "proxy_set_header Host $host;\n"
                f"auth_basic portal; auth_basic_user_file {folder}/users;\n"
                f"proxy_set_header {HEADER} $remote_user;")
    for name, content in (
            ("nginx.conf", ("user root;\n" if os.getuid() == 0 else "") + text),
            ("users", "Anna:{PLAIN}one\nstranger:{PLAIN}two\n")):
        with open(os.path.join(folder, name), "w", encoding="ascii") as f:
            f.write(content)
    site.start("guard", "/usr/sbin/nginx", "-p", folder, "-c",
               os.path.join(folder, "nginx.conf"), "-e",
               os.path.join(folder, "nginx.log"))

    def ready():
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", port)) == 0
    wait_until(ready, "the second nginx")
    return port


class Guarded(Visitor):
    """Who comes through the second nginx."""

    def __init__(self, site, port, user):
        super().__init__(site)
        self.port, self.user = port, user

    def ask(self, method, path, body=None, **headers):
        whole, self.site.port = self.site.port, self.port
        try:
            return super().ask(method, path, body, Authorization=self.user,
                               **headers)
        finally:
            self.site.port = whole


def raw(site, *names):
    """The page of oneself, asked for at the socket with these headers."""
    connection = http.client.HTTPConnection("portal")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(site.socket)
    connection.putrequest("GET", "/me")
    for name, value in names:
        connection.putheader(name, value)
    connection.endheaders()
    got = connection.getresponse()
    got.read()
    connection.close()
    return got.status


def header(desk, where):
    with Shipped(desk, people=where, people_header=HEADER) as site:
        code, out, _ = setup(site, "anna", "anna@example.net")
        equal((code, out), (0, f"anna may sign in at\n{site.url}\n"))
        # A client's own header goes no further.
        stranger = Visitor(site)
        for name in (HEADER, HEADER.lower(), "X_Remote_User"):
            stranger.ask("GET", "/me", **{name: "anna"}).leads_to(
                "/sign-in?next=/me")
        stranger.get("/sign-in").shows(200, "Who you are, the web server")
        stranger.post("/sign-in", {"name": "anna", "_password": PASSWORD}
                      ).shows(404, "no passwords of its own")

        port = guarded(site)
        anna = Guarded(site, port, "Basic QW5uYTpvbmU=")
        anna.get("/me").shows(200, "Your account", "anna")
        for words in ("Change the password", "Set up a second", "Sign out<"):
            check(words not in anna.page, words, anna.page)
        cookie = anna.cookie
        anna.get("/people").shows(200, "anna")
        equal(anna.cookie, cookie)      # the same session
        # Forms are still those of her pages.
        anna.post("/people", anna.form(name="eve", role="support")).leads_to(
            "/people/eve?done=1")
        anna.post("/people", {"name": "x", "role": "support"}).shows(
            403, "not from here")
        for path in ("/me/password", "/me/factor", "/people/eve/link"):
            anna.get("/people/eve")
            anna.post(path, anna.form()).shows(404, "no passwords of its own")
        # Her session is nobody's without her name, and nobody else's.
        for user in (None, "Basic c3RyYW5nZXI6dHdv"):
            thief = Visitor(site) if user is None else Guarded(
                site, port, user)
            thief.cookie = anna.cookie
            thief.get("/me").leads_to("/sign-in?next=/me")
        Guarded(site, port, "Basic c3RyYW5nZXI6dHdv").get("/sign-in").shows(
            200, "nobody whom this portal knows")
        # Named twice is not named; programs are not people.
        equal(raw(site, (HEADER, "anna")), 200)
        equal(raw(site, (HEADER, "anna"), (HEADER, "anna")), 303)
        equal(raw(site, (HEADER, "")), 303)
        equal(raw(site, (HEADER, "a" * 64)), 303)
        equal(site.ask("GET", "/api/v1/licenses", **{HEADER: "anna"}).status,
              401)
        equal(site.stop("licportald"), 0)


def pam(desk, where):
    folder = desk.path("pam")
    os.mkdir(folder)
    for name, text, mode in (("check", CHECK, 0o755),
                             ("licportal", SERVICE, 0o644)):
        with open(os.path.join(folder, name), "w", encoding="ascii") as f:
            f.write(text.format(dir=folder, password=PASSWORD))
        os.chmod(os.path.join(folder, name), mode)
    hold, over, asked = (os.path.join(folder, name)
                         for name in ("hold", "over", "asked"))
    with Site(desk, people=where, threads=1,
              people_pam=os.path.join(folder, "licportal")) as site:
        def sign_in(name, password, code=""):
            return Visitor(site).post("/sign-in", {
                "name": name, "_password": password, "_code": code})

        anna = sign_in("anna", PASSWORD)
        anna.leads_to("/")
        anna.get("/me").shows(200, "Set up a second factor")
        check("Change the password" not in anna.page, anna.page)
        sign_in("anna", "wrong").shows(422, "the password or the code")
        sign_in("anna", "").shows(422)
        # Whom the portal does not know, PAM is not asked about.
        sign_in("bob", PASSWORD).shows(422, "the password or the code")
        with open(asked, encoding="ascii") as f:
            equal(f.read().split(), ["anna", "anna", "anna", "-"])
        # The second factor stays ours.
        anna.post("/me/factor", anna.form(_old=PASSWORD)).shows(200)
        key = anna.hidden("_secret")
        anna.post("/me/factor/confirm", anna.form(
            _secret=key, _code=code_of(key))).shows(200, "Recovery codes")
        recovery = re.findall(r"<li><code>(\S{11})</code>", anna.page)
        sign_in("anna", PASSWORD).shows(422, "second factor is needed")
        sign_in("anna", PASSWORD, recovery[0]).leads_to("/")
        # An account that has ended there.
        with open(over, "w", encoding="ascii"):
            pass
        sign_in("anna", PASSWORD, recovery[1]).shows(422, "is wrong")
        os.unlink(over)

        # While PAM takes its time, the only thread of the server goes on.
        with open(hold, "w", encoding="ascii"):
            pass
        got = []
        waiting = [threading.Thread(target=lambda: got.append(sign_in(
            "anna", PASSWORD, recovery[2]).status)) for _ in range(3)]
        for thread in waiting:
            thread.start()
        wait_until(lambda: open(asked, encoding="ascii").read().count(
            "anna") >= 10, "PAM is asked")
        Visitor(site).get("/").shows(200, "Sign in")
        equal(got, [])
        os.unlink(hold)
        for thread in waiting:
            thread.join()
        equal(sorted(got), [303, 422, 422])     # a code is good once

        # Names are locked here, too; links are for no passwords.
        while "too many failures" not in sign_in("anna", "wrong").page:
            check(len(got) < 20)
            got.append(0)
        sign_in("anna", PASSWORD, recovery[3]).shows(429)
        Visitor(site).get("/link/" + "x" * 43).shows(404)
        equal(site.stop("licportald"), 0)
        check(PASSWORD not in site.log(), "a secret is in the log")


def nobody(desk, where):
    """Without the configuration the header is any other."""
    with Site(desk, people=where) as site:
        equal(raw(site, (HEADER, "anna")), 303)
        Visitor(site).ask("GET", "/me", **{HEADER: "anna"}).leads_to(
            "/sign-in?next=/me")
        for changes, words in (
                ({"people_pam": "a/b"}, "people_pam: invalid value"),
                ({"people_pam": "/etc/pam.d/"}, "people_pam: invalid value"),
                ({"people_header": "X User"}, "people_header: invalid value"),
                ({"people_header": "A", "people_pam": "a"},
                 "exclude each other"),
                ({"people": None, "people_header": "A"}, "nobody is known")):
            code, _, said = site.tried(**changes)
            equal(code, 1, said)
            check(re.search(r"try\.conf:\d+: ", said) and words in said, said)


def others(desk):
    desk.authority("acme")
    where = people_place(desk)
    header(desk, where)
    if "people_pam: invalid value" in try_pam(desk, where):
        print("licportald was built without PAM: not tried")
    else:
        pam(desk, where)
    nobody(desk, where)


def try_pam(desk, where):
    site = Site(desk, people=where)
    site.dir, site.socket, site.url = desk.dir, "/x", "https://x"
    return site.tried(people_pam="licportal")[2]


main(others)
