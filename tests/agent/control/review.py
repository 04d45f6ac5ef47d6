#!/usr/bin/env python3
"""review: what an installation or a revocation would do, and then does.

The file is read once: what was shown is what is done, whatever has become of
the file meanwhile.
"""

from wire import *

WORDS = "You may use it on Sundays."


def agreement(lab, text):
    path = os.path.join(lab.top, "words")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text + "\n")
    return path


def kinds(c, **wanted):
    return [row["type"] for row in c.rows("licenses", **wanted)]


def installation(lab, c):
    step("install: reviewed, the file replaced, confirmed")
    lab.issue("a.lic", "--eula", agreement(lab, WORDS), "--period", "60d",
              feature="datak9", kind="extension")
    lab.issue("a.lic", "--append", "--count", "5", feature="cme-srst")
    before = c.rows("licenses")
    plan = c.ask("install", file="flash:a.lic", review=True)
    equal((plan["planned"], WORDS in plan["text"]), (2, True), "the plan")
    equal([(r["state"], r["feature"], r["type"], r["count"], r["revoked"],
            r["needs_eula"]) for r in plan["licenses"]],
          [("planned", "datak9", "extension", None, False, True),
           ("planned", "cme-srst", "permanent", 5, False, False)],
          "its licenses")
    equal(c.rows("licenses"), before, "nothing has changed")
    lab.issue("b.lic", feature="uck9")
    os.replace(lab.flash_path("b.lic"), lab.flash_path("a.lic"))
    step("others go on meanwhile, and cannot confirm it")
    with Control(lab.control) as other:
        equal(other.ask("save", output="flash:saved.lic")["state"],
              "successful", "a job of another client")
        equal(other.refused("confirm"), "not-found", "of another client")
    done = c.ask("confirm", accept_eula=True)
    equal((done["state"], done["successful"]), ("successful", 2), "confirmed")
    equal((kinds(c, feature="datak9")[0], kinds(c, feature="uck9")),
          ("extension", ["evalRightToUse"]), "what was shown is installed")
    equal(c.refused("confirm"), "not-found", "twice")

    step("without acceptance the others are installed")
    lab.issue("c.lic", "--eula", agreement(lab, WORDS + " No."), "--period",
              "60d", feature="securityk9", kind="extension")
    lab.issue("c.lic", "--append", feature="securityk9")
    c.ask("install", file="flash:c.lic", review=True)
    done = c.ask("confirm")
    equal((done["state"], [r["code"] for r in done["licenses"]]),
          ("partiallySuccessful", ["eula", ""]), "not accepted")
    again = c.ask("install", file="flash:c.lic", review=True)
    equal([r["state"] for r in again["licenses"]], ["planned", "existing"],
          "what is there already")
    step("a new review takes the place of the last")
    c.ask("install", file="flash:a.lic", review=True)
    equal(c.ask("confirm")["licenses"][0]["feature"], "uck9", "the last")
    equal(c.refused("install", file="flash:none.lic", review=True), "no-file",
          "no file")
    equal(c.refused("clear", license=1, review=True), "invalid",
          "what cannot be reviewed")


def leaving(lab):
    step("a client that leaves leaves nothing")
    lab.issue("d.lic", feature="ipbasek9")
    with Control(lab.control) as c:
        c.ask("install", file="flash:d.lic", review=True)
        before = kinds(c, feature="ipbasek9")
    with Control(lab.control) as c:
        equal(c.ask("statistics")["clients"], 2, "clients")
        equal(kinds(c, feature="ipbasek9"), before, "nothing is installed")


def revocation(lab, c):
    step("revoke: both sides, the grace license's agreement, and no gap")
    old, = [r for r in c.rows("licenses", feature="cme-srst")
            if r["type"] == "permanent"]
    lab.tool("licissue", "permission-ticket", lab.issuer, "--udi", lab.udi,
             "--remove", old["id"], "-o", lab.flash_path("ticket"))
    lease = c.ask("checkout", feature="cme-srst", count=4)["lease"]
    plan = c.ask("revoke", file="flash:ticket", output="flash:rehost",
                 review=True)
    gone, grace = plan["licenses"]
    equal((gone["revoked"], gone["license"], gone["store"], gone["count"]),
          (True, old["license"], old["store"], 5), "what goes")
    equal((grace["revoked"], grace["type"], grace["count"],
           grace["needs_eula"]), (False, "gracePeriod", 5, True),
          "what comes")
    check("grace" in plan["text"].lower(), plan["text"])
    check(not os.path.exists(lab.flash_path("rehost")), "not written yet")
    os.unlink(lab.flash_path("ticket"))
    c.pushed.clear()
    done = c.ask("confirm", accept_eula=True)
    equal(done["state"], "successful", "confirmed")
    check(os.path.exists(lab.flash_path("rehost")), "the rehost ticket")
    equal([m for m in c.pushed if "lease" in m], [], "the lease")
    equal([r["state"] for r in c.rows("leases")], ["licensed"], "its state")
    c.ask("release", lease=lease)
    step("an output that exists is refused before the review")
    equal(c.refused("revoke", file="flash:a.lic", output="flash:rehost",
                    review=True), "file-exists", "it exists")
    equal(c.refused("revoke", file="flash:a.lic", output="flash:rehost",
                    overwrite=True, review=True), "not-a-ticket",
          "no ticket")


def review(lab):
    with Control(lab.control) as c:
        installation(lab, c)
        leaving(lab)
        revocation(lab, c)
    check(lab.alive(), "the daemon lives")


main(review)
