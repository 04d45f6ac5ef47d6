#!/usr/bin/env python3
"""mail: what people get by mail, from a real SMTP server, also when it is away,
refuses, or breaks off, and when the portal is killed."""

import email
import email.policy
import os
import re
import signal
import ssl
import sys
import time
import warnings
from html import unescape

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult
except ImportError:
    # Debian's modules are of Debian's Python.
    if sys.executable != "/usr/bin/python3" and os.path.exists(
            "/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("python3-aiosmtpd is not installed")
    sys.exit(77)

from desk import TOP, check, equal, main  # noqa: E402
from people import Visitor, people_place, setup  # noqa: E402
from portal_site import Site, free_port, quoted, wait_until  # noqa: E402

warnings.simplefilter("ignore")     # of aiosmtpd, about TLS

SKU = "L-LAB-SEC-K9="
PID = "LIC1921/K9:"
PASSWORD = "correct horse battery"
SMTP_USER, SMTP_PASSWORD = "licenses", "the mail server's own secret"
FROM = "Lizenzen Zürich, \"Portal\" <licenses@example.net>"


class Mailbox:
    """An SMTP server with TLS and a password, which keeps what it takes."""

    def __init__(self, desk, certificate, key):
        self.port, self.got, self.controller = free_port(), [], None
        # To RCPT, by address; and what happens once a mail is there.
        self.answers, self.on_data = {}, {}
        self.tried = []
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)

    def start(self):
        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port,
            ssl_context=self.context, authenticator=self.login,
            auth_required=True, auth_require_tls=False)
        self.controller.start()

    def stop(self):
        self.controller.stop(no_assert=True)

    @staticmethod
    def login(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (
            SMTP_USER.encode(), SMTP_PASSWORD.encode()), handled=False)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        self.tried.append(address)
        answers = self.answers.get(address, [])
        if answers:
            answer = answers[0] if len(answers) == 1 else answers.pop(0)
            if answer:
                return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        mail = email.message_from_bytes(envelope.content,
                                        policy=email.policy.default)
        behavior = self.on_data.pop(envelope.rcpt_tos[0], None)
        if behavior == "cut":
            self.tried.append(mail["Message-ID"])
            server.transport.abort()
            return "451 too late"
        self.got.append((envelope.rcpt_tos, mail))
        if behavior:
            behavior()
        return "250 OK"

    def of(self, address):
        return [mail for to, mail in self.got if to == [address]]

    def wait(self, address, n=1):
        wait_until(lambda: len(self.of(address)) >= n,
                   f"{n} mails to {address}")
        equal(len(self.of(address)), n, address)
        return self.of(address)[-1]


def well_formed(mail, subject):
    """Text and HTML that say the same, and headers that are ours alone."""
    equal(mail["Subject"], subject)
    equal(str(mail["From"].addresses[0].addr_spec), "licenses@example.net")
    equal(mail["From"].addresses[0].display_name,
          "Lizenzen Zürich, \"Portal")
    equal(mail["Auto-Submitted"], "auto-generated")
    equal(len(mail.get_all("To")), 1)
    check(re.fullmatch(r"<[\w-]{43}@127\.0\.0\.1>", mail["Message-ID"]),
          mail["Message-ID"])
    check(not mail.defects, mail.defects)
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    check("<script" not in html, html)
    check(max(map(len, bytes(mail).splitlines())) <= 998, "long lines")
    return text, html


def attached(mail, *names):
    """The license files of these devices, each with what is its own."""
    parts = list(mail.iter_attachments())
    equal([part.get_filename() for part in parts],
          [f"{PID}{name}.lic".replace("/", "-").replace(":", "_")
           for name in names])
    texts = [part.get_content() for part in parts]
    for name, text in zip(names, texts):
        equal(set(re.findall("Device:    (.*)", text)), {PID + name})
        check("BEGIN LICENSE" in text, text)
    return texts


def newcomer(site, box, boss, **fields):
    """Somebody whom boss adds, and who gets the link by mail."""
    boss.get("/people")
    boss.post("/people", boss.form(**fields)).leads_to(
        f"/people/{fields['name']}?done=1")
    path = f"/people/{fields['name']}"
    boss.get(path).shows(200, "Send it by mail")
    boss.post(path + "/link", boss.form(_mail="1")).leads_to(path + "?done=1")
    mail = box.wait(fields["mail"])
    text, html = well_formed(mail, "Your account at the licensing portal")
    link = re.search(re.escape(site.url) + r"(/link/\S+)", text).group(1)
    check(f'href="{site.url}{link}"' in html, html)
    visitor = Visitor(site)
    visitor.post(link, {"_password": PASSWORD, "_again": PASSWORD}
                 ).leads_to("/")
    visitor.get("/")
    return visitor


def redeem(visitor, pak, *names, mail=None):
    visitor.get("/redeem")
    fields = visitor.form(pak=pak, sku=SKU, **{
        "quantity:number": "1", "small:bool": "1",
        "udis:each": [PID + name for name in names]})
    if mail is not None:
        fields["_mail"] = mail
    return visitor.post("/redeem", fields)


def delivered(site, box, bob, pak):
    """To who redeemed, and to the address that was given at the door."""
    redeem(bob, pak, "A", "B").shows(200, "goes by mail to bob@example.net")
    mail = box.wait("bob@example.net", 2)
    text, html = well_formed(mail, "Your 2 licenses")
    for name in "AB":
        check(f"securityk9 for {PID}{name} (permanent" in text, text)
        check(f"{PID}{name}" in html, html)
    check("attached, one for each device" in text, text)
    attached(mail, "A", "B")

    nobody = Visitor(site)
    redeem(nobody, pak, "C", mail="carol@example.org").shows(
        200, "goes by mail to carol@example.org")
    mail = box.wait("carol@example.org")
    text, _ = well_formed(mail, "Your license")
    check(PID + "C" in text and "-K9_C.lic, is attached" in text, text)
    check(attached(mail, "C")[0].strip() in unescape(nobody.page)
          .replace("\r", ""), "the file of the page")
    for address in ("carol", "a@b@c", "a b@c", "x@y\r\nBcc: z@z", "<a@b>",
                    "ä@example.org", "-x@y", "a@b,c@d"):
        redeem(nobody, pak, "D", mail=address).shows(
            422, "not a mail address")
    equal(site.get(f"/api/v1/paks/{pak}").json["used"], 3)
    # What is refused sends nothing.
    redeem(nobody, pak, "nonsense\x01", mail="dave@example.org")
    check(nobody.status == 422, nobody.status)

    bob.get("/send-again").shows(200, "Send it by mail")
    for n, name in enumerate(("A", "A", "NONE")):
        bob.get("/send-again")
        bob.post("/send-again/mail", bob.form(
            udi=PID + name, _mail="again@example.net")).shows(
                404 if name == "NONE" else 200, PID + name)
    attached(box.wait("again@example.net"), "A")
    equal(Visitor(site).get("/send-again").status, 303)
    return mail["Message-ID"]


def faults(site, box, pak):
    """Nothing is lost, and nothing holds up others."""
    nobody = Visitor(site)
    box.answers = {"later@example.org": ["450 mailbox is busy", None],
                   "never@example.org": ["550 nobody here"]}
    box.on_data["cut@example.org"] = "cut"
    for name in ("later", "cut", "never", "ever"):
        redeem(nobody, pak, name, mail=f"{name}@example.org").shows(200)
    # Others get theirs; 4xx and a cut within DATA are tried again.
    box.wait("ever@example.org")
    box.wait("later@example.org")
    equal(box.tried.count("later@example.org"), 2)
    mail = box.wait("cut@example.org")
    check(mail["Message-ID"] in box.tried, "the same id", box.tried)
    # 5xx for good: given up, said and counted.
    wait_until(lambda: 'mails_total{result="given_up"} 1\n' in metrics(site),
               "given up")
    check("is given up: the mail server answered with 550" in site.log(),
          site.log())

    # The server is away, longer than a mail would be tried.
    box.stop()
    redeem(nobody, pak, "F5", mail="away@example.org").shows(200)
    wait_until(lambda: "mails wait until it takes them" in site.log(), "away")
    redeem(nobody, pak, "F6", mail="away2@example.org").shows(200)
    time.sleep(2)       # as long as a mail is tried
    equal(redeem(nobody, pak, "F7").status, 200)
    box.start()
    box.wait("away@example.org")
    box.wait("away2@example.org")
    wait_until(lambda: "takes mails again" in site.log(), "back")
    # Of a request that was refused, it waits for a while whether one comes.
    wait_until(lambda: "\nlicportal_mails_waiting 1\n" in metrics(site),
               "one waits")


def metrics(site):
    return site.get("/metrics").body.decode()


def killed(desk, site, box, pak, place):
    """Between the server's answer and the note of it: sent again, as the same
    mail."""
    box.on_data["twice@example.org"] = lambda: os.killpg(
        site.processes["licportald"].pid, signal.SIGKILL)
    redeem(Visitor(site), pak, "K", mail="twice@example.org").shows(200)
    first = box.wait("twice@example.org")
    site.stop("licportald")
    # As if its time had passed.
    place.sql("UPDATE mail SET leased = 0")
    site.start_portal()
    wait_until(site.answers, "the portal")
    wait_until(lambda: len(box.of("twice@example.org")) == 2, "again")
    second = box.of("twice@example.org")[1]
    equal(second["Message-ID"], first["Message-ID"])
    equal(attached(second, "K"), attached(first, "K"))


def expiring(desk, site, box, place):
    """Once for each of 60, 14 and 1 days, also over restarts."""
    day = 86400
    before = len(box.of("bob@example.net"))
    bob_gets = lambda n: box.wait("bob@example.net", before + n)  # noqa: E731
    pak = desk.run("pak", "create", "acme", "--sku", "L-TEST-40=",
                   "--quantity", "9", "--account", "example-net").strip()
    desk.run("pak", "redeem", "acme", pak, "--udi", PID + "X", "-o", "x.lic")

    def days_later(days):
        """The databases are so many days older, and were looked at."""
        desk.sql("acme", f"UPDATE license SET ends = ends - {days * day}"
                 " WHERE ends IS NOT NULL")
        place.sql(f"UPDATE mail_place SET at = at - {days * day}"
                  " WHERE name = 'expiring'")
        now = f"{time.time() - 3600:.0f}"
        wait_until(lambda: place.sql(
            "SELECT 1 FROM mail_place WHERE name = 'expiring'"
            f" AND at > {now}"), "a look at what expires")

    # In 40 days, as it was issued: it is told of in time.
    days_later(1)
    equal(len(box.of("bob@example.net")), before)
    days_later(26)
    text, html = well_formed(bob_gets(1), "A license expires within 14 days")
    check(f"ips of {PID}X" in text and f"{PID}X" in html, text)
    check(f'href="{site.url}/expiring"' in html, html)
    days_later(1)
    site.stop("licportald")
    site.start_portal()
    wait_until(site.answers, "the portal")
    days_later(11)
    well_formed(bob_gets(2), "A license expires within 1 day")
    days_later(1)
    equal(len(box.of("bob@example.net")), before + 2)
    equal(len(box.of("vera@example.net")), 1)


def recovering(site, box, bob):
    """A link by mail; the same answer for whom it does not know."""
    pages, before = [], len(box.of("bob@example.net"))
    for name in ("bob", "nobody", "anna", "x" * 64, "<script>\r\nBcc: x@y"):
        visitor = Visitor(site)
        visitor.get("/recover").shows(200, "Send me a link")
        visitor.post("/recover", visitor.form(name=name)).shows(
            200, "a link is on its way")
        pages.append(visitor.page)
    equal(len(set(pages)), 1)
    mail = box.wait("bob@example.net", before + 1)
    text, _ = well_formed(mail, "A new password for bob")
    link = re.search(re.escape(site.url) + r"(/link/\S+)", text).group(1)
    later = "staple of a later day"
    Visitor(site).post(link, {"_password": later, "_again": later}
                       ).leads_to("/")
    Visitor(site).post(link, {"_password": later, "_again": later}
                       ).shows(422, "this link was used")
    bob.get("/me").leads_to("/sign-in?next=/me")
    # Administrators of the portal get none, and nobody else a second one.
    Visitor(site).post("/recover", {"name": "bob"}).shows(200)
    wait_until(lambda: re.search(r"\nlicportal_mails_waiting [01]\n",
                                 metrics(site)), "all that is due is sent")
    equal([m["Subject"] for m in box.of("anna@example.net")],
          ["Something waits for your approval"])
    equal(box.of("bob@example.net")[-1]["Message-ID"], mail["Message-ID"])
    return link


def bombing(site, bob):
    """Whoever has the portal write to many others has to wait."""
    for n in range(60):
        bob.get("/send-again")
        bob.post("/send-again/mail", bob.form(
            udi=PID + "A", _mail=f"other{n}@example.org"))
        if bob.status == 429:
            break
        bob.shows(200, PID + "A")
    bob.shows(429, "try again in")
    check(n > 0, "the first was one too many")


def approvals(site, box, anna, bob, place):
    """Whoever may approve hears of it, and not who asked for it."""
    equal(setup(site, "adam", "adam@example.net")[0], 0)
    anna.get("/keys")
    anna.post("/keys", anna.form(action="rotate", reason="due")).leads_to(
        "/keys?done=1")
    text, html = well_formed(box.wait("adam@example.net"),
                             "Something waits for your approval")
    check("a change of the signing keys, proposed by person anna" in text,
          text)
    check(f'href="{site.url}/keys"' in html, html)
    equal(box.of("anna@example.net"), [])

    newcomer(site, box, anna, name="sue", role="support",
             mail="sue@example.net")
    bob.get("/evaluation")
    bob.post("/evaluation", bob.form(udi=PID + "A", feature="uck9")).shows(200)
    attached(box.wait("bob@example.net", 3), "A")
    bob.get("/devices/" + quoted(PID + "A"))
    bob.get(re.search(r'href="(/extension\?license=[^"]*)"', bob.page)
            .group(1))
    trial = bob.hidden_value("license")
    bob.post("/extension", bob.form(license=trial, reason="<b>late", **{
        "days:number": "3"})).shows(200)
    # There is one mail in a quarter of an hour.
    place.sql("UPDATE mail_place SET at = 1 WHERE name = 'approvals'")
    for name, n in (("sue", 2), ("adam", 2), ("anna", 1)):
        text, html = well_formed(box.wait(f"{name}@example.net", n),
                                 "Something waits for your approval")
        check(f"an extension of license {trial}, asked for by person bob"
              in text, text)
        check("signing keys" not in text and "<b>" not in html, text)
    equal(len(box.of("bob@example.net")), 3)


class Place:
    """The database of people, behind the portal's back."""

    def __init__(self, desk, where):
        self.desk, self.where = desk, where

    def sql(self, text):
        if "://" in self.where:
            return self.desk.psql(
                f'SET search_path TO "{self.desk.schema("people")}"; ' + text)
        return self.desk.tool("sqlite3", "-cmd", ".timeout 5000", self.where,
                              text)


def refused(site, mail):
    """Configurations, each with its line and what is wrong."""
    for changes, words in (
            ({"url": "http://example.net"}, "mail.url: invalid value"),
            ({"url": "smtp://user@example.net"}, "mail.url: invalid value"),
            ({"url": "smtps://"}, "mail.url"),
            ({"from": "nobody"}, "mail.from: invalid value"),
            ({"from": "A <a@b>\nBcc: x@y"}, "mail.from: invalid value"),
            ({"user": None}, "user and password_file go together"),
            ({"from": None}, "from is missing"),
            ({"ca": "x"}, "mail.ca: invalid value"),
            ({"retry": 0}, "mail.retry: 0 is out of range"),
            ({"more": "x"}, "mail.more: unknown key")):
        wrong = {**mail, **changes}
        code, _, said = site.tried(mail={
            key: value for key, value in wrong.items() if value is not None})
        equal(code, 1, said)
        check(re.search(r"try\.conf:\d+: ", said) and words in said, said)
    code, _, said = site.tried(people=None)
    equal(code, 1)
    check("without people nobody gets mails" in said, said)
    os.chmod(mail["password_file"], 0o644)
    code, _, said = site.tried()
    check("others may read it" in said, said)
    os.chmod(mail["password_file"], 0o600)
    equal(site.tried()[0], 0)


def mails(desk):
    desk.authority("acme")
    with open(os.path.join(TOP, "examples", "catalog.conf"),
              encoding="utf-8") as f:
        catalog = f.read().replace("skus = (\n", """skus = (
  { sku = "L-TEST-40="; description = "Forty days";
    items = ( { feature = "ips"; type = "paidSubscription"; days = 40; } ); },
""", 1)
    with open(desk.path("catalog.conf"), "w", encoding="utf-8") as f:
        f.write(catalog)
    desk.run("sku", "load", "acme", "catalog.conf")
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "100").strip()
    with open(desk.path("smtp.password"), "w", encoding="ascii",
              opener=lambda path, flags: os.open(path, flags, 0o600)) as f:
        f.write(SMTP_PASSWORD + "\n")
    certificate, key = desk.path("smtp.pem"), desk.path("smtp.key")
    desk.tool("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
              "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=smtp",
              "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30",
              "-keyout", key, "-out", certificate)
    box = Mailbox(desk, certificate, key)
    box.start()
    where = people_place(desk)
    place = Place(desk, where)
    mail = {"url": f"smtps://127.0.0.1:{box.port}", "from": FROM,
            "user": SMTP_USER, "password_file": desk.path("smtp.password"),
            "ca": certificate, "retry": 1, "give_up": 2}
    with Site(desk, people=where, mail=mail) as site:
        refused(site, mail)
        code, out, _ = setup(site, "anna", "anna@example.net")
        equal(code, 0)
        anna = Visitor(site)
        anna.post(out.split()[-1].removeprefix(site.url),
                  {"_password": PASSWORD, "_again": PASSWORD}).leads_to("/")
        bob = newcomer(site, box, anna, name="bob", role="member",
                       account="example-net", mail="bob@example.net")
        newcomer(site, box, anna, name="vera", role="viewer",
                 account="example-net", mail="vera@example.net")
        delivered(site, box, bob, pak)
        faults(site, box, pak)
        approvals(site, box, anna, bob, place)
        killed(desk, site, box, pak, place)
        expiring(desk, site, box, place)
        bombing(site, bob)
        link = recovering(site, box, bob)
        equal(box.of("dave@example.org"), [])
        equal(site.stop("licportald"), 0)
        for secret in (SMTP_PASSWORD, PASSWORD, link.rpartition("/")[2], pak):
            check(secret not in site.log(), "a secret is in the log")
    box.stop()


main(mails)
