#!/usr/bin/env python3
"""keys: what is said of licenses and tickets whose key is missing, not loaded,
withdrawn or expired; and what an authority says after a change of keys."""

import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from terminal import *  # noqa: E402,F401,F403

EXPIRED = 1793000000    # 2026-10-26


def put_key(lab, authority, **members):
    """The authority's key in the keys directory, with these members too."""
    with open(os.path.join(authority, "issuer.jwk"), encoding="utf-8") as f:
        jwk = {**json.load(f), **members}
    path = os.path.join(lab.dir, "keys", "old.jwk")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(jwk, f)
    return jwk["kid"]


def install(lab, name, said):
    answer = ctl(lab, "license", "install", f"flash:{name}", status=1)
    check(said in answer and "Put the issuer" not in answer, answer)


def reload(lab, said):
    """What is said of the license then, by the log and by "check"."""
    start = len(lab.log())
    ctl(lab, "reload")
    if said is None:
        equal(ctl(lab, "check"), "no errors found\n", "check")
        return
    line = f"store flash:primary: license old-1 for uck9 is not used: {said}"
    equal(ctl(lab, "check"), line + "\nno errors found\n", "check")
    equal(json.loads(ctl(lab, "check", "--json"))["findings"], [line], "JSON")
    check(line in lab.log()[start:], "the log has it")


def ticket(lab, authority, name, *remove, status=0):
    done = lab.run(os.path.join(lab.bin, "licissue"), "permission-ticket",
                   authority, "--udi", lab.udi, *remove, "--force", "-o",
                   lab.flash_path(name))
    equal(done.returncode, status, done.stderr)
    return done.stderr


def keys(lab):
    old, new = (os.path.join(lab.top, name) for name in ("old", "new"))
    lab.tool("licissue", "init", old)
    lab.tool("licissue", "init", new)
    lab.issue("old.lic", "--id", "old-1", feature="uck9", issuer=old)

    step("a key that is missing, or not used")
    kid = put_key(lab, old)
    path = os.path.join(lab.dir, "keys", "old.jwk")
    os.unlink(path)
    install(lab, "old.lic", f"signed with key {kid}, which is not in the keys "
            "directory: add the issuer's issuer.jwk there, and reload")

    step("it is there, but not loaded")
    put_key(lab, old)
    install(lab, "old.lic", f"signed with key {kid}, which is in the keys "
            "directory but not loaded: reload (licctl reload)")
    os.chmod(path, 0o666)
    ctl(lab, "reload")
    install(lab, "old.lic", f"signed with key {kid}, which is not in the keys "
            "directory (1 file there is not used; the log says why)")
    os.chmod(path, 0o644)
    ctl(lab, "reload")
    ctl(lab, "license", "install", "flash:old.lic")
    reload(lab, None)

    step("it is withdrawn, taken away, put back")
    put_key(lab, old, withdrawn=True)
    reload(lab, f"signed with key {kid}, which is withdrawn")
    shutil.move(path, path + ".away")
    reload(lab, f"signed with key {kid}, which is not in the keys directory: "
           "add the issuer's issuer.jwk there, and reload (licctl reload)")
    put_key(lab, old)
    reload(lab, None)

    step("it has expired: before the license was issued, and after that")
    put_key(lab, old, exp=EXPIRED)
    ctl(lab, "reload")
    said = ctl(lab, "check")
    check(f"after key {kid} expired on 2026-10-26" in said, said)
    said = lab.run(os.path.join(lab.bin, "licissue"), "inspect", "--keys",
                   os.path.join(lab.dir, "keys"), lab.flash_path("old.lic"))
    check("NO: issued on 20" in said.stdout, said.stdout)
    lab.issue("older.lic", "--id", "older", "--issued", "2026-10-01",
              feature="datak9", issuer=old)
    ctl(lab, "license", "install", "flash:older.lic")

    step("a ticket that is made after that")
    ticket(lab, old, "ticket", "--remove", "older")
    said = ctl(lab, "license", "revoke", "flash:ticket", "flash:answer",
               "--yes", status=1)
    check(f"after key {kid} expired on 2026-10-26; to take tickets of this "
          'key, set "exp" in its file later, and reload' in said, said)
    put_key(lab, old)
    ctl(lab, "reload")
    ctl(lab, "license", "revoke", "flash:ticket", "flash:answer", "--yes")

    step("the new authority knows nothing of it")
    said = ticket(lab, new, "other", "--remove", "old-1", status=1)
    check("the database has no license; if this authority has issued any, "
          "restore the database from its backup" in said, said)
    lab.issue("new.lic", issuer=new)
    said = ticket(lab, new, "other", "--remove", "old-1", status=1)
    check("license old-1 is not in the database: this authority did not "
          "issue it; if another one of yours did, use its directory" in said,
          said)
    done = lab.run(os.path.join(lab.bin, "licissue"), "rehost", new,
                   "--ticket", lab.flash_path("answer"), "--udi",
                   "LIC1921/K9:LAB00000002", "-o", lab.flash_path("moved"))
    check("is not in the database: this authority did not issue it; if "
          "another one of yours" in done.stderr, done.stderr)


main(keys)
