#!/usr/bin/env python3
"""browser: what each role mainly does, in Chromium: on a wide screen with
script, on a telephone without, and by keyboard.

With BROWSER_ALL set, the whole life of licenses by browser alone, and every
role, with and without script, on both screens ("make check-browser").
BROWSER_SHOTS names a folder for pictures of the pages.  Where AXE is the path
of axe.min.js (npm's axe-core), it judges each page, light and dark, too.
"""

import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait
except ImportError:
    # Debian's modules are of Debian's Python.
    if sys.executable != "/usr/bin/python3" and os.path.exists(
            "/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("python3-selenium is not installed")
    sys.exit(77)

from desk import BIN, TOP, check, equal, main  # noqa: E402
from portal_site import Site, quoted  # noqa: E402

SKU = "L-LAB-SEC-K9="
PASSWORD = "correct horse battery"
SHOTS = os.environ.get("BROWSER_SHOTS")
AXE = os.environ.get("AXE")
ALL = os.environ.get("BROWSER_ALL")
ONE, TWO, THREE = (f"LIC1921/K9:LAB0000000{n}" for n in "123")


def is_gone(thing):
    """No longer on a page; the driver has several words for that."""
    try:
        thing.is_enabled()
        return False
    except WebDriverException:
        return True


class Browser:
    """Chromium at one address, for one person after the other."""

    judged = 0      # pages, by axe-core

    def __init__(self, site, width, script):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--disable-gpu",
                         "--ignore-certificate-errors",
                         "--disable-dev-shm-usage"):
            options.add_argument(argument)
        if os.getuid() == 0:
            options.add_argument("--no-sandbox")
        self.site, self.script, self.width = site, script, width
        self.driver = webdriver.Chrome(options=options)
        self.driver.set_page_load_timeout(60)
        self.driver.set_script_timeout(120)
        # Windows are not as narrow as a telephone.
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1,
            "mobile": width < 600})
        self.runs(script)
        self.name = f"{width}{'' if script else '-plain'}"
        self.links = {}     # of those who have no password yet
        self.files = tempfile.mkdtemp(prefix="files-", dir=site.desk.dir)
        self.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {
            "behavior": "allow", "downloadPath": self.files})

    def runs(self, script):
        """Whether pages run scripts from now on."""
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled",
                                    {"value": not script})

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if failure[0] and SHOTS:
            self.shot("failed")
        self.driver.quit()

    def shot(self, name):
        if not SHOTS:
            return
        got = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True})
        with open(os.path.join(SHOTS, f"{name}-{self.name}.png"), "wb") as f:
            f.write(base64.b64decode(got["data"]))

    # -- Pages ------------------------------------------------------------

    def at(self, title):
        """The page has this title, and is sound; it loads itself again no
        more."""
        self.driver.execute_script(
            "for (let n = setTimeout(() => {}); n > 0; n--) clearTimeout(n)")
        equal(self.driver.find_element(By.TAG_NAME, "h1").text, title,
              self.driver.find_element(By.TAG_NAME, "main").text)
        wide = self.driver.execute_script(
            "return document.documentElement.scrollWidth")
        check(wide <= self.width, title, "is too wide:", wide)
        nameless = self.driver.execute_script("""
            return [...document.querySelectorAll(
                'input:not([type=hidden]), select, textarea')].filter(
                    e => !e.labels.length && !e.ariaLabel).map(e => e.name)""")
        equal(nameless, [], title)
        ids = self.driver.execute_script(
            "return [...document.querySelectorAll('[id]')].map(e => e.id)")
        equal(len(ids), len(set(ids)), title, ids)
        self.tables(title)
        self.shot(self.place())
        self.judge(title)

    def tables(self, title):
        """Tables are tables for who does not see them, however they look."""
        there = self.driver.execute_script("""
            const seen = what => [...document.querySelectorAll(what)].filter(
                e => e.checkVisibility()).length;
            return {table: seen('table'), row: seen('tr'),
                    cell: seen('table td'), columnheader: seen('thead th')}""")
        if not there["table"]:
            return
        roles = [node["role"]["value"] for node in
                 self.driver.execute_cdp_cmd(
                     "Accessibility.getFullAXTree", {})["nodes"]
                 if not node["ignored"]]
        equal({role: roles.count(role) for role in there}, there, title)

    def place(self):
        """The page's name: "move-check"."""
        path = self.driver.current_url.partition("?")[0][
            len(self.site.url):].strip("/")
        return re.sub("[^a-z-]+", "-", path)[:40].strip("-") or "front"

    def judge(self, title):
        if not AXE:
            return
        Browser.judged += 1
        with open(AXE, encoding="utf-8") as f:
            self.driver.execute_script(f.read())
        self.runs(True)     # axe-core; the page was loaded without
        # What is folded up is judged, too.
        self.driver.execute_script("""
            window.folded = [...document.querySelectorAll(
                'details:not([open])')];
            folded.forEach(e => e.open = true)""")
        for scheme in ("dark", "light"):
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [
                    {"name": "prefers-color-scheme", "value": scheme},
                    {"name": "prefers-reduced-motion", "value": "reduce"}]})
            if scheme == "dark":
                self.shot(self.place() + "-dark")
            equal(self.faults(), [], title, scheme)
        self.driver.execute_script("folded.forEach(e => e.open = false)")
        self.runs(self.script)

    def faults(self):
        """What axe-core finds serious."""
        return self.driver.execute_async_script("""
            const done = arguments[0];
            axe.run().then(r => done(r.violations.filter(
                v => v.impact == 'serious' || v.impact == 'critical').map(
                v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))
            ).catch(e => done([String(e)]))""")

    def get(self, path, title):
        self.driver.get(self.site.url + path)
        self.at(title)

    def fill(self, **fields):
        """None: the page has no such field."""
        for name, value in fields.items():
            if value is None:
                equal(self.driver.find_elements(By.ID, name), [])
                continue
            field = self.driver.find_element(By.ID, name)
            if field.tag_name == "select":
                Select(field).select_by_value(value)
            elif "\n" in value:
                self.driver.execute_script(
                    "arguments[0].value = arguments[1]", field, value)
            else:
                field.clear()
                field.send_keys(value)

    def find(self, words):
        """A button or link of the page."""
        main_part = self.driver.find_element(By.TAG_NAME, "main")
        for thing in main_part.find_elements(By.CSS_SELECTOR, "button, a"):
            if thing.text == words:
                self.driver.execute_script(
                    "arguments[0].scrollIntoView({"
                    "block: 'center', behavior: 'instant'})", thing)
                return thing
        check(False, "no button", words, main_part.text)
        return None

    def press(self, words, title):
        self.follow(self.find(words))
        self.at(title)

    def download(self, words):
        """The file that a button gets, until the next one."""
        for name in os.listdir(self.files):
            os.unlink(os.path.join(self.files, name))
        self.find(words).click()
        until = time.monotonic() + 60
        while True:
            came = [name for name in os.listdir(self.files)
                    if name.endswith((".lic", ".csv"))]
            if came:
                return os.path.join(self.files, came[0])
            check(time.monotonic() < until, "no file came")
            time.sleep(0.05)

    # -- People -----------------------------------------------------------

    def start(self, name, link):
        """Somebody new, who chooses a password."""
        self.driver.delete_all_cookies()
        begin(self, link)
        self.links[name] = None

    def be(self, name):
        """Another person uses this browser."""
        if self.links.get(name):
            self.start(name, self.links[name])
            return
        self.driver.delete_all_cookies()
        self.driver.get(self.site.url + "/sign-in")
        self.at("Sign in")
        self.fill(name=name, password=PASSWORD)
        self.press("Sign in", "Licenses for your devices")

    def follow(self, thing):
        """Clicks, and waits until this page is gone and another one there."""
        thing.click()
        self.left(thing)

    def left(self, thing):
        """Waits until the page of this thing is gone."""
        WebDriverWait(self.driver, 60).until(lambda _: is_gone(thing))
        WebDriverWait(self.driver, 60).until(
            lambda driver: driver.execute_script(
                "return document.readyState") == "complete")

    def choose(self, words):
        """The boxes with these words, and no others, are ticked."""
        for choice in self.driver.find_elements(By.CSS_SELECTOR, ".choice"):
            box = choice.find_element(By.TAG_NAME, "input")
            if box.is_selected() != (words in choice.text):
                box.click()

    def text(self):
        return self.driver.find_element(By.TAG_NAME, "main").text

    def shows(self, *words):
        for word in words:
            check(word in self.text(), word, self.text())

    def value(self, name):
        return self.driver.find_element(By.ID, name).get_attribute("value")


# ---- Tasks ---------------------------------------------------------------

def begin(browser, link):
    """Somebody new, with the link."""
    browser.driver.get(link)
    browser.at("Choose a password")
    browser.fill(password=PASSWORD, again=PASSWORD)
    browser.press("Choose it, and sign in",
                  "Licenses for your devices")


def redeem(browser, pak, udi):
    browser.get("/", "Licenses for your devices")
    browser.follow(browser.driver.find_element(
        By.PARTIAL_LINK_TEXT, "Redeem a PAK"))
    browser.at("Redeem a PAK")
    browser.fill(pak=pak, udis=udi)
    browser.press("Next", "Redeem a PAK")
    browser.driver.find_element(By.CSS_SELECTOR, "input[type=radio]").click()
    browser.press("Get the licenses", "Your licenses")
    browser.shows(udi)


def says_that_it_works(browser):
    """A form that takes long, which here is never answered."""
    browser.get("/upload", "Upload a request")
    browser.driver.execute_script("""
        const form = document.querySelector("main form");
        form.addEventListener("submit", e => e.preventDefault());
        form.querySelector("button").click();""")
    said = WebDriverWait(browser.driver, 60).until(
        lambda driver: driver.find_elements(By.CSS_SELECTOR, ".working"))
    equal(said[0].text, "Working on it\u2026")
    check(not browser.find("Get the answer").is_enabled(), "it goes on")


def guest(browser, pak, udi):
    redeem(browser, pak, udi)
    check("BEGIN LICENSE" in browser.value("file"), browser.value("file"))
    path = browser.download("Save the file")
    equal(os.path.basename(path),
          udi.replace("/", "-").replace(":", "_") + ".lic")
    with open(path, encoding="utf-8") as f:
        equal(f.read(), browser.value("file"))
    browser.at("Your licenses")
    # What was refused is there to be corrected.
    browser.get("/redeem", "Redeem a PAK")
    browser.fill(pak="AAAAAAAAAAA", udis=f"{udi}, {udi}B")
    browser.press("Next", "Redeem a PAK")
    browser.shows("Nothing was changed.")
    browser.fill(pak=pak)
    browser.press("Next", "Redeem a PAK")
    browser.driver.find_element(By.CSS_SELECTOR, "input[type=radio]").click()
    browser.press("Get the licenses", "Your licenses")
    name = udi.replace("/", "-").replace(":", "_") + "B.lic"
    equal(os.path.basename(browser.download(f"Save {name}")), name)
    if browser.script:
        # Neither the check nor what was refused is sent again.
        browser.driver.back()
        browser.at("Redeem a PAK")
        equal(browser.value("pak"), "")
    browser.get("/upload", "Upload a request")
    browser.get("/paks/none", "This cannot be done")
    browser.get("/none", "There is no such page")
    browser.driver.get(browser.site.url + "/devices")
    browser.at("Sign in")


def member(browser, pak, udi):
    redeem(browser, pak, udi)
    browser.get("/evaluation", "Try a feature")
    browser.fill(udi=udi, feature="cme-srst")
    browser.press("Get the evaluation license", "Your evaluation license")
    browser.shows(udi)
    browser.get("/devices", "Devices")
    browser.follow(browser.driver.find_element(By.LINK_TEXT, udi))
    browser.at("Device")
    browser.shows("securityk9", "cme-srst")
    browser.get(f"/devices/{quoted(udi)}/history", f"History of {udi}")
    browser.get("/licenses", "Licenses")
    browser.get("/expiring", "What expires")
    browser.get("/move", "Move licenses")
    browser.get("/send-again", "Send again")
    browser.get("/me", "Your account")
    browser.fill(**{"factor-old": PASSWORD})
    browser.press("Set up a second factor", "Second factor")
    browser.get("/replace", "Replace a device")
    browser.fill(**{"from": udi, "to": udi + "X"})
    browser.press("Next", "Replace a device")
    browser.shows("securityk9", "has to be returned by")
    browser.driver.find_element(By.NAME, "sure:bool").click()
    browser.press("Replace it", "Licenses for the new device")
    browser.get("/people", "This page is for others")


def staff(browser):
    """An administrator, who also adds somebody; the link of that one."""
    name = "m" + browser.name
    browser.get("/people", "People")
    browser.fill(name=name, role="member", account="example-net")
    browser.press("Add", name)
    browser.shows("It is done.", "not yet chosen")
    browser.press("Make a link", "A link to sign in")
    link = browser.value("link")
    browser.get("/staff", "Staff")
    browser.get("/paks", "PAKs")
    browser.fill(sku1=SKU, quantity1="3", order="4711")
    browser.press("Make it", "A new PAK")
    browser.press("See it", "PAK")
    browser.fill(reason="returned")
    browser.press("Stop it", "PAK")
    browser.shows("returned")
    browser.press("Let it go on", "PAK")
    browser.get("/tokens", "Tokens")
    browser.fill(name="t" + browser.name, role="auditor")
    browser.press("Make it", "A new token")
    check(browser.value("token").startswith("lt_"), "no token")
    browser.get("/catalog", "Catalog")
    browser.fill(catalog="accounts = 1;")
    browser.press("Load it", "This cannot be done")
    browser.shows("Line 1:")
    browser.get("/approvals", "Approvals")
    browser.get("/rmas", "Replaced devices")
    browser.get("/keys", "Keys")
    browser.get("/log", "Log")
    browser.press("Verify the whole log", "Log")
    browser.get("/reports", "Reports")
    browser.get("/reports/licenses?limit=500", "Report: licenses")
    return link


def keyboard(browser):
    """Into the portal without a pointer."""
    browser.get("/sign-in?next=/devices", "Sign in")
    body = browser.driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    focused = browser.driver.switch_to.active_element
    equal(focused.text, "Skip to the content")
    check(focused.is_displayed(), "the skip link is not seen")
    focused.send_keys(Keys.ENTER)
    browser.driver.switch_to.active_element.send_keys(Keys.TAB)
    browser.driver.switch_to.active_element.send_keys("anna", Keys.TAB)
    focused = browser.driver.switch_to.active_element
    focused.send_keys(PASSWORD, Keys.ENTER)
    browser.left(focused)
    browser.at("Devices")


# ---- Roles ---------------------------------------------------------------

STAFF = ("catalog", "pak-desk", "support", "factory", "auditor")
OF_ACCOUNT = ("viewer", "member", "account-admin")


def hire(browser):
    """Somebody for each role, whom the administrator adds."""
    for role in (*STAFF, *OF_ACCOUNT):
        account = "example-net" if role in OF_ACCOUNT else ""
        links = hire_one(browser, role, role, account)
        browser.links[role] = links


def hire_one(browser, name, role, account):
    """The link of somebody new."""
    browser.get("/people", "People")
    browser.fill(name=name, role=role, account=account)
    browser.press("Add", name)
    browser.press("Make a link", "A link to sign in")
    return browser.value("link")


def viewer(browser, cycle):
    browser.be("viewer")
    browser.get("/devices", "Devices")
    browser.shows(ONE)
    browser.get(f"/devices/{quoted(ONE)}", "Device")
    equal(browser.driver.find_elements(By.LINK_TEXT, "More time"), [])
    browser.shows("More time for datak9: approved", "fine")
    browser.get("/paks?left=true", "PAKs")
    browser.shows(cycle.pak)
    browser.get("/licenses", "Licenses")
    browser.get("/expiring?days=365", "What expires")
    browser.get("/reports/paks", "Report: paks")
    for path in ("/move", "/evaluation", "/tokens", "/staff"):
        browser.get(path, "This page is for others")


def account_admin(browser, _):
    browser.be("account-admin")
    hire_one(browser, "v" + browser.name, "viewer", None)
    browser.get("/tokens", "Tokens")
    browser.fill(name="a" + browser.name, role="viewer")
    browser.press("Make it", "A new token")
    check(browser.value("token").startswith("lt_"), "no token")
    browser.get("/tokens", "Tokens")
    browser.driver.find_element(By.CSS_SELECTOR, "td summary").click()
    browser.press("Stop it", "Tokens")
    browser.shows("It is done.", "stopped")


def pak_desk(browser, cycle):
    browser.be("pak-desk")
    browser.get(f"/paks/{cycle.pak}", "PAK")
    browser.fill(reason="not paid")
    browser.press("Stop it", "PAK")
    browser.shows("not paid")
    browser.press("Let it go on", "PAK")
    browser.get("/staff", "Staff")
    browser.get("/approvals", "This page is for others")


def auditor(browser, _):
    browser.be("auditor")
    browser.get("/approvals", "Approvals")
    browser.get("/log", "Log")
    browser.press("Verify the whole log", "Log")
    until = time.monotonic() + 60
    while "entries are right" not in browser.text():
        check(time.monotonic() < until, browser.text())
        browser.get("/log", "Log")
    browser.get("/reports/skus", "Report: skus")
    browser.get("/keys", "Keys")
    check("Propose" not in browser.text(), browser.text())


def admins(browser, _):
    """Four eyes."""
    browser.be("anna")
    browser.get("/keys", "Keys")
    browser.fill(reason="yearly")
    browser.press("Propose it", "Keys")
    browser.shows("Another administrator has to confirm it.")
    if "adam" in browser.links:
        browser.be("adam")
    else:
        browser.start("adam", setup(browser.site, "adam"))
    browser.get("/staff", "Staff")
    browser.shows("1 to confirm")
    browser.get("/keys", "Keys")
    browser.press("Confirm", "Keys")
    browser.shows("It is done.", "No change is proposed.")


def waits(browser, cycle):
    """What has to be approved: each kind but a state that was put back."""
    desk, site = cycle.desk, browser.site
    token = desk.run("token", "create", site.name, "helper", "--role",
                     "support").strip()
    other = desk.device(ONE, (site.name,), f"other-{browser.name}")
    desk.run("rma", "limits", site.name, "--licenses", "1")
    trial, = [row for row in site.get(
        f"/api/v1/devices/{quoted(ONE)}/licenses", token=token
        ).json["licenses"] if row["type"] == "demo"]
    for n, (path, body, status) in enumerate((
            ("devices/credentials", {"credentials": cycle.text_of(
                other.credentials("credentials"))}, 409),
            ("rmas", {"from": THREE, "to": THREE + "X"}, 409),
            ("extensions/requests", {"license": trial["id"], "days": 3,
                                     "reason": "late"}, 200))):
        got = site.post(f"/api/v1/{path}", body, token=token, key=f"wait-{n}")
        equal(got.status, status, got.body)


def everything(browser, cycle):
    """Each page that others did not see, with what there is by now."""
    browser.be("anna")
    waits(browser, cycle)
    browser.get("/approvals", "Approvals")
    browser.shows("Another device key", "A replacement above the limits",
                  "More time for a license")
    for path, title in (
            ("/contract", "Licenses of a contract"),
            ("/import", "Licenses of another authority"),
            ("/upload", "Upload a request"), ("/people", "People"),
            ("/people/viewer", "viewer"), ("/tokens", "Tokens"),
            ("/me", "Your account"), ("/reports", "Reports"),
            ("/catalog", "Catalog"), ("/rmas", "Replaced devices"),
            ("/licenses?limit=1", "Licenses"),
            ("/paks?order=none", "PAKs"),
            (f"/devices/{quoted(TWO)}", "Device"),
            (f"/reports/history?udi={quoted(ONE)}&", "Report: history"),
            ("/reports/expiring?days=60", "Report: expiring"),
            ("/reports/devices", "Report: devices"), ("/reports/skus", "Report: skus"),
            ("/reports/none", "This cannot be done"),
            ("/none", "There is no such page")):
        browser.get(path, title)


# ---- The whole life of licenses -------------------------------------------

class Cycle:
    """examples/authority by browser alone; the devices are real ones."""

    def __init__(self, desk, browser):
        self.desk, self.browser = desk, browser
        self.devices = {udi: desk.device(
            udi, (browser.site.name,), f"{udi[-1]}-{browser.name}")
            for udi in (ONE, TWO, THREE)}

    def install(self, udi):
        """The license file that the page shows."""
        with open(self.desk.path("shown.lic"), "w", encoding="utf-8") as f:
            f.write(self.browser.value("file"))
        self.devices[udi].install("shown.lic")

    def text_of(self, name):
        with open(self.desk.path(name), encoding="utf-8") as f:
            return f.read()

    def credentials(self, udi):
        return self.text_of(self.devices[udi].credentials("credentials"))

    def has(self, udi, *features):
        have = [row[0] for row in self.devices[udi].licenses()]
        for feature in features:
            check(feature in have, udi, feature, have)

    def run(self):
        for step in (self.catalog, self.factory, self.sell, self.redeem,
                     self.trial, self.more_time, self.move, self.replace,
                     self.came_back, self.send_again):
            print("==", step.__name__, flush=True)
            step()

    def catalog(self):
        browser = self.browser
        browser.be("catalog")
        browser.get("/catalog", "Catalog")
        with open(os.path.join(TOP, "examples", "catalog.conf"),
                  encoding="utf-8") as f:
            browser.fill(catalog=f.read())
        browser.press("Load it", "The catalog was changed")
        browser.press("See the catalog", "Catalog")
        browser.shows(SKU)

    def factory(self):
        browser = self.browser
        browser.be("factory")
        browser.get("/lots", "Lots")
        browser.fill(name="week-48", features="ipbasek9\n",
                     udis="\n".join((ONE, TWO, THREE)))
        browser.press("Make it", "The lot")
        browser.get("/lots", "Lots")
        browser.shows("week-48")
        browser.fill(name="week-48", features="ipbasek9\n",
                     udis="\n".join((ONE, TWO, THREE)))
        browser.press("Make it", "The lot")
        browser.shows("It was made before.")
        path = browser.download("Save the whole file")
        with open(path, encoding="utf-8") as f:
            equal(f.read().count("BEGIN LICENSE"), 3)
        browser.be("support")
        for udi in (ONE, TWO):
            self.again(udi)
            self.has(udi, "ipbasek9")

    def again(self, udi):
        """All licenses of a device, from the door."""
        self.browser.get("/send-again", "Send again")
        self.browser.fill(udi=udi)
        self.devices[udi].install(
            self.browser.download("Get the license file"))

    def sell(self):
        browser = self.browser
        browser.be("pak-desk")
        browser.get("/paks", "PAKs")
        browser.fill(sku1=SKU, quantity1="3", sku2="L-LAB-SRST-25=",
                     quantity2="2", order="4711", account="example-net")
        browser.press("Make it", "A new PAK")
        browser.press("See it", "PAK")
        browser.shows("5 of 5", "4711")
        self.pak = browser.driver.current_url.rpartition("/")[2]

    def redeem(self):
        """At the door, without signing in."""
        self.browser.driver.delete_all_cookies()
        redeem(self.browser, self.pak, ONE)
        self.install(ONE)
        self.has(ONE, "securityk9")

    def trial(self):
        browser = self.browser
        browser.be("member")
        browser.get("/evaluation", "Try a feature")
        browser.fill(udi=ONE, feature="datak9")
        browser.press("Get the evaluation license", "Your evaluation license")
        self.install(ONE)
        self.has(ONE, "datak9")

    def more_time(self):
        browser = self.browser
        browser.get(f"/devices/{quoted(ONE)}", "Device")
        browser.press("More time", "Ask for more time")
        browser.fill(days="30", reason="parts are late")
        browser.press("Ask for it", "Ask for more time")
        browser.shows("The staff was asked")
        browser.be("support")
        browser.get("/staff", "Staff")
        browser.shows("1 waiting")
        browser.get("/approvals", "Approvals")
        browser.shows("30 days of use", "parts are late", "person member")
        browser.driver.find_element(
            By.CSS_SELECTOR, ".waiting input[name=reason]").send_keys("fine")
        browser.press("Approve", "The extension")
        self.install(ONE)
        browser.get("/approvals", "Approvals")
        browser.shows("Nothing waits for approval.")

    def move(self):
        browser = self.browser
        browser.be("member")
        browser.get("/move", "Move licenses")
        browser.fill(**{"from": ONE}, credentials=self.credentials(ONE),
                     to=TWO)
        browser.press("Next", "Move licenses")
        browser.shows("securityk9")
        browser.choose("securityk9")
        browser.press("Get a permission ticket", "Your permission ticket")
        with open(self.desk.path("permission"), "w", encoding="utf-8") as f:
            f.write(browser.value("file"))
        self.devices[ONE].revoke("permission", "rehost")
        browser.press("bring the rehost ticket", "Move licenses")
        browser.fill(ticket=self.text_of("rehost"))
        browser.press("Get the licenses", "Licenses for the new device")
        self.install(TWO)
        self.has(TWO, "securityk9")

    def replace(self):
        browser = self.browser
        browser.get("/replace", "Replace a device")
        browser.fill(**{"from": TWO, "to": THREE})
        browser.press("Next", "Replace a device")
        browser.driver.find_element(By.NAME, "sure:bool").click()
        browser.press("Replace it", "Licenses for the new device")
        self.install(THREE)
        self.has(THREE, "securityk9")

    def came_back(self):
        browser = self.browser
        browser.be("support")
        browser.get("/rmas", "Replaced devices")
        browser.driver.find_element(By.CSS_SELECTOR, "td summary").click()
        browser.press("Yes, it came back", "Replaced devices")
        browser.shows("It is done.")

    def send_again(self):
        browser = self.browser
        browser.be("member")
        # Its flash was lost.
        self.devices[THREE] = self.desk.device(
            THREE, (browser.site.name,), f"new-{browser.name}")
        self.again(THREE)
        self.has(THREE, "securityk9", "ipbasek9")
        browser.get(f"/devices/{quoted(THREE)}", "Device")
        browser.shows("securityk9", TWO)
        browser.get(f"/devices/{quoted(THREE)}/history",
                    f"History of {THREE}")


def whole(desk, width, script):
    """The whole cycle, and all roles, of an authority that has nothing."""
    name = f"whole-{width}" + ("" if script else "-plain")
    desk.authority(name)
    with open(desk.path("accounts.conf"), "w", encoding="ascii") as f:
        f.write('accounts = ( { account = "example-net"; } );\n')
    desk.run("sku", "load", name, "accounts.conf")
    with Site(desk, name, people=desk.path(f"{name}.db")) as site:
        link = setup(site, "anna")
        with Browser(site, width, script) as browser:
            browser.start("anna", link)
            hire(browser)
            cycle = Cycle(desk, browser)
            cycle.run()
            for role in (viewer, account_admin, pak_desk, auditor, admins,
                         everything):
                print("==", role.__name__, flush=True)
                role(browser, cycle)
    desk.run("log", "verify", name)


# ---- All of it -------------------------------------------------------------

def setup(site, name):
    """The first administrator's link."""
    return subprocess.run(
        [os.path.join(BIN, "licportald"), "-c",
         os.path.join(site.dir, "licportal.conf"), "setup", name],
        capture_output=True, text=True, check=True).stdout.split()[-1]


def browsers(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity", "10",
                   "--sku", "L-LAB-SRST-25=", "--quantity", "5").strip()
    own = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity", "10",
                   "--account", "example-net").strip()
    with Site(desk, people=desk.path("people.db")) as site:
        link = setup(site, "anna")
        for width, script in ((1200, True), (390, False)):
            udi = f"LIC1921/K9:FDO{width}"
            with Browser(site, width, script) as browser:
                guest(browser, pak, udi)
                if script:
                    says_that_it_works(browser)
                if link:
                    begin(browser, link)
                    link = None
                else:
                    keyboard(browser)
                theirs = staff(browser)
                browser.driver.delete_all_cookies()
                begin(browser, theirs)
                member(browser, own, udi + "A")
    for width, script in ((1200, True), (390, True), (390, False),
                          (1200, False)) if ALL else ():
        print(f"==== the whole, {width} wide, script: {script}", flush=True)
        whole(desk, width, script)
    print(f"axe-core judged {Browser.judged} pages, light and dark"
          if AXE else "axe-core did not judge: AXE is not set")


if not shutil.which("chromium") or not shutil.which("chromedriver"):
    print("chromium or its driver is not installed")
    sys.exit(77)
main(browsers)
