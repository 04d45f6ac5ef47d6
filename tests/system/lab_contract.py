#!/usr/bin/env python3
"""examples/lab keeps what it promises: variables, two at once, no traces."""

from harness import *

VARIABLES = """LAB_BIN LAB_SNMP LAB_RO LAB_RW LAB_V3 LAB_V3_RO LAB_MIBS
LAB_FLASH LAB_ISSUER LAB_CONF LAB_STATE LAB_CONTROL LAB_TRAPS LAB_LOGS
LAB_SNMPD_PID LAB_LICAGENTD_PID LAB_SNMPTRAPD_PID LAB_UDI LAB_DIR""".split()


def processes_with(word):
    """The command lines of all processes that name this folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), \
                open(f"/proc/{pid}/cmdline", "rb") as f:
            line = f.read().replace(b"\0", b" ").decode(errors="replace")
            if word in line and int(pid) != os.getpid():
                found.append(line)
    return found


def variables(lab):
    step("lab.env is for any shell, and complete")
    path = os.path.join(lab.dir, "lab.env")
    for shell in ("sh", "bash"):
        done = lab.run(shell, "-eu", "-c", '. "$1"; for v in $2; do '
                       'eval "printf \'%s=%s\\n\' $v \\"\\$$v\\""; done',
                       "-", path, " ".join(VARIABLES))
        equal(dict(line.split("=", 1) for line in done.stdout.splitlines()),
              {name: lab.env[name] for name in VARIABLES}, shell)
    for name in VARIABLES:
        check(lab.env[name], f"{name} is not empty")
    for name in ("FLASH", "ISSUER", "STATE", "CONF", "TRAPS", "LOGS"):
        value = lab.env["LAB_" + name]
        check(os.path.exists(value), f"LAB_{name}: {value} is there")
        equal(os.path.commonpath((value, lab.dir)), lab.dir, f"LAB_{name}")
    equal(oct(os.stat(path).st_mode & 0o777), "0o600", "mode of lab.env")
    equal(lab.udi, "LIC1921/K9:LAB00000001", "LAB_UDI")


def device(lab):
    step("the device: five features, each with an evaluation license")
    features = lab.table(FEATURES)
    names = ["ipbasek9", "securityk9", "datak9", "uck9", "cme-srst"]
    equal([(f[2].text, f[3].text) for f in features.values()],
          [(name, "1.0") for name in names], "features")
    equal(features[1, 5][5].text, "phones", "what cme-srst counts")
    equal([(i[:2], r[3].text, int(r[5]), int(r[7]))
           for i, r in lab.licenses().items()],
          [((1, 2), name, 8, 60 * 86400) for name in names],
          "built-in licenses")
    equal({i: r[2].text for i, r in lab.table(STORES).items()},
          {(1, 1): "flash:primary", (1, 2): "builtin:evaluation"}, "stores")
    equal({i: int(r[1]) for i, r in lab.table(DEVICES).items()}, {(1,): 1},
          "default store")


def names(lab):
    step("LAB_MIBS resolves names without complaint")
    printed = lab.named("snmpget", lab.snmp_address,
                        "CISCO-LICENSE-MGMT-MIB::clmgmtFeatureName.1.1",
                        "SNMPv2-MIB::sysUpTime.0")
    check('= STRING: ipbasek9' in printed, printed)
    lab.settled()
    traps = lab.traps()
    check(traps and traps[0][0] == "coldStart",
          f"snmpd's own notification came first: {traps}")


def status(lab):
    step("status and env tell, a second start is refused")
    check(lab.lab("status", lab.dir).count("runs, process") == 3, "status")
    commands = lab.lab("env", lab.dir)
    done = lab.run("sh", "-euc", 'eval "$1"; snmpget -v2c -c "$LAB_RO" '
                   '-Ov "$LAB_SNMP" clmgmtFeatureName.1.5', "-", commands)
    equal((done.stdout, done.stderr), ("STRING: cme-srst\n", ""), "env")
    done = lab.run(LAB, "start", lab.dir)
    check(done.returncode == 1 and "is running already" in done.stderr,
          f"second start: {done}")


def two_at_once(lab):
    step("another lab beside it, in a folder with a blank")
    other = Lab(start=False)
    failed = True
    try:
        other.dir = os.path.join(other.top, "another lab")
        other.start()
        for name in ("SNMP", "RO", "RW", "V3", "SNMPD_PID"):
            check(lab.env["LAB_" + name] != other.env["LAB_" + name],
                  f"LAB_{name} differs")
        other.issue("one.lic")
        equal(other.outcome(other.install("flash:one.lic")),
              (SUCCESSFUL, 1), "install there")
        equal((len(lab.installed()), len(other.installed())), (0, 1),
              "licenses here and there")
        pids = [other.pid(p) for p in ("snmpd", "licagentd", "snmptrapd")]
        other.stop()
        equal(processes_with(other.dir), [], "processes of the stopped lab")
        for pid, program in zip(pids, ("snmpd", "licagentd", "snmptrapd")):
            check(not other.alive(program), f"{program} ({pid}) is gone")
        check(not os.path.exists(os.path.join(other.dir, "lab.env")),
              "its lab.env is gone")
        step("a stopped lab starts again with what it had")
        other.start()
        equal(len(other.installed()), 1, "licenses there")
        failed = False
    finally:
        other.close(failed)
    check(lab.alive() and lab.alive("snmpd") and lab.alive("snmptrapd"),
          "the first lab lives on")


def restarts(lab):
    step("each program can be started again")
    before = lab.walk()
    for program in ("snmpd", "snmptrapd", "licagentd"):
        pid = lab.pid(program)
        lab.restart(program)
        check(lab.pid(program) != pid, f"{program} is another process")
        equal(lab.walk(), before, f"walk after restart of {program}")


def failures(lab):
    step("what cannot start says why and leaves nothing")
    broken = os.path.join(lab.top, "bin")
    os.mkdir(broken)
    for name in ("licissue", "licagentd"):
        os.symlink(os.path.join(lab.bin, name), os.path.join(broken, name))
    target = os.path.join(lab.top, "broken")
    for what, conf, options, words in (
            ("bad configuration", "colour = 1;\n", [], "colour"),
            ("bad option", None, ["--licences", "3"], "--licences"),
            ("bad number", None, ["--licenses", "many"], "many"),
            ("bad time", None, ["--faketime", "tea time"], "tea time")):
        if conf:
            path = os.path.join(lab.top, "bad.conf")
            with open(path, "w", encoding="utf-8") as f:
                f.write(conf)
            options = ["--conf", path]
        done = lab.run(LAB, "start", target, *options)
        check(done.returncode != 0 and words in done.stderr,
              f"{what}: {done}")
        equal(processes_with(target), [], f"{what}: processes left")
    os.unlink(os.path.join(broken, "licagentd"))
    lab.environ["LAB_BIN"] = broken
    done = lab.run(LAB, "start", target)
    check(done.returncode != 0 and "no licagentd in" in done.stderr,
          f"missing program: {done}")
    done = lab.run(LAB, "start", os.path.join(lab.top, "x" * 108))
    check(done.returncode != 0 and "too long" in done.stderr,
          f"long name: {done}")


def strangers(lab):
    step("stop ends no process that only has the number of one of its own")
    with subprocess.Popen(["sleep", "300"]) as stranger:
        for line in (f"{stranger.pid} 12345\n", f"{stranger.pid} \n"):
            with open(os.path.join(lab.dir, "run", "licagentd"), "w",
                      encoding="utf-8") as f:
                f.write(line)
            lab.stop()
            equal(stranger.poll(), None, f"exit status, given {line!r}")
        stranger.kill()


def contract(lab):
    home = os.path.join(lab.top, "home")
    os.mkdir(home)
    lab.environ["HOME"] = home
    lab.start()
    variables(lab)
    device(lab)
    names(lab)
    status(lab)
    two_at_once(lab)
    restarts(lab)
    lab.stop()
    equal(processes_with(lab.dir), [], "processes of the stopped lab")
    equal(os.listdir(home), [], "files in HOME")
    strangers(lab)
    failures(lab)


main(contract, start=False)
