#!/usr/bin/env python3
"""The role "master": managers ask licagentd itself, without snmpd."""

import pwd

from harness import *

COMMENTS = 13                   # the column that one community does not see
SYSTEM = ".1.3.6.1.2.1.1"
ENGINE_ID = ".1.3.6.1.6.3.10.2.1.1.0"
ENGINE_BOOTS = ".1.3.6.1.6.3.10.2.1.2.0"
ENGINE_TIME = ".1.3.6.1.6.3.10.2.1.3.0"
IMAGE_SWITCH = IMAGE_OBJECTS + ".4.1.0"
MORE = f"""
# An older manager, and one who does not see everything.
com2sec old 127.0.0.1 old
com2sec partial 127.0.0.1 partial
group old v1 old
group partial v2c partial
view partial included .1
view partial excluded {LICENSES}.{COMMENTS}
access old "" v1 noauth exact everything module none
access partial "" v2c noauth exact partial none none
"""


def snmp_conf(lab):
    return os.path.join(lab.dir, "snmp", "snmpd.conf")


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def reload(lab):
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   "reload")
    return done.returncode, done.stderr


def versions(lab):
    step("SNMPv1, v2c and v3 tell the same; the system group is there")
    want = lab.walk(LICENSES)
    check(len(want) == (40 + 5) * 15, f"{len(want)} variables of licenses")
    for auth in ("-v1 -c old", lab.v3):
        equal(lab.walk(LICENSES, auth=auth), want, f"the walk with {auth}")
    equal(lab.walk(LICENSES, tool="snmpbulkwalk"), want, "the walk by bulk")
    kind, since = lab.get(SYSTEM + ".2.0", SYSTEM + ".3.0")
    equal((kind.kind, since.kind), ("OID", "Timeticks"), "the system's kinds")
    check(any(MODULE == value.text for _, value in
              lab.walk(SYSTEM + ".9.1.2")), "our module in sysORTable")
    done = lab.run("snmpget", "-v2c", "-c", "wrong", "-r", "0", "-t", "1",
                   lab.snmp_address, NEXT_ACTION)
    check("Timeout" in done.stderr, f"a wrong community: {done.stdout}")


def hidden(lab, name, auth=None):
    kind = lab.get1(name, auth=auth).kind
    check(kind.startswith("No Such Object"), f"{name} is {kind}")


def views(lab):
    step("what is not in a view is seen by no kind of request")
    column = f"{LICENSES}.{COMMENTS}"
    all_but = [row for row in lab.walk(LICENSES)
               if not row[0].startswith(column + ".")]
    for tool in ("snmpwalk", "snmpbulkwalk"):
        equal(lab.walk(LICENSES, tool=tool, auth="-v2c -c partial"), all_but,
              f"{tool} of what is in the view")
    before, behind = f"{LICENSES}.{COMMENTS - 1}", f"{LICENSES}.{COMMENTS + 1}"
    manager = Manager(lab, ["-v2c", "-c", "partial"])
    for start, many in ((before, 100), (column, 50)):
        error, _, bound = manager.ask("bulk", 0, many, start)
        equal((error, len(bound)), (0, many), f"bulk from {start}")
        equal([name for name, _ in bound if name.startswith(column + ".")], [],
              f"what bulk gives from {start}")
        check(any(name.startswith(behind + ".") for name, _ in bound),
              f"bulk goes on behind the column: {bound[-1]}")
    # Columns that end at different repetitions, and the end of everything.
    error, _, bound = manager.ask("bulk", 1, 60, NEXT_ACTION, before, column,
                                  IMAGE_OBJECTS + ".4")
    equal(error, 0, "the error of bulk")
    equal([name for name, _ in bound if name.startswith(column + ".")], [],
          "what bulk of several gives")
    manager.close()
    hidden(lab, f"{column}.1.1.1", "-v2c -c partial")


def timeless(bound):
    """Seconds go on between two requests."""
    return [(name, "" if name == ENGINE_TIME else value)
            for name, value in bound]


def bulk(lab):
    step("GETBULK is what as many GETNEXT are")
    manager = Manager(lab, ["-v2c", "-c", lab.ro])
    starts = [f"{LICENSES}.3", f"{LICENSES}.17.1.1.30", ENTITIES, MODULE,
              IMAGE_OBJECTS, SYSTEM + ".9"]
    for count in (1, 2, 6):
        error, _, bound = manager.ask("bulk", 0, 16, *starts[:count])
        equal((error, len(bound)), (0, 16 * count), f"bulk of {count}")
        row = starts[:count]
        for at in range(16):
            error, _, want = manager.ask("next", *row)
            equal(timeless(bound[at * count:(at + 1) * count]),
                  timeless(want), f"repetition {at} of {count}")
            row = [name for name, _ in want]
    manager.close()


def sets(lab):
    step("a SET over two modules is done whole, or not at all")
    switch = SWITCHES + ".1.0"

    def both():
        return [int(value) for value in lab.get(switch, IMAGE_SWITCH)]
    lab.set(switch, "i", 1, IMAGE_SWITCH, "i", 1, auth=lab.v3)
    equal(both(), [1, 1], "both switches")
    for bindings, why in (((switch, "i", 2, IMAGE_SWITCH, "i", 7),
                           "wrongValue"),
                          ((IMAGE_SWITCH, "i", 2, switch, "u", 2),
                           "wrongType")):
        try:
            lab.set(*bindings)
        except SnmpError as error:
            check(why in str(error), f"SET: {error}")
        else:
            raise Failure(f"{bindings} was taken")
        equal(both(), [1, 1], f"both switches after {bindings}")
    try:
        lab.set(switch, "i", 2, auth=["-v2c", "-c", lab.ro])
    except SnmpError as error:
        check("noAccess" in str(error), f"SET by a reader: {error}")
    else:
        raise Failure("a reader may write")


def install(lab, name):
    lab.issue(name)
    equal(lab.outcome(lab.install(f"flash:{name}")), (SUCCESSFUL, 1), name)


def installed(lab):
    return len(lab.traps("clmgmtLicenseInstalled"))


def arrives(lab, name, what):
    """An inform may come more than once."""
    before = installed(lab)
    install(lab, name)
    wait_until(what, lambda: installed(lab) > before)


def notifications(lab):
    step("notifications: coldStart, traps, and informs after SIGHUP")
    wait_until("coldStart", lambda: lab.traps("coldStart"))
    lab.lose_no_traps()
    lab.restart()
    arrives(lab, "first.lic", "a trap")
    text = read(snmp_conf(lab))
    write(snmp_conf(lab), text.replace("trap2sink tcp", "informsink tcp"))
    equal(reload(lab), (0, ""), "reload")
    arrives(lab, "second.lic", "an inform")
    write(snmp_conf(lab), text)


def restart(lab):
    step("the SNMP engine stays the same")
    engine = lab.get1(ENGINE_ID).text
    boots = int(lab.get1(ENGINE_BOOTS))
    lab.restart()
    equal(lab.get1(ENGINE_ID).text, engine, "the engine's id")
    equal(int(lab.get1(ENGINE_BOOTS)), boots + 1, "its boots")
    equal(len(lab.walk(LICENSES, auth=lab.v3)), 47 * 15, "a walk with v3")


def reloads(lab):
    step("SIGHUP: what is right is in force, what is wrong is said")
    text = read(snmp_conf(lab))
    wrong = text.count("\n") + 1
    write(snmp_conf(lab), f"{text}nonsense 1\nview everything excluded "
                          f"{SYSTEM}\n")
    status, said = reload(lab)
    check(status != 0 and f"snmpd.conf:{wrong}: " in said,
          f"reload: {status}, {said}")
    hidden(lab, SYSTEM + ".3.0")
    write(snmp_conf(lab), text)
    equal(reload(lab), (0, ""), "reload")
    equal(lab.get1(SYSTEM + ".3.0").kind, "Timeticks", "sysUpTime")
    conf = read(lab.conf)
    write(lab.conf, re.sub(r"(?m)^role = .*$", "", conf))
    status, said = reload(lab)
    check("role cannot be changed" in said, f"reload: {said}")
    write(lab.conf, conf)


def daemon(lab, *options):
    done = lab.run(os.path.join(lab.bin, "licagentd"), *options, "-c",
                   lab.conf)
    return done.returncode, done.stdout + done.stderr


def refusals(lab):
    step("-t and a start refuse what is wrong, with file and line")
    equal(daemon(lab, "-t")[0], 0, "-t")
    lab.kill(signal.SIGTERM)
    wait_until("it ends", lambda: not lab.alive())
    text = read(snmp_conf(lab))
    for line in ("nonsense 1", "trap2sink", "view everything", "createUser"):
        write(snmp_conf(lab), f"# A comment.\n{line}\n{text}")
        for options in (("-t",), ("-f",)):
            status, said = daemon(lab, *options)
            check(status == 1 and "snmpd.conf:2: " in said,
                  f"{line}, {options}: {status}\n{said}")
    os.remove(snmp_conf(lab))
    status, said = daemon(lab, "-f")
    check(status == 1 and "No such file" in said, f"without it: {said}")
    write(snmp_conf(lab), text)


def low_port(lab):
    step("a port that is taken, and one that only root may have")
    text = read(snmp_conf(lab))
    host, port = lab.snmp_address.split(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((host, int(port)))
        status, said = daemon(lab, "-f")
    check(status == 1 and "cannot listen at" in said and
          "Address already in use" in said, f"a port that is taken: {said}")
    if os.getuid() != 0:
        return
    account = pwd.getpwnam("daemon")
    host = f"127.{os.getpid() % 250 + 1}.{os.getppid() % 250 + 1}.9"
    write(snmp_conf(lab), re.sub(r"(?m)^agentaddress .*$",
                                 f"agentaddress udp:{host}:161", text))
    write(lab.conf, read(lab.conf) + 'user = "daemon";\n')
    os.remove(lab.control + ".lock")
    for folder in (lab.top, lab.dir, os.path.dirname(snmp_conf(lab))):
        os.chmod(folder, 0o711)
    for path in (lab.conf, snmp_conf(lab)):
        os.chmod(path, 0o644)
    for top in (lab.state, lab.flash, os.path.join(lab.dir, "keys"), lab.dir):
        shutil.chown(top, account.pw_uid, account.pw_gid)
        for name in os.listdir(top) if top != lab.dir else ["builtin.lic"]:
            shutil.chown(os.path.join(top, name), account.pw_uid,
                         account.pw_gid)
    for name in os.listdir(os.path.join(lab.state, "snmp")):
        shutil.chown(os.path.join(lab.state, "snmp", name), account.pw_uid,
                     account.pw_gid)
    process = subprocess.Popen(
        [os.path.join(lab.bin, "licagentd"), "-f", "-c", lab.conf],
        stderr=subprocess.PIPE, text=True, env=lab.environ)
    try:
        wait_until("an answer at port 161",
                   lambda: process.poll() is not None or answers(lab, host))
        equal(process.poll(), None, "the daemon")
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as f:
            fields = dict(line.split(":\t", 1) for line in f if ":\t" in line)
        equal(fields["Uid"].split()[1], str(account.pw_uid), "its user")
        for name in ("CapPrm", "CapEff", "CapAmb"):
            equal(int(fields[name], 16), 0, name)
    finally:
        process.terminate()
        said = process.communicate()[1]
    equal(process.returncode, 0, f"its end\n{said}")


def answers(lab, host):
    return lab.run("snmpget", "-v2c", "-c", lab.ro, "-r", "0", "-t", "1",
                   f"{host}:161", NEXT_ACTION).returncode == 0


def standalone(lab):
    more = os.path.join(lab.top, "more.conf")
    write(more, MORE)
    lab.start("--role", "master", "--licenses", "40", "--snmpd-conf", more)
    for part in (versions, views, bulk, sets, notifications, restart, reloads,
                 refusals, low_port):
        part(lab)


main(standalone, start=False)
