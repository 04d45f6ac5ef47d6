#!/usr/bin/env python3
"""licagentd -t judges what a start needs: it says of each state what a start
makes of it, changes nothing, and needs no lock."""

from harness import *


def contents(*folders):
    """{path: (mode, time of the last change, bytes)} below the folders."""
    found = {}
    for folder in folders:
        for top, _, files in os.walk(folder):
            for name in files:
                path = os.path.join(top, name)
                st = os.lstat(path)
                with open(path, "rb") as f:
                    found[path] = (st.st_mode, st.st_mtime_ns, f.read())
    return found


def daemon(lab, conf, *options):
    return [os.path.join(lab.bin, "licagentd"), *options, "-c", conf]


def tried(lab, conf):
    """The verdict of -t: (does it start, what is said)."""
    tmp = os.path.join(lab.top, "tmp")
    os.makedirs(tmp, exist_ok=True)
    before = contents(os.path.dirname(conf))
    done = subprocess.run(daemon(lab, conf, "-t"), text=True, check=False,
                          env=dict(lab.environ, TMPDIR=tmp),
                          stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=PATIENCE)
    check(done.returncode in (0, 1), f"exit status: {done.stderr}")
    check((": no errors" in done.stdout) == (done.returncode == 0),
          f"words: {done.stdout}{done.stderr}")
    check(tmp not in done.stderr, f"a name of the copy: {done.stderr}")
    equal(os.listdir(tmp), [], "what is left in TMPDIR")
    equal(contents(os.path.dirname(conf)), before, "what is there")
    return done.returncode == 0, done.stderr


def started(lab, conf):
    """What a start makes of it."""
    process = subprocess.Popen(daemon(lab, conf, "-f"), text=True,
                               env=lab.environ, stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    said = ""
    while "is ready" not in said:
        line = process.stderr.readline()
        if not line:
            break
        said += line
    ready = "is ready" in said
    process.terminate()
    process.communicate(timeout=PATIENCE)
    return ready, said


class Device:
    """A copy of the lab's state, keys and configuration, to be spoiled."""

    def __init__(self, lab, number):
        self.top = os.path.join(lab.top, f"device{number}")
        self.conf = os.path.join(self.top, "licagentd.conf")
        for name in ("state", "keys", "flash"):
            shutil.copytree(os.path.join(lab.dir, name), self.path(name))
        shutil.copy(os.path.join(lab.dir, "builtin.lic"), self.top)
        with open(lab.conf, encoding="utf-8") as f:
            text = f.read().replace(lab.dir, self.top)
        # Another store, with a path of its own, that is not there yet.
        text = text.replace("stores = (", "stores = ( { index = 9; name = "
                            f'"usb:"; kind = "removable"; path = '
                            f'"{self.path("usb.db")}"; }},', 1)
        self.write("licagentd.conf", text)

    def path(self, *names):
        return os.path.join(self.top, *names)

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())

    def databases(self):
        return sorted(name for name in os.listdir(self.path("state"))
                      if name.endswith(".db"))

    def remove(self, name):
        path = self.path(name)
        (shutil.rmtree if os.path.isdir(path) else os.unlink)(path)


def spoil_one(device):
    name = os.path.join("state", device.databases()[0])
    with open(device.path(name), "rb") as f:
        data = f.read()
    device.write(name, data[:len(data) // 2])


def spoil_all(device):
    for name in device.databases():
        device.write(os.path.join("state", name), b"rubbish")


# What is done to it, and words that -t has to say if a start fails.
CASES = {
    "nothing": (lambda d: None, ""),
    "a new device": (lambda d: (d.remove("state"),
                                os.mkdir(d.path("state"), 0o700)), ""),
    "a database is cut": (spoil_one, ""),
    "all are rubbish": (spoil_all, ""),
    "the device's key can be read by others": (
        lambda d: os.chmod(d.path("state/device.key"), 0o644), "device.key"),
    "the device's key is rubbish": (
        lambda d: d.write("state/device.key", "rubbish"), "device.key"),
    "there is no device's key": (
        lambda d: d.remove("state/device.key"), ""),
    "no keys": (lambda d: d.remove("keys"), "keys"),
    "everybody may write keys": (
        lambda d: os.chmod(d.path("keys"), 0o777), "keys"),
    "a key is rubbish": (lambda d: d.write("keys/x.jwk", "{"), "x.jwk"),
    "no state": (lambda d: d.remove("state"), "state"),
    "no built-in licenses": (lambda d: d.remove("builtin.lic"), "builtin.lic"),
    "built-in rubbish": (lambda d: d.write("builtin.lic", "x"),
                         "builtin.lic"),
    "a store that is rubbish": (lambda d: d.write("usb.db", "x" * 4096), ""),
    "no socket": (lambda d: d.write("control", "x"), "control"),
}


def dry_run(lab):
    lab.issue_two("two.lic")
    equal(lab.outcome(lab.install("flash:two.lic")), (SUCCESSFUL, 1),
          "install")
    step("beside a daemon that runs, and works")
    for _ in range(3):
        done = lab.run(*daemon(lab, lab.conf, "-t"))
        equal((done.returncode, done.stderr), (0, ""), done.stdout)
    lab.kill(signal.SIGTERM)
    wait_until("it ends", lambda: not lab.alive())
    verdicts = set()
    for number, (what, (spoil, words)) in enumerate(CASES.items()):
        step(what)
        device = Device(lab, number)
        spoil(device)
        good, said = tried(lab, device.conf)
        starts, log = started(lab, device.conf)
        equal(good, starts, f"the verdict\n{said}\nand the start\n{log}")
        check(good or words in said, f"{words!r} is named: {said}")
        verdicts.add(good)
    equal(verdicts, {True, False}, "both verdicts were tried")


main(dry_run)
