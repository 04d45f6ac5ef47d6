#!/usr/bin/env python3
"""The options of examples/lab start, and the lab as an ordinary user."""

import ssl
import urllib.parse
import urllib.request

from harness import *

SYS_LOCATION = ".1.3.6.1.2.1.1.6.0"
SUBSCRIPTION = ("--start", "2030-01-01", "--end", "2031-01-01")


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def licenses_and_snmpd_conf(lab):
    step("--licenses 12 --snmpd-conf")
    more = write(os.path.join(lab.top, "more.conf"), "sysLocation the shed\n")
    lab.start("--licenses", "12", "--snmpd-conf", more)
    equal(len(lab.installed()), 12, "licenses")
    equal(lab.table(ACTION), {}, "action rows left")
    equal(lab.get1(SYS_LOCATION).text, "the shed", "sysLocation")
    lab.stop()


def conf(lab):
    step("--conf, from another lab's configuration")
    other = Lab(start=False)
    failed = True
    try:
        with open(lab.conf, encoding="utf-8") as f:
            text = f.read().replace("LAB00000001", "LAB00000077")
        path = write(os.path.join(other.top, "my.conf"), text)
        other.start("--conf", path)
        equal(other.udi, "LIC1921/K9:LAB00000077", "LAB_UDI")
        check(other.state.startswith(other.dir + "/"), "a state of its own")
        other.issue("one.lic")
        equal(other.outcome(other.install("flash:one.lic")), (SUCCESSFUL, 1),
              "install")
        failed = False
    finally:
        other.close(failed)


def faketime(lab):
    if not glob.glob("/usr/lib/*/faketime/libfaketime.so.1"):
        step("--faketime: not tried, libfaketime is not installed")
        return
    for spec, want in (("2030-06-01", 2), ("@2029-06-01 00:00:00", 1)):
        step(f"--faketime '{spec}'")
        other = Lab(start=False)
        failed = True
        try:
            other.start("--faketime", spec)
            other.issue("sub.lic", *SUBSCRIPTION, kind="paidSubscription")
            equal(other.outcome(other.install("flash:sub.lic")),
                  (SUCCESSFUL, 1), "install of a subscription")
            equal([int(r[14]) for r in other.installed().values()], [want],
                  "status of a license for 2030")
            failed = False
        finally:
            other.close(failed)


def ask(other, path, token, body=None):
    """What the portal answers."""
    headers = {"Authorization": "Bearer " + token}
    if body is not None:
        body = json.dumps(body).encode()
        headers |= {"Content-Type": "application/json",
                    "Idempotency-Key": "lab"}
    request = urllib.request.Request(other.portal + path, body, headers)
    context = ssl.create_default_context(cafile=other.portal_ca)
    with urllib.request.urlopen(request, context=context) as answer:
        return answer.read().decode()


def portal(lab):
    if not os.path.exists(os.path.join(lab.bin, "licportald")):
        step("--portal: not tried, licportald was not built")
        return
    step("--portal: from the lab's PAK to a license that is installed")
    other = Lab(start=False)
    failed = True
    try:
        other.start("--portal")
        pak = f"/api/v1/paks/{other.pak}"
        equal(json.loads(ask(other, pak, other.portal_admin))["left"], 100,
              "units of LAB_PAK")
        answer = json.loads(ask(other, pak + "/redeem", other.portal_token,
                                {"udis": [other.udi]}))
        write(other.flash_path("portal.lic"), answer["file"])
        equal(other.outcome(other.install("flash:portal.lic")),
              (SUCCESSFUL, 1), "install")
        udi = urllib.parse.quote(other.udi, safe="")
        equal(ask(other, f"/api/v1/devices/{udi}/licenses.lic",
                  other.portal_token), answer["file"], "sent again")
        pids = [int(other.licportald_pid), int(other.nginx_pid)]
        other.stop()
        equal([pid for pid in pids if runs(pid)], [],
              "programs that are left")
        failed = False
    finally:
        other.close(failed)


def ordinary_user(lab):
    if os.getuid() != 0:
        return
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    reach = lab.run(*nobody, "test", "-x", os.path.join(lab.bin, "licagentd"),
                    "-a", "-r", LAB)
    if reach.returncode != 0:
        step("as nobody: not tried, that user cannot read this tree")
        return
    step("as nobody")
    os.chmod(lab.top, 0o711)
    folder = os.path.join(lab.top, "theirs")
    os.mkdir(folder)
    os.chown(folder, 65534, 65534)
    environ = [f"{name}={value}" for name, value in lab.environ.items()
               if name.startswith(("LAB_", "ASAN", "UBSAN"))]
    path = "PATH=/usr/bin:/bin"
    target = os.path.join(folder, "lab")
    for command in ("start", "status", "stop"):
        done = lab.run(*nobody, "env", "-i", path, *environ, LAB, command,
                       target, cwd="/")
        equal((done.returncode, done.stderr), (0, ""), f"{command} as nobody")


# Arguments; exit status and the first line on standard error.
MISTAKES = [
    ([], 2, "usage: lab start DIR [option]...   start a lab and write DIR/"
     "lab.env"),
    (["begin", "{x}"], 2, "lab: begin: unknown command"),
    (["start"], 1, "lab: start: missing folder"),
    (["start", "{x}", "--fast"], 1,
     "lab: --fast: unknown option; see lab --help"),
    (["start", "{x}", "--licenses"], 1, "lab: --licenses needs a value"),
    (["start", "{x}", "--licenses", "ten"], 1,
     "lab: --licenses ten: invalid number"),
    (["start", "{x}", "--conf", "{x}.conf"], 1,
     "lab: {x}.conf: cannot read"),
    (["start", "{x}/y/z"], 1, "lab: {x}/y: no such folder"),
    (["start", "{x}'y\"z"], 1, "lab: {x}'y\"z: the path must not contain "
     "quotes, backslashes, commas, bars, ampersands or control characters"),
    (["stop", "{x}"], 1, "lab: {x}: not a lab"),
    (["env", "{x}"], 1, "lab: {x}: no lab of yours is running"),
]


def mistakes(lab):
    step("mistakes")
    x = os.path.join(lab.top, "x")
    for args, status, words in MISTAKES:
        done = lab.run(LAB, *(arg.format(x=x) for arg in args))
        equal((done.returncode, done.stderr.partition("\n")[0]),
              (status, words.format(x=x)), f"lab {args}")
    check(not os.path.exists(x), "nothing was made")


def options(lab):
    mistakes(lab)
    licenses_and_snmpd_conf(lab)
    lab.environ["LAB_BIN"] = lab.bin
    conf(lab)
    faketime(lab)
    portal(lab)
    ordinary_user(lab)


main(options, start=False)
