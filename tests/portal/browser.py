#!/usr/bin/env python3
"""browser: what each role mainly does, in Chromium: on a wide screen with
script, on a telephone without, and by keyboard.

BROWSER_SHOTS names a folder for pictures of the pages.  Where AXE is the path
of axe.min.js (npm's axe-core), it judges each page, too.
"""

import base64
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support import expected_conditions
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


class Browser:
    """Chromium at one address, for one person."""

    def __init__(self, site, width, script):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--disable-gpu",
                         "--ignore-certificate-errors",
                         "--disable-dev-shm-usage"):
            options.add_argument(argument)
        if os.getuid() == 0:
            options.add_argument("--no-sandbox")
        if not script:
            options.add_experimental_option("prefs", {
                "profile.managed_default_content_settings.javascript": 2})
        self.site, self.script = site, script
        self.driver = webdriver.Chrome(options=options)
        self.driver.set_page_load_timeout(60)
        # Windows are not as narrow as a telephone.
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 900, "deviceScaleFactor": 1,
            "mobile": width < 600})
        self.name = f"{width}{'' if script else '-plain'}"

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
        """The page has this title, and is sound."""
        equal(self.driver.find_element(By.TAG_NAME, "h1").text, title,
              self.driver.find_element(By.TAG_NAME, "main").text)
        wide = self.driver.execute_script(
            "return document.documentElement.scrollWidth - innerWidth")
        check(wide <= 0, title, "is too wide by", wide)
        nameless = self.driver.execute_script("""
            return [...document.querySelectorAll(
                'input:not([type=hidden]), select, textarea')].filter(
                    e => !e.labels.length && !e.ariaLabel).map(e => e.name)""")
        equal(nameless, [], title)
        ids = self.driver.execute_script(
            "return [...document.querySelectorAll('[id]')].map(e => e.id)")
        equal(len(ids), len(set(ids)), title, ids)
        self.shot(title.lower().replace(" ", "-"))
        self.judge(title)

    def judge(self, title):
        if not AXE or not self.script:
            return
        with open(AXE, encoding="utf-8") as f:
            self.driver.execute_script(f.read())
        found = self.driver.execute_async_script("""
            const done = arguments[0];
            axe.run().then(r => done(r.violations.filter(
                v => v.impact == 'serious' || v.impact == 'critical').map(
                v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))
            ).catch(e => done([String(e)]))""")
        equal(found, [], title)

    def get(self, path, title):
        self.driver.get(self.site.url + path)
        self.at(title)

    def fill(self, **fields):
        for name, value in fields.items():
            field = self.driver.find_element(By.ID, name)
            if field.tag_name == "select":
                Select(field).select_by_value(value)
            else:
                field.clear()
                field.send_keys(value)

    def press(self, words, title):
        """A button or link of the page."""
        main_part = self.driver.find_element(By.TAG_NAME, "main")
        for thing in main_part.find_elements(By.CSS_SELECTOR, "button, a"):
            if thing.text == words:
                self.driver.execute_script(
                    "arguments[0].scrollIntoView({"
                    "block: 'center', behavior: 'instant'})", thing)
                self.follow(thing)
                self.at(title)
                return
        check(False, "no button", words, main_part.text)

    def follow(self, thing):
        """Clicks, and waits until this page is gone and another one there."""
        thing.click()
        WebDriverWait(self.driver, 60).until(
            expected_conditions.staleness_of(thing))
        WebDriverWait(self.driver, 60).until(
            lambda driver: driver.execute_script(
                "return document.readyState") == "complete")

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
    browser.press("Choose it, and sign in", "Licenses")


def redeem(browser, pak, udi):
    browser.get("/", "Licenses")
    browser.follow(browser.driver.find_element(
        By.PARTIAL_LINK_TEXT, "Redeem a PAK"))
    browser.at("Redeem a PAK")
    browser.fill(pak=pak, udis=udi)
    browser.press("Next", "Redeem a PAK")
    browser.driver.find_element(By.CSS_SELECTOR, "input[type=radio]").click()
    browser.press("Get the licenses", "Your licenses")
    browser.shows(udi)


def guest(browser, pak, udi):
    redeem(browser, pak, udi)
    check("BEGIN LICENSE" in browser.value("file"), browser.value("file"))
    saves = browser.driver.find_elements(By.LINK_TEXT, "Save the file")
    equal(len(saves), 1 if browser.script else 0)
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
    browser.get(f"/devices/{quoted(udi)}/history", "History of a device")
    browser.get("/licenses", "Licenses")
    browser.get("/expiring", "What expires")
    browser.get("/move", "Move licenses")
    browser.get("/send-again", "Send again")
    browser.get("/me", "Your account")
    browser.fill(**{"factor-old": PASSWORD})
    browser.press("Set up a second factor", "Second factor")
    browser.get("/replace", "Replace a device")
    browser.fill(**{"from": udi, "to": udi + "X"})
    browser.driver.find_element(By.NAME, "_sure").click()
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
    browser.get("/reports/licenses?limit=500", "Report")
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
    WebDriverWait(browser.driver, 60).until(
        expected_conditions.staleness_of(focused))
    browser.at("Devices")


def browsers(desk):
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity", "10",
                   "--sku", "L-LAB-SRST-25=", "--quantity", "5").strip()
    own = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity", "10",
                   "--account", "example-net").strip()
    with Site(desk, people=desk.path("people.db")) as site:
        link = subprocess.run(
            [os.path.join(BIN, "licportald"), "-c",
             os.path.join(site.dir, "licportal.conf"), "setup", "anna"],
            capture_output=True, text=True, check=True).stdout.split()[-1]
        for width, script in ((1200, True), (390, False)):
            udi = f"LIC1921/K9:FDO{width}"
            with Browser(site, width, script) as browser:
                guest(browser, pak, udi)
                if link:
                    begin(browser, link)
                    link = None
                else:
                    keyboard(browser)
                theirs = staff(browser)
                browser.driver.delete_all_cookies()
                begin(browser, theirs)
                member(browser, own, udi + "A")
        if not AXE or not self.script:
            print("axe-core did not judge: AXE is not set")


if not shutil.which("chromium") or not shutil.which("chromedriver"):
    print("chromium or its driver is not installed")
    sys.exit(77)
main(browsers)
