#!/usr/bin/env python3
"""The walks of tests/agent/mib/walks, through snmpd: each variable by GET, by
GETNEXT from the one before it, and from the awkward places between them."""

from harness import *

WALKS = os.path.join(TOP, "tests", "agent", "mib", "walks")
# In the order of their object identifiers.
NAMES = ("entities", "actions", "results", "stores", "devices", "licenses",
         "features", "credentials", "switches", "levels", "level-map")
ROOTS = (".1.3.6.1.2.1.47.1.1.1", MODULE, IMAGE_MODULE)
CONF = """
master = "unix:@DIR@/agentx";
state = "@DIR@/state";
control = "@DIR@/control";
keys = "@DIR@/keys";
own-keys = true;
files = ( { prefix = "flash:"; directory = "@DIR@/flash"; } );
devices = (
  { index = 1; pid = "LIC1921/K9"; sn = "LAB00000001"; name = "chassis";
    stores = (
      { index = 1; name = "flash:primary"; kind = "primary"; size = 65536;
        default = true; },
      { index = 2; name = "builtin:evaluation"; kind = "built-in";
        path = "@DIR@/builtin.lic"; },
      { index = 4294967295L; name = "usb:"; kind = "removable"; size = 4096;
        path = "@DIR@/usb.db"; } ); },
  { index = 2147483647; pid = "LIC1941/K9"; sn = "LAB00000002";
    stores = ( { index = 7; name = "flash:second"; kind = "primary";
                 size = 32768; default = true; } ); } );
features = (
  { name = "ipbasek9"; version = "1.0"; },
  { name = "securityk9"; version = "1.0"; },
  { name = "datak9"; version = "1.0"; },
  { name = "uck9"; version = "1.0"; },
  { name = "cme-srst"; version = "1.0"; counted = "phones"; },
  { name = "sessions"; version = "2.1"; counted = "sessions"; always = true;
    index = 4294967295L; } );
modules = (
  { name = "image"; version = "1.0";
    levels = ( { feature = "ipbasek9"; }, { feature = "datak9"; } ); },
  { name = "ap"; version = "1.0"; levels = ( { feature = "uck9"; } ); } );
"""
# Feature, type and what else licissue has to know: licenses 6 to 16.
LICENSES_TO_ISSUE = (
    ("ipbasek9", "permanent", "--comment", "order 4711"),
    ("securityk9", "demo", "--period", "30d"),
    ("securityk9", "extension", "--period", "60d"),
    ("securityk9", "gracePeriod", "--period", "10d"),
    ("datak9", "paidSubscription", "--start", "2025-01-01", "--end",
     "2099-12-31T12:00"),
    ("datak9", "evaluationSubscription", "--end", "2098-06-30T23:59:59"),
    ("datak9", "extensionSubscription", "--start", "2090-01-01", "--end",
     "2095-01-01"),
    ("uck9", "evalRightToUse", "--period", "90d"),
    ("uck9", "rightToUse"),
    ("cme-srst", "permanentRightToUse", "--count", "25"),
    ("sessions", "permanent", "--count", "1", "--version", "2.1"))


# ---- The walks

def full(name):
    return name if name.startswith(".") else f"{OBJECTS}.{name}"


def plain(value):
    """As manager.c writes it."""
    return "x" + value[1:].encode().hex() if value[0] == "s" else value


def read_walk():
    """[(name, value)] in order; a value with ~ is right if its type is."""
    found = []
    for name in NAMES:
        with open(os.path.join(WALKS, name), encoding="utf-8") as f:
            for line in f:
                line = line.rstrip("\n")
                if line and line[0] not in "#@":
                    name, value = line.split(" ", 1)
                    found.append((full(name), "~" + value[1] if
                                  value[0] == "~" else plain(value)))
    return sorted(found, key=lambda entry: oid_key(entry[0]))


def matches(got, wanted):
    return got[0] == wanted[1] if wanted[0] == "~" else got == wanted


# ---- The device

def issue(lab):
    for feature, kind, *options in LICENSES_TO_ISSUE:
        lab.issue("all.lic", "--append", *options, feature=feature, kind=kind)
    # One for another device, and all of these again.
    lab.issue("mixed.lic", udi="OTHER:SN0")
    with open(lab.flash_path("all.lic"), "rb") as f, \
            open(lab.flash_path("mixed.lic"), "ab") as mixed:
        mixed.write(f.read())


def add_rows(lab, manager):
    with open(os.path.join(WALKS, "rows"), encoding="utf-8") as f:
        for line in f:
            if line[0] == "#":
                continue
            words = [w.split("=", 1) for w in line.split()]
            answer = manager.ask("set", *(f"{full(n)}={plain(v)}"
                                          for n, v in words))
            equal(answer[:2], (0, 0), line)
    wait_until("no action waits or runs", lambda: not {
        int(v) for entry, column in ((ACTION, STATE), (EXPORTS, 10))
        for _, v in lab.walk(f"{entry}.{column}")} & {PENDING, IN_PROGRESS})


def prepare(lab):
    with open(os.path.join(lab.top, "walks.conf"), "w",
              encoding="utf-8") as f:
        f.write(CONF)
    lab.start("--conf", f.name)
    issue(lab)
    equal(lab.outcome(lab.install("flash:all.lic")), (SUCCESSFUL, 1),
          "install")
    # The levels are chosen now, and the row of the install goes.
    lab.restart()


# ---- Questions

def many(manager, kind, names):
    """The answers to names, which are asked for a few at a time."""
    found = []
    for i in range(0, len(names), 30):
        error, _, bindings = manager.ask(kind, *names[i:i + 30])
        equal(error, 0, f"{kind} {names[i]}: error")
        found += bindings
    return found


def whole(manager, walk):
    step(f"{len(walk)} variables in a walk")
    found = []
    for root in ROOTS:
        found += manager.walk(root).items()
    equal([n for n, _ in found], [n for n, _ in walk], "names")
    equal([(n, g, w) for (n, g), (_, w) in zip(found, walk)
           if not matches(g, w)], [], "values")


def each(manager, walk):
    step("each by GET, and by GETNEXT from the one before it")
    names = [n for n, _ in walk]
    got = many(manager, "get", names)
    equal([n for n, _ in got], names, "GET: names")
    equal([(n, g, w) for (n, g), (_, w) in zip(got, walk)
           if not matches(g, w)], [], "GET: values")
    got = many(manager, "next", names[:-1])
    inside = [i for i, (a, b) in enumerate(zip(names, names[1:]))
              if region(a) == region(b)]
    equal([got[i][0] for i in inside], [names[i + 1] for i in inside],
          "GETNEXT: names")


def region(name):
    return next(root for root in ROOTS if name.startswith(root + "."))


def awkward(names):
    """Places between the variables, and beside them."""
    places = set()
    for name in names:
        key = oid_key(name)
        top = len(oid_key(region(name)))
        for length in range(top, len(key) + 1):
            for last in (-1, 0, 1):
                around = key[:length - 1] + (key[length - 1] + last,)
                if 0 <= around[-1] <= 4294967295:
                    places.add(around)
            places.add(key[:length] + (0,))
            places.add(key[:length] + (2147483648,))
            places.add(key[:length] + (4294967295,))
        places.add(key + (0, 0))
    return sorted(p for p in places if region_of_key(p))


def region_of_key(key):
    return any(key[:len(root)] == root for root in map(oid_key, ROOTS))


def between(manager, walk):
    keys = [oid_key(n) for n, _ in walk]
    places = awkward([n for n, _ in walk])
    step(f"GETNEXT and GET from {len(places)} places between them")
    names = ["." + ".".join(map(str, p)) for p in places]
    there = dict(walk)
    wrong = []
    for place, (name, value) in zip(names, many(manager, "next", names)):
        after = [k for k in keys if k > oid_key(place)][:1]
        if after and region("." + ".".join(map(str, after[0]))) == \
                region(place + ".") and name != \
                "." + ".".join(map(str, after[0])):
            wrong.append((place, name, after))
    equal(wrong, [], "GETNEXT")
    for name, value in many(manager, "get", names):
        if (value in ("noSuchObject", "noSuchInstance")) == (name in there):
            wrong.append((name, value))
    equal(wrong, [], "GET")


def walks(lab):
    prepare(lab)
    manager = Manager(lab, lab.v3)
    add_rows(lab, manager)
    if os.environ.get("DUMP"):
        for root in ROOTS:
            for n, v in manager.walk(root).items():
                print("W", n, v)
    walk = read_walk()
    whole(manager, walk)
    each(manager, walk)
    between(manager, walk)
    manager.close()


main(walks, start=False)
