#!/usr/bin/env python3
"""container_try: packaging/container/README.md, run with podman.

make check-container runs it; make check does not, since it needs podman,
podman-compose, Debian's packages from the network, and root or what podman
needs for an ordinary user.  BASE names the base image.  The project, its
volumes and its network are removed at the end, the images stay.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))

from harness import *  # noqa: E402,F401,F403

FOLDER = os.path.join(TOP, "packaging", "container")
BIN = os.environ.get("LAB_BIN") or os.path.join(os.getcwd(), "bin")
SLOW = 3600     # seconds for a build, on a busy machine


def commands(port, folder):
    """The commands of the page, with other places."""
    with open(os.path.join(FOLDER, "README.md"), encoding="utf-8") as f:
        text = "".join(re.findall(r"(?ms)^```sh\n(.*?)^```", f.read()))
    for old, new in (("/srv/licagent", f"{folder}/etc"),
                     ("127.0.0.1:1161", f"127.0.0.1:{port}"),
                     ("acme", f"{folder}/acme"),
                     ("phones.lic", f"{folder}/phones.lic")):
        check(old in text, f"README.md has no {old}")
        text = re.sub(rf"(?<![\w/:]){re.escape(old)}(?!\.jwk)", new, text)
    return text


class Project:
    def __init__(self, lab):
        self.lab = lab
        self.name = f"licagent-try-{os.getpid()}"
        self.real = shutil.which("podman-compose")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        # What the page calls podman-compose is this project alone.
        tools = os.path.join(lab.top, "tools")
        os.mkdir(tools)
        with open(os.path.join(tools, "podman-compose"), "w",
                  encoding="utf-8") as f:
            f.write(f'#!/bin/sh\nexec {self.real} -p {self.name} "$@"\n')
        os.chmod(f.name, 0o755)
        self.environ = dict(
            os.environ, PATH=f"{tools}:{BIN}:{os.environ['PATH']}",
            LICAGENT_ETC=f"{lab.top}/etc", SNMP_PORT=f"127.0.0.1:{self.port}")

    def shell(self, script):
        done = subprocess.run(["sh", "-euxc", script], cwd=TOP, text=True,
                              env=self.environ, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SLOW, check=False)
        if done.returncode != 0:
            raise Failure(f"exit status {done.returncode}\n{done.stdout}"
                          f"{done.stderr[-8000:]}")
        return done.stdout

    def compose(self, words):
        return self.shell("podman-compose -f packaging/container/compose.yaml "
                          + words)

    def licctl(self, words):
        return self.compose("exec -T licagentd licctl " + words)

    def container(self, service):
        return f"{self.name}_{service}_1"

    def snmp(self, name):
        return self.shell(
            "snmpwalk -M mib -m CISCO-LICENSE-MGMT-MIB -Oqv -v3 -l authPriv "
            "-u operator -a SHA -A 'correct horse' -x AES "
            f"-X 'battery staple' $SNMP_PORT {name}").split()


def licensed(project):
    """Over SNMP and in licctl; snmpd and the daemon may just be starting."""
    def there():
        try:
            return project.snmp("clmgmtLicenseFeatureName") == ["phones"]
        except Failure:
            return False
    wait_until("the license over SNMP", there)
    check("License Count: 25/0/0" in project.licctl("show license phones"),
          "the license in licctl")


def confined(project):
    for service, user in (("snmpd", "991"), ("licagentd", "990")):
        status = project.compose(f"exec -T {service} cat /proc/1/status")
        equal(re.findall(r"(?m)^(Uid|CapBnd|NoNewPrivs|Seccomp):\s+(\w+)",
                         status),
              [("Uid", user), ("CapBnd", "0" * 16), ("NoNewPrivs", "1"),
               ("Seccomp", "2")], service)
        check("Read-only file system" in project.compose(
            f"exec -T {service} sh -c 'touch /usr/x 2>&1 || :'"),
            f"the root file system of {service} is writable")
        project.shell(f"podman healthcheck run {project.container(service)}")


def transferred(project):
    """The helper's own sandbox, within that of the container."""
    gateway = project.shell(
        f"podman network inspect {project.name}_default |"
        " sed -n 's/.*\"gateway\": \"\\(.*\\)\".*/\\1/p'").strip()
    server = subprocess.Popen(
        [sys.executable, "-m", "http.server", "--bind", gateway,
         "--directory", project.lab.top, str(project.port)],
        stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        url = f"http://{gateway}:{project.port}/phones.lic"
        project.shell("until python3 -c 'import sys, urllib.request as r; "
                      f"r.urlopen(sys.argv[1])' {url}; do sleep 0.2; done")
        check("Skipped:Duplicate" in project.licctl(f"license install {url}"),
              "the license from a server")
    finally:
        server.kill()
        server.wait()


def test(lab):
    for program in ("podman", "podman-compose", "snmpwalk"):
        if not shutil.which(program):
            skip(f"{program} is not installed")
    project = Project(lab)
    try:
        step("the commands of README.md")
        printed = project.shell(commands(project.port, lab.top))
        check("1/1 licenses were successfully installed" in printed, printed)
        check("clmgmtLicenseFeatureName.1.1.1 = STRING: phones" in printed,
              printed)
        step("both containers are healthy and confined")
        confined(project)
        step("a file from a server")
        transferred(project)
        step("restarted, they have the license")
        project.compose("restart")
        licensed(project)
        step("removed and made again as well")
        project.compose("down")
        project.compose("up -d")
        licensed(project)
    finally:
        project.compose("down -v")
        # podman-compose 1.0.3 leaves it.
        project.shell(f"podman network rm -f {project.name}_default")


main(test, start=False)
