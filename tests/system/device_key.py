#!/usr/bin/env python3
"""A device with a P-256 key that was put there before its first start: it
signs its credentials and rehost tickets, and seals its state."""

from harness import *


GRACE = 3   # for the time of the move


def provision(lab):
    """A key of OpenSSL's, where the daemon never ran."""
    lab.stop()
    for name in os.listdir(lab.state):
        os.unlink(os.path.join(lab.state, name))
    path = os.path.join(lab.state, "device.key")
    done = lab.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                   "ec_paramgen_curve:P-256", "-out", path)
    equal(done.returncode, 0, done.stderr)
    os.chmod(path, 0o600)
    lab.start()
    return path


def ctl(lab, *args):
    return lab.tool("licctl", "--socket", lab.control, *args)


def device_kid(lab, name):
    shown = lab.tool("licissue", "inspect", lab.flash_path(name))
    return re.search("good, device key (\\S+)", shown)[1]


def move(lab):
    step("its licenses move")
    lab.issue("uck9.lic", "--id", "moving-1", feature="uck9")
    equal(lab.outcome(lab.install("flash:uck9.lic")), (SUCCESSFUL, 1),
          "install")
    ctl(lab, "license", "save", "credential", "flash:credentials")
    kid = device_kid(lab, "credentials")
    lab.tool("licissue", "permission-ticket", lab.issuer, "--udi", lab.udi,
             "--remove", "moving-1", "--credentials",
             lab.flash_path("credentials"), "-o", lab.flash_path("ticket"))
    ctl(lab, "license", "revoke", "flash:ticket", "flash:answer", "--yes")
    equal([int(row[5]) for row in lab.installed().values()], [GRACE],
          "types of the licenses left")
    return kid


def destination(lab):
    step("to a device with a key of its own")
    other = Lab(start=False)
    failed = True
    try:
        with open(lab.conf, encoding="utf-8") as f:
            text = f.read().replace("LAB00000001", "LAB00000077")
        path = os.path.join(other.top, "my.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        other.start("--conf", path)
        shutil.copy(os.path.join(lab.issuer, "issuer.jwk"),
                    os.path.join(other.dir, "keys", "first.jwk"))
        ctl(other, "reload")
        lab.tool("licissue", "rehost", lab.issuer, "--ticket",
                 lab.flash_path("answer"), "--udi", other.udi, "-o",
                 other.flash_path("moved.lic"))
        equal(other.outcome(other.install("flash:moved.lic")),
              (SUCCESSFUL, 1), "install there")
        failed = False
    finally:
        other.close(failed)


def restarted(lab, path, kid):
    step("its seals hold after a restart, and with its key's twin alone")
    lab.kill()
    os.unlink(path)
    lab.restart()
    equal(ctl(lab, "check"), "no errors found\n", "check")
    ctl(lab, "license", "save", "credential", "flash:again")
    equal(device_kid(lab, "again"), kid, "device key")


def device_key(lab):
    path = provision(lab)
    with open(path, encoding="ascii") as f:
        pem = f.read()
    kid = move(lab)
    with open(path, encoding="ascii") as f:
        equal(f.read(), pem, "the device's key")
    destination(lab)
    restarted(lab, path, kid)


main(device_key)
