#!/usr/bin/env python3
"""Each protocol in both directions, against a real server on loopback.

In a build without libcurl: what is said then.
"""

from harness import *
from servers import *

GENERAL, FILE_PATH, SERVER, REHOST, BACKUP_PATH = 2, 6, 4, 18, 20
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
    # A line for each license.
    server.wait_for("dir/backup.lic",
                    lambda data: data.count(b"eyJ") >= before + 1)
    os.unlink(os.path.join(server.root, "dir/backup.lic"))


PROCESS, REGENERATE, AGREEMENTS, EXPORT = 4, 5, 7, 2


def identity(lab, data):
    """The id of the license in a file."""
    path = os.path.join(lab.top, "inspected.lic")
    with open(path, "wb") as f:
        f.write(data)
    return re.search(r"^  Id +(\S+)$", lab.tool("licissue", "inspect", path),
                     re.M).group(1)


def give(lab, server, name, *command):
    """What a tool of the authority writes, put on the server."""
    path = os.path.join(lab.top, "given")
    lab.tool(*command, "-o", path)
    with open(path, "rb") as f:
        server.write(name, f.read())
    os.unlink(path)


def tickets(lab, server, what, **more):
    step(f"{what}: a permission ticket comes, rehost tickets go")
    license = fresh(lab)
    server.write("move.lic", license)
    equal(install(lab, server, "move.lic", **more), (SUCCESSFUL, 1),
          f"{what}: install")
    give(lab, server, "permission", "licissue", "permission-ticket",
         lab.issuer, "--udi", lab.udi, "--remove", identity(lab, license),
         "--no-grace")
    before = len(lab.installed())
    columns = {**remote(server, **more),
               PERMISSION_TICKET: ("s", "permission")}
    shut = {**columns, REHOST_TICKET: ("s", "shut/rehost")}
    equal(ask(lab, PROCESS, shut), (FAILED, REHOST),
          f"{what}: nobody may write there")
    equal(len(lab.installed()), before, "nothing is revoked")
    out = {**columns, REHOST_TICKET: ("s", "dir/rehost")}
    equal(ask(lab, PROCESS, out), (SUCCESSFUL, 1), f"{what}: ticket")
    equal(len(lab.installed()), before - 1, "licenses")
    equal(ask(lab, REGENERATE, {**out, REHOST_TICKET: ("s", "dir/again")}),
          (SUCCESSFUL, 1), f"{what}: once more")
    ticket = server.wait_whole("dir/rehost")
    equal(server.wait_whole("dir/again"), ticket, "the same ticket")
    path = os.path.join(lab.top, "rehost")
    with open(path, "wb") as f:
        f.write(ticket)
    moved = os.path.join(lab.top, f"moved-{what}.lic")
    lab.tool("licissue", "rehost", lab.issuer, "--ticket", path, "--udi",
             "NEW:SN1", "--first-sight", "-o", moved)
    for name in ("dir/again", "dir/rehost"):
        os.unlink(os.path.join(server.root, name))


def agreements(lab, server, what, **more):
    step(f"{what}: agreements and credentials go")
    text = os.path.join(lab.top, "agreement")
    with open(text, "w", encoding="utf-8") as f:
        f.write(f"Use it well, says {what}.\n")
    give(lab, server, "trial.lic", "licissue", "issue", lab.issuer, "--udi",
         lab.udi, "--feature", "uck9", "--type", "extension", "--period",
         "7d", "--eula", text)
    equal(ask(lab, AGREEMENTS, {**remote(server, **more),
                                FILE: ("s", "trial.lic"),
                                EULA_FILE: ("s", "dir/eula")}),
          (SUCCESSFUL, 1), f"{what}: agreements")
    server.wait_for("dir/eula", lambda data: f"says {what}".encode() in data)
    row = int(lab.get1(NEXT_CREDENTIALS))
    columns = {13: ("i", CREATE_AND_GO), 8: ("s", "dir/credentials"),
               9: ("i", EXPORT), **remote(server, **more)}
    lab.set(*(part for column, (letter, value) in columns.items()
              for part in (f"{EXPORTS}.{column}.{row}", letter, value)))
    wait_until("exported", lambda: int(lab.get1(
        f"{EXPORTS}.10.{row}")) >= SUCCESSFUL)
    equal(int(lab.get1(f"{EXPORTS}.10.{row}")), SUCCESSFUL,
          f"{what}: credentials")
    path = os.path.join(lab.top, "credentials")
    with open(path, "wb") as f:
        f.write(server.wait_whole("dir/credentials"))
    check(lab.udi in lab.tool("licissue", "inspect", path),
          "they name the device")
    for name in ("dir/eula", "dir/credentials"):
        os.unlink(os.path.join(server.root, name))


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
    if not server.both or not has_ipv6():
        return      # over_ipv6, or not at all
    server.write("c.lic", fresh(lab))
    equal(install(lab, server, "c.lic", kind=IPV6, **more), (SUCCESSFUL, 1),
          f"{what}: over IPv6")


def over_ipv6(lab, tftp, keys):
    """Of those whose servers listen at one address."""
    if not has_ipv6():
        print("NOT TESTED: there is no IPv6 here")
        return
    step("ftp: over IPv6")
    with contextlib.closing(Ftp("::1")) as server:
        configure(lab, **{**keys, server.key: server.port})
        server.write("six.lic", fresh(lab))
        equal(install(lab, server, "six.lic", kind=IPV6), (SUCCESSFUL, 1),
              "ftp: install")
        equal(backup(lab, server, "backup.lic", kind=IPV6), (SUCCESSFUL, 1),
              "ftp: backup")
        server.wait_for("backup.lic", lambda data: data)
    step("tftp: over IPv6, which atftpd does not speak")
    data = fresh(lab)
    blocks = [data[i:i + 512] for i in range(0, len(data) + 1, 512)]
    with contextlib.closing(OddTftp(lambda answer, request: tftp_blocks(
            answer, blocks), "::1")) as server:
        configure(lab, **{**keys, tftp.key: server.port})
        equal(install(lab, tftp, "six.lic", kind=IPV6), (SUCCESSFUL, 1),
              "tftp: install")
    configure(lab, **keys)


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


def program_is_missing(lab):
    """Each transfer names the program, and nothing changes."""
    before = lab.installed()
    for protocol in TFTP, FTP, HTTP, SCP, SFTP:
        step(f"no program for transfers: protocol {protocol}")
        start = len(lab.log())
        values = {PROTOCOL: ("i", protocol), ADDRESS_TYPE: ("i", IPV4),
                  ADDRESS: ("x", LOOPBACK[IPV4]), FILE: ("s", "a.lic"),
                  USER: ("s", ACCOUNT), PASSWORD: ("s", SECRET)}
        if protocol == TFTP:
            del values[USER], values[PASSWORD]
        equal(ask(lab, INSTALL, values), (FAILED, GENERAL), "outcome")
        lab.wait_log("cannot run .*/licagent-transfer: No such file", start)
    equal(lab.installed(), before, "licenses")


def transfers(lab):
    if not has_transfers():
        program_is_missing(lab)
        return
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
            tickets(lab, server, what, **more)
            agreements(lab, server, what, **more)
            addresses(lab, server, what, **more)
            down(lab, server, keys, what, **more)
        over_ipv6(lab, tftp, keys)
        absolute(lab, ssh)
        equal(install(lab, http, "moved/a.lic"), (FAILED, FILE_PATH),
              "http: a redirection is not followed")
        host_keys(lab, ssh, keys)
        secrets_stay(lab)


main(transfers)
