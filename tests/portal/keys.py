#!/usr/bin/env python3
"""keys: the portal's signing keys: with a passphrase, in a token, changed by two
administrators, and by others while the portal runs."""

import glob
import json
import os
import pwd
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from described import Description  # noqa: E402
from desk import ADDRESS, BIN, check, equal, main  # noqa: E402
from portal_site import Site  # noqa: E402

SECRET = "correct horse"
UDI = "LIC1921/K9:KEYS"


def with_secret(desk, *args, **more):
    """licissue with a passphrase or a PIN."""
    readable, writable = os.pipe()
    os.write(writable, f"{more.pop('secret', SECRET)}\n".encode())
    os.close(writable)
    try:
        return desk.run("--passphrase-fd", readable, *args,
                        pass_fds=[readable], **more)
    finally:
        os.close(readable)


def secret_file(desk, name, text, mode=0o600):
    path = desk.path(name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


class Keys:
    """A portal with two administrators."""

    n = 0       # requests so far, of all

    def __init__(self, desk, site, tokens):
        self.desk, self.site, self.tokens = desk, site, tokens
        self.described = Description()

    def ask(self, who, path, body, key=None):
        Keys.n += 1
        got = self.site.post(f"/api/v1/{path}", body, token=self.tokens[who],
                             key=key or f"{path}-{self.n}")
        self.described.examine("POST", f"/api/v1/{path}", got)
        return got

    def do(self, who, path, body, **options):
        got = self.ask(who, path, body, **options)
        equal(got.status, 200, path, got.body, self.site.log())
        return got.json

    def get(self, path, who="a"):
        got = self.site.get(f"/api/v1/{path}", token=self.tokens[who])
        self.described.examine("GET", f"/api/v1/{path}", got)
        return got.json

    def keys(self):
        return self.get("keys")["keys"]

    def signs(self):
        """Who signs according to the portal, and who really does."""
        kid, = (key["kid"] for key in self.keys() if key["signs"])
        got = self.do("a", "rights-to-use", {
            "udi": UDI, "feature": "uck9", "comment": f"n {self.n}"})
        with open(self.desk.path("signed.lic"), "w", encoding="utf-8") as f:
            f.write(got["file"])
        folder = self.desk.path("public")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        for key in self.keys():
            with open(os.path.join(folder, key["kid"] + ".jwk"), "w",
                      encoding="utf-8") as f:
                json.dump(key["jwk"], f)
        said = self.desk.run("inspect", "--keys", folder, "signed.lic")
        equal(re.search("good, key (\\S+)", said)[1], kid, said)
        return kid

    def change(self, body):
        """One proposes, the other one confirms."""
        made = self.do("a", "keys/proposals", {"reason": "yearly", **body})
        return self.do("b", f"keys/proposals/{made['proposal']}/confirm", {})


def tokens_of(desk, name, **more):
    return {who: with_secret(desk, "token", "create", name, who, "--role",
                             "admin", **more).strip() for who in "ab"}


def four_eyes(keys):
    made = keys.do("a", "keys/proposals",
                   {"action": "rotate", "reason": "yearly", "overlap": 3600})
    path = f"keys/proposals/{made['proposal']}"
    keys.ask("a", f"{path}/confirm", {}).is_problem(
        403, "four-eyes", "token a", "another administrator")
    equal([(one["proposal"], one["by"], one["asked"]["action"])
           for one in keys.get("keys/proposals")["proposals"]],
          [(made["proposal"], "token a", "rotate")])
    first = keys.signs()
    done = keys.do("b", f"{path}/confirm", {}, key="confirm")
    equal(keys.signs(), done["key"])
    check(done["key"] != first, done)
    # The same request again does nothing more; another one finds nothing.
    equal(keys.do("b", f"{path}/confirm", {}, key="confirm"), done)
    keys.ask("b", f"{path}/confirm", {}).is_problem(404, "not-found",
                                                    "no proposal")
    equal(len(keys.keys()), 2)
    equal(keys.get("keys/proposals")["proposals"], [])

    made = keys.do("a", "keys/proposals",
                   {"action": "withdraw", "key": first[:12], "reason": "lost"})
    keys.do("a", f"keys/proposals/{made['proposal']}/drop", {})
    keys.ask("b", f"keys/proposals/{made['proposal']}/confirm",
             {}).is_problem(404, "not-found")
    check(not any(key["withdrawn"] for key in keys.keys()))
    for body, said in (({"action": "withdraw", "reason": "x"}, '"key"'),
                       ({"action": "turn", "reason": "x"}, '"action"')):
        keys.ask("a", "keys/proposals", body).is_problem(422, "refused", said)
    keys.ask("a", "keys/proposals", {
        "action": "withdraw", "key": "nothing-1", "reason": "x"}).is_problem(
            404, "not-found", "no key begins")

    # Withdrawn is the one that signs: the one before signs again.
    equal(keys.change({"action": "withdraw", "key": done["key"]})["key"],
          done["key"])
    equal(keys.signs(), first)
    made = keys.do("a", "keys/proposals",
                   {"action": "withdraw", "key": first, "reason": "all"})
    keys.ask("b", f"keys/proposals/{made['proposal']}/confirm",
             {}).is_problem(409, "key", "no other key is valid")
    equal(keys.signs(), first)
    equal(len(keys.change({"action": "rotate", "es256": True})["key"]), 43)
    equal(keys.keys()[-1]["jwk"]["alg"], "ES256")
    keys.signs()


def followed(desk, keys, name):
    """licissue changes the keys of the portal that runs."""
    before = keys.signs()
    with_secret(desk, "key", "rotate", name, "--passphrase")
    after = keys.signs()
    check(after != before, after)
    with_secret(desk, "key", "withdraw", name, after)
    equal(keys.signs(), before)


def passphrase(desk):
    name = "sealed"
    options = ()
    if ADDRESS:
        desk.psql(f'CREATE SCHEMA "{desk.schema(name)}"')
        options = ("--database", desk.address(name))
    with_secret(desk, "init", name, "--passphrase", *options)
    file = secret_file(desk, "passphrase", SECRET + "\n")
    tokens = tokens_of(desk, name)
    # What cannot be used is told, and nothing starts.
    for text, mode, said in (("wrong\n", 0o600, "wrong passphrase"),
                             (SECRET, 0o644, "others may read it"),
                             ("\n", 0o600, "its first line is empty")):
        refused(desk, name, secret_file(desk, "bad", text, mode), said)
    refused(desk, name, desk.path("nowhere"), "No such file")
    refused(desk, name, "credential", "no service manager")
    with Site(desk, name, passphrase_file=file) as site:
        keys = Keys(desk, site, tokens)
        four_eyes(keys)
        with open(desk.path(f"{name}/issuer-2.key"), encoding="ascii") as f:
            check("ENCRYPTED" in f.readline(), "a key without a passphrase")
        followed(desk, keys, name)
        check(SECRET not in site.log(), "the passphrase is in the log")
        equal(site.stop("licportald"), 0)
    # As one of systemd's credentials.
    shutil.rmtree(site.dir)
    os.environ["CREDENTIALS_DIRECTORY"] = desk.dir
    with Site(desk, name, passphrase_file="passphrase") as site:
        Keys(desk, site, tokens).signs()
    del os.environ["CREDENTIALS_DIRECTORY"]
    with_secret(desk, "log", "verify", name)


def refused(desk, name, file, said):
    with open(desk.path("refused.conf"), "w", encoding="utf-8") as f:
        f.write(f'authority = "{desk.path(name)}"; listen = "/tmp/none";'
                f' url = "https://x"; passphrase_file = "{file}";')
    done = subprocess.run(
        [os.path.join(BIN, "licportald"), "-t", "-c",
         desk.path("refused.conf")], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False)
    equal(done.returncode, 1, done.stdout)
    check(said in done.stdout, done.stdout, said)


def another_user(desk):
    """As root: what the issuing process makes as another user has a
    passphrase, and what that user may not read is told."""
    if os.getuid() != 0 or ADDRESS:
        print("  as another user: not tried, this is not root and SQLite")
        return
    user = pwd.getpwnam("nobody")
    os.chmod(desk.dir, 0o711)
    with_secret(desk, "init", "plain")
    tokens = tokens_of(desk, "plain")
    for path in (desk.path("plain"), *glob.glob(desk.path(
            "plain/authority.db*"))):
        os.chown(path, user.pw_uid, user.pw_gid)
    file = secret_file(desk, "passphrase", SECRET + "\n")
    with Site(desk, "plain", user="nobody") as site:
        keys = Keys(desk, site, tokens)
        keys.ask("a", "keys/proposals", {
            "action": "rotate", "reason": "x"}).is_problem(
                422, "refused", "passphrase_file")
        first = keys.signs()
        with_secret(desk, "key", "rotate", "plain", "--passphrase")
        new = desk.path("plain/issuer-2.key")
        for path in glob.glob(desk.path("plain/authority.db*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        got = keys.do("a", "rights-to-use", {"udi": UDI, "feature": "x"})
        check(got["file"], first)
        check("cannot use the key that signs now" in site.log(), site.log())
        equal(site.stop("licportald"), 0)
    shutil.rmtree(site.dir)
    with Site(desk, "plain", user="nobody", passphrase_file=file) as site:
        keys = Keys(desk, site, tokens)
        made = keys.change({"action": "rotate"})
        equal(keys.signs(), made["key"])
        equal(os.stat(desk.path("plain/issuer-3.key")).st_uid, user.pw_uid)
        equal(os.stat(new).st_uid, 0)
        equal(site.stop("licportald"), 0)


def token(desk):
    module = next((m for m in ["/usr/lib/softhsm/libsofthsm2.so", *glob.glob(
        "/usr/lib/*/softhsm/libsofthsm2.so")] if os.path.exists(m)), None)
    tools = [shutil.which(t) for t in ("softhsm2-util", "pkcs11-tool")]
    said = desk.run("init", "hsm", "--pkcs11", "pkcs11:token=x", status=1)
    if "without support for PKCS" in said or not module or not all(tools):
        print("  keys in tokens: not tried, SoftHSM2 or opensc is missing")
        return
    os.mkdir(desk.path("hsm-tokens"))
    with open(desk.path("softhsm.conf"), "w", encoding="ascii") as f:
        f.write(f"directories.tokendir = {desk.path('hsm-tokens')}\n"
                "objectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = desk.path("softhsm.conf")
    login = ["--login", "--pin", "1234", "--token-label", "licagent"]
    for args in ([tools[0], "--init-token", "--free", "--label", "licagent",
                  "--pin", "1234", "--so-pin", "5678"],
                 *([tools[1], "--module", module, *login, "--keypairgen",
                    "--key-type", "EC:prime256v1", "--label", label, "--id",
                    number] for label, number in (("one", "01"),
                                                  ("two", "02")))):
        subprocess.run(args, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def uri(label):
        return (f"pkcs11:token=licagent;object={label};module-path="
                + module.replace("/", "%2F"))

    options = ()
    if ADDRESS:
        desk.psql(f'CREATE SCHEMA "{desk.schema("hsm")}"')
        options = ("--database", desk.address("hsm"))
    with_secret(desk, "init", "hsm", "--pkcs11", uri("one"), *options,
                secret="1234")
    tokens = tokens_of(desk, "hsm", secret="1234")
    with Site(desk, "hsm",
              pin_file=secret_file(desk, "pin", "1234\n")) as site:
        keys = Keys(desk, site, tokens)
        first = keys.signs()
        with_secret(desk, "key", "rotate", "hsm", "--pkcs11", uri("two"),
                    secret="1234")
        check(keys.signs() != first)
        check("1234" not in site.log(), "the PIN is in the log")
        equal(site.stop("licportald"), 0)


def keys_test(desk):
    for test in (passphrase, another_user, token):
        print("==", test.__name__, flush=True)
        test(desk)


main(keys_test)
