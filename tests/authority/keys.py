#!/usr/bin/env python3
"""keys: signing keys that follow each other, with passphrases and in tokens,
and the trust lists that root keys sign."""

import glob
import os
import pty
import re
import shutil
import signal
import stat

from desk import *

UDI, OTHER = "LIC1921/K9:LAB00000001", "LIC1921/K9:LAB00000002"
SOFTHSM = ["/usr/lib/softhsm/libsofthsm2.so",
           *glob.glob("/usr/lib/*/softhsm/libsofthsm2.so")]


def keys_of(desk, name, *options, **more):
    return json.loads(desk.run(*options, "key", "list", name, "--json",
                               **more))


def issue(desk, name, file, *options, **more):
    return desk.run(*more.pop("before", ()), "issue", name, "--udi", UDI,
                    "--feature", "uck9", "--type", "permanent", "-o", file,
                    *options, **more)


def signer(desk, file, keys):
    """The key of a license file that is valid with these keys."""
    return re.search("good, key (\\S+)",
                     desk.run("inspect", "--keys", keys, file))[1]


def rotation(desk):
    name = desk.authority("acme", "--name", "Acme")
    first, = keys_of(desk, name)
    equal((first["state"], first["validUntil"], first["file"]),
          ("signs", None, "issuer.key"), "the first key")
    issue(desk, name, "one.lic", "--id", "one")
    said = desk.run("key", "rotate", name, "--overlap", "10d", "--es256")
    old, new = keys_of(desk, name)
    check(new["key"] in said, said)
    equal((old["key"], old["state"]), (first["key"], "valid"), "the old key")
    equal((new["state"], new["algorithm"], new["name"], new["validUntil"]),
          ("signs", "ES256", "Acme", None), "the new key")
    equal(old["validUntil"][:10] > new["validFrom"][:10], True, "overlap")
    for file in ("issuer.key", new["file"]):
        equal(stat.S_IMODE(os.stat(os.path.join(name, file)).st_mode), 0o600,
              "mode of", file)
    with open(os.path.join(name, "issuer.jwk"), encoding="utf-8") as f:
        equal(json.load(f)["kid"], new["key"], "issuer.jwk")
    issue(desk, name, "two.lic", "--id", "two")
    equal(desk.run("key", "export", name, "out"), "out: 2 keys\n", "export")
    equal(signer(desk, "one.lic", "out"), old["key"], "who signed one")
    equal(signer(desk, "two.lic", "out"), new["key"], "who signed two")
    desk.run("log", "verify", name)
    desk.refused("begins before now", "key", "rotate", name, "--from",
                 "2020-01-01")

    # One that begins later does not sign yet.
    desk.run("key", "rotate", name, "--from", "2090-01-01", "--overlap", "0")
    third = keys_of(desk, name)[2]
    equal([k["state"] for k in keys_of(desk, name)],
          ["valid", "signs", "later"], "states")
    equal(keys_of(desk, name)[0]["validUntil"], old["validUntil"],
          "an end that came before stays")
    issue(desk, name, "three.lic")
    desk.run("key", "export", name, "out")
    equal(signer(desk, "three.lic", "out"), new["key"], "who signed three")

    # Withdrawn: it signs nothing any more, and its statements are invalid.
    desk.refused("no key of this authority begins with", "key", "withdraw",
                 name, "abc")
    desk.run("key", "withdraw", name, third["key"])
    desk.run("key", "withdraw", name, new["key"][:12])
    equal([k["state"] for k in keys_of(desk, name)],
          ["signs", "withdrawn", "withdrawn"], "states")
    issue(desk, name, "four.lic")
    desk.run("key", "export", name, "out")
    equal(signer(desk, "four.lic", "out"), old["key"], "who signed four")
    check("which is withdrawn" in
          desk.run("inspect", "--keys", "out", "two.lic", status=1), "two.lic")
    desk.refused("no other key is valid now", "key", "withdraw", name,
                 old["key"])
    said = desk.run("log", "verify", name)
    check("all as it was written" in said, said)
    # A license of the withdrawn key is still the authority's to move.
    desk.run("permission-ticket", name, "--udi", UDI, "--remove", "two", "-o",
             "ticket")


def files(desk):
    """The file of the key that signs is another one, or open to others."""
    name = desk.authority("late")
    desk.run("key", "rotate", name)
    with open(os.path.join(name, "issuer-2.key"), encoding="ascii") as f:
        pem = f.read()
    shutil.copy(os.path.join(name, "issuer.key"),
                os.path.join(name, "issuer-2.key"))
    desk.refused("is not the public half of it", "key", "list", name)
    with open(os.path.join(name, "issuer-2.key"), "w", encoding="ascii") as f:
        f.write(pem)
    os.chmod(os.path.join(name, "issuer-2.key"), 0o640)
    desk.refused("mode 0640", "key", "list", name)
    os.chmod(os.path.join(name, "issuer-2.key"), 0o600)
    # A file that is there is not replaced.
    with open(os.path.join(name, "issuer-3.key"), "w", encoding="ascii"):
        pass
    desk.refused("issuer-3.key: already exists", "key", "rotate", name)
    equal(len(keys_of(desk, name)), 2, "keys")


# ---- Passphrases

def with_lines(desk, *lines):
    """Options that read these lines, and what subprocess needs for them."""
    read, write = os.pipe()
    os.write(write, "".join(line + "\n" for line in lines).encode())
    os.close(write)
    return ("--passphrase-fd", read), {"pass_fds": (read,)}


def asked(desk, args, answers, status=0):
    """licissue at a terminal; what it says there, answers not among it."""
    pid, fd = pty.fork()
    if pid == 0:
        # What runs in the background of a shell ignores Ctrl-C.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.chdir(desk.dir)
        os.execv(LICISSUE, [LICISSUE, *args])
    said = b""
    answers = list(answers)
    while True:
        try:
            part = os.read(fd, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
        while answers and re.search(answers[0][0], said):
            os.write(fd, answers.pop(0)[1])
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), status, args,
          said)
    os.close(fd)
    return said.decode()


def passphrases(desk):
    options, more = with_lines(desk, "correct horse")
    desk.run(*options, "init", "sealed", "--passphrase", **more)
    name = desk.path("sealed")
    with open(os.path.join(name, "issuer.key"), encoding="ascii") as f:
        check(f.readline() == "-----BEGIN ENCRYPTED PRIVATE KEY-----\n",
              "the key is not encrypted")
    equal(stat.S_IMODE(os.stat(os.path.join(name, "issuer.key")).st_mode),
          0o600, "mode")
    options, more = with_lines(desk, "correct horse")
    issue(desk, name, "sealed.lic", before=options, **more)
    for line, said in (("battery staple", "wrong passphrase"),
                       ("", "it needs a passphrase, and none was given"),
                       ("x" * 2000, "none was given")):
        options, more = with_lines(desk, line)
        got = desk.run(*options, "key", "list", name, status=1, **more)
        check(said in got and "battery" not in got, line, got)
    desk.run("--passphrase-fd", "99", "key", "list", name, status=2)

    # The old key's is asked for first, then the new one's.
    options, more = with_lines(desk, "correct horse", "second")
    desk.run(*options, "key", "rotate", name, "--passphrase", **more)
    options, more = with_lines(desk, "second")
    equal([k["state"] for k in keys_of(desk, name, *options, **more)],
          ["valid", "signs"], "states")
    # What signs the log once the new key is withdrawn is the old one.
    options, more = with_lines(desk, "second")
    new = keys_of(desk, name, *options, **more)[1]
    options, more = with_lines(desk, "second", "correct horse")
    desk.run(*options, "key", "withdraw", name, new["key"], **more)


def at_a_terminal(desk):
    said = asked(desk, ["init", "typed", "--passphrase"],
                 [(b"Enter the new passphrase of typed/issuer.key: ",
                   b"one two\n"), (b"Once more: ", b"one two\n")])
    check("one two" not in said and "Created" in said, said)
    said = asked(desk, ["init", "differ", "--passphrase"],
                 [(b"Enter", b"one two\n"), (b"Once more: ", b"one too\n")],
                 status=1)
    check("the two differ" in said, said)
    check(not os.path.exists(desk.path("differ/issuer.key")), "a key")
    said = asked(desk, ["key", "list", "typed"],
                 [(b"Enter the passphrase of typed/issuer.key: ",
                   b"one two\n")])
    check("signs" in said, said)
    # Ctrl-C ends it.
    asked(desk, ["key", "list", "typed"], [(b"Enter", b"\x03")],
          status=-signal.SIGINT)


# ---- Tokens

def tokens(desk):
    module = next((m for m in SOFTHSM if os.path.exists(m)), None)
    tools = [shutil.which(t) for t in ("softhsm2-util", "pkcs11-tool")]
    said = desk.run("init", "token", "--pkcs11", "pkcs11:token=x", status=1)
    if "without support for PKCS" in said or not module or not all(tools):
        print("  keys in tokens: not tried, SoftHSM2 or opensc is missing")
        return
    check("no terminal to ask for the PIN of pkcs11:token=x" in said, said)
    os.mkdir(desk.path("tokens"))
    with open(desk.path("softhsm.conf"), "w", encoding="ascii") as f:
        f.write(f"directories.tokendir = {desk.path('tokens')}\n"
                "objectstore.backend = file\nlog.level = ERROR\n")
    environ = dict(os.environ, SOFTHSM2_CONF=desk.path("softhsm.conf"))
    login = ["--login", "--pin", "1234", "--token-label", "licagent"]
    for args in ([tools[0], "--init-token", "--free", "--label", "licagent",
                  "--pin", "1234", "--so-pin", "5678"],
                 [tools[1], "--module", module, *login, "--keypairgen",
                  "--key-type", "EC:prime256v1", "--label", "one", "--id",
                  "01"],
                 [tools[1], "--module", module, *login, "--keypairgen",
                  "--key-type", "EC:prime256v1", "--label", "two", "--id",
                  "02"],
                 [tools[1], "--module", module, *login, "--keypairgen",
                  "--key-type", "EC:secp384r1", "--label", "large", "--id",
                  "03"]):
        subprocess.run(args, env=environ, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def uri(label, more=""):
        return (f"pkcs11:token=licagent;object={label}{more};module-path="
                + module.replace("/", "%2F"))

    def run(pin, *args, **more):
        options, fds = with_lines(desk, pin)
        return desk.run(*options, *args, env=environ, **fds, **more)

    run("1234", "init", "token", "--pkcs11", uri("one"))
    with open(desk.path("token/issuer.key"), encoding="ascii") as f:
        equal(f.read(), uri("one") + "\n", "issuer.key")
    run("1234", "issue", "token", "--udi", UDI, "--feature", "uck9", "--type",
        "permanent", "--id", "token-1", "-o", "token.lic")
    key, = json.loads(run("1234", "key", "list", "token", "--json"))
    equal(key["algorithm"], "ES256", "algorithm")
    equal(signer(desk, "token.lic", "token"), key["key"], "signer")
    said = run("9999", "key", "list", "token", status=1)
    check("PIN incorrect" in said and "9999" not in said, said)
    for label, more, said in (
            ("none", "", "object not found"),
            ("large", "", "neither Ed25519 nor ECDSA on P-256"),
            ("one", ";pin-value=1234", "must not be in it")):
        got = run("1234", "init", "refused", "--pkcs11", uri(label, more),
                  status=1)
        check(said in got, label, got)
        check(not os.path.exists(desk.path("refused/issuer.key")), "a key")
    got = run("1234", "init", "refused", "--pkcs11",
              "pkcs11:object=one;module-path=/nowhere", status=1)
    check("cannot load the key" in got or "cannot use the token" in got, got)

    # From a token to another of its keys; the same one is refused.
    got = run("1234", "key", "rotate", "token", "--pkcs11", uri("one"),
              status=1)
    check("is one of this authority already" in got, got)
    run("1234", "key", "rotate", "token", "--pkcs11", uri("two"))
    run("1234", "issue", "token", "--udi", UDI, "--feature", "uck9", "--type",
        "permanent", "-o", "token2.lic")
    run("1234", "key", "export", "token", "token-keys")
    new = json.loads(run("1234", "key", "list", "token", "--json"))[1]
    equal(signer(desk, "token2.lic", "token-keys"), new["key"], "signer")
    run("1234", "log", "verify", "token")

    # A root key may be in one, too.
    run("1234", "trust", "init", "token-root", "--pkcs11", uri("two"))
    run("1234", "trust", "next", "token-root", "token-keys", status=0)


# ---- Trust lists

def trust_lists(desk):
    name = desk.authority("lists", "--name", "Lists")
    desk.run("trust", "init", "root", "--name", "Root", "--es256")
    desk.refused("already exists", "trust", "init", "root")
    desk.refused("a list needs a key", "trust", "next", "root")
    desk.refused("a root key", "trust", "next", "root", "root/root.jwk")
    desk.refused("no such", "trust", "next", "nowhere", name)
    desk.run("key", "export", name, "pub")
    said = desk.run("trust", "next", "root", "pub", "--days", "30")
    check("root/list.trust: version 1, 1 key, until" in said, said)
    first = keys_of(desk, name)[0]["key"]
    desk.run("key", "rotate", name)
    desk.run("key", "export", name, "pub")
    desk.run("trust", "next", "root", "pub")
    desk.run("trust", "next", "root", "--withdraw", first[:10])
    # It stays withdrawn, whatever the authority's file says.
    said = desk.run("trust", "next", "root", "pub")
    check("version 4, 2 keys" in said, said)
    said = desk.run("inspect", "--keys", "root", "root/list.trust")
    check(f"{first}, Lists, until" in said and "WITHDRAWN" in said, said)
    shown = desk.json("inspect", "--keys", "root", "root/list.trust")
    check('"version": 4' in json.dumps(shown), shown)
    desk.refused("no key of the list begins with", "trust", "next", "root",
                 "--withdraw", "0" * 10)
    # A list that was not made with this root key ends the sequence.
    with open(desk.path("root/list.trust"), encoding="ascii") as f:
        text = f.read()
    desk.run("trust", "init", "other")
    shutil.copy(desk.path("root/list.trust"), desk.path("other"))
    desk.refused("list.trust: signed with key", "trust", "next", "other",
                 "pub")
    with open(desk.path("root/list.trust"), "w", encoding="ascii") as f:
        f.write(text.replace("-----END", "AAAA\n-----END"))
    desk.refused("list.trust: ", "trust", "next", "root", "pub")


def keys(desk):
    for test in (rotation, files, passphrases, at_a_terminal, tokens,
                 trust_lists):
        print(f"- {test.__name__.replace('_', ' ')}", flush=True)
        test(desk)


main(keys)
