#!/usr/bin/env python3
"""site: the pages without a browser: signing in, forms of others, markup in
every field, and that nobody is led elsewhere."""

import gzip
import html
import http.client
import json
import os
import re
import signal
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import BIN, TOP, check, equal, main  # noqa: E402
from people import Visitor, code_of, people_place, setup  # noqa: E402
from portal_site import Site, wait_until  # noqa: E402

SKU = "L-LAB-SEC-K9="
UDI = "LIC1921/K9:FDO1"
PASSWORD = "correct horse battery"
LATER = "staple of a later day"
NASTY = "\"><script>alert(1)</script>'&\x1b[2J\u202e"


def signing_in(site):
    code, out, _ = setup(site, "anna", "anna@example.net")
    equal(code, 0)
    path = out.split()[-1].removeprefix(site.url)
    visitor = Visitor(site)
    visitor.get(path).shows(200, "Choose a password")
    visitor.get("/sign-in").shows(200, "Forgot your password?")
    visitor.post(path, {"_password": PASSWORD, "_again": "other"}).shows(
        422, "The two passwords are not the same.")
    visitor.post(path, {"_password": "short", "_again": "short"}).shows(
        422, "a password has 12 to 256 characters")
    visitor.post(path, {"_password": PASSWORD, "_again": PASSWORD})
    visitor.leads_to("/")
    for attribute in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
        check(attribute in visitor.headers["Set-Cookie"], attribute)
    visitor.get("/").shows(200, "anna", "Sign out")
    # The link is used up, and the menu is there where a page is not.
    Visitor(site).get(path).shows(404, "this link was used")
    visitor.get("/none").shows(404, "There is no such page", "Sign out",
                               'href="/devices"')
    Visitor(site).post(path, {"_password": PASSWORD, "_again": PASSWORD}
                       ).shows(422, "this link was used")

    # Out, and in again; where to is a path of ours.
    old = visitor.cookie
    visitor.post("/sign-out", {"_form": visitor.hidden("_form")}).leads_to("/")
    stolen = Visitor(site)
    stolen.cookie = old
    stolen.get("/").shows(200, "Sign in")
    visitor = Visitor(site)
    visitor.get("/evaluation").leads_to("/sign-in?next=/evaluation")
    visitor.post("/sign-in", {"name": "anna", "_password": "wrong"}).shows(
        422, "the name, the password or the code is wrong")
    check(not visitor.cookie, visitor.cookie)
    # Before a password is looked at, there has to be a link.
    visitor.post("/link/" + "x" * 43, {"_password": "a", "_again": "a"}).shows(
        422, "this link was used")
    visitor.post("/sign-in", {"name": "nobody", "_password": PASSWORD}).shows(
        422, "the name, the password or the code is wrong")
    for there, goes in (("/evaluation", "/evaluation"),
                        ("//evil.example", "/"), ("https://evil.example", "/"),
                        ("/\\evil.example", "/"), ("/a\r\nX: y", "/"),
                        ("", "/")):
        visitor = Visitor(site)
        visitor.post("/sign-in", {"name": "anna", "_password": PASSWORD,
                                  "next": there}).leads_to(goes)
    # Who signs in again leaves no session behind.
    old = visitor.cookie
    visitor.get("/")
    visitor.post("/sign-in", {"name": "anna", "_password": PASSWORD,
                              "_form": visitor.hidden("_form")}).leads_to("/")
    check(visitor.cookie != old, "the session is the one before")
    stolen.cookie = old
    stolen.get("/me").leads_to("/sign-in?next=/me")
    return visitor


def packaged(desk):
    """The site file for nginx that is installed, with places of this test."""
    with open(os.path.join(TOP, "packaging", "licportal.nginx"),
              encoding="ascii") as f:
        text = f.read()
    for ours, theirs in (
            ("listen [::]:443 ssl http2;", ""), ("443", "127.0.0.1:PORT"),
            ("/run/licportal/http", "DIR/http"),
            ("/etc/ssl/licportal", "DIR"), ("/var/log/nginx", "DIR")):
        check(ours in text, ours)
        text = text.replace(ours, theirs)
    text = text.replace("{", "{{").replace("}", "}}").replace(
        "PORT", "{port}").replace("DIR", "{dir}")
    around, _, _ = Site.nginx.partition("    upstream")

    class Packaged(Site):
        nginx = around + text + "}}\n"

    with Packaged(desk, second=True) as site:
        got = site.get("/")
        equal(got.status, 200)
        check(got.headers["Strict-Transport-Security"].startswith("max-age="),
              got.headers)
        # Figures are for this machine alone, however they are asked for.
        for path in ("/metrics", "/metrics?x", "/%6detrics", "//metrics",
                     "/a/../metrics", "/%2fmetrics"):
            far = http.client.HTTPSConnection(
                "127.0.0.1", site.port, context=site.context,
                source_address=("127.0.0.2", 0))
            far.request("GET", path)
            equal(far.getresponse().status, 403, path)
            far.close()
        by_itself(site)


def by_itself(site):
    """What nginx says when the portal does not: problems, and pages."""
    big = b"x" * (3 << 20)

    def both(status, kind, words, after, path="/", **asked):
        got = site.ask(path="/api/v1/requests", key="big", **asked)
        got.is_problem(status, kind)
        page = site.ask(path=path, **asked)
        equal(page.status, status)
        check(page.headers["Content-Type"].startswith("text/html"), page.body)
        check(words in page.body.decode(), page.body)
        for answer in (got, page):
            equal(answer.headers["Retry-After"], after)

    both(413, "too-big", "send it in parts", None, "/upload", method="POST",
         body=big)
    site.stop("licportald")
    both(503, "unavailable", "Load this page again", "5", method="GET")
    site.stop("nginx")
    with open(site.path("nginx.conf"), encoding="ascii") as f:
        text = f.read()
    site.write("nginx.conf", text.replace("rate=1000r/s", "rate=1r/m").replace(
        "burst=4000 ", ""))
    site.start_nginx()

    def is_up():
        try:
            return site.get("/").status in (429, 503)
        except OSError:
            return False
    wait_until(is_up, "nginx")
    both(429, "too-many-requests", "Wait five seconds", "5", method="GET")


def held(visitor, ask):
    """Whoever guessed has to wait: one further request is free every 2 s,
    which a slow machine takes."""
    for _ in range(50):
        visitor.post("/redeem/check", {"pak": "AAAAAAAAAAA"})
        if visitor.status == 429:
            ask()
            if visitor.status == 429:
                return
    check(False, "nobody had to wait", visitor.page)


def guessing(site, anna, pak):
    """Whoever guesses has to wait on pages, too; the staff has not."""
    restart(site)
    visitor = Visitor(site)
    for _ in range(25):
        visitor.post("/redeem/check", {"pak": "AAAAAAAAAAA"}).shows(422)
    for n in range(30):
        visitor.post("/sign-in", {"name": f"nobody{n}", "_password": PASSWORD})
        if visitor.status == 429:
            break
        visitor.shows(422, "the name, the password or the code is wrong")
    visitor.shows(429, "from your address were wrong")
    check(n > 0, "the first password was one too many")
    check(1 <= int(visitor.headers["Retry-After"]) <= 60, visitor.headers)
    for path, fields in (
            ("/redeem/check", {"pak": pak}),
            ("/sign-in", {"name": "anna", "_password": PASSWORD})):
        held(visitor, lambda: visitor.post(path, fields))
    held(visitor, lambda: visitor.get(f"/paks/{pak}"))
    anna.get(f"/paks/{pak}").shows(200)
    restart(site)


def killed(site, pak):
    """A form whose answer got lost says so, and counts once."""
    visitor = Visitor(site)
    visitor.get("/redeem")
    fields = visitor.form(pak=pak, sku=SKU, **{
        "udis:each": "LIC1921/K9:KILLED", "quantity:number": "1"})
    used = site.get(f"/api/v1/paks/{pak}").json["used"]
    issuer = site.issuer()
    os.kill(issuer, signal.SIGSTOP)
    sent = threading.Thread(target=visitor.post, args=("/redeem", fields))
    sent.start()
    wait_until(lambda: "\nlicportal_waiting 1\n" in
               site.get("/metrics").body.decode(), "the form")
    os.kill(issuer, signal.SIGKILL)
    sent.join()
    visitor.shows(503, "Load this page again")
    check("Nothing was changed" not in visitor.page, visitor.page)
    check(site.stop("licportald") != 0, "it went on without its issuer")
    site.start_portal()
    for _ in range(2):
        visitor.post("/redeem", fields).shows(200, "BEGIN LICENSE")
    equal(site.get(f"/api/v1/paks/{pak}").json["used"], used + 1)


def restart(site):
    """Another portal, which knows of no guesses."""
    equal(site.stop("licportald"), 0)
    site.start_portal()


def strangers(site, anna):
    """Forms that are not of a page of this portal."""
    anna.get("/evaluation").shows(200, "60 days of use")
    equal(anna.page.count('<option value="securityk9">'), 1)
    fields = anna.form(udi=UDI, feature="cme-srst")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                    {"Origin": site.url.replace("https", "http")},
                    {"Sec_Fetch_Site": "cross-site"},
                    {"Sec_Fetch_Site": "same-site"}):
        anna.post("/evaluation", fields, **headers).shows(
            403, "This form is not from here")
    anna.post("/evaluation", {**fields, "_form": "x" * 43}).shows(403)
    anna.post("/evaluation", {**fields, "_form": ""}).shows(403)
    anna.ask("POST", "/evaluation", "{}",
             Content_Type="application/json", Origin=site.url).shows(
                 400, "this is not a form")
    anna.post("/evaluation", {**fields, "udi": UDI.lower()}).shows(
        422, "A device id has small letters.", "The device writes its id")
    anna.post("/evaluation", fields).shows(
        200, "Your evaluation license", UDI,
        "It is an evaluation license, good for 60 days of use.")
    anna.post("/evaluation", fields).shows(200, "the same request as before")


def markup(site, pak):
    """Whatever is typed comes back as text."""
    visitor = Visitor(site)
    visitor.get("/redeem").shows(200)
    visitor.post("/redeem/check", visitor.form(
        pak=pak, **{"udis:list": NASTY})).shows(200)
    check("<script>alert" not in visitor.page, visitor.page)
    check("\x1b" not in visitor.page and "\u202e" not in visitor.page,
          visitor.page)
    visitor.post("/redeem", visitor.form(
        pak=pak, sku=SKU, **{"quantity:number": "1", "udis:each": NASTY}))
    check(visitor.status in (409, 422), visitor.status)
    check("<script>alert" not in visitor.page, visitor.page)
    visitor.post("/sign-in", {"name": NASTY, "_password": NASTY}).shows(422)
    check("<script>alert" not in visitor.page, visitor.page)
    visitor.get("/link/%22%3E%3Cscript%3E").shows(404)
    visitor.post("/link/%22%3E%3Cscript%3E", {
        "_password": "a", "_again": "b"}).shows(422)
    check("<script>" not in visitor.page.replace("<script src", ""),
          visitor.page)
    visitor.get("/%3Cscript%3E").shows(404, "There is no such page")
    policy = visitor.headers["Content-Security-Policy"]
    check("default-src 'none'" in policy, policy)
    check("frame-ancestors 'none'" in policy, policy)
    equal(visitor.headers["X-Frame-Options"], "DENY")
    equal(visitor.headers["Cache-Control"], "no-store")


def sent_again(visitor, **more):
    """What the buttons of an answer for its files send."""
    form = re.search('<form method="post" action="([^"]*)" '
                     'enctype="multipart/form-data">(.*?)</form>',
                     visitor.page, re.S)
    fields = re.findall('type="hidden" name="([^"]*)" value="([^"]*)"',
                        form.group(2))
    return form.group(1), [(name, html.unescape(value).replace("\n", "\r\n"))
                           for name, value in fields] + list(more.items())


def several_files(site, visitor):
    """Each device has a file of its own; the page stays, and says so."""
    visitor.shows(200, "A device takes its own file alone",
                  "Save LIC1921-K9_FDO1.lic", "Save LIC1921-K9_FDO2.lic")
    check("BEGIN LICENSE" not in visitor.page, visitor.page)
    page = visitor.page
    for udi in (UDI, "LIC1921/K9:FDO2"):
        visitor.page = page
        visitor.post(*sent_again(visitor, _file=udi)).shows(200)
        equal(visitor.headers["Content-Disposition"], 'attachment; filename="'
              f'{udi.replace("/", "-").replace(":", "_")}.lic"')
        equal(visitor.headers["Content-Type"], "text/plain; charset=utf-8")
        equal(visitor.page.count("BEGIN LICENSE"), 1)
        with open(site.desk.path("part.lic"), "w", encoding="utf-8") as f:
            f.write(visitor.page)
        device = site.desk.device(udi, name=f"part-{udi[-4:]}")
        device.install("part.lic")
        equal([row[0] for row in device.licenses()], ["securityk9"])
    visitor.page = page
    visitor.post(*sent_again(visitor, _file="all")).shows(200)
    equal(visitor.headers["Content-Disposition"],
          'attachment; filename="licenses.lic"')
    equal(visitor.page.count("BEGIN LICENSE"), 2)
    visitor.page = page
    visitor.post(*sent_again(visitor, _file="LIC1921/K9:NONE")).shows(
        200, "Save the whole file")


def redeeming(site, pak):
    """Without signing in, and the file by a button."""
    visitor = Visitor(site)
    visitor.get("/redeem").shows(200, "Redeem a PAK")
    visitor.post("/redeem/check", visitor.form(
        pak=pak, **{"udis:list": f"{UDI}\r\n LIC1921/K9:FDO2,"})).shows(
            200, "has 10 of 10 units left", UDI, "LIC1921/K9:FDO2")
    fields = visitor.form(pak=pak, sku=SKU, **{
        "quantity:number": "2", "udis:each": [UDI, "LIC1921/K9:FDO2"]})
    # What does not count is of no use twice.
    check("Units for each device" not in visitor.page, visitor.page)
    visitor.post("/redeem", fields).shows(
        422, "a device needs one unit of SKU", "Units for each device")
    fields["quantity:number"] = "1"
    visitor.post("/redeem", fields).shows(
        200, "Your licenses", UDI, "used for them: 2.", f"/paks/{pak}")
    equal(site.get(f"/api/v1/paks/{pak}").json["left"], 8)
    several_files(site, visitor)
    equal(site.get(f"/api/v1/paks/{pak}").json["left"], 8)
    equal(site.post(f"/api/v1/paks/{pak}/redeem", {
        "udis": fields["udis:each"]}, key="two").status, 200)
    phones = site.desk.run("pak", "create", "acme", "--sku", "L-LAB-SRST-25=",
                           "--quantity", "2").strip()
    visitor.get("/redeem")
    visitor.post("/redeem/check", visitor.form(
        pak=phones, **{"udis:list": "LIC1921/K9:TEL"})).shows(
            200, "Units for each device")
    visitor.post("/redeem", visitor.form(pak=phones, sku="L-LAB-SRST-25=", **{
        "quantity:number": "2", "udis:each": "LIC1921/K9:TEL"})).shows(
            200, "used for them: 2.")
    visitor.get("/redeem")
    visitor.post("/redeem/check", visitor.form(
        pak=pak, **{"udis:list": f"{UDI} LIC1921/K9:FDO3"})).shows(
            200, "It has licenses of this PAK already: 2.",
            "Get the licenses")
    equal(visitor.page.count("already"), 1)
    for udis, words in (
            ("bogus", "This is no device id"),
            ("LIC1921/K9 FDO3", "This is no device id"),
            (" ".join(f"LIC1921/K9:N{n}" for n in range(7)), "fewer units"),
            ("", "No device was named")):
        visitor.get("/redeem")
        visitor.post("/redeem/check", visitor.form(
            pak=pak, **{"udis:list": udis})).shows(200, words)
        check("Get the licenses" not in visitor.page, udis)
        visitor.shows(200, "Correct the devices", 'data-back="/redeem"')
    visitor.get("/redeem")
    visitor.post("/redeem/check", visitor.form(
        pak=pak, **{"udis:list": "LIC1921/K9:N LIC1921/K9:N"})).shows(
            200, "in the list twice", "Get the licenses", "securityk9")
    # What is refused is there to be corrected.
    visitor.post("/redeem", {**fields, "_key": "other",
                             "quantity:number": "9"}).shows(
        422, "18 units in one request", "Nothing was changed",
        "Get the licenses", 'data-back="/redeem"')
    equal(visitor.hidden_value("quantity"), "9")
    # What is said of a device is not said of all once more.
    visitor.post("/redeem", {**fields, "_key": "other",
                             "quantity:number": "7",
                             "udis:each": UDI}).shows(
        422, f"{UDI}</code>: ")
    equal(visitor.page.count("too many: "), 1)
    visitor.post("/redeem", {**fields, "_key": "other",
                             "quantity:number": "9"})
    equal(visitor.hidden("pak"), pak)
    check(visitor.hidden("_key") not in ("other", fields["_key"]),
          "the key of before")
    check(f"{UDI}\nLIC1921/K9:FDO2\n</textarea>" in visitor.page, visitor.page)
    visitor.post("/redeem", {**fields, "_key": "other",
                             "quantity:number": "many"}).shows(
                                 422, "Units: \"many\" is not a number")
    visitor.post("/redeem", {**fields, "_key": "other",
                             "quantity:number": "0"}).shows(
        422, '"Units" must be a whole number (1 to 5000)')
    visitor.get("/redeem")
    visitor.post("/redeem/check", visitor.form(
        pak="AAAAAAAAAAA", **{"udis:list": f"{UDI} {NASTY}"})).shows(
            422, "Product authorization key (PAK)", "Nothing was changed")
    equal(visitor.hidden_value("pak"), "AAAAAAAAAAA")
    check(UDI in visitor.page, visitor.page)
    check("<script>alert" not in visitor.page, visitor.page)
    # Letters matter.
    visitor.get("/redeem")
    visitor.post("/redeem/check", visitor.form(
        pak=pak, **{"udis:list": "lic1921/k9:fdo1"})).shows(
            200, "It has small letters", "Write them in capital letters",
            "The devices write their ids with these small letters.")
    sure = visitor.form(pak=pak, sku=SKU, **{
        "quantity:number": "1", "udis:each": "lic1921/k9:fdo1"})
    visitor.post("/redeem", sure).shows(
        422, "A device id has small letters.", "Write them in capital")
    visitor.post("/redeem/check", visitor.form(
        pak=pak, **{"udis:list": "lic1921/k9:fdo1",
                    "capitals:bool": "1"})).shows(
            200, f"<code>{UDI}</code>", "It has licenses of this PAK already")
    check("small letters" not in visitor.page, visitor.page)


def again(site, anna):
    anna.get("/send-again").shows(200)
    anna.post("/send-again", anna.form(udi=UDI)).shows(200)
    check("BEGIN LICENSE" in anna.page, anna.page)
    equal(anna.headers["Content-Disposition"],
          'attachment; filename="LIC1921-K9_FDO1.lic"')
    anna.get("/send-again")
    anna.post("/send-again", anna.form(udi="LIC1921/K9:NONE")).shows(
        404, "no current license for LIC1921/K9:NONE")
    equal(anna.hidden_value("udi"), "LIC1921/K9:NONE")
    # In place of a file a page is shown, and not saved.
    check(not anna.headers["Content-Disposition"], anna.headers)


def locked_elsewhere(site):
    """Who knows a name locks it for their own network, and nobody else's."""
    fields = {"name": "bob", "_password": LATER}
    for n in range(5):
        Visitor(site, f"127.0.1.{n + 1}").post(
            "/sign-in", {**fields, "_password": "wrong"}).shows(422)
    Visitor(site, "127.0.1.9").post("/sign-in", fields).shows(
        429, "too many failures; try again in 1 minute")
    Visitor(site, "127.0.2.1").post("/sign-in", fields).leads_to("/")


def oneself(site):
    """Password, second factor, other sessions; all of bob."""
    bob, other = Visitor(site), Visitor(site)
    for visitor in (bob, other):
        visitor.post("/sign-in", {"name": "bob", "_password": PASSWORD}
                     ).leads_to("/")
    bob.get("/me").shows(200, "Your account", "viewer", "example-net")
    bob.post("/me/sessions", bob.form()).leads_to("/me?done=1")
    bob.get("/me?done=1").shows(200, "It is done.")
    other.get("/me").leads_to("/sign-in?next=/me")

    bob.post("/me/password", bob.form(
        _old="wrong", _password=LATER, _again=LATER)).shows(
            422, "the password or the code is wrong")
    bob.post("/me/password", bob.form(
        _old=PASSWORD, _password=LATER, _again=PASSWORD)).shows(
            422, "The two passwords are not the same.")
    before = bob.cookie
    bob.post("/me/password", bob.form(
        _old=PASSWORD, _password=LATER, _again=LATER)).leads_to("/me?done=1")
    check(bob.cookie != before, "the session is the one before")
    bob.get("/me").shows(200)

    bob.post("/me/factor", bob.form(_old="wrong")).shows(422)
    bob.post("/me/factor", bob.form(_old=LATER)).shows(
        200, "Second factor", "data:image/svg+xml;base64,")
    key = bob.hidden("_secret")
    elsewhere = signed_in(site, "bob", LATER)
    bob.post("/me/factor/confirm", bob.form(_secret=key, _code="abc")).shows(
        422, "this is not the code of now", key)
    bob.post("/me/factor/confirm", bob.form(
        _secret=NASTY, _code="abc")).shows(422, "this is not the code of now")
    check("<script>alert" not in bob.page, bob.page)
    bob.post("/me/factor/confirm", bob.form(
        _secret=key, _code=code_of(key))).shows(200, "Recovery codes")
    recovery = re.findall(r"<li><code>(\S{11})</code>", bob.page)
    equal(len(recovery), 10)
    # Elsewhere nobody showed a code, here somebody did.
    elsewhere.get("/me").leads_to("/sign-in?next=/me")
    bob.get("/me").shows(200)
    other = Visitor(site)
    other.post("/sign-in", {"name": "bob", "_password": LATER}).shows(
        422, "the code of your second factor is needed")
    other.post("/sign-in", {"name": "bob", "_password": LATER,
                            "_code": recovery[0]}).leads_to("/")
    other.get("/me").shows(200)
    other.post("/me/factor/end", other.form(
        _old=LATER, _code=recovery[0])).shows(422)
    # Whoever clicks twice is let in twice, with a code that is good once.
    other.get("/sign-in")
    fields = {"name": "bob", "_password": LATER, "_code": recovery[2],
              "_key": other.hidden("_key")}
    for _ in range(2):
        Visitor(site).post("/sign-in", fields).leads_to("/")
    Visitor(site).post("/sign-in", {**fields, "_key": "another"}).shows(422)
    other.post("/me/factor/end", other.form(
        _old=LATER, _code=recovery[1])).leads_to("/me?done=1")
    other.get("/me").shows(200, "Set up a second factor")
    locked_elsewhere(site)


def chosen(site, link):
    """Somebody who has chosen a password by this link."""
    visitor = Visitor(site)
    visitor.post(link.removeprefix(site.url),
                 {"_password": PASSWORD, "_again": PASSWORD}).leads_to("/")
    return visitor.get("/")


def signed_in(site, name, password):
    visitor = Visitor(site)
    visitor.post("/sign-in", {"name": name, "_password": password}).leads_to(
        "/")
    return visitor


def newcomer(site, boss, **fields):
    """Somebody whom boss adds, and who has chosen a password."""
    boss.get("/people").shows(200)
    boss.post("/people", boss.form(**fields)).leads_to(
        f"/people/{fields['name']}?done=1")
    boss.get(f"/people/{fields['name']}").shows(
        200, "not yet chosen", f"{fields['name']} has no password yet.")
    equal(re.findall(r'<option value="([^"]*)" selected>', boss.page),
          [fields["role"]])
    equal(boss.page.count(f'<option value="{fields["role"]}"'), 1)
    boss.post(f"/people/{fields['name']}/link", boss.form()).shows(200)
    link = re.search(r'value="(https://[^"]*/link/[^"]*)"', boss.page).group(1)
    return chosen(site, link)


def people(site, anna):
    """Who may add whom, and as what."""
    anna.get("/people").shows(200, "anna", "admin", "Account")
    clara = newcomer(site, anna, name="clara", role="account-admin",
                     account="example-net", mail="clara@example.net")
    stranger = newcomer(site, anna, name="stranger", role="member",
                        account="contoso")
    newcomer(site, anna, name="sue", role="support")
    for fields, words in (
            ({"role": "admin"}, "licportald setup"),
            ({"role": "member"}, "This role needs an account."),
            ({"role": "support", "account": "example-net"}, "has no account"),
            ({"role": "member", "account": "nobody"}, "no such account"),
            ({"role": "king"}, "There is no such role."),
            ({"role": "member", "account": "example-net", "name": NASTY},
             "a name has 1 to 63"),
            ({"role": "member", "account": "example-net", "name": "clara"},
             "already")):
        anna.get("/people")
        anna.post("/people", anna.form(**{"name": "x", **fields})).shows(
            422, words)
        check("<script>alert" not in anna.page, anna.page)

    # An administrator of an account sees and makes its people alone.
    bob = newcomer(site, clara, name="bob", role="viewer",
                   account="contoso")
    clara.get("/people/bob").shows(200, "example-net")
    clara.get("/people").shows(200, "clara", "bob")
    check("stranger" not in clara.page and "anna" not in clara.page,
          clara.page)
    for there in ("/people/stranger", "/people/anna", "/people/none"):
        clara.get(there).shows(404, "There is no person of this name.")
    clara.get("/people")
    for there in ("/people/anna", "/people/anna/link", "/people/stranger",
                  "/people/stranger/link", "/people/sue/factor"):
        clara.get("/people")
        clara.post(there, clara.form(role="viewer")).shows(404)
    clara.get("/people/bob")
    for role in ("support", "admin"):
        clara.post("/people/bob", clara.form(role=role)).shows(422)
    clara.get("/people/clara").shows(200, "This is you")
    clara.post("/people/clara", {"_form": clara.hidden("_form"),
                                 "role": "member"}).shows(
        422, "Somebody else has to change")
    # Nobody else, and nobody who is stopped.
    for visitor in (bob, stranger):
        visitor.get("/people").shows(403, "This page is for others")
        visitor.get("/")
        visitor.post("/people/clara/link",
                     {"_form": visitor.hidden("_form")}).shows(403)
    Visitor(site).get("/people").leads_to("/sign-in?next=/people")
    anna.get("/people/stranger")
    anna.post("/people/stranger", anna.form(
        role="member", account="contoso", stopped="1")).leads_to(
            "/people/stranger?done=1")
    stranger.get("/").shows(200, "Sign in")
    # Not another administrator's name.
    equal(setup(site, "adam")[0], 0)
    anna.get("/people/adam").shows(200, "Stopped")
    check("Make a link" not in anna.page, anna.page)
    anna.post("/people/adam/link", anna.form()).shows(403, "licportald setup")
    anna.get("/people/adam")
    anna.post("/people/adam/factor", anna.form()).shows(403)


def next_page(visitor):
    return html.unescape(re.search(
        r'href="(\?[^"]*cursor=[^"]*)">Next page', visitor.page).group(1))


def lists(site, anna, pak):
    """What there is, for an account and for the staff."""
    bob = Visitor(site)
    bob.post("/sign-in", {"name": "bob", "_password": LATER}).leads_to("/")
    for visitor, sees in ((anna, True), (bob, False)):
        for path, words in (("/devices", UDI), ("/paks", pak),
                            ("/licenses", "securityk9"), ("/expiring", ""),
                            ("/rmas", ""), ("/reports", "Expiring"),
                            ("/reports/licenses?limit=500", "securityk9"),
                            ("/catalog", SKU)):
            visitor.get(path).shows(200)
            # Devices of no account are everybody's.
            check(not sees or words in html.unescape(visitor.page), path,
                  visitor.page)
    quoted = urllib.parse.quote(UDI, safe="")
    anna.get(f"/devices/{quoted}").shows(200, "securityk9", "cme-srst",
                                         "it has shown no credentials yet")
    anna.get(f"/devices/{quoted}/history").shows(200, "person anna",
                                                   f"History of {UDI}")
    anna.get("/devices/LIC1921%2FK9%3ANONE").shows(404, "no device")
    anna.get(f"/paks/{pak}").shows(200, "6 of 10", "To whom its licenses went")
    bob.get(f"/paks/{pak}").shows(200)
    check("Stop it" not in bob.page, bob.page)
    Visitor(site).get(f"/paks/{pak}").shows(200, "6 of 10")
    anna.get("/paks?order=&left=&pak=" + pak).leads_to(
        "/paks?pak=" + "".join(f"%{ord(c):02X}" for c in pak) + "&")
    anna.get("/licenses?limit=1").shows(200, "Next page")
    following = next_page(anna)
    first = anna.page
    anna.get("/licenses" + following).shows(200)
    check(anna.page != first, "the next page is the same")
    anna.get("/licenses?udi=" + urllib.parse.quote(NASTY)).shows(400)
    # Parts are found, and what is last comes first.
    for path, words, other in (
            ("/devices?udi=fdo2", "LIC1921/K9:FDO2", UDI),
            ("/paks?pak=" + pak[:5].lower(), pak, None),
            ("/licenses?feature=SECUR", UDI, "cme-srst"),
            ("/licenses?udi=FDO2", "LIC1921/K9:FDO2", UDI),
            ("/paks?sku=SEC-K9", pak, None)):
        anna.get(path).shows(200, words)
        check(not other or f">{other}<" not in html.unescape(anna.page), path,
              anna.page)
    # As if the log had so many entries that a page does not get through.
    head = site.desk.sql("acme", "SELECT n FROM head")[0]
    site.desk.sql("acme", "UPDATE head SET n = 400000")
    anna.get("/licenses?feature=nothing").shows(
        200, "the next page looks further", "Next page")
    anna.get("/licenses" + next_page(anna)).shows(200, "First page")
    site.desk.sql("acme", f"UPDATE head SET n = {head}")
    anna.get("/licenses?feature=nowhere").shows(200, "No license is here.")
    anna.get("/paks?pak=5V").shows(
        400, "PAK: the first 3 characters are needed")
    for path in ("/licenses", f"/devices/{quoted}/history"):
        anna.get(path)
        dates = re.findall(r'class="when">(20[^<]*)<', anna.page)
        equal(dates, sorted(dates, reverse=True), path)
    bob.get("/devices?udi=FDO1").shows(200)
    check(UDI not in bob.page, bob.page)
    bob.get("/devices?udi=" + quoted).shows(200, UDI)
    anna.get("/licenses?cursor=%ff").shows(400, "cursor: not from this list")
    anna.get("/expiring?days=x").shows(400, "Days: not a number")
    anna.get("/?cursor=%ff").shows(200)
    check("<script>alert" not in anna.page, anna.page)
    anna.get("/reports/licenses?format=csv").shows(200, "securityk9")
    equal(anna.headers["Content-Disposition"],
          'attachment; filename="licenses.csv"')
    anna.get("/reports/licenses?limit=500").shows(
        200, "Report: licenses", "All rows as CSV", "These rows as CSV",
        ">UDI</th>", 'data-label="Period"', "60 days of use")
    # Columns without a value are left out.
    check("Extension days" not in anna.page, anna.page)
    everything = html.unescape(re.search(
        r'href="(\?[^"]*limit=all)"', anna.page).group(1))
    anna.get("/reports/licenses" + everything).shows(200, "securityk9")
    equal(anna.headers["Content-Disposition"],
          'attachment; filename="licenses.csv"')
    anna.get("/reports/none").shows(404)
    anna.get("/reports/%ff").shows(400)
    anna.get("/reports/" + "x" * 1000).shows(404)
    bob.get("/reports/skus").shows(403)
    for path in ("/devices", "/licenses", "/paks", "/expiring", "/log",
                 "/keys", "/tokens", "/staff", "/approvals", "/reports"):
        Visitor(site).get(path).leads_to("/sign-in?next=" + path)
    for path in ("/log", "/tokens", "/staff", "/approvals"):
        bob.get(path).shows(403, "This page is for others")
    check("/staff" not in bob.get("/").page, bob.page)


def tokens(site, anna):
    for path in ("/tokens", "/people", "/people/clara", "/paks"):
        anna.get(path).shows(200, '<option value="contoso">Contoso</option>')
    fields = anna.form(name="till", role="member", account="example-net")
    anna.post("/tokens", fields).shows(200, "shown this once")
    secret = re.search(r'value="(lt_[^"]*)"', anna.page).group(1)
    equal(site.get("/api/v1/paks", token=secret).status, 200)
    anna.post("/tokens", fields).shows(200, "It was shown before")
    check(secret not in anna.page, anna.page)
    anna.get("/tokens").shows(200, "till", "It cannot be started again.")
    anna.post("/tokens", anna.form(name="root", role="admin")).shows(
        422, "licissue token create", "Make a token", 'name="name" value="root"')
    anna.get("/tokens")
    anna.post("/tokens/till/stop", anna.form()).leads_to("/tokens?done=1")
    equal(site.get("/api/v1/paks", token=secret).status, 401)


def staff(site, anna):
    """PAK desk, catalog, approvals, replacements, log."""
    anna.get("/staff").shows(200, "PAK desk")
    anna.get("/paks").shows(200, "whoever knows the PAK may redeem it")
    # As the page says: an account keeps out other accounts alone.
    own = site.desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                        "1", "--account", "contoso").strip()
    Visitor(site).get(f"/paks/{own}").shows(200, "1 of 1")
    bob = signed_in(site, "bob", LATER)
    bob.get(f"/paks/{own}").shows(403, "this PAK is another account's")
    anna.get("/paks")
    anna.post("/paks", anna.form(sku1=SKU, sku2="L-LAB-SRST-25=", order="<b>7", **{
        "quantity1:number": "3", "quantity2:number": "1"})).shows(
            200, "A new PAK")
    pak = re.search(r'href="/paks/(\w+)"', anna.page).group(1)
    anna.get("/paks?order=%3Cb%3E7").shows(200, pak)
    check("<b>7" not in anna.page, anna.page)
    anna.post("/paks", anna.form(sku1=SKU, order="9")).shows(
        422, "Each SKU needs its units", "Make a PAK", f'value="{SKU}"',
        'name="order" value="9"')
    anna.get("/paks")
    anna.post("/paks", anna.form(order="8")).shows(
        422, "Name a SKU and its units.")
    anna.get(f"/paks/{pak}").shows(200, "4 of 4")
    anna.post(f"/paks/{pak}/stop", anna.form(reason=NASTY[:27])).leads_to(
        f"/paks/" + "".join(f"%{ord(c):02X}" for c in pak) + "?done=1")
    anna.get(f"/paks/{pak}").shows(200, "Let it go on")
    check("<script>alert" not in anna.page, anna.page)
    anna.post(f"/paks/{pak}/start", anna.form())
    equal(anna.status, 303)

    anna.get("/catalog").shows(200, SKU, "securityk9", "Families",
                               "Example Networks, Inc.", "C-1001", "licissue sku load")
    bob.get("/catalog").shows(200, SKU)
    check("C-1001" not in bob.page and "contoso" not in bob.page, bob.page)
    bob.get("/catalog/file").shows(403)
    # The file can be loaded as it is: it has all there is.
    anna.get("/catalog/file").shows(200, "C-1001")
    catalog = anna.page
    equal(anna.headers["Content-Disposition"],
          'attachment; filename="catalog.conf"')
    anna.get("/catalog")
    anna.post("/catalog", anna.form(catalog=catalog)).shows(
        200, "<dt>Added</dt><dd>0</dd>", "<dt>Changed</dt><dd>0</dd>")
    anna.get("/catalog")
    equal(re.search(r"<textarea[^>]*>(.*?)</textarea>", anna.page,
                    re.S).group(1), "")
    anna.post("/catalog", anna.form()).shows(
        422, "Choose a catalog file, or paste its text.")
    anna.get("/catalog")
    anna.post("/catalog", anna.form(catalog="accounts = (\n"
                                    "  { account = 7; }\n);\n")).shows(
        422, "Line 2:", "nothing is changed")
    check("Nothing was changed" not in anna.page, anna.page)
    anna.get("/catalog")
    anna.post("/catalog", anna.form(
        catalog='accounts = ( { account = "<i>"; } );')).shows(422)
    check("<i>" not in anna.page, anna.page)
    anna.get("/catalog")
    anna.post("/catalog", anna.form(
        catalog='accounts = ( { account = "third"; description = "T"; } );\n'
    )).shows(200, "The catalog was changed")

    anna.get("/approvals").shows(200)
    quoted = urllib.parse.quote(UDI, safe="")
    anna.post("/approvals/device", anna.form(_udi=UDI, reason="seen")).shows(
        404, "nothing waits for approval")
    anna.get(f"/licenses?udi={quoted}&feature=cme-srst").shows(200)
    license_id = site.get(f"/api/v1/devices/{quoted}/licenses?feature=cme-srst",
                          token=site.desk.run(
                              "token", "create", "acme", "eye", "--role",
                              "auditor").strip()).json["licenses"][0]["id"]
    anna.get("/approvals")
    anna.post("/approvals/extension", anna.form(
        license=license_id, reason="slow", **{"use_days:number": "7"})).shows(
            200, "The extension", "cme-srst", "data:image/svg+xml")

    replacing(anna)
    anna.get("/rmas").shows(200, "FDO3", "It came back",
                            'data-label="Came back"')
    anna.post("/rmas/LIC1921%2FK9%3AFDO2/returned", anna.form()).leads_to(
        "/rmas?done=1")
    anna.get("/rmas")
    check("It came back" not in anna.page, anna.page)

    four_eyes(site, anna)

    anna.get("/log").shows(200, "Verify the whole log", "person anna",
                           'data-label="Says"')
    check('>["' not in html.unescape(anna.page), anna.page)
    entries = [int(n) for n in re.findall(r'data-label="Entry"[^>]*>(\d+)<',
                                          anna.page)]
    equal(entries, list(range(entries[0], entries[0] - 50, -1)))
    anna.get("/log" + next_page(anna)).shows(200, "First page")
    anna.get("/log?sort=oldest").shows(200, "created", ">1<",
                                       "From the last entry on")
    anna.get("/log?kind=license&subject=FDO2").shows(
        200, "securityk9 1.0, permanent", "for LIC1921/K9:FDO2")
    check("LIC1921/K9:FDO1" not in html.unescape(anna.page), anna.page)
    anna.get("/log?kind=pak&subject=" + pak).shows(
        200, "order number <b>7, made 20")
    check("<b>7" not in anna.page, anna.page)
    anna.get("/log?who=NN").shows(200, "person anna")
    check("licissue" not in anna.page, anna.page)
    anna.get("/log?since=2100-01-01").shows(200, "No entry is here.")
    anna.get("/log?until=2100-01-01").shows(200, "person anna")
    anna.get("/log?until=x").shows(400, "Until: not a date")
    anna.get("/log")
    anna.post("/log/audit", anna.form()).leads_to("/log?done=1")
    wait_until(lambda: "entries are right" in anna.get("/log").page,
               "the verification")


def replacing(anna):
    """What goes, and until when the old device has to be back, is shown
    before; the same two again are the same replacement."""
    pair = {"from": "LIC1921/K9:FDO2", "to": "LIC1921/K9:FDO3"}
    before = time.time()
    anna.get("/replace")
    for wrong in ({"from": "bogus"}, {"to": "bogus"}, {"to": pair["from"]}):
        anna.post("/replace/check", anna.form(**{**pair, **wrong})).shows(
            422, "device", "Nothing was changed")
        equal(anna.hidden_value("from"), {**pair, **wrong}["from"])
    anna.post("/replace/check", anna.form(**pair)).shows(
        200, "to approve it above the limits", "no license counts on it",
        'data-back="/replace"')
    equal(anna.page.count("<li>securityk9 1.0, permanent"), 2)
    due = re.search(r"has to be returned by (\S+)\.", anna.page).group(1)
    check(due in {time.strftime("%Y-%m-%d", time.gmtime(at + 30 * 86400))
                  for at in (before, time.time())}, due)
    anna.post("/replace", anna.form(**pair)).shows(
        422, "not in use any more", "<li>securityk9", "Replace it")
    pair["sure:bool"] = "1"
    anna.post("/replace", anna.form(**pair)).shows(
        200, f"has to be returned by {due}", "Save the file",
        "flash:LIC1921-K9_FDO3.lic")
    anna.get("/replace")
    anna.post("/replace/check", anna.form(**pair)).shows(
        200, "you get the same ones again")
    anna.post("/replace", anna.form(**pair)).shows(
        200, "the same request as before")


def four_eyes(site, anna):
    """Keys, by two administrators."""
    anna.get("/keys").shows(200, "Propose a change")
    anna.post("/keys", anna.form(action="rotate", reason="<u>due")).leads_to(
        "/keys?done=1")
    anna.get("/keys").shows(200, "person anna", "<u>due",
                            "Another administrator has to confirm it.")
    check("<u>" not in anna.page, anna.page)
    anna.get("/staff").shows(200, "1 to confirm")
    confirm = re.search(r'action="(/keys/[^"]*/confirm)"', anna.page
                        if "/confirm" in anna.page else
                        anna.get("/keys").page).group(1)
    anna.post(confirm, anna.form()).shows(403)
    adam = chosen(site, setup(site, "adam")[1].split()[-1])
    before = adam.get("/keys").page
    adam.post(confirm, adam.form()).leads_to("/keys?done=1")
    adam.get("/keys?done=1").shows(200, "It is done.", "No change is proposed.")
    equal(adam.page.count("<code>"), before.count("<code>") + 1)
    adam.post("/keys", adam.form(action="rotate", reason="again")).leads_to(
        "/keys?done=1")
    drop = re.search(r'formaction="(/keys/[^"]*/drop)"',
                     anna.get("/keys").page).group(1)
    anna.post(drop, anna.form()).leads_to("/keys?done=1")
    check("to confirm" not in anna.get("/staff").page, anna.page)


def approvals(site, anna):
    """What a member asks for, support decides."""
    sue = signed_in(site, "sue", PASSWORD)
    mia = newcomer(site, anna, name="mia", role="member",
                   account="example-net")
    mia.get("/evaluation")
    mia.post("/evaluation", mia.form(udi="LIC1921/K9:FDO7",
                                     feature="uck9")).shows(200)
    # Nobody tries what there is not.
    for wrong, words in (({"feature": "nosuch"}, "no feature \"nosuch\""),
                         ({"udi": "FOO:123"},
                          "FOO:123 is of no family in the catalog"),
                         ({"udi": "bogus"}, "bogus")):
        fields = {"udi": "LIC1921/K9:FDO7", "feature": "uck9", **wrong}
        mia.get("/evaluation")
        mia.post("/evaluation", mia.form(**fields)).shows(
            422, words, "60 days of use", "Nothing was changed")
        equal(mia.hidden_value("udi"), fields["udi"])
        equal(re.findall('<option value="([^"]*)" selected>', mia.page),
              [f for f in ["uck9", "securityk9"] if f == fields["feature"]])
    mia.get("/devices/LIC1921%2FK9%3AFDO7").shows(200, "More time")
    mia.get(re.search(r'href="(/extension\?license=[^"]*)"',
                      mia.page).group(1)).shows(200, "Ask for more time")
    license_id = mia.hidden_value("license")
    sue.get("/staff").shows(200, "Nothing waits.")
    for _ in range(2):
        mia.post("/extension", mia.form(
            license=license_id, reason=NASTY[:27], **{
                "days:number": "30"})).shows(200, "The staff was asked", "30",
                                          "If they decline")
        mia.get("/extension")
    mia.get("/approvals").shows(403)
    device = "/devices/LIC1921%2FK9%3AFDO7"
    mia.get(device).shows(200, "More time for uck9 is asked for",
                          "More time for uck9: asked again",
                          "waits for the staff", "30 days of use")
    check("<script>alert" not in mia.page, mia.page)
    sue.get("/staff").shows(200, "1 waiting")
    sue.get("/approvals").shows(200, "More time for a license", "person mia",
                                "30 days of use", "Decline")
    check("<script>alert" not in sue.page, sue.page)
    entry = re.search(r'/approvals/(\d+)/decline', sue.page).group(1)
    sue.post(f"/approvals/{entry}/decline", sue.form(
        license=license_id, udi="LIC1921/K9:FDO7")).shows(
            422, "The field \"Reason\" is empty.")
    sue.get("/approvals")
    sue.post(f"/approvals/{entry}/decline", sue.form(
        license=license_id, reason="no", **{"use_days:number": "30"})
        ).leads_to("/approvals?done=1")
    sue.get("/approvals").shows(200, "Nothing waits for approval.")
    mia.get(device).shows(200, "More time for uck9: declined", ": no<",
                          "what the staff decided")
    check("waits for the staff" not in mia.page, mia.page)
    mia.get("/devices/LIC1921%2FK9%3AFDO7/history").shows(
        200, "asked for more time", "30 days of use: ",
        "more time, by person sue: no")
    check("{" not in mia.page and "9223372036854775808" not in mia.page,
          mia.page)
    mia.get("/extension")
    mia.post("/extension", mia.form(license=license_id, reason="please", **{
        "days:number": "9"})).shows(200)
    sue.get("/approvals")
    sue.post("/approvals/extension", sue.form(
        license=license_id, udi="LIC1921/K9:FDO7", reason="well", **{
            "use_days:number": "9"})).shows(200, "The extension", "uck9")
    sue.get("/approvals").shows(200, "Nothing waits for approval.")
    mia.get(device).shows(200, "More time for uck9: approved", ": well<")
    equal(re.findall(r"More time for uck9: (\w+)", mia.page),
          ["approved", "declined", "asked"])


def changed(site):
    """Devices with another key, or a state that was put back, and more
    replacements than may be: support decides on the page."""
    desk, sue = site.desk, signed_in(site, "sue", PASSWORD)
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "2").strip()
    token = desk.run("token", "create", "acme", "helper", "--role",
                     "support").strip()

    def shown(device):
        with open(desk.path(device.credentials("shown.txt")),
                  encoding="utf-8") as f:
            text = f.read()
        return text, site.post("/api/v1/devices/credentials",
                               {"credentials": text}, token=token,
                               key=str(time.monotonic_ns()))

    def given(device, name):
        desk.run("pak", "redeem", "acme", pak, "--udi", device.udi, "--sku",
                 SKU, "-o", name)
        device.install(name)

    one = desk.device("LIC1921/K9:KEY1")
    given(one, "key1.lic")
    one.save_state()
    equal(shown(one)[1].status, 200)
    given(one, "key2.lic")
    equal(shown(one)[1].status, 200)
    one.put_state_back()
    check("put back" in shown(one)[1].json["told"], "it was not seen")
    sue.get("/staff").shows(200, "1 waiting")
    sue.get("/approvals").shows(200, "A state directory that was put back",
                                one.udi)
    sue.post("/approvals/device", sue.form(_udi=one.udi)).shows(
        422, "The field \"Reason\" is empty.")
    sue.get("/approvals")
    sue.post("/approvals/device", sue.form(_udi=one.udi, reason="repaired"))
    equal(sue.status, 303, sue.page)
    sue.get("/approvals").shows(200, "Nothing waits for approval.")

    text, got = shown(desk.device(one.udi, name="another"))
    equal(got.status, 409, got.body)
    sue.get("/approvals").shows(200, "Another device key", one.udi)
    sue.post("/approvals/device", sue.form(_udi=one.udi, reason="x", **{
        "is_key:bool": "1"})).shows(422, "the new key signed")
    sue.get("/approvals")
    sue.post("/approvals/device", sue.form(
        _udi=one.udi, reason="a new board", credentials=text, **{
            "is_key:bool": "1"}))
    equal(sue.status, 303, sue.page)
    sue.get(sue.headers["Location"]).shows(200, "It is done.", "approved")
    sue.get("/approvals").shows(200, "Nothing waits for approval.")

    desk.run("rma", "limits", "acme", "--licenses", "1")
    sue.get("/replace")
    sue.post("/replace/check", sue.form(**{
        "from": "LIC1921/K9:BARE", "to": "LIC1921/K9:KEY2"})).shows(
            200, "No license counts on the old device.")
    check("Replace it" not in sue.page, sue.page)
    sue.get("/replace")
    fields = {"from": one.udi, "to": "LIC1921/K9:KEY2", "sure:bool": "1"}
    sue.post("/replace", sue.form(**fields)).shows(
        409, "approval", "to approve it above the limits")
    sue.get("/approvals").shows(200, "A replacement above the limits",
                                "LIC1921/K9:KEY2", "person sue")
    equal(html.unescape(re.search(r'name="to" value="([^"]*)"',
                                  sue.page).group(1)), "LIC1921/K9:KEY2")
    equal(sue.hidden("sure:bool"), "1")
    sue.post("/replace", sue.form(reason="a fire", **fields)).shows(
        200, "Licenses for the new device", "has to be returned by 20")
    desk.run("rma", "limits", "acme", "--licenses", "1000")
    sue.get("/approvals").shows(200, "Nothing waits for approval.")
    # Before another unit is used up: whose place was taken, and what it has
    # from elsewhere; who may not see a device learns nothing of that.
    other = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                     "9").strip()
    names = "It has securityk9, permanent already: another one adds nothing."
    for visitor, said in ((sue, True), (Visitor(site), False)):
        visitor.get("/redeem")
        visitor.post("/redeem/check", visitor.form(
            pak=other, **{"udis:list": f"{one.udi} LIC1921/K9:KEY2"})).shows(
                200, "Another device took its place: get licenses for that",
                "Correct the devices")
        check("Get the licenses" not in visitor.page, visitor.page)
        text = re.sub(r"<[^>]*>", "", visitor.page)
        equal(text.count(names), 1 if said else 0)
        check("adds nothing" not in visitor.page or said, visitor.page)
    replaced_gets_nothing(site, sue, one.udi, other)


def replaced_gets_nothing(site, sue, udi, pak):
    """What was replaced has to be sent back: no unit, no evaluation."""
    words = (f"{udi} was replaced by LIC1921/K9:KEY2, and did not come back",
             "Nothing was changed")
    sue.get("/redeem")
    fields = sue.form(pak=pak, sku=SKU, **{
        "quantity:number": "1", "udis:each": udi})
    sue.post("/redeem", fields).shows(409, *words)
    sue.post("/redeem", {**fields, "udis:each": [udi, "LIC1921/K9:KEY3"]})
    sue.shows(422, words[0])
    equal(site.get(f"/api/v1/paks/{pak}").json["used"], 0)
    sue.get("/evaluation")
    sue.post("/evaluation", sue.form(udi=udi, feature="cme-srst")).shows(
        409, *words)


def factory(site, anna):
    """Lots, from lines of a form."""
    fred = newcomer(site, anna, name="fred", role="factory")
    fred.get("/lots").shows(200, "No lot was made yet.", "Make a lot")
    fields = fred.form(name="week-48", **{
        "features:lines": "ipbasek9\ncme-srst 25\n",
        "udis:list": "LIC1921/K9:F1\nLIC1921/K9:F2"})
    fred.post("/lots", fields).shows(200, "The lot was made. Licenses: 4")
    page = fred.page
    fred.post(*sent_again(fred, _file="all")).shows(200)
    equal(fred.page.count("BEGIN LICENSE"), 4)
    fred.page = page
    fred.post(*sent_again(fred, _file="LIC1921/K9:F2")).shows(200)
    equal(fred.headers["Content-Disposition"],
          'attachment; filename="LIC1921-K9_F2.lic"')
    equal(fred.page.count("BEGIN LICENSE"), 2)
    fred.get("/lots").shows(200, "week-48")
    fred.post("/lots", fred.form(name="x", **{
        "features:lines": "f many", "udis:list": UDI})).shows(422, "count")
    fred.get("/lots")
    fred.post("/lots", fred.form(name="any", **{
        "features:lines": "uck9", "unlocked:bool": "1"})).shows(
            200, "Licenses: 1")
    fred.get("/licenses?feature=uck9").shows(200, "any device")
    check('"/devices/"' not in fred.page, fred.page)
    fred.get("/lots")
    fred.post("/lots", fred.form(name="none", **{
        "features:lines": "uck9"})).shows(422, "Either name the devices")
    bob = signed_in(site, "bob", LATER)
    bob.get("/lots").shows(403)


def pictures(site, anna):
    """What expires, and what is left."""
    token = site.desk.run("token", "create", "acme", "seller", "--role",
                          "pak-desk").strip()
    anna.get("/devices").shows(200)
    check("<figure" not in anna.page, anna.page)
    for n, feature in enumerate(("updates", "a&b", "updates")):
        equal(site.post("/api/v1/subscriptions", {
            "udi": f"LIC1921/K9:FDO{n}", "feature": feature,
            "days": 20 * (n + 1)}, token=token, key=f"s{n}").status, 200)
    for path in ("/devices", "/expiring"):
        anna.get(path).shows(200, "Licenses that end in 182 days: 3, at most 1 in a week",
                             "updates: 2", "a&b: 1", "As a table")
        check("a&amp;b" in anna.page and "a&b" not in anna.page, anna.page)
        equal(anna.page.count("<rect"), 3 + 2, path)
    anna.get("/expiring?days=365").shows(200, "in a month")
    anna.get("/paks").shows(200, 'aria-label="6 of 10 left"', "60.00%")


def moving(site, anna, pak):
    """Which licenses move is chosen; the ticket is shown, and is a file."""
    one = site.desk.device("LIC1921/K9:MOVE")
    anna.get("/redeem")
    anna.post("/redeem", anna.form(pak=pak, sku=SKU, **{
        "quantity:number": "1", "udis:each": one.udi})).shows(200)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", anna.page, re.S)
    with open(site.desk.path("move.lic"), "w", encoding="utf-8") as f:
        f.write(html.unescape(text.group(1)))
    one.install("move.lic")
    with open(site.desk.path(one.credentials("move.txt")),
              encoding="utf-8", newline="") as f:
        credentials = f.read().replace("\n", "\r\n")
    anna.get("/move").shows(200, "Credentials of the old device")
    fields = {"from": one.udi, "to": "LIC1921/K9:MOVED",
              "credentials": credentials}
    for wrong, words in (
            ({"credentials": ""}, "credentials of the old device are missing"),
            ({"credentials": "hello"}, "no credentials"),
            ({"from": UDI}, "not the old device's"),
            ({"to": "bogus"}, "The new device is no device id"),
            ({"to": one.udi}, "the same")):
        anna.post("/move/check", anna.form(**{**fields, **wrong})).shows(
            422, words)
        anna.get("/move")
    anna.post("/move/check", anna.form(**fields)).shows(
        200, "securityk9", f"PAK <code>{pak}</code>", "install them first")
    check(anna.hidden("licenses:each") in anna.page.split("id <code>")[1],
          anna.page)
    fields_of_check = fields
    nmovable = anna.page.count('name="licenses:each"')
    fields = anna.form(to="LIC1921/K9:MOVED",
                       credentials=anna.hidden("credentials"))
    chosen_id = anna.hidden("licenses:each")
    anna.post("/move/permit", fields).shows(422, "Choose the licenses")
    fields["licenses:each"] = chosen_id
    anna.post("/move/permit", fields).shows(
        200, "Your permission ticket", "BEGIN PERMISSION TICKET")
    anna.shows(200, "flash:LIC1921-K9_MOVE-permission.lic",
               "a ticket that is not used takes nothing away")
    anna.post(*sent_again(anna, _file="all")).shows(
        200, "BEGIN PERMISSION TICKET")
    equal(anna.headers["Content-Disposition"],
          'attachment; filename="LIC1921-K9_MOVE-permission.lic"')
    with open(site.desk.path("permission"), "w", encoding="utf-8") as f:
        f.write(anna.page)
    # A ticket that is on its way: its grace period comes with it alone, for
    # the device refuses a ticket whose licenses it has.
    quoted = urllib.parse.quote(one.udi, safe="")
    anna.get(f"/devices/{quoted}").shows(200, "gracePeriod",
                                         "its key is on record",
                                         "from its first credentials",
                                         "with its permission ticket")
    check("More time" not in anna.page, anna.page)
    anna.get("/send-again").shows(200, "comes with its permission ticket")
    anna.post("/send-again", anna.form(udi=one.udi)).shows(200)
    equal(anna.page.count("BEGIN LICENSE"), nmovable)
    check("gracePeriod" not in anna.page, anna.page)
    with open(site.desk.path("again.lic"), "w", encoding="utf-8") as f:
        f.write(anna.page)
    one.install("again.lic", status=1)   # has it already
    with open(site.desk.path(one.revoke("permission", "rehost")),
              encoding="utf-8") as f:
        ticket = f.read()
    anna.get("/move").shows(200)
    for wrong in ("hello", "-----BEGIN PERMISSION"):
        anna.post("/move", anna.form(ticket=wrong)).shows(
            422, "This is no rehost ticket")
    anna.get("/move").shows(200)
    anna.post("/move", anna.form(ticket=ticket, to="LIC1921/K9:OTHER")).shows(
        422, "moves its licenses to LIC1921/K9:MOVED, not to LIC1921/K9:OTHER")
    # What takes their place for a while stays.
    anna.get("/move")
    anna.post("/move/check", anna.form(**fields_of_check)).shows(
        200, "securityk9")
    equal(anna.page.count('name="licenses:each"'), nmovable)
    anna.get("/move")
    anna.post("/move", anna.form(ticket=ticket)).shows(
        200, "LIC1921/K9:MOVED", "BEGIN LICENSE")
    anna.get("/move")
    anna.post("/move/check", anna.form(**{"from": NASTY, "to": NASTY})).shows(
        422)
    anna.get("/import").shows(200, "Licenses of another authority")
    anna.post("/import", anna.form(file="x")).shows(404, "no other")
    check("<script>alert" not in anna.page, anna.page)


def two_rounds(site, visitor, pak):
    """Licenses move by two requests, whose answers say what comes next."""
    one = site.desk.device("LIC1921/K9:TWOR")
    visitor.get("/redeem")
    visitor.post("/redeem", visitor.form(pak=pak, sku=SKU, **{
        "quantity:number": "1", "udis:each": one.udi})).shows(200)
    with open(site.desk.path("two.lic"), "w", encoding="utf-8") as f:
        f.write(html.unescape(re.search(
            r"<textarea class[^>]*>(.*?)</textarea>", visitor.page,
            re.S).group(1)))
    early = one.call("resend")
    time.sleep(1.1)     # dates are seconds
    one.install("two.lic")
    license_id = re.search(r"<code>([0-9a-f]{32})</code>",
                           visitor.page).group(1)
    to = "LIC1921/K9:TWOS"
    visitor.get("/upload")
    visitor.post("/upload", visitor.form(call=json.dumps(one.call(
        "permit", to=to, licenses=[license_id])))).shows(
            200, "-answer.json flash:rehost.json", "upload that one")
    visitor.post(*sent_again(visitor, _file="all"))
    with open(site.desk.path("two.permit"), "w", encoding="utf-8") as f:
        f.write(json.loads(visitor.page)["file"])
    with open(site.desk.path(one.revoke("two.permit", "two.rehost")),
              encoding="utf-8") as f:
        ticket = f.read()
    visitor.get("/upload")
    visitor.post("/upload", visitor.form(call=json.dumps(one.call(
        "rehost", to=to, ticket=ticket)))).shows(
            200, "-answer.json flash:moved.lic",
            "license install flash:moved.lic")
    # The device has shown itself later than that was written.
    visitor.get("/upload")
    visitor.post("/upload", visitor.form(call=json.dumps(early))).shows(
        422, "or write the request again", "Or its text")


def multipart(fields, **files):
    """A form with files, as a browser sends it, and its type."""
    parts = [f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n'
             f"\r\n{value}\r\n".encode() for name, value in fields.items()]
    parts += [f'--cut\r\nContent-Disposition: form-data; name="{name}"; '
              f'filename="x"\r\n\r\n'.encode() + data + b"\r\n"
              for name, data in files.items()]
    return b"".join(parts) + b"--cut--\r\n", "multipart/form-data; boundary=cut"


def offline(site, anna, pak):
    """A device without a network, and units of a contract."""
    request = json.dumps(site.desk.device(UDI).call("resend"))
    visitor = Visitor(site)
    visitor.get("/upload").shows(
        200, "Request file", "install pak PAK --offline",
        "revoke udi UDI --offline", "write it again, with the same command",
        "takes its units at once")
    visitor.post("/upload", visitor.form(call=request)).shows(
        200, UDI, "BEGIN LICENSE", "Answer file",
        "import flash:LIC1921-K9_FDO1-answer.json</code>")
    visitor.post(*sent_again(visitor, _file="all")).shows(200)
    equal(visitor.headers["Content-Disposition"],
          'attachment; filename="LIC1921-K9_FDO1-answer.json"')
    equal(json.loads(visitor.page)["udi"], UDI)
    two_rounds(site, visitor, pak)
    call = site.desk.device("LIC1921/K9:OFFLINE").call("install", pak=pak)
    left = site.get(f"/api/v1/paks/{pak}").json["left"]
    visitor.get("/upload")
    visitor.post("/upload", visitor.form(call=json.dumps(call))).shows(
        200, "used for it: 1.", f"/paks/{pak}")
    equal(site.get(f"/api/v1/paks/{pak}").json["left"], left - 1)
    # A picture, chosen by mistake.
    visitor.get("/upload")
    form, kind = multipart(visitor.form(), call=b"\x89PNG\r\n\x1a\n\0")
    visitor.ask("POST", "/upload", form, Content_Type=kind,
                Origin=site.url).shows(
        400, "is no text: is it the right file?", "Or its text")
    for wrong in ("", "{", "[]", NASTY[:27], "[" * 100000):
        visitor.get("/upload")
        visitor.post("/upload", visitor.form(call=wrong)).shows(422)
        check("<script>alert" not in visitor.page, visitor.page)

    anna.get("/catalog")
    anna.post("/catalog", anna.form(catalog="""contracts = ( {
        contract = "C-1"; account = "example-net";
        skus = ( { sku = "L-LAB-SEC-K9="; quantity = 2; } ); } );
        """)).shows(200)
    Visitor(site).get("/contract").leads_to("/sign-in?next=/contract")
    anna.get("/contract")
    anna.post("/contract", anna.form(contract="C-1", **{
        "quantity:number": "1", "udis:list": "LIC1921/K9:FDO9"})).shows(
            200, "LIC1921/K9:FDO9", "BEGIN LICENSE")
    anna.get("/contract")
    anna.post("/contract", anna.form(contract=NASTY, **{
        "quantity:number": "1", "udis:list": UDI}))
    check(anna.status in (404, 422), anna.status)
    check("<script>alert" not in anna.page, anna.page)
    anna.get("/send-again").shows(200, "A PAK by its order number")
    anna.get("/paks?order=none").shows(200, "No PAK is here.")


def fields_of_pages():
    """A name that a form did not send is looked up further out: no field has
    a name of the page, or of what a role may do."""
    with open(os.path.join(TOP, "portal", "site", "visit.c"),
              encoding="ascii") as f:
        visit = f.read()
    may = re.findall(r'\{ "(\w+)", "[A-Z]+ /api', visit)
    frame = re.search(r"^page_json\(.*?^}", visit, re.S | re.M).group(0)
    taken = set(may) | set(re.findall(r'"(\w+)",\s', frame))
    check({"catalog", "paks", "title", "form", "named"} <= taken, taken)
    pages = os.path.join(TOP, "portal", "pages")
    for name in sorted(os.listdir(pages)):
        with open(os.path.join(pages, name), encoding="utf-8") as f:
            page = f.read()
        for part in ("fields", "query"):
            for inner in re.findall(
                    r"\{\{#%s\}\}(.*?)\{\{/%s\}\}" % (part, part), page,
                    re.S):
                equal(set(re.findall(r"\{\{[#^]?(\w+)", inner))
                      & taken - {"query"}, set(), name, part)


def labels_of_pages():
    """A message names a field as its label does."""
    with open(os.path.join(TOP, "portal", "site", "problem.c"),
              encoding="ascii") as f:
        labels = dict(re.findall(r'\{ "(\w+)", "([^"]*)" \}', f.read()))
    seen = set()
    pages = os.path.join(TOP, "portal", "pages")
    for name in sorted(os.listdir(pages)):
        with open(os.path.join(pages, name), encoding="utf-8") as f:
            page = f.read()
        for field, label in re.findall(r'<label for="([^"]*)">([^<]*)', page):
            named = re.search(
                r'<(?:input|select|textarea)\b[^>]* id="%s"[^>]*? '
                r'name="(\w+)' % re.escape(field), page)
            if named and named.group(1) in labels:
                check(labels[named.group(1)].lower() in label.lower(), name,
                      named.group(1), label)
                seen.add(named.group(1))
    equal(set(labels) - seen, {"licenses"})     # a legend


def assets(site):
    for name, kind in (("portal.css", "text/css"), ("portal.js", "text/java"),
                       ("icon.svg", "image/svg")):
        got = site.get(f"/assets/{name}")
        equal(got.status, 200)
        check(got.headers["Content-Type"].startswith(kind), name)
        equal(site.get(f"/assets/{name}",
                       If_None_Match=got.headers["ETag"]).status, 304)
        packed = site.get(f"/assets/{name}", Accept_Encoding="gzip, br")
        equal(packed.headers["Content-Encoding"], "gzip")
        equal(packed.headers["Vary"], "Accept-Encoding")
        equal(gzip.decompress(packed.body), got.body)
        check(packed.headers["ETag"] != got.headers["ETag"], name)
        equal(site.get(f"/assets/{name}", Accept_Encoding="gzip",
                       If_None_Match=packed.headers["ETag"]).status, 304)
    # What the front page is of, as a browser gets it.
    total = sum(len(site.get(path, Accept_Encoding="gzip").body) for path in
                ("/", "/assets/portal.css", "/assets/portal.js",
                 "/assets/icon.svg", "/assets/bootstrap.css"))
    check(total <= 100000, "bytes of the front page:", total)
    for name in ("head.html", "..%2Fhead.html", "x"):
        equal(site.get(f"/assets/{name}").status, 404, name)


def site(desk):
    fields_of_pages()
    labels_of_pages()
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    with open(desk.path("contoso.conf"), "w", encoding="ascii") as f:
        f.write('accounts = ( { account = "contoso"; '
                'description = "Contoso"; } );\n')
    desk.run("sku", "load", "acme", desk.path("contoso.conf"))
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "10").strip()
    with Site(desk, people=people_place(desk)) as portal:
        equal(setup(portal)[0], 2)
        code, _, err = setup(portal, "An Na")
        equal(code, 1)
        check("a name has 1 to 63" in err, err)
        anna = signing_in(portal)
        redeeming(portal, pak)
        strangers(portal, anna)
        markup(portal, pak)
        again(portal, anna)
        people(portal, anna)
        oneself(portal)
        lists(portal, anna, pak)
        tokens(portal, anna)
        staff(portal, anna)
        approvals(portal, anna)
        changed(portal)
        factory(portal, anna)
        pictures(portal, anna)
        moving(portal, anna, pak)
        offline(portal, anna, pak)
        assets(portal)
        guessing(portal, anna, pak)
        killed(portal, pak)
        log = portal.log()
        for secret in (PASSWORD, LATER, anna.cookie.split("=")[1]):
            check(secret not in log, "a secret is in the log")
        equal(portal.stop("licportald"), 0)
    packaged(desk)


main(site)
