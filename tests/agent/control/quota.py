#!/usr/bin/env python3
"""quota: how much of a feature one user may hold, over all connections."""

import grp

from wire import *

NOBODY = 65534
FOREVER = 4294967295

class Other:
    """Another user at the socket, in a process of its own; asks as Control
    does, with lines for requests and answers."""

    def __init__(self, path, uid):
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(uid)
            self.serve(path, theirs.makefile("rw", encoding="utf-8"))
        theirs.close()
        self.lines = ours.makefile("rw", encoding="utf-8")

    @staticmethod
    def serve(path, lines):
        control = Control(path)
        for line in lines:
            request = json.loads(line)
            try:
                answer = control.ask(request.pop("do"), **request)
            except Refused as e:
                answer = {"refused": e.code, "text": e.text}
            lines.write(json.dumps(answer) + "\n")
            lines.flush()
        os._exit(0)

    def begin(self, do, **arguments):
        self.lines.write(json.dumps(dict(arguments, do=do)) + "\n")
        self.lines.flush()

    def end(self):
        return json.loads(self.lines.readline())

    def ask(self, do, **arguments):
        self.begin(do, **arguments)
        return self.end()

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.lines.close()

def configure(lab, quota):
    with open(lab.conf, encoding="utf-8") as f:
        conf = f.read()
    conf = re.sub(r" user-quota = \d+;", "", conf)
    if quota is not None:
        conf = conf.replace('name = "cme-srst";',
                            f'name = "cme-srst"; user-quota = {quota};')
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(conf)
    with Control(lab.control) as c:
        c.ask("reload")

def left(answer, words):
    equal(answer.get("refused"), "exhausted", f"of {answer}")
    check(words in answer["text"], f"{words!r} in {answer}")

def quota(lab):
    if os.getuid() != 0:
        skip("other users are needed: run this as root")
    group = grp.getgrgid(NOBODY).gr_name
    with open(lab.conf, encoding="utf-8") as f:
        conf = re.sub("(?m)^others.*\n", "", f.read())
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(conf + f'feature-group = "{group}";\n')
    for folder in (lab.top, os.path.dirname(lab.control)):
        os.chmod(folder, 0o755)
    lab.restart()
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    configure(lab, 10)
    one, two = Other(lab.control, NOBODY), Other(lab.control, NOBODY)
    third, admin = Other(lab.control, 65533), Control(lab.control)

    step("a user holds no more than the quota, on all connections together")
    first = one.ask("checkout", feature="cme-srst", count=7)["lease"]
    left(two.ask("checkout", feature="cme-srst", count=4),
         "4 requested, 3 left of the user's quota of 10")
    two.ask("checkout", feature="cme-srst", version="1.0", count=3)
    left(two.ask("checkout", feature="cme-srst"), "1 requested, 0 left")

    step("other users, other features and administrators are not held up")
    equal(third.ask("checkout", feature="cme-srst", count=10)["state"],
          "licensed", "another user")
    equal(one.ask("checkout", feature="uck9", count=11)["state"], "licensed",
          "another feature")
    equal(admin.ask("checkout", feature="cme-srst", count=11)["state"],
          "licensed", "an administrator")

    step("what is given back can be had again")
    equal(one.ask("release", lease=first), {}, "release")
    equal(two.ask("checkout", feature="cme-srst", count=7)["state"],
          "licensed", "of what was given back")
    two.close()
    wait_until("what the connection held is back", lambda: one.ask(
        "checkout", feature="cme-srst", count=9).get("state"))

    step("who waits for the user's own quota holds nobody up")
    one.begin("checkout", feature="cme-srst", count=2, wait_s=FOREVER)
    wait_until("it waits", lambda: feature(
        lab.control, "cme-srst")["waiting"] == 1)
    equal(feature(lab.control, "cme-srst")["held_up"], False, "held up")
    equal(admin.ask("checkout", feature="cme-srst")["state"], "licensed",
          "one who comes later")
    configure(lab, 11)
    equal(one.end()["state"], "licensed", "the quota was raised")
    two = Other(lab.control, NOBODY)
    left(two.ask("checkout", feature="cme-srst", wait_s=1),
         "1 requested, 0 left of the user's quota of 11")
    two.close()

    step("a quota that changes counts from then on")
    configure(lab, 9)
    left(one.ask("checkout", feature="cme-srst"), "0 left of the user's quota "
         "of 9")
    configure(lab, 2)
    left(one.ask("checkout", feature="cme-srst"), "0 left of the user's quota "
         "of 2")
    configure(lab, None)
    equal(one.ask("checkout", feature="cme-srst", count=100)["state"],
          "licensed", "without a quota")
    for client in (one, third, admin):
        client.close()

main(quota)
