"""desk: licissue and its authorities, for the tests of the authority.

TEST_DATABASE, which with_postgres sets, is the address of a PostgreSQL
database: then each authority has a schema of its own there.  Otherwise each has
a file of SQLite.
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BIN = os.environ.get("LAB_BIN") or os.path.join(os.getcwd(), "bin")
LICISSUE = os.path.join(BIN, "licissue")
ADDRESS = os.environ.get("TEST_DATABASE")

checks = 0


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def check(good, *said):
    global checks
    checks += 1
    if not good:
        print("FAILED:", *said)
        raise SystemExit(1)


def equal(got, want, *said):
    check(got == want, *said, "\n  got: ", repr(got), "\n  want:", repr(want))


class Desk:
    """A folder with authorities; with-statement, so that it is removed."""

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="licagent-")
        return self

    def __exit__(self, *failure):
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)

    def run(self, *args, status=0, **options):
        """licissue ARGS...; its output, both kinds, which status belongs to."""
        done = subprocess.run(
            [LICISSUE, *map(str, args)], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=self.dir, check=False, **options)
        check(done.returncode == status, "licissue", *args,
              f"\n  exit {done.returncode}, not {status}:", done.stdout)
        return done.stdout

    def refused(self, said, *args):
        """The same, with status 1 and these words."""
        got = self.run(*args, status=1)
        check(said in got, "licissue", *args, "\n  said:", got,
              "\n  without:", said)

    def json(self, *args):
        return json.loads(self.run(*args, "--json"))

    def authority(self, name, *options):
        """A new authority; its folder."""
        if ADDRESS:
            self.psql(f'CREATE SCHEMA "{self.schema(name)}"')
            options += ("--database", self.address(name))
        self.run("init", name, *options)
        return self.path(name)

    def device(self, udi, keys=("acme",), name=None):
        return Device(self, udi, keys, name or udi.rpartition(":")[2])

    def verified(self, name="acme"):
        """The log vouches for all."""
        self.run("log", "verify", name)

    def refusals(self, name="acme"):
        """What the log has of refused requests: subject and words."""
        return [tuple(row.split("|", 1)) for row in self.sql(
            name, "SELECT subject, says FROM log WHERE kind IN ('refused',"
            " 'other key', 'above limit') ORDER BY n")]

    def schema(self, name):
        return f"{name}_{os.path.basename(self.dir)}".replace("-", "_").lower()

    def address(self, name):
        return f"{ADDRESS}?options=-csearch_path%3D{self.schema(name)}"

    def sql(self, name, text):
        """Changes the database behind licissue's back; the rows, as texts."""
        if ADDRESS:
            return self.psql(f'SET search_path TO "{self.schema(name)}"; '
                             + text)
        return self.tool("sqlite3", "-cmd", ".timeout 5000",
                         os.path.join(self.path(name), "authority.db"), text)

    def psql(self, text):
        return self.tool("psql", "-X", "-q", "-A", "-t", "-v",
                         "ON_ERROR_STOP=1", ADDRESS, "-c", text)

    def tool(self, *args):
        done = subprocess.run(args, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.splitlines()


class Device:
    """A device with a state directory, which trusts these authorities."""

    def __init__(self, desk, udi, keys, name):
        self.desk, self.udi = desk, udi
        self.state, self.keys = desk.path(f"{name}.state"), desk.path(
            f"{name}.keys")
        for folder in (self.state, self.keys):
            os.mkdir(folder, 0o700)
        for key in keys:
            shutil.copy(os.path.join(desk.path(key), "issuer.jwk"),
                        os.path.join(self.keys, f"{key}.jwk"))

    def run(self, *args, status=0):
        done = subprocess.run(
            [os.path.join(os.path.dirname(BIN), "tests", "authority",
                          "device"), self.state, self.udi, self.keys,
             *map(str, args)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            cwd=self.desk.dir, check=False)
        check(done.returncode == status, "device", self.udi, *args,
              f"\n  exit {done.returncode}, not {status}:", done.stdout)
        return done.stdout

    def install(self, name, status=0):
        return self.run("install", name, status=status)

    def credentials(self, name):
        self.run("credentials", name)
        return name

    def call(self, kind, nonce="", call_id=None, **members):
        """An envelope of call home, as authority/CALLHOME has it."""
        request = json.dumps({
            "id": call_id or b64(os.urandom(16)), "kind": kind,
            "udi": self.udi, "at": int(time.time()), **members},
            separators=(",", ":"))
        return self.envelope(request, nonce)

    def envelope(self, request, nonce=""):
        """The same of a request that is written already."""
        name = self.desk.path("call.credentials")
        self.run("credentials", name, b64(hashlib.sha256(
            f"{nonce}.{request}".encode()).digest()))
        with open(name, encoding="utf-8") as f:
            envelope = {"version": 1, "request": request,
                        "credentials": f.read()}
        return {**envelope, "nonce": nonce} if nonce else envelope

    def revoke(self, ticket, name):
        self.run("revoke", ticket, name)
        return name

    def licenses(self):
        """Feature, type, count and seconds left of each."""
        return [tuple(line.split()) for line in
                self.run("licenses").splitlines()]

    def save_state(self):
        shutil.copytree(self.state, self.state + ".saved")

    def put_state_back(self):
        shutil.rmtree(self.state)
        shutil.copytree(self.state + ".saved", self.state)


def main(test):
    """Runs a test(desk), and says how many values it compared."""
    with Desk() as desk:
        test(desk)
    print(f"{os.path.basename(sys.argv[0])}: {checks} checks"
          + (", PostgreSQL" if ADDRESS else ", SQLite"))
