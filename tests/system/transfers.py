#!/usr/bin/env python3
"""Each protocol in both directions, against a real server on loopback."""

from harness import *
from servers import *

FILE_PATH, SERVER, REHOST, BACKUP_PATH = 6, 4, 18, 20
IPV4, IPV6, DNS = 1, 2, 16
LOOPBACK = {IPV4: "7F000001", IPV6: "0" * 31 + "1",
            DNS: b"localhost".hex()}


def remote(server, password=SECRET, protocol=None, kind=IPV4, address=None):
    """The columns that lead to a server."""
    values = {PROTOCOL: ("i", protocol or server.protocol),
              ADDRESS_TYPE: ("i", kind),
              ADDRESS: ("x", address or LOOPBACK[kind])}
    if server.user:
        values.update({USER: ("s", ACCOUNT), PASSWORD: ("s", password)})
    return values


def ask(lab, action, values):
    """Runs an action; (state, cause)."""
    row = lab.next_row()
    lab.set(*(part for column, (letter, value) in
              {STATUS: ("i", CREATE_AND_GO), DO: ("i", action),
               ACCEPT_EULA: ("i", 1), **values}.items()
              for part in (f"{ACTION}.{column}.{row}", letter, value)))
    return lab.outcome(row)


def install(lab, server, name, **more):
    return ask(lab, INSTALL, {**remote(server, **more), FILE: ("s", name)})


def backup(lab, server, name, **more):
    return ask(lab, 6, {**remote(server, **more), BACKUP: ("s", name)})


FEATURES = iter(["ipbasek9", "securityk9", "datak9", "uck9"] * 20)


def fresh(lab):
    """A license that nobody has installed yet."""
    path = lab.issue("fresh.lic", "--force", feature=next(FEATURES))
    with open(path, "rb") as f:
        return f.read()


def both_ways(lab, server, what, **more):
    step(f"{what}: a license comes, a backup goes")
    before = len(lab.installed())
    server.write("dir/a license.lic", fresh(lab))
    equal(install(lab, server, "dir/a license.lic", **more), (SUCCESSFUL, 1),
          f"{what}: install")
    equal(len(lab.installed()), before + 1, "licenses")
    equal(backup(lab, server, "dir/backup.lic", **more), (SUCCESSFUL, 1),
          f"{what}: backup")
    check(server.read("dir/backup.lic").count(b"eyJ") >= before + 1,
          f"{what}: the backup has a line for each license")
    os.unlink(os.path.join(server.root, "dir/backup.lic"))


def refusals(lab, server, what, **more):
    step(f"{what}: what the server refuses is a matter of the path")
    server.write("secret.lic", fresh(lab), mode=0)
    os.makedirs(os.path.join(server.root, "shut"), exist_ok=True)
    Folder.own(os.path.join(server.root, "shut"), 0o555)
    for name in ("absent.lic", "secret.lic", "none/absent.lic", "dir/"):
        equal(install(lab, server, name, **more), (FAILED, FILE_PATH),
              f"{what}: install of {name}")
    equal(backup(lab, server, "shut/backup.lic", **more),
          (FAILED, BACKUP_PATH), f"{what}: backup where nobody may write")
    if server.user:
        equal(install(lab, server, "dir/a license.lic", **more,
                      password="wrong"), (FAILED, FILE_PATH),
              f"{what}: wrong password")


def down(lab, server, keys, what, **more):
    step(f"{what}: a server that is down")
    server.stop()
    configure(lab, **{**keys, "stall": 2, "timeout": 5})
    equal(install(lab, server, "dir/a license.lic", **more),
          (FAILED, SERVER), f"{what}: install")
    equal(backup(lab, server, "backup.lic", **more), (FAILED, SERVER),
          f"{what}: backup")
    configure(lab, **keys)
    server.start()
    equal(backup(lab, server, "backup.lic", **more), (SUCCESSFUL, 1),
          f"{what}: and when it is back")


def addresses(lab, server, what, **more):
    step(f"{what}: by name, and over IPv6")
    server.write("b.lic", fresh(lab))
    equal(install(lab, server, "b.lic", kind=DNS, **more), (SUCCESSFUL, 1),
          f"{what}: by name")
    equal(install(lab, server, "b.lic", kind=DNS, **more,
                  address=b"no-such-host.invalid".hex()), (FAILED, SERVER),
          f"{what}: a name that nobody has")
    equal(install(lab, server, "b.lic", kind=DNS, **more,
                  address=b"localhost:1/a?b#c@d".hex()), (FAILED, SERVER),
          f"{what}: more than a name")
    if not has_ipv6():
        print("no IPv6 on this machine: not tested")
        return
    server.write("c.lic", fresh(lab))
    equal(install(lab, server, "c.lic", kind=IPV6, **more), (SUCCESSFUL, 1),
          f"{what}: over IPv6")


def absolute(lab, ssh):
    step("scp, sftp: names from the root, and from the user's folder")
    path = ssh.write("from-root.lic", fresh(lab))
    equal(install(lab, ssh, path), (SUCCESSFUL, 1), "sftp: absolute")
    path = ssh.write("scp 'quoted' $(name).lic", fresh(lab))
    equal(install(lab, ssh, path, protocol=SCP), (SUCCESSFUL, 1),
          "scp: absolute, and hard to quote")


def host_keys(lab, ssh, keys):
    known = os.path.join(lab.top, "known_hosts")
    good = ssh.make_key("key")
    for what, text in (("another key", ssh.make_key("other")),
                       ("an unknown host", "example.org ssh-ed25519 AAAA\n"),
                       ("no file", None)):
        step(f"scp, sftp: {what}")
        if text is None:
            os.unlink(known)
        else:
            with open(known, "w", encoding="utf-8") as f:
                f.write(text)
        for protocol in (SCP, SFTP):
            start = len(lab.log())
            equal(install(lab, ssh, "dir/a license.lic", protocol=protocol),
                  (FAILED, SERVER), f"{what}: state and cause")
            lab.wait_log("known host keys|known_hosts|remote key|host key"
                         "|fingerprint|SSH", start)
    with open(known, "w", encoding="utf-8") as f:
        f.write(good)
    configure(lab, **keys)


def secrets_stay(lab):
    step("no password in the log")
    check(SECRET not in lab.log(), "the password is in the log")
    equal([row[PASSWORD].text for row in lab.table(ACTION).values()
           if row[PASSWORD].text], [], "passwords that can be read")


def transfers(lab):
    with contextlib.ExitStack() as stack:
        tftp, ftp, http, ssh = servers = [
            stack.enter_context(contextlib.closing(kind()))
            for kind in (Tftp, Ftp, Http, Ssh)]
        known = os.path.join(lab.top, "known_hosts")
        with open(known, "w", encoding="utf-8") as f:
            f.write(ssh.make_key("key"))
        keys = {server.key: server.port for server in servers}
        keys.update({"known-hosts": known, "stall": PATIENCE,
                     "timeout": PATIENCE})
        configure(lab, **keys)
        for server, what, more in (
                (tftp, "tftp", {}), (ftp, "ftp", {}), (http, "http", {}),
                (ssh, "sftp", {}), (ssh, "scp", {"protocol": SCP})):
            both_ways(lab, server, what, **more)
            refusals(lab, server, what, **more)
            down(lab, server, keys, what, **more)
        addresses(lab, http, "http")
        addresses(lab, ssh, "sftp")
        absolute(lab, ssh)
        equal(install(lab, http, "moved/a.lic"), (FAILED, FILE_PATH),
              "http: a redirection is not followed")
        host_keys(lab, ssh, keys)
        secrets_stay(lab)


main(transfers)
