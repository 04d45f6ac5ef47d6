#!/usr/bin/env python3
"""prompts: questions on a terminal, answered well, wrongly, and not at all."""

import base64
import http.server
import resource
import threading

from terminal import *

CTRL_C, CTRL_D = "\x03", "\x04"
INTERRUPTED = -signal.SIGINT
WORDS = "You may use this license on Sundays only, and never on a Monday."
SECRET = "open %&/ sesame"

MODULE = """
modules = ( { name = "image"; version = "1.0";
              levels = ( { feature = "base"; }, { feature = "ipbasek9"; },
                         { feature = "advanced"; } ); } );
"""


def agreement(lab):
    path = os.path.join(lab.top, "words")
    with open(path, "w", encoding="utf-8") as f:
        f.write(WORDS + "\n")
    return path


def rows(lab, **wanted):
    with Control(lab.control) as c:
        return [row for row in c.rows("licenses")
                if all(row[key] == value for key, value in wanted.items())]


def refusals(lab, prompt, *args, said="", unchanged, before=()):
    """Whatever is no yes, leaves everything as it was."""
    for answer, status in (("\n", 1), ("no\n", 1), ("maybe\n", 1),
                           ("yesterday\n", 1), ("\u00dfjes\n", 1),
                           (CTRL_D, 1), (CTRL_C, INTERRUPTED)):
        t = Terminal(lab, *args)
        for question, reply in before:
            t.expect(question)
            t.type(reply)
        t.expect(prompt)
        t.type(answer)
        seen = t.end(status)
        check(status != 1 or said in seen, f"after {answer!r}: {seen!r}")
        unchanged()


def installing(lab):
    step("license install: the agreement, and ACCEPT?")
    lab.issue("eula.lic", "--eula", agreement(lab), "--period", "60d",
              feature="datak9", kind="extension")

    def none():
        equal(rows(lab, type="extension"), [], "nothing is installed")

    refusals(lab, "ACCEPT? (yes/[no]): ", "license", "install",
             "flash:eula.lic", said="1/1 licenses were failed to install",
             unchanged=none)
    for columns in (40, 80):
        t = Terminal(lab, "license", "install", "flash:eula.lic",
                     columns=columns)
        text = t.expect("ACCEPT? (yes/[no]): ")
        lines = text.partition("\n\n")[2].splitlines()
        # A word that is longer than that stays whole.
        check(all(len(line) <= columns or " " not in line.strip()
                  for line in lines), f"{columns} columns: {lines}")
        check(WORDS in " ".join(text.split()), text)
        t.type(CTRL_C)
        t.end(INTERRUPTED)
    t = Terminal(lab, "license", "install", "flash:eula.lic")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type("YES\n")
    said = t.end()
    check("Installing...Feature:datak9...Successful:Supported\n"
          f"\tLicense Index: {index_of(lab, 'datak9', store=1)}\n"
          "1/1 licenses were successfully installed\n" in said, said)


def clearing(lab):
    step("license clear: which one, and Are you sure")
    lab.issue("two.lic", "--count", "5", "--comment", "first",
              feature="cme-srst")
    lab.issue("two.lic", "--count", "6", "--append", "--comment", "second",
              feature="cme-srst")
    ctl(lab, "license", "install", "flash:two.lic")

    def both():
        equal([row["comment"] for row in rows(lab, feature="cme-srst",
                                              store=1)],
              ["first", "second"], "both are there")

    first, second = (index_of(lab, "cme-srst", comment=comment)
                     for comment in ("first", "second"))
    for answer, status in (("\n", 1), ("0\n", 1), ("1\n", 1), ("-1\n", 1),
                           (f"{first} {second}\n", 1), ("second\n", 1),
                           ("99999999999999999999\n", 1), (CTRL_D, 1),
                           (CTRL_C, INTERRUPTED)):
        t = Terminal(lab, "license", "clear", "cme-srst")
        listed = t.expect("License Index: ")
        check(re.search(rf"License Index {first}: cme-srst 1.0 permanent, "
                        r"\w+, store 1, count 5, first\n", listed), listed)
        t.type(answer)
        seen = t.end(status)
        check(status != 1 or "no license chosen" in seen,
              f"after {answer!r}: {seen!r}")
        both()
    refusals(lab, "want to clear? (yes/[no]): ", "license", "clear",
             "cme-srst", said="nothing cleared", unchanged=both,
             before=(("License Index: ", second + "\n"),))
    t = Terminal(lab, "license", "clear", "cme-srst")
    t.expect("License Index: ")
    t.type(second + "\n")
    t.expect("want to clear? (yes/[no]): ")
    t.type("y\n")
    t.end()
    equal([row["comment"] for row in rows(lab, feature="cme-srst", store=1)],
          ["first"], "one is left")


def revoking(lab):
    step("license revoke: Are you sure")
    row, = rows(lab, comment="first")
    lab.tool("licissue", "permission-ticket", lab.issuer, "--udi", lab.udi,
             "--remove", row["id"], "-o", lab.flash_path("ticket"))

    def there():
        equal(len(rows(lab, id=row["id"])), 1, "it is there")
        check(not os.path.exists(lab.flash_path("rehost")), "no ticket")

    refusals(lab, "ACCEPT? (yes/[no]): ", "license", "revoke",
             "flash:ticket", "flash:rehost", said="nothing revoked",
             unchanged=there)
    refusals(lab, "Are you sure? (yes/[no]): ", "license", "revoke",
             "flash:ticket", "flash:rehost", said="nothing revoked",
             unchanged=there, before=(("ACCEPT? (yes/[no]): ", "yes\n"),))
    t = Terminal(lab, "license", "revoke", "flash:ticket", "flash:rehost")
    seen = t.expect("ACCEPT? (yes/[no]): ")
    check("Revoked:\n  cme-srst 1.0 permanent, License Index "
          f"{row['license']}, count 5\n"
          "Installed:\n  cme-srst 1.0 gracePeriod, count 5, 60 days of use\n"
          in seen and "Grace period license" in seen, seen)
    t.type("yes\n")
    t.expect("Are you sure? (yes/[no]): ")
    t.type("yes\n")
    check("flash:rehost: written" in t.end(), "revoked")


def accepting(lab):
    step("license accept end user agreement, right-to-use, boot level")

    def waits(feature_name):
        row, = rows(lab, feature=feature_name, store=2)
        equal((row["eula_accepted"], row["priority"]), (False, "none"),
              "it is not accepted")

    for args in (("accept", "end", "user", "agreement", "uck9"),
                 ("accept", "end", "user", "agreement"),
                 ("right-to-use", "activate", "uck9")):
        refusals(lab, "ACCEPT? (yes/[no]): ", "license", *args,
                 said="agreement not accepted",
                 unchanged=lambda: waits("uck9"))
    t = Terminal(lab, "license", "right-to-use", "activate", "uck9")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type("yes\n")
    t.end()
    ctl(lab, "check", "uck9")
    with Control(lab.control) as c:
        c.ask("checkout", feature="uck9")
        check("show leases" in ctl(lab, "license", "right-to-use",
                                   "deactivate", "uck9", status=1), "in use")
    wait_until("it is free",
               lambda: feature(lab.control, "uck9")["leases"] == 0)
    ctl(lab, "license", "right-to-use", "deactivate", "uck9")
    waits("uck9")
    check("agreement" in ctl(lab, "check", "uck9", status=1), "deactivated")
    check("no right-to-use license" in
          ctl(lab, "license", "right-to-use", "activate", "nothing",
              status=1), "no such feature")

    def levels():
        with Control(lab.control) as c:
            return [(m["running"], m["wanted"]) for m in c.rows("modules")]

    def highest():
        equal(levels(), [("base", None)], "levels")
        waits("ipbasek9")

    equal(lab.run(os.path.join(lab.bin, "licctl"), "--complete", "--socket",
                  lab.control, "license", "boot", "level", "").stdout,
          "base\nipbasek9\nadvanced\n", "completion of levels")
    refusals(lab, "ACCEPT? (yes/[no]): ", "license", "boot", "level",
             "ipbasek9", said="agreement not accepted",
             unchanged=highest)
    check("show license level" in ctl(lab, "license", "boot", "level",
                                      "rubbish", status=1), "no such level")
    check("no license yet" in ctl(lab, "license", "boot", "level",
                                  "advanced"), "no license")
    equal(levels(), [("base", "advanced")], "chosen")
    ctl(lab, "no", "license", "boot", "level")
    equal(levels(), [("base", None)], "not chosen any more")
    t = Terminal(lab, "license", "boot", "level", "ipbasek9", "image")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type("yes\n")
    check("image: ipbasek9 from the next start of licagentd\n" in t.end(),
          "accepted and chosen")
    lab.restart()
    equal(levels(), [("ipbasek9", "ipbasek9")], "after the next start")
    # What runs is given up at the next start only.
    check("image: base from the next start" in
          ctl(lab, "license", "right-to-use", "deactivate", "ipbasek9"),
          "deactivated while it runs")
    lab.restart()
    equal(levels(), [("base", "base")], "one level lower")
    ctl(lab, "license", "right-to-use", "deactivate", "ipbasek9")
    waits("ipbasek9")
    check("image: ipbasek9 from" in
          ctl(lab, "license", "right-to-use", "activate", "ipbasek9",
              "--accept-eula"), "activated again")


class Slow(http.server.ThreadingHTTPServer):
    """Wants to know who we are; sends a file in two halves, the second when
    `go` is set."""
    daemon_threads = True

    def __init__(self, content):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content = content
        self.asked = []
        self.go = threading.Event()
        self.go.set()
        self.thread = threading.Thread(target=self.serve_forever)
        self.thread.start()

    def url(self, who):
        return f"http://{who}127.0.0.1:{self.server_address[1]}/a.lic"

    def close(self):
        self.go.set()
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        said = self.headers.get("Authorization", "")
        if said.startswith("Basic "):
            said = base64.b64decode(said[6:]).decode()
        self.server.asked.append(said)
        if said != "me:" + SECRET:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="tests"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = self.server.content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        half = len(content) // 2
        with contextlib.suppress(OSError):
            self.wfile.write(content[:half])
            while not self.server.go.wait(0.2):
                half += 1
                self.wfile.write(content[half - 1:half])
            self.wfile.write(content[half:])


def passwords(lab):
    step("a password is asked for without echo")
    with open(lab.issue("a.lic", feature="securityk9"), "rb") as f:
        # Room for all that trickles while we look.
        server = Slow(b"# a comment\n" * 4000 + f.read())
    with contextlib.closing(server):
        url = server.url("me@")
        for answer, status, words_ in (
                ("wrong\n", 1, "401"), ("\n", 1, "401"),
                (CTRL_D, 1, "no password"),
                ("x" * 97 + "\n", 1, "longer than 96 bytes"),
                (CTRL_C, INTERRUPTED, "")):
            t = Terminal(lab, "license", "install", url)
            t.expect(f"Password for {url}: ")
            wait_until("no echo", lambda: not t.echoes())
            t.type(answer)
            seen = t.end_keeping_terminal(status)
            check(words_ in seen, f"after {answer!r}: {seen!r}")
            check("wrong" not in seen and "xxx" not in seen,
                  f"echoed: {seen!r}")
        equal(rows(lab, type="permanent"), [], "nothing is installed")
        check("terminal" in ctl(lab, "license", "install", url, status=1) and
              "--password-file" in ctl(lab, "license", "install", url,
                                       status=1), "without a terminal")
        check("no password in it" in
              ctl(lab, "license", "install", url, "--password-file", "-",
                  status=1), "an empty standard input")

        step("how far it is, on a terminal; nothing of the password shows")
        server.go.clear()
        t = Terminal(lab, "license", "install", url, columns=40)
        t.expect("Password for")
        t.expect(": ")
        wait_until("no echo", lambda: not t.echoes())
        t.type(SECRET + "\n")
        t.expect(f"{len(server.content)} bytes, ")
        server.go.set()
        seen = t.end()
        check("1/1 licenses were successfully installed" in seen, seen)
        check(SECRET not in seen, seen)
        equal(server.asked[-1], "me:" + SECRET, "what the server was told")

        step("--password-file, and a password in the URL")
        path = os.path.join(lab.top, "password")
        with open(path, "w", encoding="utf-8") as f:
            f.write(SECRET + "\n")
        said = ctl(lab, "license", "install", url, "--password-file", path)
        check("1/1 licenses were existing" in said, said)
        said = ctl(lab, "license", "install", url, "--password-file", "-",
                   feed=SECRET + "\n")
        check("1/1 licenses were existing" in said, said)
        hidden(lab, server)
        no_core(lab, server)
        check("No such file" in ctl(lab, "license", "install", url,
                                    "--password-file", path + "x",
                                    status=1), "no such file")
    for text in (lab.log(), ctl(lab, "show", "history"), ctl(lab, "dump")):
        check("sesame" not in text, "the password is in a log")


def hidden(lab, server):
    """A URL with a password: other users do not see it for long."""
    escaped = "open%20%25%26%2F%20sesame"
    server.go.clear()
    with subprocess.Popen(
            [os.path.join(lab.bin, "licctl"), "--socket", lab.control,
             "license", "install", server.url(f"me:{escaped}@")],
            env=lab.environ, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        said = process.stdout.readline()
        check(server.url("me:*@") in said, f"what it prints: {said}")
        with open(f"/proc/{process.pid}/cmdline", "rb") as f:
            check(b"sesame" not in f.read(), "the command line shows it")
        server.go.set()
        said += process.stdout.read()
    equal(process.returncode, 0, f"exit status\n{said}")
    check("sesame" not in said, said)


def no_core(lab, server):
    """Nor does it leave one where a shell allows cores."""
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    server.go.clear()
    with subprocess.Popen(
            [os.path.join(lab.bin, "licctl"), "--socket", lab.control,
             "license", "install", server.url("me:sesame@")],
            env=lab.environ, cwd=lab.top, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            preexec_fn=lambda: resource.setrlimit(
                resource.RLIMIT_CORE, (most, most))) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGQUIT)
        _, ended = os.waitpid(process.pid, 0)
        equal((os.WTERMSIG(ended), os.WCOREDUMP(ended)),
              (signal.SIGQUIT, False), "how it ends, and with a core")
        process.returncode = -signal.SIGQUIT
    server.go.set()


def end_keeping_terminal(self, status):
    """The end, and the terminal as it was before."""
    while True:
        pid, ended = os.waitpid(self.pid, os.WNOHANG)
        if pid != 0:
            break
        if select.select([self.fd], [], [], 0.05)[0]:
            self.read()
    check(self.echoes(), "the terminal echoes again")
    while select.select([self.fd], [], [], 0)[0] and self.read():
        pass
    os.close(self.fd)
    equal(os.waitstatus_to_exitcode(ended), status,
          f"exit status\n{self.seen}")
    return self.seen


Terminal.end_keeping_terminal = end_keeping_terminal


def prompts(lab):
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write(MODULE)
    lab.restart()
    installing(lab)
    clearing(lab)
    revoking(lab)
    passwords(lab)
    accepting(lab)


main(prompts)
