#!/usr/bin/env python3
"""licctl_do: commands that change something, on a terminal and without."""

import threading

from terminal import *


def start(lab, *args, stdin=subprocess.DEVNULL, **more):
    return subprocess.Popen(
        [os.path.join(lab.bin, "licctl"), "--socket", lab.control, *args],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=stdin, env=lab.environ, **more)


def words(lab):
    path = os.path.join(lab.top, "words")
    with open(path, "w", encoding="utf-8") as f:
        f.write("You may use it on Sundays.\n")
    return path


def install(lab):
    step("an agreement on a terminal: no is the default")
    eula = words(lab)
    lab.issue("eula.lic", "--eula", eula, "--period", "60d", feature="datak9",
              kind="extension")
    for answer in ("\n", "no\n", "maybe\n", "yesterday\n", "\x04"):
        t = Terminal(lab, "license", "install", "flash:eula.lic")
        check("You may use it on Sundays." in t.expect("ACCEPT? (yes/[no]): "),
              "the text")
        t.type(answer)
        seen = t.end(1)
        check("1/1 licenses were failed to install" in seen,
              f"after {answer!r}: {seen!r}")
    step("without a terminal nothing is asked, nothing accepted")
    said = ctl(lab, "license", "install", "flash:eula.lic", status=1)
    check("use --accept-eula" in said, said)
    step("yes")
    t = Terminal(lab, "license", "install", "flash:eula.lic")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type("yes\n")
    said = t.end()
    check("Installing...Feature:datak9...Successful:Supported\n"
          f"\tLicense Index: {index_of(lab, 'datak9', store=1)}\n"
          "1/1 licenses were successfully installed\n"
          "0/1 licenses were existing licenses\n"
          "0/1 licenses were failed to install\n" in said, said)
    for option in ("--accept-eula", "--yes"):
        lab.issue("again.lic", "--eula", eula, "--period", "60d",
                  feature="uck9", kind="extension")
        os.rename(lab.flash_path("again.lic"), lab.flash_path("now.lic"))
        check("1/1 licenses were successfully" in
              ctl(lab, "license", "install", "flash:now.lic", option), option)
        os.unlink(lab.flash_path("now.lic"))
    step("installed already; some fail; nothing there")
    check("1/1 licenses were existing" in
          ctl(lab, "license", "install", "flash:eula.lic", "--yes"), "again")
    lab.issue("mixed.lic", feature="securityk9")
    lab.issue("mixed.lic", "--append", feature="uck9", udi="OTHER:1")
    said = ctl(lab, "license", "install", "flash:mixed.lic", status=5)
    check("1/2 licenses were successfully" in said and
          "...Failed:" in said and "OTHER:1" in said, said)
    check("No such file" in
          ctl(lab, "license", "install", "flash:none", status=1), "no file")
    lab.issue("stop.lic", feature="datak9", udi="OTHER:1")
    lab.issue("stop.lic", "--append", feature="uck9")
    said = ctl(lab, "license", "install", "flash:stop.lic",
               "--stop-on-failure", status=1)
    check("Feature:uck9...Skipped:Not tried" in said and
          "2/2 licenses were failed" in said and
          "show license udi" in said, said)
    check("lists the stores" in ctl(lab, "license", "install",
                                    "flash:stop.lic", "--store", "9",
                                    status=1), "no such store")
    check("1/2 licenses were successfully" in
          ctl(lab, "license", "install", "flash:stop.lic", "--store", "1",
              status=5), "without it")
    result = json.loads(ctl(lab, "license", "install", "flash:eula.lic",
                            "--json"))
    equal((result["state"], result["existing"],
           result["licenses"][0]["state"]), ("successful", 1, "existing"),
          "a duplicate as JSON")
    result = json.loads(ctl(lab, "license", "install", "flash:mixed.lic",
                            "--json", status=1).partition("\n}")[0] + "}")
    equal((result["existing"], result["failed"]), (1, 1), "as JSON")


def clear(lab):
    step("clear: a question, and which one")
    lab.issue("two.lic", "--comment", "first")
    lab.issue("two.lic", "--append", "--comment", "second")
    ctl(lab, "license", "install", "flash:two.lic")
    check("choose one with --index" in
          ctl(lab, "license", "clear", "ipbasek9", "--yes", status=1),
          "several")
    first, second = (index_of(lab, "ipbasek9", comment=comment)
                     for comment in ("first", "second"))
    said = ctl(lab, "license", "clear", "ipbasek9", "--index", "1",
               status=1)
    check(f"License Index {first}: " in said and
          f"License Index {second}: " in said and
          "--index 1 is not one of these" in said, said)
    check("use --yes" in ctl(lab, "license", "clear", "ipbasek9", "--index",
                             second, status=1), "without a terminal")
    t = Terminal(lab, "license", "clear", "ipbasek9")
    check("first" in t.expect("License Index: "), "the list")
    t.type(second + "\n")
    t.expect("Are you sure you want to clear? (yes/[no]): ")
    t.type("no\n")
    t.end(1)
    t = Terminal(lab, "license", "clear", "ipbasek9")
    t.expect("License Index: ")
    t.type(second + "\n")
    t.expect("clear? (yes/[no]): ")
    t.type("yes\n")
    check(f"ipbasek9, License Index {second}: cleared\n" in t.end(),
          "what was done")
    ctl(lab, "license", "clear", "ipbasek9", "--yes")
    check("no such license" in
          ctl(lab, "license", "clear", "ipbasek9", "--yes", status=1),
          "only the built-in one is left")


def changes(lab):
    step("comment, priority")
    ctl(lab, "license", "comment", "add", "securityk9", "for", "the", "night")
    ctl(lab, "license", "modify", "priority", "securityk9", "high", "--index",
        index_of(lab, "securityk9", store=1))
    rows = json.loads(ctl(lab, "show", "license", "securityk9", "--json"))
    equal([(r["store"], r["comment"], r["priority"]) for r in rows],
          [(1, "for the night", "high"), (2, "", "none")], "after it")
    ctl(lab, "license", "comment", "delete", "securityk9")
    check("agreement" in ctl(lab, "license", "modify", "priority",
                             "securityk9", "high", "--index",
                             index_of(lab, "securityk9", store=2), status=1),
          "a trial that is not accepted")


def agreements(lab):
    step("license accept end user agreement")
    check("use --accept-eula" in ctl(lab, "license", "accept", "end", "user",
                                     "agreement", status=1), "no terminal")
    t = Terminal(lab, "license", "accept", "end", "user", "agreement",
                 "cme-srst")
    check("Sixty days" in t.expect("ACCEPT? (yes/[no]): "), "the text")
    t.type("yes\n")
    t.end()
    ctl(lab, "check", "cme-srst")
    check("agreement not accepted" in
          ctl(lab, "check", "ipbasek9", status=1), "another feature")
    t = Terminal(lab, "license", "accept", "end", "user", "agreement")
    t.expect("ACCEPT? (yes/[no]): ")
    t.type("y\n")
    t.end()
    ctl(lab, "check", "ipbasek9")
    ctl(lab, "no", "license", "accept", "end", "user", "agreement")
    told = lab.log()
    for line in ("%LICENSE-6-EULA_ACCEPT_ALL: The EULAs of all licenses, "
                 "including those to come, have been accepted by ",
                 "%LICENSE-6-EULA_ACCEPT_ALL: The EULAs of licenses to come "
                 "are no longer accepted automatically, by ",
                 "%LICENSE-6-PRIORITY: License for feature securityk9 1.0 was "
                 "given priority high by "):
        equal(told.count(line), 1, f"in the log: {line}")


def dry_runs(lab, row):
    step("--dry-run: both sides, who holds it, and what would stop")
    name = row["feature"]
    with Control(lab.control) as c:     # its trial could take over
        c.ask("checkout", feature=name)
        check("Warning" not in ctl(lab, "license", "clear", name,
                                   "--dry-run"), "the trial takes over")
    ctl(lab, "license", "right-to-use", "deactivate", name)
    lab.tool("licissue", "permission-ticket", lab.issuer, "--udi", lab.udi,
             "--remove", row["id"], "--no-grace", "-o",
             lab.flash_path("gone"))
    gone = f"{name} 1.0 permanent, License Index {row['license']}\n"
    stops = (f"Warning: 1 of {name} 1.0 in use, 0 left afterwards: programs "
             "lose their license\n")
    with Control(lab.control) as c:
        c.ask("checkout", feature=name)
        held = (f"Held by:\n  process {os.getpid()}, user {os.geteuid()}: 1 "
                f"of {name} 1.0\n")
        said = ctl(lab, "license", "revoke", "flash:ticket", "flash:rehost",
                   "--dry-run")
        equal(said, "Revoked:\n  " + gone + f"Installed:\n  {name} 1.0 "
              "gracePeriod, 60 days of use\n" + held, "a revocation")
        equal(ctl(lab, "license", "revoke", "flash:gone", "flash:rehost",
                  "--dry-run"), "Revoked:\n  " + gone + held + stops,
              "one without a grace license")
        equal(ctl(lab, "license", "clear", name, "--dry-run"),
              "Cleared:\n  " + gone + held + stops, "a removal")
        plan = json.loads(ctl(lab, "license", "revoke", "flash:gone",
                              "flash:rehost", "--dry-run", "--json"))
        equal((plan["planned"], plan["licenses"][0]["revoked"],
               plan["leases"][0]["pid"], plan["stops"]),
              (1, True, os.getpid(),
               [{"device": 1, "feature": name, "version": "1.0", "in_use": 1,
                 "left": 0}]), "as JSON")
    lab.issue("dry.lic", "--count", "3", feature="cme-srst")
    said = ctl(lab, "license", "install", "flash:dry.lic", "--dry-run")
    check("Installed:\n  cme-srst 1.0 permanent, count 3\n" in said, said)
    check(row["id"] in ctl(lab, "show", "license", "file") and
          not os.path.exists(lab.flash_path("rehost")), "nothing was done")


def files(lab):
    step("save, credentials")
    ctl(lab, "license", "save", "flash:backup.lic")
    with open(lab.flash_path("backup.lic"), encoding="utf-8") as f:
        check("BEGIN LICENSE" in f.read(), "a license file")
    check("BEGIN" in ctl(lab, "license", "save", "credential"), "printed")
    step("save does not overwrite without being told to")
    with open(lab.flash_path("mine"), "w", encoding="utf-8") as f:
        f.write("mine\n")
    for command in (("save",), ("save", "credential"),
                    ("save", "agreements", "flash:backup.lic")):
        check("flash:mine exists; without a terminal, use --yes" in
              ctl(lab, "license", *command, "flash:mine", status=1), command)
    t = Terminal(lab, "license", "save", "flash:mine")
    t.expect("flash:mine exists.  Overwrite it? (yes/[no]): ")
    t.type("no\n")
    check("flash:mine exists\n" in t.end(1), "no")
    with open(lab.flash_path("mine"), encoding="utf-8") as f:
        equal(f.read(), "mine\n", "what was there")
    t = Terminal(lab, "license", "save", "flash:mine")
    t.expect("Overwrite it? (yes/[no]): ")
    t.type("yes\n")
    check("flash:mine: written\n" in t.end(), "yes")
    ctl(lab, "license", "save", "flash:mine", "--yes")
    with open(lab.flash_path("mine"), encoding="utf-8") as f:
        check("BEGIN LICENSE" in f.read(), "overwritten")
    ctl(lab, "license", "save", "credential", "flash:who")
    check(os.path.exists(lab.flash_path("who")), "written")
    check("unknown prefix; file names begin with flash:\n" in
          ctl(lab, "license", "save", "/tmp/x", status=1), "elsewhere")
    step("revoke, and once more")
    row = next(r for r in json.loads(ctl(lab, "show", "license", "--json"))
               if r["store"] == 1 and r["type"] == "permanent")
    lab.tool("licissue", "permission-ticket", lab.issuer, "--udi", lab.udi,
             "--remove", row["id"], "-o", lab.flash_path("ticket"))
    check("use --yes" in ctl(lab, "license", "revoke", "flash:ticket",
                             "flash:rehost", status=1), "no terminal")
    dry_runs(lab, row)
    ctl(lab, "license", "revoke", "flash:ticket", "flash:rehost", "--yes")
    ctl(lab, "license", "revoke", "last", "flash:rehost2")
    ctl(lab, "license", "revoke", "last", "flash:ticket", "flash:rehost3")
    texts = set()
    for name in ("rehost", "rehost2", "rehost3"):
        with open(lab.flash_path(name), encoding="utf-8") as f:
            texts.add(f.read())
    equal(len(texts), 1, "the same rehost ticket")
    check(row["id"] not in ctl(lab, "show", "license", "file"), "revoked")
    step("the history shows a record in a line, and all of it as JSON")
    lines = [line for line in ctl(lab, "show", "history").splitlines()
             if " rehost " in line]
    check(len(lines) == 1 and len(lines[0]) < 1000 and
          re.search(r'"answer":"\(\d+ bytes, with --json\)"', lines[0]) and
          '"by":' in lines[0], f"the record: {lines}")
    record, = [row for row in json.loads(ctl(lab, "show", "history",
                                             "--json"))
               if row["what"] == "rehost"]
    check(len(record["body"]["answer"]) > 500, f"the answer: {record}")


def run(lab):
    step("run: a lease for the command's life, and its exit status")
    for command, status in (("exit 0", 0), ("exit 7", 7),
                            ("kill -KILL $$", 137)):
        ctl(lab, "run", "--feature", "uck9", "--", "sh", "-c", command,
            status=status)
    for _ in range(40):     # one that ends at once is not missed
        ctl(lab, "run", "--feature", "uck9", "--", "true")
    ctl(lab, "run", "--feature", "uck9", "--", "no-such-program", status=127)
    ctl(lab, "run", "--feature", "uck9", "--", lab.dir, status=126)
    check("not a feature" in ctl(lab, "run", "--feature", "nothing", "--",
                                 "true", status=125), "no feature")
    # A standard error that cannot be written does not change the reason.
    equal(lab.run("sh", "-c", 'exec "$@" 2>/dev/full', "sh",
                  os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                  "run", "--feature", "uck9", "--",
                  "no-such-program").returncode, 127, "no such program")
    one = start(lab, "run", "--feature", "cme-srst", "--count", "17", "--",
                "sh", "-c", "trap 'echo hup; exit 3' HUP; echo up;"
                "while :; do sleep 0.1; done")
    equal(one.stdout.readline(), "up\n", "the command runs")
    equal(feature(lab.control, "cme-srst")["in_use"], 17, "held")
    one.send_signal(signal.SIGHUP)
    equal(one.stdout.readline(), "hup\n", "a signal is forwarded")
    equal(one.wait(timeout=PATIENCE), 3, "exit status")
    equal(feature(lab.control, "cme-srst")["in_use"], 0, "given back")
    # Options behind the command are the command's.
    check("--json" in ctl(lab, "run", "--feature", "uck9", "--", "echo",
                          "--json"), "options of the command")

    step("when licctl is killed, the command goes too")
    one = start(lab, "run", "--feature", "uck9", "--", "sh", "-c",
                "echo $$; exec sleep 600")
    child = int(one.stdout.readline())
    one.kill()
    one.wait()
    wait_until("it is gone", lambda: not runs(child))
    wait_until("its lease too",
               lambda: feature(lab.control, "uck9")["leases"] == 0)

    step("when the license runs out: the signal, or nothing")
    with open(lab.conf, encoding="utf-8") as f:
        conf = f.read()
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(conf.replace("features = (", "features = (" + "".join(
            f'{{ name = "{loss}"; version = "1.0"; index = {i + 10}; }},'
            for i, loss in enumerate(("TERM", "USR1", "none")))))
    lab.restart()
    for loss, status, command in (
            ("TERM", 143, "exec sleep 600"), ("USR1", 138, "exec sleep 600"),
            ("none", 0, "until grep -q expired said; do sleep 0.1; done")):
        lab.issue(f"{loss}.lic", "--period", "1", feature=loss, kind="demo")
        ctl(lab, "license", "install", f"flash:{loss}.lic", "--accept-eula")
        said = run_aside(lab, status, "--feature", loss, "--on-loss", loss,
                         "--", "sh", "-c", command)
        check(f"{loss}: expired" in said, said)
        check(re.search(r"license \d+: expired$",
                        ctl(lab, "check", loss, status=1), re.M),
              "check afterwards")


def wait(lab):
    step("run --wait: until enough is left, or the time is over")
    holder = Control(lab.control)
    lease = holder.ask("checkout", feature="cme-srst", count=4999)["lease"]
    command = ("run", "--feature", "cme-srst", "--count", "2")
    text = ("licctl: cme-srst: waiting until enough is left\n",
            "licctl: feature cme-srst 1.0: 2 asked for, 1 left\n"
            '"licctl show leases" shows who holds it.\n')
    equal(ctl(lab, *command, "--", "true", status=125), text[1], "at once")
    equal(ctl(lab, *command, "--wait=1", "--", "true", status=125),
          "".join(text), "a second")
    one = start(lab, *command, "--wait", "--", "echo", "up")
    equal(one.stderr.readline(), text[0], "it says so")
    two = start(lab, *command, "--wait=600", "--", "sh", "-c", "exit 7")
    equal(two.stderr.readline(),
          "licctl: cme-srst: waiting; 1 requests come first\n", "the second")
    holder.ask("release", lease=lease)
    equal((one.communicate(timeout=PATIENCE), one.returncode),
          (("up\n", ""), 0), "served")
    equal((two.communicate(timeout=PATIENCE), two.returncode), (("", ""), 7),
          "its command's exit status")

    step("a signal ends the waiting; the daemon forgets it")
    holder.ask("checkout", feature="cme-srst", count=5000)
    one = start(lab, *command, "--wait", "--", "echo", "up")
    equal(one.stderr.readline(), text[0], "it waits")
    one.terminate()
    equal((one.communicate(timeout=PATIENCE), one.returncode),
          (("", ""), -signal.SIGTERM), "ended")
    wait_until("it is forgotten",
               lambda: feature(lab.control, "cme-srst")["waiting"] == 0)

    step("the figures")
    one = start(lab, *command, "--wait", "--", "echo", "up")
    equal(one.stderr.readline(), text[0], "it waits")
    check("cme-srst: 1 requested, 0 left" in
          ctl(lab, "check", "cme-srst", status=1), "check")
    row = feature(lab.control, "cme-srst")
    shown = ctl(lab, "show", "license", "statistics")
    found = json.loads(ctl(lab, "show", "license", "statistics", "--json"))
    check(shown.endswith(
        "\nCheck-out statistics\n"
        f"\tDenied count:                {found['request_failure']}\n"
        "\tWaiting count:               1\n\n"
        "Device  Feature                   Version     Denied    Waiting\n"
        f"1       cme-srst                  1.0         "
        f"{row['denied']:<10}1\n"), shown)
    check(row["denied"] >= 2, f"denied: {row}")
    equal(([f for f in found["features"] if f["feature"] == "cme-srst"],
           found["request_waiting"]),
          ([{"device": 1, "feature": "cme-srst", "version": "1.0",
             "denied": row["denied"], "waiting": 1}], 1), "as JSON")
    one.kill()
    one.wait()
    for words, said in ((("--wait=0",), "--wait: 0 is not a number"),
                        (("--wait=soon",), "soon is not a number"),
                        (("--wait", "5"), "unexpected argument 5")):
        check(said in ctl(lab, *command, *words, "--", "true", status=2),
              f"{words}")
    holder.close()


def lease_end(lab):
    step("license lease end: a question, the reason, what run does")
    one = start(lab, "run", "--feature", "cme-srst", "--count", "3", "--",
                "sh", "-c", "echo up; exec sleep 600")
    equal(one.stdout.readline(), "up\n", "it runs")
    with Control(lab.control) as c:
        row, = c.rows("leases")
    handle = row["handle"]
    about = (f"Lease {handle}: process {one.pid}, user {os.getuid()}: 3 of "
             "cme-srst 1.0, licensed\n")
    check(re.search(rf"^{handle} +{one.pid} +{os.getuid()} +3 +licensed +"
                    "cme-srst +1.0$", ctl(lab, "show", "leases"), re.M),
          "its handle is shown")
    equal(ctl(lab, "license", "lease", "end", handle, status=1), about +
          "licctl: nothing ended; without a terminal, use --yes\n", "no")
    t = Terminal(lab, "license", "lease", "end", handle, "for", "the", "fair")
    equal(t.expect("Are you sure you want to end this lease? (yes/[no]): "),
          about, "what it is")
    t.type("yes\n")
    check(f"cme-srst 1.0, lease {handle}: ended\n" in t.end(), "done")
    who = "root" if os.getuid() == 0 else f"uid {os.getuid()}"
    equal((one.communicate(timeout=PATIENCE)[1], one.returncode),
          (f"licctl: cme-srst: lost: ended by {who}: for the fair\n",
           128 + signal.SIGTERM), "the command got its signal")
    check(f"lease {handle} does not exist" in
          ctl(lab, "license", "lease", "end", handle, "--yes", status=1),
          "it is gone")
    record = [row for row in json.loads(ctl(lab, "show", "history",
                                            "--json"))
              if row["what"] == "lease-end"][-1]["body"]
    equal((record["holder"], record["by"], record["reason"]),
          (f"process {one.pid}, user {os.getuid()}", who, "for the fair"),
          "the history")

    step("with --on-loss none the command goes on, without the lease")
    one = start(lab, "run", "--feature", "cme-srst", "--on-loss", "none",
                "--", "sh", "-c", "echo up; read line; exit 5",
                stdin=subprocess.PIPE)
    equal(one.stdout.readline(), "up\n", "it runs")
    with Control(lab.control) as c:
        row, = c.rows("leases")
    equal(ctl(lab, "license", "lease", "end", row["handle"], "--yes",
              "--json"), "{}\n", "as JSON")
    equal(one.stderr.readline(),
          f"licctl: cme-srst: lost: ended by {who}\n", "told")
    equal(feature(lab.control, "cme-srst")["in_use"], 0, "free")
    equal((one.communicate("\n", timeout=PATIENCE), one.returncode),
          (("", ""), 5), "its own end")


class Slow(threading.Thread):
    """A daemon whose clients get a signal before they get their lease."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen()

    def run(self):
        connection, _ = self.socket.accept()
        pid, = struct.unpack("i8x", connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        with connection, connection.makefile("rw") as f:
            print('{"hello":"licagent","version":1,"may":["lease"]}',
                  file=f, flush=True)
            for line in f:
                os.kill(pid, signal.SIGTERM)
                print(json.dumps({"id": json.loads(line)["id"], "result": {
                    "lease": 1, "state": "licensed"}}), file=f, flush=True)


def early_signal(lab):
    step("run: a signal that comes with the lease goes to the command")
    path = os.path.join(lab.top, "slow")
    Slow(path).start()
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", path, "run",
                   "--feature", "uck9", "--", "sleep", "600")
    equal(done.returncode, 128 + signal.SIGTERM, "exit status of licctl")


def run_aside(lab, status, *args):
    """Standard error, which the command finds in the file "said"."""
    path = os.path.join(lab.top, "said")
    with open(path, "w", encoding="utf-8") as said:
        done = subprocess.run(
            [os.path.join(lab.bin, "licctl"), "--socket", lab.control, "run",
             *args], stderr=said, stdin=subprocess.DEVNULL, cwd=lab.top,
            env=lab.environ, timeout=PATIENCE, check=False)
    with open(path, encoding="utf-8") as f:
        text = f.read()
    equal(done.returncode, status, f"exit status of licctl run\n{text}")
    return text


def daemon_away(lab):
    step("run through a restart of the daemon")
    one = start(lab, "run", "--feature", "uck9", "--", "sleep", "600")
    wait_until("held", lambda: feature(lab.control, "uck9")["leases"] == 1)
    lab.kill()
    lab.restart()
    wait_until("held again",
               lambda: feature(lab.control, "uck9")["leases"] == 1)
    equal(one.poll(), None, "it runs on")
    one.terminate()
    equal(one.wait(timeout=PATIENCE), 128 + signal.SIGTERM, "exit status")


def complete(lab):
    step("completion")
    program = os.path.join(lab.bin, "licctl")

    def completes(*args):
        done = lab.run(program, "--complete", *args)
        return done.stdout.split()

    equal(completes("li"), ["license"], "li")
    equal(completes("show", "li"), ["license"], "show li")
    equal(completes("sh", "lic", "s"), ["statistics", "status", "summary",
                                        "switch"], "s")
    equal(completes("show", "license", "all", ""), ["switch"], "switch")
    equal(completes("show", "license", "status", ""), [], "where there is none")
    equal(completes("--socket", lab.control, "show", "license", "uck9", "sw"),
          ["switch"], "behind a feature")
    equal(completes("--socket", lab.control, "show", "license", "switch", ""),
          ["all", "1"], "the members")
    equal(completes("--socket", lab.control, "show", "license", "detail",
                    "uck9", "switch", "a"), ["all"], "all")
    equal(completes("--socket", lab.control, "check", "c"), ["cme-srst"],
          "a feature, asked of the daemon")
    equal(completes("--socket", lab.control, "license", "clear", ""),
          ["ipbasek9", "securityk9", "datak9", "uck9", "cme-srst"],
          "features")
    equal(completes("license", "modify", "priority", "uck9", ""),
          ["low", "medium", "high"], "priorities")
    equal(completes("show", "--js"), ["--json"], "options")
    equal(completes("--socket", os.path.join(lab.dir, "nobody"), "check",
                    "c"), [], "no daemon")
    script = os.path.join(TOP, "tools", "licctl", "licctl.bash")
    done = lab.run("bash", "-c", f"""
        . {script}
        PATH={lab.bin}:$PATH
        COMP_WORDS=(licctl show license ud) COMP_CWORD=3
        COMP_LINE="licctl show license ud" COMP_POINT=22
        _licctl
        echo "${{COMPREPLY[@]}}" """)
    equal((done.stdout, done.stderr), ("udi\n", ""), "in bash")
    stub = os.path.join(lab.top, "stub")
    with open(stub, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\necho '$(touch x) *'\n")
    os.chmod(stub, 0o755)
    done = lab.run("bash", "-c", f"""
        . {script}
        COMP_WORDS=({stub} check "") COMP_CWORD=2
        COMP_LINE="{stub} check " COMP_POINT=1000
        _licctl
        echo "${{COMPREPLY[@]}}" """)
    equal((done.stdout, done.stderr), (r"\$\(touch\ x\)\ \*" + "\n", ""),
          "a name that the shell would obey")
    of_files(lab, completes)
    in_bash(lab)
    in_zsh(lab)


def of_files(lab, completes):
    step("completion of files")
    os.mkdir(lab.flash_path("folder"))
    lab.issue("folder/inner.lic", feature="uck9")
    install = ("--socket", lab.control, "license", "install")
    equal(completes(*install, "fl"), ["flash:"], "a prefix")
    check({"flash:folder/", "flash:two.lic"} <=
          set(completes(*install, "flash:")), "what is there")
    equal(completes(*install, "flash:folder/"), ["flash:folder/inner.lic"],
          "in a folder")
    equal(completes(*install, "flash:nothing"), [], "nothing")
    equal(completes(*install, "flash:../"), [], "nothing outside")
    equal(completes("--socket", lab.control, "license", "revoke", "flash:t",
                    "flash:fol"), ["flash:folder/"], "the second file")


class Bash(Terminal):
    """A shell on a terminal, with our completion."""

    def __init__(self, lab):
        environ = dict(lab.environ, TERM="dumb", HOME=lab.top, PS1="> ",
                       PATH=f"{lab.bin}:{os.environ['PATH']}")
        self.start("bash", ["bash", "--norc", "-i"], environ, columns=500)
        self.type("bind 'set enable-bracketed-paste off'; . " +
                  os.path.join(TOP, "tools", "licctl", "licctl.bash") +
                  "; echo rea''dy\n")
        self.expect("ready")


def in_bash(lab):
    step("completion in bash")
    before = f"licctl --socket {lab.control} "
    t = Bash(lab)
    for typed, more in (("show license ud", "i "),
                        ("license install fl", "ash:"),
                        ("license install flash:fol", "der/"),
                        ("license install flash:folder/", "inner.lic "),
                        ("license revoke flash:folder/inner.lic flash:fol",
                         "der/"),
                        (f"license install {lab.top}/lab/fla", "sh/"),
                        (f"--password-file {lab.top}/lab/fla", "sh/")):
        t.type(before + typed + "\t")
        t.expect(typed + more)
        t.type("\x15")
    t.type("exit\n")
    t.end()


class Zsh(Terminal):
    """A shell on a terminal, in a folder with our function."""

    def __init__(self, lab):
        folder = os.path.join(lab.top, "functions")
        os.mkdir(folder)
        shutil.copy(os.path.join(TOP, "tools", "licctl", "licctl.zsh"),
                    os.path.join(folder, "_licctl"))
        environ = dict(lab.environ, TERM="dumb", HOME=folder, PS1="> ",
                       PATH=f"{lab.bin}:{os.environ['PATH']}")
        self.start("zsh", ["zsh", "-f", "-i"], environ, columns=500)
        self.type(f"fpath=({folder} $fpath); autoload -Uz compinit; "
                  "compinit -u -D; echo rea''dy\n")
        self.expect("ready")


def in_zsh(lab):
    if not shutil.which("zsh"):
        print("zsh is not installed: not tried")
        return
    step("completion in zsh")
    t = Zsh(lab)
    t.type("licctl show license ud\t")
    t.expect("show license udi ")
    t.type("\x15licctl show leases --js\t")
    t.expect("show leases --json ")
    for typed, more in (("flash:fol", "der/"),
                        ("flash:folder/in", "ner.lic "),
                        (f"{lab.top}/lab/fla", "sh/")):
        t.type(f"\x15licctl --socket {lab.control} license install "
               f"{typed}\t")
        t.expect(typed + more)
    t.type("\x15exit\n")
    t.end()


def commands_of(lab, key):
    """The command of a key of the unit, for this lab."""
    with open(os.path.join(TOP, "examples", "feature.service"),
              encoding="utf-8") as f:
        lines = f.read().replace("\\\n", " ").splitlines()
    command, = [line.partition("=")[2].split() for line in lines
                if line.startswith(key + "=")]
    equal(command[0], "/usr/bin/licctl", f"the program of {key}")
    return [os.path.join(lab.bin, "licctl"), "--socket", lab.control,
            *command[1:]]


def unit(lab):
    condition = commands_of(lab, "ExecCondition")
    equal(lab.run(*condition).returncode, 0, "licensed: it is started")
    service = subprocess.Popen(commands_of(lab, "ExecStart"),
                               env=lab.environ, stdin=subprocess.DEVNULL)
    wait_until("20 are held",
               lambda: feature(lab.control, "cme-srst")["in_use"] == 20)
    service.terminate()
    equal(service.wait(30), 128 + signal.SIGTERM, "stopped")
    wait_until("given back",
               lambda: feature(lab.control, "cme-srst")["in_use"] == 0)
    with Control(lab.control) as c:
        c.ask("checkout", feature="cme-srst", count=4990)
        equal(lab.run(*condition).returncode, 1, "less than 20: skipped")
        equal(lab.run(*commands_of(lab, "ExecStart")).returncode, 125,
              "what RestartPreventExitStatus= names")
    wait_until("given back",
               lambda: feature(lab.control, "cme-srst")["in_use"] == 0)
    condition[2] = os.path.join(lab.dir, "nobody")
    equal(lab.run(*condition).returncode, 3, "no daemon: skipped")


def examples(lab):
    step("examples/feature.sh")
    script = os.path.join(TOP, "examples", "feature.sh")
    lab.environ["LICCTL"] = (os.path.join(lab.bin, "licctl") + " --socket " +
                             lab.control)
    equal(lab.run(script, "uck9").returncode, 0, "licensed")
    done = lab.run(script, "nothing", "echo", "no")
    equal((done.returncode, done.stdout), (1, ""), "not licensed")
    equal(lab.run(script, "uck9", "echo", "ran").stdout, "ran\n", "held")
    step("examples/feature.service: its commands, as systemd takes them")
    unit(lab)
    if shutil.which("systemd-analyze"):
        done = lab.run("systemd-analyze", "verify", "--man=no",
                       os.path.join(TOP, "examples", "feature.service"))
        check("Unknown" not in done.stderr, done.stderr)


def do(lab):
    install(lab)
    clear(lab)
    changes(lab)
    agreements(lab)
    files(lab)
    complete(lab)
    examples(lab)
    run(lab)
    wait(lab)
    lease_end(lab)
    early_signal(lab)
    daemon_away(lab)
    step("a terminal sees what a pipe does, however narrow it is")
    for view in ("", " detail", " all", " feature", " udi"):
        want = ctl(lab, *f"show license{view}".split())
        for columns in (40, 80):
            equal(Terminal(lab, *f"show license{view}".split(),
                           columns=columns).end(), want,
                  f"show license{view}, {columns} columns")


main(do)
