#!/usr/bin/env python3
"""The container files: what they name exists, and what they run works.

Needs no container: the commands run here, on the example configuration with
other places.  container_try.py, which make check-container runs, has podman.
"""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))

from harness import *  # noqa: E402,F401,F403

FOLDER = os.path.join(TOP, "packaging", "container")
BIN = os.environ.get("LAB_BIN") or os.path.join(os.getcwd(), "bin")
MASTER = "/var/agentx/master"
CONTROL = "/run/licagent/control"


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as f:
        return f.read()


def default(text):
    """${NAME:-value} as it is where NAME is not set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


def stages(text):
    """{stage: its lines} of a Containerfile."""
    found, base = {}, None
    for line in re.sub(r"\\\n", " ", text).splitlines():
        stage = re.fullmatch(r"FROM (\S+) AS (\S+)", line)
        if stage:
            base = stage.group(1)
            check(base == "${BASE}" or base in found, f"no stage {base}")
            lines = found[stage.group(2)] = list(found.get(base, ()))
        elif base and line and line[0] != "#":
            lines.append(line)
    return found


def instruction(stage, name):
    """The last one of that name."""
    return [line.split(" ", 1)[1] for line in stage
            if line.startswith(name + " ")][-1]


def mounts(service):
    """{folder in the container: (source, whether read-only)}"""
    return {parts[1]: (parts[0], parts[2:] == ["ro"])
            for parts in (default(line).split(":")
                          for line in service["volumes"])}


def builds(services, images):
    step("each service has its stage, and the base is an argument")
    for name, service in services.items():
        build = service["build"]
        equal(os.path.realpath(os.path.join(FOLDER, build["context"])),
              os.path.realpath(TOP), f"{name}: context")
        check(os.path.exists(os.path.join(TOP, build["dockerfile"])),
              f"{name}: no {build['dockerfile']}")
        check(build["target"] in images, f"{name}: no stage in Containerfile")
        check("BASE" in build["args"], f"{name}: the base is no argument")
    step("what is copied into an image exists")
    for name, stage in images.items():
        for line in stage:
            copied = re.match(r"COPY (?:--from=(\S+) )?(\S+)", line)
            if not copied:
                continue
            if copied.group(1):
                check(copied.group(1) in images, f"{name}: {line}")
            else:
                check(os.path.exists(os.path.join(TOP, copied.group(2))),
                      f"{name}: {line}")


def confined(services, images):
    step("nobody is root, nothing is writable that is no volume")
    for name, service in services.items():
        check(re.fullmatch(r"(Debian-snmp|licagent):licagent",
                           instruction(images[name], "USER")), f"{name}: USER")
        equal([service[key] for key in
               ("read_only", "cap_drop", "security_opt", "restart")],
              [True, ["ALL"], ["no-new-privileges"], "unless-stopped"], name)
        for key in ("privileged", "cap_add", "user", "network_mode", "pid"):
            check(key not in service, f"{name}: {key}")


def mounted(compose):
    step("the configuration is mounted read-only, the rest in volumes")
    named = set()
    for name, service in compose["services"].items():
        for target, (source, read_only) in mounts(service).items():
            if source.startswith("."):
                check(os.path.isdir(os.path.join(FOLDER, source)),
                      f"{name}: no {source}")
                check(read_only, f"{name}: {target} is writable")
            else:
                named.add(source)
    equal(named, set(compose["volumes"]), "volumes")

    step("the paths of the configuration are there")
    folders = mounts(compose["services"]["licagentd"])
    text = read(FOLDER, "etc", "licagent", "licagentd.conf")
    paths = re.findall(r'"(/[^"]*)"', text) + [MASTER, CONTROL]
    check(len(paths) == 5, f"paths: {paths}")
    for path in paths:
        check(any(path.startswith(folder) for folder in folders),
              f"licagentd: {path} is in no volume")
    equal(folders[os.path.dirname(MASTER)],
          mounts(compose["services"]["snmpd"])[os.path.dirname(MASTER)],
          "the volume of the AgentX socket")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def configure(lab, port):
    """The example's files with places in the lab's folder."""
    for name in ("state/flash", "keys", "snmp"):
        os.makedirs(os.path.join(lab.top, name), exist_ok=True)
    os.chmod(os.path.join(lab.top, "state"), 0o700)
    text = read(FOLDER, "etc", "licagent", "licagentd.conf")
    text = (text.replace("/var/lib/licagent", f"{lab.top}/state")
            .replace("/etc/licagent/keys", f"{lab.top}/keys"))
    with open(f"{lab.top}/licagentd.conf", "w", encoding="utf-8") as f:
        f.write(f'{text}\nmaster = "unix:{lab.top}/master";\n'
                f'control = "{lab.top}/control";\nown-keys = true;\n')
    for name in ("snmp.conf", "snmpd.conf"):
        text = read(FOLDER, "etc", "snmp", name)
        with open(f"{lab.top}/snmp/{name}", "w", encoding="utf-8") as f:
            f.write(text.replace(MASTER, f"{lab.top}/master")
                    .replace("udp:1161", f"udp:127.0.0.1:{port}"))


@contextlib.contextmanager
def running(lab, name, command):
    """A program until the end of the block; then it must stop well."""
    log = os.path.join(lab.top, name + ".log")
    environ = dict(lab.environ)
    del environ["MIBS"], environ["MIBDIRS"]     # which snmp.conf is about
    with open(log, "w", encoding="utf-8") as f:
        process = subprocess.Popen(command, env=environ, stdout=f,
                                   stderr=subprocess.STDOUT)
    try:
        yield log
        process.terminate()
        equal(process.wait(PATIENCE), 0, f"exit status of {name}")
    except Failure:
        print(f"==== {name}\n{read(log)}")
        raise
    finally:
        process.kill()
        process.wait()


def healthy(lab, test):
    return lab.run("sh", "-c", test).returncode == 0


def works(lab, services, images):
    port = free_port()
    configure(lab, port)
    snmpd = json.loads(instruction(images["snmpd"], "CMD"))
    daemon = json.loads(instruction(images["licagentd"], "CMD"))
    daemon[0] = os.path.join(BIN, os.path.basename(daemon[0]))
    asks_snmpd, asks_daemon = (services[name]["healthcheck"]["test"]
                               for name in ("snmpd", "licagentd"))
    port_there = re.search(r"127\.0\.0\.1:(\d+)", asks_snmpd).group(1)
    equal([line.split(":")[-1] for line in services["snmpd"]["ports"]],
          [port_there + "/udp"], "the port that is published")
    asks_snmpd = asks_snmpd.replace(f":{port_there}", f":{port}")
    asks_daemon = re.sub(r"^licctl", f"{BIN}/licctl --socket {lab.top}/control",
                         asks_daemon)

    step("the health checks fail where nothing runs")
    equal((healthy(lab, asks_snmpd), healthy(lab, asks_daemon)),
          (False, False), "healthy")
    step("both programs run as configured, connect, and are healthy")
    lab.environ["SNMPCONFPATH"] = f"{lab.top}/snmp"
    with running(lab, "snmpd", snmpd) as snmpd_log, \
            running(lab, "licagentd", daemon +
                    ["-c", f"{lab.top}/licagentd.conf"]) as daemon_log:
        wait_until("connection", lambda: "connected to the master agent"
                   in read(daemon_log))
        equal(re.findall(r"(?im)^.*(?:warning|error|unknown|cannot).*$",
                         read(snmpd_log)), [], "complaints of snmpd")
        wait_until("snmpd is healthy", lambda: healthy(lab, asks_snmpd))
        wait_until("licagentd is healthy", lambda: healthy(lab, asks_daemon))


def test(lab):
    try:
        import yaml
    except ImportError:
        skip("python3-yaml is not installed")
    compose = yaml.safe_load(read(FOLDER, "compose.yaml"))
    services = compose["services"]
    images = stages(read(FOLDER, "Containerfile"))
    equal(sorted(services), ["licagentd", "snmpd"], "services")
    builds(services, images)
    confined(services, images)
    mounted(compose)
    works(lab, services, images)


main(test, start=False)
