#!/usr/bin/env python3
"""A maker changes his key, and withdraws the old one: on a device whose keys
are copied by hand, and on one that takes trust lists."""

from harness import *


def ctl(lab, *args):
    return lab.tool("licctl", "--socket", lab.control, *args)


def start_other(lab):
    """A second device, with a UDI of its own."""
    other = Lab(start=False)
    with open(lab.conf, encoding="utf-8") as f:
        text = f.read().replace("LAB00000001", "LAB00000077")
    path = os.path.join(other.top, "my.conf")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    other.start("--conf", path)
    return other


class Maker:
    """An authority, its root key, and the two devices."""

    def __init__(self, by_hand, by_list):
        self.lab, self.other = by_hand, by_list
        self.devices = (by_hand, by_list)
        self.dir = os.path.join(by_hand.top, "maker")
        self.root = os.path.join(by_hand.top, "root")
        self.folder = os.path.join(by_hand.top, "exported")
        self.tool("init", self.dir, "--name", "Maker")
        self.tool("trust", "init", self.root)
        self.place(by_list, os.path.join(self.root, "root.jwk"))

    def tool(self, *args):
        return self.lab.tool("licissue", *args)

    def keys(self):
        return json.loads(self.tool("key", "list", self.dir, "--json"))

    def place(self, device, path):
        shutil.copy(path, os.path.join(device.dir, "keys"))

    def tell(self):
        """Both learn which keys there are."""
        self.tool("key", "export", self.dir, self.folder)
        for path in glob.glob(os.path.join(self.folder, "*.jwk")):
            self.place(self.lab, path)
        said = self.tool("trust", "next", self.root, self.folder)
        self.place(self.other, os.path.join(self.root, "list.trust"))
        for device in self.devices:
            ctl(device, "reload")
        return int(re.search("version ([0-9]+),", said)[1])

    def install(self, device, name, feature):
        device.issue(name + ".lic", "--id", name, feature=feature,
                     issuer=self.dir)
        equal(device.outcome(device.install(f"flash:{name}.lic")),
              (SUCCESSFUL, 1), f"install of {name}")


def features(device):
    return sorted(row[3].text for row in device.installed().values())


def status(device):
    return ctl(device, "show", "license", "status")


def rotation(maker):
    step("licenses of the first key, and of one that follows it")
    version = maker.tell()
    equal(version, 1, "version of the list")
    check("trust list" in status(maker.other), status(maker.other))
    check("trust list" not in status(maker.lab), status(maker.lab))
    for device in maker.devices:
        maker.install(device, "old-" + device.udi[-2:], "uck9")
        maker.install(device, "stays-" + device.udi[-2:], "datak9")
    maker.tool("key", "rotate", maker.dir)
    maker.tell()
    for device in maker.devices:
        maker.install(device, "new-" + device.udi[-2:], "securityk9")
        equal(len(features(device)), 3, f"licenses of {device.udi}")


def move(maker):
    step("a license of the old key moves under the new one")
    source, target = maker.devices
    ctl(source, "license", "save", "credential", "flash:credentials")
    maker.tool("permission-ticket", maker.dir, "--udi", source.udi,
               "--remove", "old-" + source.udi[-2:], "--no-grace",
               "--credentials", source.flash_path("credentials"), "-o",
               source.flash_path("ticket"))
    ctl(source, "license", "revoke", "flash:ticket", "flash:answer", "--yes")
    equal(len(features(source)), 2, "licenses of the source")
    maker.tool("rehost", maker.dir, "--ticket", source.flash_path("answer"),
               "--udi", target.udi, "-o", target.flash_path("moved.lic"))
    equal(target.outcome(target.install("flash:moved.lic")),
          (SUCCESSFUL, 1), "install of what moved")


def withdrawal(maker):
    step("the old key is withdrawn")
    old, new = (key["key"] for key in maker.keys())
    shutil.copy(os.path.join(maker.root, "list.trust"),
                os.path.join(maker.root, "before"))
    maker.tool("key", "withdraw", maker.dir, old)
    equal(maker.tell(), 3, "version of the list")
    for device in maker.devices:
        check(f"signed with key {old}, which is withdrawn" in device.log(),
              device.udi)
    equal(features(maker.lab), ["securityk9"], "copied by hand")
    # What moved was signed with the new key.
    equal(features(maker.other), ["securityk9", "uck9"], "by list")
    return old, new


def rollback(maker, old, new):
    step("an older list is refused, and revives nothing")
    device = maker.other
    path = os.path.join(device.dir, "keys", "list.trust")
    # Not even with the key itself beside it, as it was before.
    with open(os.path.join(maker.folder, old + ".jwk"),
              encoding="utf-8") as f:
        jwk = {**json.load(f), "withdrawn": False}
    with open(os.path.join(device.dir, "keys", "old.jwk"), "w",
              encoding="utf-8") as f:
        json.dump(jwk, f)
    shutil.copy(os.path.join(maker.root, "before"), path)
    said = (f"{path}: version 2 of the trust list is refused, and its keys: "
            "version 3 was in use")
    done = device.run(os.path.join(device.bin, "licagentd"), "-t", "-c",
                      device.conf)
    check("a start would log: " + said in done.stderr, done.stderr)
    for again in (lambda: ctl(device, "reload"), device.restart):
        start = len(device.log())
        again()
        device.wait_log(re.escape(said), start)
        equal(features(device), [], "licenses")
        shown = status(device)
        check("none counts; version 3 was in use" in shown and said in shown,
              shown)
    device.run("sh", "-c", f"rm {path}")
    ctl(device, "reload")
    check("no trust list: version 3 was in use" in status(device), "gone")

    step("the newest one brings its keys back, and a newer one follows it")
    maker.tell()
    equal(features(device), ["securityk9", "uck9"], "licenses")
    check("version 4, up to date until" in status(device), status(device))
    done = device.run(os.path.join(device.bin, "licissue"), "inspect",
                      "--keys", os.path.join(device.dir, "keys"),
                      device.flash_path("new-77.lic"))
    check(f"good, key {new}" in done.stdout, done.stdout)


def keys_change(lab):
    other = start_other(lab)
    failed = True
    try:
        maker = Maker(lab, other)
        rotation(maker)
        move(maker)
        rollback(maker, *withdrawal(maker))
        failed = False
    finally:
        other.close(failed)


main(keys_change)
