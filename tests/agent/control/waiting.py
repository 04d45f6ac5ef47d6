#!/usr/bin/env python3
"""waiting: check-outs that wait for a count, and leases that are ended.

The license of cme-srst has a count of 5000.  Where a test must know that
somebody waits, it asks the daemon.
"""

from wire import *

FOREVER = 4294967295
NAME = "cme-srst"


def start(c, count, **more):
    """Sends a check-out, whose answer is read later; its id."""
    c.number += 1
    c.send(json.dumps(dict({"wait_s": FOREVER}, **more, do="checkout",
                           id=c.number, feature=NAME,
                           count=count)).encode() + b"\n")
    return c.number


def answer(c, number):
    """("licensed", lease), or (code, text)."""
    while True:
        message = c.read()
        if message.get("id") == number:
            break
        c.pushed.append(message)
    if "error" in message:
        return message["error"]["code"], message["error"]["text"]
    return message["result"]["state"], message["result"]["lease"]


def served(c, number, what):
    state, lease = answer(c, number)
    equal(state, "licensed", f"{what}: {lease}")
    return lease


def figures(lab):
    row = feature(lab.control, NAME)
    return row["waiting"], row["held_up"]


def wait_for(lab, waiting):
    wait_until(f"{waiting} wait",
               lambda: feature(lab.control, NAME)["waiting"] == waiting)


def begin_late(lab):
    """The line is not served before those who held leases may be back."""
    with Control(lab.control) as c:
        served(c, start(c, 1), "the first one")


def order(lab):
    step("who came first is served first; a large one is not starved")
    holder, large, small, late = (Control(lab.control) for _ in range(4))
    whole = holder.ask("checkout", feature=NAME, count=4000)["lease"]
    rest = holder.ask("checkout", feature=NAME, count=995)["lease"]
    first = start(large, 2000, progress=True)
    equal(large.read(), {"progress": {"id": first, "what": "waiting",
                                      "done": 0, "total": 0}}, "it waits")
    second = start(small, 2, progress=True)
    equal(small.read()["progress"]["done"], 1, "one is before it")
    equal(figures(lab), (2, True), "waiting, held up")
    try:
        late.ask("checkout", feature=NAME, count=3)
        raise Failure("a late one overtook")
    except Refused as e:
        equal((e.code, e.text),
              ("exhausted", "feature cme-srst 1.0: 3 asked for, 5 left, for "
               "which others wait"), "a check-out that does not wait")
    holder.ask("release", lease=rest)
    equal(figures(lab), (2, True), "1000 are left: too few for the first")
    holder.ask("release", lease=whole)
    served(large, first, "the large one")
    served(small, second, "the small one")
    equal(figures(lab), (0, False), "nobody waits")
    equal(late.ask("checkout", feature=NAME, count=3)["state"], "licensed",
          "the late one")
    for c in (holder, large, small, late):
        c.close()


def passed_over(lab):
    step("what releases cannot satisfy holds nobody up; a license can")
    never, c = Control(lab.control), Control(lab.control)
    number = start(never, 5003)
    wait_for(lab, 1)
    equal(figures(lab), (1, False), "waiting, held up")
    lease = c.ask("checkout", feature=NAME, count=4000)["lease"]
    lab.issue("more.lic", "--count", "6000", feature=NAME)
    c.ask("install", file="flash:more.lic")
    equal(feature(lab.control, NAME)["waiting"], 1, "2000 are left")
    c.ask("release", lease=lease)
    served(never, number, "with the license")
    never.close()
    row, = [row for row in c.rows("licenses", feature=NAME)
            if row["count"] == 6000]
    wait_until("it is given back",
               lambda: feature(lab.control, NAME)["in_use"] == 0)
    c.ask("clear", license=row["license"], store=row["store"])
    c.close()


def ends(lab):
    step("the time is over: the answer of any refusal")
    holder, c = Control(lab.control), Control(lab.control)
    lease = holder.ask("checkout", feature=NAME, count=4990)["lease"]
    before = c.ask("statistics")["request_failure"]
    denied = feature(lab.control, NAME)["denied"]
    equal(answer(c, start(c, 11, wait_s=1)),
          ("exhausted", "feature cme-srst 1.0: 11 asked for, 10 left"),
          "too few")
    ahead = start(holder, 11)
    wait_for(lab, 1)
    equal(answer(c, start(c, 5, wait_s=1)),
          ("exhausted", "feature cme-srst 1.0: 5 asked for, 10 left, for "
           "which others wait"), "others are before it")
    equal(c.ask("statistics")["request_failure"], before + 2, "denied in all")
    equal(feature(lab.control, NAME)["denied"], denied + 2, "and of it")

    step("when the one that holds others up is over, they are served")
    wait_for(lab, 1)
    quick = Control(lab.control)
    number = start(quick, 5000, wait_s=2, progress=True)
    equal(quick.read()["progress"]["done"], 1, "one is before it")
    behind = start(c, 5)
    holder.ask("release", lease=lease)
    served(holder, ahead, "before both")
    equal(answer(quick, number)[0], "exhausted", "the large one")
    served(c, behind, "the one behind it")

    step("who hangs up waits no more")
    start(quick, 5000)
    wait_for(lab, 1)
    behind = start(c, 6)
    wait_for(lab, 2)
    quick.close()
    served(c, behind, "the one behind it")
    equal(figures(lab), (0, False), "nobody waits")
    for one in (holder, c):
        one.close()

    step("other refusals do not wait")
    with Control(lab.control) as c:
        for name, code in (("uck9", "eula"), ("nothing", "no-license")):
            equal(c.refused("checkout", feature=name, wait_s=FOREVER), code,
                  name)
        equal(c.refused("checkout", feature=NAME, device=9, wait_s=9),
              "no-device", "another device")
        equal(c.refused("checkout", feature=NAME, wait_s="1"), "invalid",
              "no number")


def withdrawn(lab):
    step("a license that serves no more: those who wait are told why")
    with Control(lab.control) as c, Control(lab.control) as w:
        row, = c.rows("licenses", feature=NAME)
        number = start(w, 5001)
        wait_for(lab, 1)
        c.ask("accept_all", on=False)
        c.ask("withdraw", **{key: row[key] for key in
                             ("device", "store", "license")})
        code, text = answer(w, number)
        equal((code, text), ("eula", "feature cme-srst 1.0: agreement "
                             "not accepted"), "the reason")
        c.ask("accept_all", on=True)


def limits(lab):
    step("16 wait on a connection")
    with Control(lab.control) as holder, Control(lab.control) as c:
        holder.ask("checkout", feature=NAME, count=5000)
        numbers = [start(c, 1) for _ in range(16)]
        equal(c.refused("checkout", feature=NAME, wait_s=1), "too-many",
              "one more")
        equal(c.ask("statistics")["request_waiting"], 16, "in all")
        holder.close()
        leases = [served(c, number, "one of them") for number in numbers]
        equal(leases, sorted(leases), "in their order")
    wait_until("all is given back",
               lambda: feature(lab.control, NAME)["in_use"] == 0)


def many(lab):
    step("1024 wait in all, each is served")
    with Control(lab.control) as holder:
        lease = holder.ask("checkout", feature=NAME, count=5000)["lease"]
        clients = [Control(lab.control) for _ in range(64)]
        numbers = [(c, start(c, 1)) for c in clients for _ in range(16)]
        wait_for(lab, 1024)
        equal(holder.refused("checkout", feature=NAME, wait_s=1), "too-many",
              "one more")
        holder.ask("release", lease=lease)
        for c, number in numbers:
            served(c, number, "one of them")
        equal(feature(lab.control, NAME)["in_use"], 1024, "held")
        for c in clients:
            c.close()


def comes_first(lab):
    """Does one who takes a lease come before one who waits already?"""
    lab.kill(signal.SIGKILL)
    lab.restart()
    with Control(lab.control) as w, Control(lab.control) as holder:
        number = start(w, 1, progress=True)
        message = w.read()
        if "progress" not in message:
            return False
        equal(figures(lab), (1, False), "it holds nobody up")
        try:
            lease = holder.ask("checkout", feature=NAME, count=5000)["lease"]
        except Refused:
            return False
        wait_until("now it does", lambda: figures(lab) == (1, True))
        holder.ask("release", lease=lease)
        served(w, number, "then")
        return True


def restart(lab):
    step("after a start, who held leases comes before who waits")
    # The time for that is short: on a slow machine it may be over.
    check(any(comes_first(lab) for _ in range(20)), "never")


def records(lab):
    with Control(lab.control) as c:
        return [row["body"] for row in c.rows("history")
                if row["what"] == "lease-end"]


def ended(lab):
    step("an administrator ends a lease: its client is told, others get it")
    with Control(lab.control) as holder, Control(lab.control) as w, \
            Control(lab.control) as c:
        lease = holder.ask("checkout", feature=NAME, count=5000)["lease"]
        number = start(w, 7)
        wait_for(lab, 1)
        row, = c.rows("leases")
        equal(row["handle"], f"{row['client']}.{lease}", "its handle")
        for client, code, reason in (
                (row["client"] + 1000, "not-found", ""),
                (row["client"], "invalid", "a\nb"),
                (row["client"], "invalid", "x" * 256)):
            equal(c.refused("end_lease", client=client, lease=lease,
                            reason=reason), code, f"{code} {reason[:9]!r}")
        equal(c.refused("end_lease", client=row["client"], lease=lease + 1),
              "not-found", "another lease")
        equal(records(lab), [], "nothing is recorded")
        mark = len(lab.log())
        c.ask("end_lease", client=row["client"], lease=lease,
              reason="for the night \u263e")
        equal(holder.push(), {"lease": {
            "lease": lease, "state": "ended",
            "text": f"ended by {by()}: for the night \u263e"}}, "told")
        equal(holder.refused("release", lease=lease), "not-found", "it is gone")
        served(w, number, "who waited")
        row, = c.rows("leases")
        equal((row["count"], feature(lab.control, NAME)["in_use"]), (7, 7),
              "what is held")
        equal(records(lab), [{
            "feature": NAME, "version": "1.0", "count": 5000,
            "holder": f"process {os.getpid()}, user {os.getuid()}",
            "by": by(), "reason": "for the night \u263e"}], "the history")
        check(f"%LICENSE-5-LEASE_ENDED: Lease of feature cme-srst 1.0 was "
              f"ended by {by()}. Count=5000 Holder=process {os.getpid()}, "
              f"user {os.getuid()} Reason=for the night " in
              lab.log()[mark:], lab.log()[mark:])
        c.ask("end_lease", client=row["client"], lease=row["lease"])
        equal(w.push()["lease"]["text"], f"ended by {by()}", "no reason")
        equal(c.rows("leases"), [], "all are ended")
        equal(records(lab)[1]["reason"], "", "no reason in the history")


def by():
    return "root" if os.getuid() == 0 else f"uid {os.getuid()}"


def waiting(lab):
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    begin_late(lab)
    order(lab)
    passed_over(lab)
    with Control(lab.control) as c:
        c.ask("accept_all", on=False)
        for row in c.rows("licenses", feature="uck9"):
            c.ask("withdraw", **{key: row[key] for key in
                                 ("device", "store", "license")})
    ends(lab)
    with Control(lab.control) as c:
        c.ask("accept_all", on=True)
    withdrawn(lab)
    limits(lab)
    many(lab)
    ended(lab)
    restart(lab)


main(waiting)
