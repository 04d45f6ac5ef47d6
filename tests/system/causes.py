#!/usr/bin/env python3
"""Every fail cause, each from the request that yields it, in the order in
which causes are judged; then tickets, agreements and credentials."""

import base64
import json
import sys

from harness import *
from servers import HTTP, RCP, free_port, need_transfers

sys.path.insert(0, os.path.join(HERE, "..", "agent", "control"))

(NOTHING, _, _, PROCESS, REGENERATE, SAVE, AGREEMENTS) = range(1, 8)
(NONE, GENERAL, PROTOCOL_CAUSE, SERVER, DEVICE, FILE_PATH, FILE_CAUSE, LINE,
 EXISTS, OTHER_DEVICE, COUNT, PERIOD, IN_USE, STORE_CAUSE, FULL, TICKET_PATH,
 TICKET, REHOST_PATH, REHOST, BACKUP_PATH, CLEARING, EULA_PATH) = range(1, 23)

(EXPORT_FILE, COMMAND, EXPORT_STATE, EXPORT_CAUSE, EXPORT_STORAGE,
 EXPORT_STATUS) = range(8, 14)
LETTERS = {ENT: "i", PROTOCOL: "i", ADDRESS_TYPE: "i", ADDRESS: "x",
           STORE: "u", LICENSE: "u", STOP_ON_FAILURE: "i", DO: "i",
           STATUS: "i", ACCEPT_EULA: "i", STORAGE: "i"}


def bindings(row, values):
    return [part for column, value in values.items() for part in
            (f"{ACTION}.{column}.{row}", LETTERS.get(column, "s"), value)]


def ask(lab, action, **values):
    """Runs an action, local unless values say otherwise; its row."""
    columns = {globals()[name]: value for name, value in values.items()}
    row = lab.next_row()
    lab.set(*bindings(row, {STATUS: CREATE_AND_GO, DO: action,
                            **columns}))
    lab.states(row)
    return row


def expect(lab, what, want, action, **values):
    start = len(lab.log())
    row = ask(lab, action, **values)
    equal(lab.outcome(row), want, f"{what}: state and cause")
    if want[0] == FAILED:
        lab.wait_log(f"action {row}, .*: .*: .*", start)
    return row


def results(lab, row):
    return [(int(r[2]), int(r[3])) for index, r in lab.table(RESULT).items()
            if index[0] == row]


# ---- Files

def read(lab, name):
    with open(lab.flash_path(name), "rb") as f:
        return f.read()


def write(lab, name, data):
    with open(lab.flash_path(name), "wb") as f:
        f.write(data)


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def change(lab, name, source, **claims):
    """The line in source with other claims, signed by the authority."""
    data = in_one_row(read(lab, source))
    found = re.search(rb"\b(eyJ[\w-]+)\.([\w-]+)\.([\w-]+)", data)
    header, payload, _ = found.groups()
    old = json.loads(base64.urlsafe_b64decode(payload + b"=="))
    new = header + b"." + b64(json.dumps({**old, **claims}).encode())
    to_sign = os.path.join(lab.top, "to-sign")
    with open(to_sign, "wb") as f:
        f.write(new)
    signed = subprocess.run(
        ["openssl", "pkeyutl", "-sign", "-rawin", "-in", to_sign, "-inkey",
         os.path.join(lab.issuer, "issuer.key")], check=True,
        capture_output=True).stdout
    write(lab, name, data[:found.start()] + new + b"." + b64(signed) +
          data[found.end():])


def make_files(lab):
    lab.issue("good.lic")
    lab.issue("again.lic", feature="securityk9")
    lab.issue("counted.lic", "--count", "25", feature="cme-srst")
    change(lab, "count.lic", "counted.lic", count=0)
    lab.issue("demo.lic", "--period", "7d", feature="uck9", kind="demo")
    change(lab, "period.lic", "demo.lic", period=0)
    change(lab, "forged.lic", "counted.lic", count=9)
    data = read(lab, "forged.lic")
    write(lab, "forged.lic", data.replace(b'eyJ', b'eyK', 1))
    lab.issue("future.lic", "--issued", "2100-01-01T00:00:00Z")
    lab.issue("other.lic", udi="LIC1921/K9:LAB00000002")
    with open(os.path.join(lab.top, "agreement"), "w",
              encoding="utf-8") as f:
        f.write("Use it well.\n")
    lab.issue("trial.lic", "--period", "7d", "--eula", f.name,
              feature="uck9", kind="extension")
    lab.issue("large.lic", "--copies", "100", feature="datak9")
    write(lab, "rubbish.lic", b"no license\n")


def ticket(lab, name, *remove, udi=None, issuer=None):
    lab.tool("licissue", "permission-ticket", issuer or lab.issuer, "--udi",
             udi or lab.udi, *(part for each in remove
                               for part in ("--remove", each)),
             "--no-grace", "-o", lab.flash_path(name))


def identity(lab, name):
    """The id of the only license in a file."""
    data = in_one_row(read(lab, name))
    payload = re.search(rb"\beyJ[\w-]+\.([\w-]+)\.", data).group(1)
    claims = json.loads(base64.urlsafe_b64decode(payload + b"=="))
    return claims.get("jti") or claims["id"]


# ---- Causes

def installs(lab):
    step("install")
    nobody = {"ADDRESS_TYPE": 1, "ADDRESS": "7F000001"}
    expect(lab, "success", (SUCCESSFUL, NONE), INSTALL, FILE="flash:good.lic")
    for what, cause, values in (
            ("EULA not accepted", GENERAL, {"FILE": "flash:trial.lic"}),
            ("rcp", PROTOCOL_CAUSE, {"FILE": "x.lic", "PROTOCOL": RCP,
                                     **nobody}),
            ("server down", SERVER, {"FILE": "x.lic", "PROTOCOL": HTTP,
                                     **nobody}),
            ("device", DEVICE, {"FILE": "flash:good.lic", "ENT": 9}),
            ("path", FILE_PATH, {"FILE": "flash:none.lic"}),
            ("file", FILE_CAUSE, {"FILE": "flash:rubbish.lic"}),
            ("line", LINE, {"FILE": "flash:forged.lic"}),
            ("exists", EXISTS, {"FILE": "flash:good.lic"}),
            ("other device", OTHER_DEVICE, {"FILE": "flash:other.lic"}),
            ("count", COUNT, {"FILE": "flash:count.lic"}),
            ("period", PERIOD, {"FILE": "flash:period.lic"}),
            ("issued in the future", PERIOD, {"FILE": "flash:future.lic"}),
            ("store", STORE_CAUSE, {"FILE": "flash:good.lic", "STORE": 9}),
            # one thing wrong after the other
            ("device before store", DEVICE,
             {"FILE": "x", "ENT": 9, "STORE": 9, "PROTOCOL": RCP}),
            ("store before protocol", STORE_CAUSE,
             {"FILE": "x", "STORE": 9, "PROTOCOL": RCP}),
            ("protocol before path", PROTOCOL_CAUSE,
             {"FILE": "x", "PROTOCOL": RCP})):
        expect(lab, what, (FAILED, cause), INSTALL, **values)


def several(lab):
    step("several licenses, with and without StopOnFailure")
    lab.issue("mixed.lic", udi="OTHER:SN0")
    lab.issue("mixed.lic", "--append", feature="securityk9")
    good = read(lab, "good.lic")
    write(lab, "mixed.lic", read(lab, "mixed.lic") + good)
    row = expect(lab, "stopped", (FAILED, OTHER_DEVICE), INSTALL,
                 FILE="flash:mixed.lic", STOP_ON_FAILURE=1)
    equal(results(lab, row), [(FAILED, OTHER_DEVICE), (1, NONE), (1, NONE)],
          "the rest was not tried")
    row = expect(lab, "not stopped", (PARTIAL, NONE), INSTALL,
                 FILE="flash:mixed.lic", STOP_ON_FAILURE=2)
    equal(results(lab, row), [(FAILED, OTHER_DEVICE), (SUCCESSFUL, NONE),
                              (FAILED, EXISTS)], "all were tried")
    row = expect(lab, "all failed, differently", (FAILED, GENERAL), INSTALL,
                 FILE="flash:mixed.lic")
    equal(results(lab, row), [(FAILED, OTHER_DEVICE), (FAILED, EXISTS),
                              (FAILED, EXISTS)], "results")


def one_of_each(lab):
    step("a license for each cause that one can fail for, in a file")
    lab.issue("new.lic", feature="datak9")
    parts = (("forged", LINE), ("other", OTHER_DEVICE), ("good", EXISTS),
             ("count", COUNT), ("period", PERIOD), ("trial", GENERAL))
    write(lab, "each.lic", b"".join(
        read(lab, f"{name}.lic") for name, _ in (*parts, ("new", NONE))))
    before = len(lab.installed())
    row = expect(lab, "the first stops it", (FAILED, LINE), INSTALL,
                 FILE="flash:each.lic", STOP_ON_FAILURE=1)
    equal(results(lab, row), [(FAILED, LINE)] + [(1, NONE)] * len(parts),
          "the others were not tried")
    equal(len(lab.installed()), before, "nothing is installed")
    row = expect(lab, "none stops it", (PARTIAL, NONE), INSTALL,
                 FILE="flash:each.lic", STOP_ON_FAILURE=2)
    equal(results(lab, row), [(FAILED, cause) for _, cause in parts] +
          [(SUCCESSFUL, NONE)], "each has its own cause")
    equal(len(lab.installed()), before + 1, "the last one is installed")


def clears(lab):
    from wire import Control
    step("clear, and a backup meanwhile")
    index = next(i[2] for i, r in lab.installed().items()
                 if r[3].text == "ipbasek9")
    client = Control(lab.control)
    client.ask("checkout", feature="ipbasek9")
    expect(lab, "in use", (FAILED, IN_USE), CLEAR, LICENSE=index)
    client.socket.close()
    wait_until("released", lambda: int(lab.get1(
        f"{LICENSES}.14.1.1.{index}")) != 3)
    first, second = lab.next_row(), lab.next_row() + 1
    lab.set(*bindings(first, {STATUS: CREATE_AND_GO, DO: CLEAR,
                              LICENSE: index}),
            *bindings(second, {STATUS: CREATE_AND_GO, DO: SAVE,
                               BACKUP: "flash:meanwhile.lic"}))
    equal((lab.outcome(first), lab.outcome(second)),
          ((SUCCESSFUL, NONE), (FAILED, CLEARING)), "clear, backup")
    check(not os.path.exists(lab.flash_path("meanwhile.lic")), "no backup")
    expect(lab, "cleared before", (FAILED, OTHER_DEVICE), CLEAR,
           LICENSE=index)
    expect(lab, "clear in no device", (FAILED, DEVICE), CLEAR, LICENSE=index,
           ENT=9)
    expect(lab, "clear in no store", (FAILED, STORE_CAUSE), CLEAR,
           LICENSE=index, STORE=9)


def backups(lab):
    step("backup, and it installs again")
    expect(lab, "backup", (SUCCESSFUL, NONE), SAVE, BACKUP="flash:all.lic")
    lab.tool("licissue", "inspect", lab.flash_path("all.lic"))
    for what, cause, values in (
            ("path", BACKUP_PATH, {"BACKUP": "flash:none/all.lic"}),
            ("device", DEVICE, {"BACKUP": "flash:none/all.lic", "ENT": 9,
                                "PROTOCOL": RCP}),
            ("protocol", PROTOCOL_CAUSE, {"BACKUP": "x", "PROTOCOL": RCP})):
        expect(lab, what, (FAILED, cause), SAVE, **values)


def agreements(lab):
    step("generateEULA")
    expect(lab, "agreement", (SUCCESSFUL, NONE), AGREEMENTS,
           FILE="flash:trial.lic", EULA_FILE="flash:eula")
    check(b"Use it well." in read(lab, "eula"), "the agreement is there")
    expect(lab, "none needed", (SUCCESSFUL, NONE), AGREEMENTS,
           FILE="flash:good.lic", EULA_FILE="flash:eula")
    equal(read(lab, "eula"), b"", "an empty file")
    for what, cause, values in (
            ("path", EULA_PATH, {"EULA_FILE": "flash:none/e"}),
            ("license path", FILE_PATH, {"FILE": "flash:none"}),
            ("license file", FILE_CAUSE, {"FILE": "flash:rubbish.lic",
                                          "EULA_FILE": "flash:none/e"})):
        expect(lab, what, (FAILED, cause), AGREEMENTS, **{
            "FILE": "flash:trial.lic", "EULA_FILE": "flash:eula", **values})


def tickets(lab):
    step("permission tickets: nothing is revoked that cannot be answered")
    lab.issue("move.lic", feature="datak9")
    lab.issue("stay.lic", feature="uck9")
    for name in ("move.lic", "stay.lic"):
        expect(lab, name, (SUCCESSFUL, NONE), INSTALL, FILE="flash:" + name)
    ticket(lab, "first", identity(lab, "move.lic"))
    ticket(lab, "second", identity(lab, "stay.lic"))
    stranger = os.path.join(lab.top, "stranger")
    lab.tool("licissue", "init", stranger)
    lab.issue("theirs.lic", issuer=stranger, feature="datak9")
    ticket(lab, "theirs", identity(lab, "theirs.lic"), issuer=stranger)
    lab.issue("elsewhere.lic", feature="datak9", udi="OTHER:SN0")
    ticket(lab, "elsewhere", identity(lab, "elsewhere.lic"), udi="OTHER:SN0")
    before = lab.installed()
    good = {"PERMISSION_TICKET": "flash:first", "REHOST_TICKET": "flash:out"}
    bad_out = {"REHOST_TICKET": "flash:none/out"}
    for what, action, cause, values in (
            ("no ticket yet", REGENERATE, REHOST, bad_out),
            ("device", PROCESS, DEVICE, {"ENT": 9, "PROTOCOL": RCP}),
            ("protocol", PROCESS, PROTOCOL_CAUSE,
             {"PERMISSION_TICKET": "flash:none", "PROTOCOL": RCP}),
            ("ticket path", PROCESS, TICKET_PATH,
             {"PERMISSION_TICKET": "flash:none", **bad_out}),
            ("ticket", PROCESS, TICKET,
             {"PERMISSION_TICKET": "flash:rubbish.lic", **bad_out}),
            ("a license is none", PROCESS, TICKET,
             {"PERMISSION_TICKET": "flash:good.lic", **bad_out}),
            ("not our authority", PROCESS, TICKET,
             {"PERMISSION_TICKET": "flash:theirs", **bad_out}),
            ("another device", PROCESS, OTHER_DEVICE,
             {"PERMISSION_TICKET": "flash:elsewhere", **bad_out}),
            ("no way out", PROCESS, REHOST_PATH, bad_out),
            ("regenerate: ticket path", REGENERATE, TICKET_PATH,
             {"PERMISSION_TICKET": "flash:none", **bad_out}),
            ("regenerate: ticket", REGENERATE, TICKET,
             {"PERMISSION_TICKET": "flash:rubbish.lic", **bad_out})):
        expect(lab, what, (FAILED, cause), action, **{**good, **values})
    equal(lab.installed(), before, "the licenses")
    check("the licenses are revoked" not in lab.log(), "nothing is revoked")

    step("it is processed once, and its answer can be had again")
    expect(lab, "processed", (SUCCESSFUL, NONE), PROCESS, **good)
    equal(len(lab.installed()), len(before) - 1, "licenses")
    answer = read(lab, "out")
    expect(lab, "once more", (SUCCESSFUL, NONE), PROCESS,
           **{**good, "REHOST_TICKET": "flash:out2"})
    equal(read(lab, "out2"), answer, "the same answer")
    expect(lab, "regenerate: no way out", (FAILED, REHOST_PATH), REGENERATE,
           **{**good, **bad_out})
    expect(lab, "regenerated", (SUCCESSFUL, NONE), REGENERATE,
           **{**good, "REHOST_TICKET": "flash:out3"})
    equal(read(lab, "out3"), answer, "the same answer")
    lab.tool("licissue", "rehost", lab.issuer, "--ticket",
             lab.flash_path("out"), "--udi", "NEW:SN1", "--first-sight", "-o",
             lab.flash_path("moved.lic"))
    expect(lab, "second", (SUCCESSFUL, NONE), PROCESS,
           **{**good, "PERMISSION_TICKET": "flash:second"})
    expect(lab, "superseded comes before the way out", (FAILED, TICKET),
           PROCESS, **{**good, **bad_out})
    expect(lab, "a revoked license comes back no more", (FAILED, EXISTS),
           INSTALL, FILE="flash:move.lic")


def full(lab):
    step("a store that is full")
    with open(lab.conf, encoding="utf-8") as f:
        conf = f.read()
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(re.sub(r"size = \d+;", "size = 20000;", conf))
    start = len(lab.log())
    lab.kill(signal.SIGHUP)
    lab.wait_log("in force", start)
    row = ask(lab, INSTALL, FILE="flash:large.lic", STOP_ON_FAILURE=2)
    states = results(lab, row)
    equal(states[0], (SUCCESSFUL, NONE), "the first fits")
    equal(states[-1], (FAILED, FULL), "the last one does not")


# ---- Credentials

def export(lab, want, **values):
    row = int(lab.get1(NEXT_CREDENTIALS))
    lab.set(*(part for column, letter, value in
              [(EXPORT_STATUS, "i", CREATE_AND_GO)] +
              [(int(c[1:]), *v) for c, v in values.items()]
              for part in (f"{EXPORTS}.{column}.{row}", letter, value)))
    wait_until("export over", lambda: int(lab.get1(
        f"{EXPORTS}.{EXPORT_STATE}.{row}")) >= SUCCESSFUL)
    equal(tuple(int(v) for v in lab.get(f"{EXPORTS}.{EXPORT_STATE}.{row}",
                                        f"{EXPORTS}.{EXPORT_CAUSE}.{row}")),
          want, f"export {values}")
    check(int(lab.get1(NEXT_CREDENTIALS)) != row, "the index is taken")
    return row


def credentials(lab):
    step("credentials: each cause, and what comes out is signed")
    path, run = ("s", "flash:cred"), ("i", 2)
    export(lab, (FAILED, 2), c8=path)
    check(not os.path.exists(lab.flash_path("cred")), "noOp writes nothing")
    export(lab, (FAILED, 3), c8=path, c9=run, c3=("i", RCP))
    export(lab, (FAILED, 4), c8=path, c9=run, c3=("i", HTTP), c4=("i", 1),
           c5=("x", "7F000001"))
    export(lab, (FAILED, 5), c8=path, c9=run, c2=("i", 9), c3=("i", RCP))
    export(lab, (FAILED, 6), c8=("s", "flash:none/cred"), c9=run)
    row = export(lab, (SUCCESSFUL, 1), c8=path, c9=run)
    check(lab.udi in lab.tool("licissue", "inspect", lab.flash_path("cred")),
          "they name the device")
    equal(sorted(lab.table(EXPORTS)[(row,)]), list(range(2, 14)), "columns")
    lab.set(f"{EXPORTS}.{EXPORT_STATUS}.{row}", "i", DESTROY)
    check((row,) not in lab.table(EXPORTS), "the row is gone")


def causes(lab):
    need_transfers()
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write(f"transfer = {{ http-port = {free_port()}; stall = 2; }};\n")
    start = len(lab.log())
    lab.kill(signal.SIGHUP)
    lab.wait_log("in force", start)
    make_files(lab)
    installs(lab)
    several(lab)
    one_of_each(lab)
    clears(lab)
    backups(lab)
    agreements(lab)
    tickets(lab)
    credentials(lab)
    full(lab)
    expect(lab, "noOp", (SUCCESSFUL, NONE), NOTHING)


main(causes)
