#!/usr/bin/env python3
"""site: the pages without a browser: signing in, forms of others, markup in
every field, and that nobody is led elsewhere."""

import html
import http.client
import os
import re
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from desk import BIN, TOP, check, equal, main  # noqa: E402
from portal_site import Site  # noqa: E402

SKU = "L-LAB-SEC-K9="
UDI = "LIC1921/K9:FDO1"
PASSWORD = "correct horse battery"
NASTY = "\"><script>alert(1)</script>'&\x1b[2J\u202e"


class Visitor:
    """A browser with a cookie, and without a script."""

    def __init__(self, site):
        self.site, self.cookie, self.page = site, None, None

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.site.port, context=self.site.context, timeout=60)
        headers = {name.replace("_", "-"): value
                   for name, value in headers.items()}
        if self.cookie:
            headers["Cookie"] = "other=1; " + self.cookie
        connection.request(method, path, body=body, headers=headers)
        got = connection.getresponse()
        self.status, self.headers = got.status, got.headers
        self.page = got.read().decode()
        set_cookie = got.headers["Set-Cookie"]
        if set_cookie:
            self.cookie = set_cookie.split(";")[0]
        connection.close()
        return self

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, fields, **headers):
        headers.setdefault("Origin", self.site.url)
        headers.setdefault("Content-Type",
                           "application/x-www-form-urlencoded")
        return self.ask("POST", path,
                        urllib.parse.urlencode(fields, doseq=True), **headers)

    def hidden(self, name):
        found = re.search(f'name="{name}" value="([^"]*)"', self.page)
        check(found, "no field", name, self.page)
        return html.unescape(found.group(1))

    def form(self, **fields):
        """Fields beside those that the page has."""
        return {"_form": self.hidden("_form"), "_key": self.hidden("_key"),
                **fields}

    def shows(self, status, *words):
        equal(self.status, status, self.page)
        for word in words:
            check(word in html.unescape(self.page), word, self.page)

    def leads_to(self, path):
        equal(self.status, 303, self.page)
        equal(self.headers["Location"], path)


def setup(site, *words):
    got = subprocess.run(
        [os.path.join(BIN, "licportald"), "-c",
         os.path.join(site.dir, "licportal.conf"), "setup", *words],
        capture_output=True, text=True, check=False)
    return got.returncode, got.stdout, got.stderr


def signing_in(site):
    code, out, _ = setup(site, "anna", "anna@example.net")
    equal(code, 0)
    path = out.split()[-1].removeprefix(site.url)
    visitor = Visitor(site)
    visitor.get(path).shows(200, "Choose a password")
    visitor.post(path, {"_password": PASSWORD, "_again": "other"}).shows(
        422, "The two passwords are not the same.")
    visitor.post(path, {"_password": "short", "_again": "short"}).shows(
        422, "a password has 12 to 256 characters")
    visitor.post(path, {"_password": PASSWORD, "_again": PASSWORD})
    visitor.leads_to("/")
    for attribute in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
        check(attribute in visitor.headers["Set-Cookie"], attribute)
    visitor.get("/").shows(200, "anna", "Sign out")
    # The link is used up.
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
    visitor.post("/sign-in", {"name": "nobody", "_password": PASSWORD}).shows(
        422, "the name, the password or the code is wrong")
    for there, goes in (("/evaluation", "/evaluation"),
                        ("//evil.example", "/"), ("https://evil.example", "/"),
                        ("/\\evil.example", "/"), ("/a\r\nX: y", "/"),
                        ("", "/")):
        visitor = Visitor(site)
        visitor.post("/sign-in", {"name": "anna", "_password": PASSWORD,
                                  "next": there}).leads_to(goes)
    return visitor


def strangers(site, anna):
    """Forms that are not of a page of this portal."""
    anna.get("/evaluation").shows(200)
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
    anna.post("/evaluation", fields).shows(200, "Your evaluation license", UDI)
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
        _pak=pak, sku=SKU, **{"quantity:number": "1", "udis:each": NASTY}))
    check(visitor.status in (409, 422), visitor.status)
    check("<script>alert" not in visitor.page, visitor.page)
    visitor.post("/sign-in", {"name": NASTY, "_password": NASTY}).shows(422)
    check("<script>alert" not in visitor.page, visitor.page)
    visitor.get("/link/%22%3E%3Cscript%3E").shows(200)
    check("<script>" not in visitor.page.replace("<script src", ""),
          visitor.page)
    visitor.get("/%3Cscript%3E").shows(404, "There is no such page")
    policy = visitor.headers["Content-Security-Policy"]
    check("default-src 'none'" in policy, policy)
    check("frame-ancestors 'none'" in policy, policy)
    equal(visitor.headers["X-Frame-Options"], "DENY")
    equal(visitor.headers["Cache-Control"], "no-store")


def redeeming(site, pak):
    """Without signing in, and the file by a button."""
    visitor = Visitor(site)
    visitor.get("/redeem").shows(200, "Redeem a PAK")
    visitor.post("/redeem/check", visitor.form(
        pak=pak, **{"udis:list": f"{UDI}\r\n LIC1921/K9:FDO2,"})).shows(
            200, "has 10 of 10 units left", UDI, "LIC1921/K9:FDO2")
    fields = visitor.form(_pak=pak, sku=SKU, **{
        "quantity:number": "2", "udis:each": [UDI, "LIC1921/K9:FDO2"]})
    visitor.post("/redeem", fields).shows(200, "Your licenses", UDI)
    equal(visitor.page.count("BEGIN LICENSE"), 4)
    page = visitor.page
    visitor.post("/redeem", {**fields, "download:bool": "1"}).shows(200)
    equal(visitor.headers["Content-Type"], "text/plain; charset=utf-8")
    equal(visitor.headers["Content-Disposition"],
          'attachment; filename="licenses.lic"')
    check(visitor.page in html.unescape(page), visitor.page)
    equal(site.get(f"/api/v1/paks/{pak}").json["left"], 6)
    visitor.post("/redeem", {**fields, "_key": "other",
                             "quantity:number": "9"}).shows(422, UDI)
    visitor.post("/redeem", {**fields, "_key": "other",
                             "quantity:number": "many"}).shows(
                                 422, "quantity: \"many\" is not a number")
    visitor.get("/redeem")
    visitor.post("/redeem/check", visitor.form(pak="AAAAAAAAAAA")).shows(
        422, "This cannot be done")


def again(site, anna):
    anna.get("/send-again").shows(200)
    anna.post("/send-again", anna.form(udi=UDI)).shows(200)
    check("BEGIN LICENSE" in anna.page, anna.page)
    anna.get("/send-again")
    anna.post("/send-again", anna.form(udi="LIC1921/K9:NONE")).shows(
        404, "no license of LIC1921/K9:NONE is current")
    check("<html" in anna.page, anna.page)


def assets(site):
    for name, kind in (("portal.css", "text/css"), ("portal.js", "text/java"),
                       ("icon.svg", "image/svg")):
        got = site.get(f"/assets/{name}")
        equal(got.status, 200)
        check(got.headers["Content-Type"].startswith(kind), name)
        equal(site.get(f"/assets/{name}",
                       If_None_Match=got.headers["ETag"]).status, 304)
    for name in ("head.html", "..%2Fhead.html", "x"):
        equal(site.get(f"/assets/{name}").status, 404, name)


def site(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "10").strip()
    with Site(desk, people=desk.path("people.db")) as portal:
        equal(setup(portal)[0], 2)
        code, _, err = setup(portal, "An Na")
        equal(code, 1)
        check("a name has 1 to 63" in err, err)
        anna = signing_in(portal)
        redeeming(portal, pak)
        strangers(portal, anna)
        markup(portal, pak)
        again(portal, anna)
        assets(portal)
        log = portal.log()
        for secret in (PASSWORD, anna.cookie.split("=")[1]):
            check(secret not in log, "a secret is in the log")
        equal(portal.stop("licportald"), 0)


main(site)
