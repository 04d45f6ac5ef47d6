#!/usr/bin/env python3
"""fleet_try: examples/fleet with those monitoring systems that are installed.

Run by hand, not by make check: the tools are large.  On Debian 12:

    apt install nagios4-core icinga2-bin monitoring-plugins-standard \\
        prometheus prometheus-snmp-exporter snmptt libnet-ip-perl
    LAB_BIN=$PWD/build/bin tests/examples/fleet_try.py

It prints what each tool says of a lab, and fails if that is not expected.
Zabbix is not tried here: it wants a database and a web server.
"""

import os
import pwd
import re
import socket
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))

from harness import *  # noqa: E402,F401,F403

import grafana  # noqa: E402

FLEET = os.path.join(TOP, "examples", "fleet")
INSTALLED = "/usr/local/lib/nagios/plugins/check_licenses"
USER = pwd.getpwuid(os.getuid()).pw_name


def installed(program):
    path = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if path is None:
        print(f"- {program} is not installed: not tried")
    return path


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def said(lab, *command, env=None, status=0):
    done = subprocess.run(command, env=dict(os.environ, **(env or {})),
                          text=True, capture_output=True, timeout=120,
                          cwd=lab.top, check=False)
    equal(done.returncode, status, f"{command}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def ctl(lab, *args):
    return lab.tool("licctl", "--socket", lab.control, "--yes", *args)


def scene(lab):
    """A device with something to report."""
    end = time.strftime("%Y-%m-%dT%H:%M",
                        time.gmtime(time.time() + 4.5 * 86400))
    lab.issue("fleet.lic", feature="securityk9")
    for feature, kind, *more in (
            ("cme-srst", "permanent", "--count", "25"),
            ("datak9", "paidSubscription", "--end", end),
            ("uck9", "demo", "--period", "20d")):
        lab.issue("fleet.lic", "--append", *more, feature=feature, kind=kind)
    ctl(lab, "license", "install", "flash:fleet.lic")


def copy_for(lab, name):
    """A configuration that finds the plugin and its snmp.conf in the lab."""
    conf = os.path.join(lab.top, "plugin")
    os.makedirs(conf, exist_ok=True)
    write(os.path.join(conf, "snmp.conf"),
          f"defVersion 2c\ndefCommunity {lab.ro}\n")
    text = read(os.path.join(FLEET, name))
    check(INSTALLED in text, f"{name} names {INSTALLED}")
    text = text.replace(INSTALLED, os.path.join(FLEET, "check_licenses"))
    return write(os.path.join(lab.top, name),
                 re.sub(r"/etc/(nagios4|icinga2)/snmp\b", conf, text))


NAGIOS = """
illegal_macro_output_chars=`~$&|'<>
cfg_dir=/etc/nagios-plugins/config
cfg_file={top}/nagios.cfg
cfg_file={top}/device.cfg
cfg_file=/etc/nagios4/objects/timeperiods.cfg
cfg_file=/etc/nagios4/objects/contacts.cfg
cfg_file=/etc/nagios4/objects/templates.cfg
cfg_file=/etc/nagios4/objects/commands.cfg
log_file={top}/nagios.log
object_cache_file={top}/objects
status_file={top}/status
temp_file={top}/nagios.tmp
temp_path={top}
check_result_path={top}
lock_file={top}/nagios.lock
command_file={top}/nagios.cmd
nagios_user={user}
nagios_group={user}
"""


def nagios(lab, host, port):
    nagios4 = installed("nagios4")
    if nagios4 is None:
        return
    copy_for(lab, "nagios.cfg")
    write(os.path.join(lab.top, "device.cfg"),
          "define host {\n use licensed-device\n host_name edge1\n"
          f" address {host}\n hostgroups licensed-devices\n"
          f" _SNMP_PORT {port}\n _SNMP_COMMUNITY {lab.ro}\n"
          " _LICENSE_OPTIONS --need securityk9\n}\n")
    conf = write(os.path.join(lab.top, "main.cfg"),
                 NAGIOS.format(top=lab.top, user=USER))
    text = said(lab, nagios4, "-v", conf)
    for line in ("Checked 2 services.", "Total Warnings: 0",
                 "Total Errors:   0"):
        check(line in text, f"nagios4 -v says {line!r}\n{text}")
    step("nagios4 -v has no complaint")


ICINGA = """
const PluginDir = "/usr/lib/nagios/plugins"
include <itl>
include <plugins>
include "icinga2.conf"
const NodeName = "try"
object Host "edge1" {{
  check_command = "hostalive"
  address = "{host}"
  vars.licensed = true
  vars.license_port = {port}
  vars.license_need = [ "securityk9" ]
  vars.snmp_port = {port}
  vars.snmp_version = "2c"
  vars.snmp_community = "{community}"
}}
object CheckerComponent "checker" {{ }}
object PerfdataWriter "perfdata" {{
  service_perfdata_path = "{top}/perfdata"
  service_temp_path = "{top}/perfdata.tmp"
  rotation_interval = 1s
 service_format_template = "$service.name$: $service.output$ $service.perfdata$"
}}
"""


def icinga(lab, host, port):
    icinga2 = installed("icinga2")
    if icinga2 is None:
        return
    copy = copy_for(lab, "icinga2.conf")
    conf = write(os.path.join(lab.top, "main.conf"), ICINGA.format(
        top=lab.top, host=host, port=port, community=lab.ro))
    where = [f"-D{name}={lab.top}" for name in
             ("DataDir", "LogDir", "CacheDir", "SpoolDir", "InitRunDir",
              "ConfigDir")] + [f"-DRunAsUser={USER}", f"-DRunAsGroup={USER}"]
    text = said(lab, icinga2, "daemon", "-C", "-c", conf, *where)
    check("Instantiated 2 Services" in text, f"two services\n{text}")
    step("icinga2 daemon -C has no complaint")
    # The same, checked now rather than within half an hour.
    write(copy, re.sub(r"= (30m|1h)\n", "= 5s\n", read(copy)))
    daemon = subprocess.Popen([icinga2, "daemon", "-c", conf, *where],
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              start_new_session=True)
    try:
        def both():
            text = "".join(read(os.path.join(lab.top, name)) for name in
                           os.listdir(lab.top) if name.startswith("perfdata"))
            return text if "LICENSES" in text and "SNMP" in text else None
        text = wait_until("Icinga's checks", both, 120)
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)
    seen = sorted(set(text.splitlines()))
    check(any(line.startswith("licenses: LICENSES CRITICAL - datak9: ")
              for line in seen), f"Icinga's results\n{text}")
    step("icinga2 ran both services:\n  " + "\n  ".join(seen))


def prometheus(lab):
    generator = installed("prometheus-snmp-generator")
    exporter = installed("prometheus-snmp-exporter")
    promtool = installed("promtool")
    if promtool is not None:
        said(lab, promtool, "check", "rules",
             os.path.join(FLEET, "alerts.yml"))
        said(lab, promtool, "test", "rules",
             os.path.join(FLEET, "alerts_test.yml"))
        step("promtool check rules, test rules")
        grafana.promtool(promtool)
        step("promtool computes what the dashboard shows")
    if generator is None or exporter is None:
        return
    write(os.path.join(lab.top, "generator.yml"), read(os.path.join(
        FLEET, "generator.yml")).replace("watcher", lab.ro))
    text = said(lab, generator, "generate",
                env={"MIBDIRS": os.path.join(TOP, "mib")})
    check("Generated metrics" in text, text)
    port = free_port(socket.SOCK_STREAM)
    daemon = subprocess.Popen(
        [exporter, f"--web.listen-address=127.0.0.1:{port}",
         f"--config.file={lab.top}/snmp.yml"], stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/snmp?module=licenses&target=" + \
        lab.snmp_address
    try:
        def scrape():
            try:
                with urllib.request.urlopen(url, timeout=30) as answer:
                    return answer.read().decode()
            except urllib.error.URLError:
                return None
        text = wait_until("the exporter", scrape)
    finally:
        daemon.terminate()
        daemon.wait(timeout=60)
    lines = [line for line in text.splitlines() if "datak9" in line]
    for name, value in (("EndDate", r"1\.\d+e\+09"), ("Type", "5"),
                        ("Status", "2")):
        check(any(re.fullmatch(rf"clmgmtLicense{name}\{{.*}} {value}", line)
                  for line in lines), f"{name} is {value}\n{text}")
    step("prometheus-snmp-exporter:\n  " + "\n  ".join(lines))


def snmptt(lab, port):
    program = installed("snmptt")
    if program is None:
        return
    log = os.path.join(lab.top, "snmptt.log")
    ini = re.sub(r"(?s)\n(snmptt_conf_files = <<END\n).*?\nEND",
                 rf"\n\g<1>{FLEET}/snmptt.conf\nEND",
                 read("/etc/snmp/snmptt.ini"))
    for key, value in (("log_file", log), ("syslog_enable", 0),
                       ("syslog_system_enable", 0)):
        ini = re.sub(rf"(?m)^{key} = .*$", f"{key} = {value}", ini)
    ini = write(os.path.join(lab.top, "snmptt.ini"), ini)
    conf = os.path.join(lab.top, "trapd")
    os.mkdir(conf)
    write(os.path.join(conf, "snmptrapd.conf"),
          "authCommunity execute fleet\n"
          f"traphandle default {program} --ini={ini}\n")
    # SNMPTT 1.5 writes many warnings of Perl.
    trapd = subprocess.Popen(
        ["/usr/sbin/snmptrapd", "-f", "-n", "-On", "-LE", "0-3",
         "-M", lab.mibs, "-m", "ALL", f"127.0.0.1:{port}"],
        env=dict(os.environ, SNMPCONFPATH=conf, SNMP_PERSISTENT_DIR=conf,
                 LC_ALL="C"), stderr=subprocess.DEVNULL)
    try:
        # An inform is answered: snmptrapd is there.
        wait_until("snmptrapd", lambda: lab.run(
            "snmpinform", "-v2c", "-c", "fleet", "-r", "0", "-t", "0.5",
            f"127.0.0.1:{port}", "", ".1.3.6.1.6.3.1.1.5.1").returncode == 0)
        scene(lab)
        for count in ("21", "25"):
            ctl(lab, "run", "--feature", "cme-srst", "--count", count, "--",
                "true")
        ctl(lab, "license", "clear", "securityk9")
        text = wait_until("the last event", lambda: (
            lambda text: text if "cleared" in text else None)(
                read(log) if os.path.exists(log) else ""))
    finally:
        trapd.terminate()
        trapd.wait(timeout=60)
    for line in ("Only 4 of 25 phones are left of the license for cme-srst",
                 "All 25 phones of the license for cme-srst 1.0 are in use",
                 "A license for datak9 1.0 was installed: paidSubscription",
                 "A license for securityk9 1.0 was cleared: permanent"):
        check(line in text, f"snmptt wrote {line!r}\n{text}")
    step("snmptt:\n  " + text.rstrip().replace("\n", "\n  "))


def main_in(lab):
    port = free_port(socket.SOCK_DGRAM)
    lab.start("--snmpd-conf", write(
        os.path.join(lab.top, "sink.conf"),
        f"trap2sink 127.0.0.1:{port} fleet\n"))
    if shutil.which("snmptt", path="/usr/sbin"):
        snmptt(lab, port)
    else:
        installed("snmptt")
        scene(lab)
    text = said(lab, os.path.join(FLEET, "check_licenses"), "-H",
                lab.snmp_address, "-C", lab.ro, status=2)
    step("check_licenses:\n  " + text.rstrip().replace("\n", "\n  "))
    host, _, snmp_port = lab.snmp_address.rpartition(":")
    nagios(lab, host, snmp_port)
    icinga(lab, host, snmp_port)
    prometheus(lab)


main(main_in, start=False)
