"""people: visitors of a portal's pages, for tests."""

import base64
import hmac
import html
import http.client
import os
import re
import struct
import subprocess
import time
import urllib.parse

from desk import ADDRESS, BIN, check, equal


class Visitor:
    """A browser with a cookie, and without a script."""

    def __init__(self, site, address="127.0.0.1"):
        """address: where the browser is."""
        self.site, self.cookie, self.page = site, None, None
        self.address = address

    def ask(self, method, path, body=None, **headers):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.site.port, context=self.site.context, timeout=60,
            source_address=(self.address, 0))
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

    def hidden_value(self, name):
        """What a field of the page is filled with."""
        return html.unescape(re.search(
            f'id="{name}"[^>]* value="([^"]*)"', self.page).group(1))

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


def code_of(key, steps=0):
    """The code of a second factor, so many steps ahead."""
    counter = int(time.time()) // 30 + steps
    digest = hmac.digest(base64.b32decode(key), struct.pack(">Q", counter),
                         "sha1")
    at = digest[-1] & 15
    number = struct.unpack(">L", digest[at:at + 4])[0] & 0x7fffffff
    return f"{number % 1000000:06d}"


def people_place(desk):
    """An empty database for those who sign in."""
    if not ADDRESS:
        return desk.path("people.db")
    desk.psql(f'CREATE SCHEMA "{desk.schema("people")}"')
    return desk.address("people")
