#!/usr/bin/env python3
"""The SETs of tests/agent/mib/sets.txt, through snmpd: over SNMPv3 authPriv each
has the error, the index and the outcome that it has without a master; a user
whose view is read-only is refused every one."""

from harness import *

(NO_ERROR, NO_ACCESS, WRONG_TYPE, WRONG_LENGTH, WRONG_VALUE, NO_CREATION,
 INCONSISTENT_VALUE, RESOURCE, NOT_WRITABLE, INCONSISTENT_NAME) = \
    0, 6, 7, 8, 10, 11, 12, 13, 17, 18
ERRORS = {"noError": NO_ERROR, "wrongType": WRONG_TYPE,
          "wrongLength": WRONG_LENGTH, "wrongValue": WRONG_VALUE,
          "noCreation": NO_CREATION, "inconsistentValue": INCONSISTENT_VALUE,
          "resourceUnavailable": RESOURCE, "notWritable": NOT_WRITABLE,
          "inconsistentName": INCONSISTENT_NAME}
FILE_OF_SETS = os.path.join(TOP, "tests", "agent", "mib", "sets.txt")
ROWS = 128      # of clmgmtLicenseActionTable, at most


# ---- The file

def plain(value, words):
    """A value as manager.c reads and writes it."""
    value = words.get(value, value)
    letter, rest = value[:1], value[1:]
    return {"-": "noSuchInstance", "s": "x" + rest.encode().hex(),
            "z": "x" + "61" * int(rest if letter == "z" else 0),
            "a": "a7f000001", "o": "o.0.0", "t": "t1"}.get(letter, value)


def bindings(part, words):
    found = []
    for binding in part.split():
        name, value = binding.split("=", 1)
        first, dot, rest = name.partition(".")
        if first:
            name = words.get(first, first) + dot + rest
            if not name.startswith("."):
                name = f"{OBJECTS}.{name}"
        found.append((name, plain(value, words)))
    return found


def read_sections():
    """[(title, [(line, request, error, index, afterwards)])]"""
    words, sections = {}, []
    with open(FILE_OF_SETS, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.strip()
            if line.startswith(("name ", "value ")):
                words.update([line.split()[1:]])
            elif line.startswith("== "):
                sections.append((line[3:], []))
            elif line and line[0] != "#":
                request, answer, after = (line.split("|") + [""])[:3]
                error, index = (answer.split() + ["0"])[:2]
                sections[-1][1].append((
                    number, bindings(request, words), ERRORS[error],
                    int(index), bindings(after, words)))
    return [s for s in sections if "@fixture" not in s[0]]


# ---- Through snmpd

def ask_set(manager, request):
    return manager.ask("set", *("=".join(b) for b in request))


def hold(manager, after):
    """The values that there are, when no action of them runs any more."""
    states = [name for name, _ in after if name.startswith(
        (f"{ACTION}.{STATE}.", f"{EXPORTS}.10."))]
    if states:
        wait_until("the actions are over", lambda: not {"i2", "i3"} &
                   set(manager.get(*states)))
    return manager.get(*(name for name, _ in after))


# What a license and a feature that are in use count: it goes on by itself.
METERS = tuple(f"{entry}.{column}." for entry, column in (
    (LICENSES, 8), (LICENSES, 9), (LICENSES, 17), (FEATURES, 4),
    (FEATURES, 8)))


def everything(manager):
    return {name: value for name, value in manager.walk(CISCO).items()
            if not name.startswith(METERS)}


def check_unchanged(manager, before, what):
    now = everything(manager)
    equal({n: now.get(n) for n in {*now, *before}
           if now.get(n) != before.get(n)}, {}, f"{what}: what has changed")


def check_one(manager, number, request, error, index, after):
    what = f"sets.txt, line {number}"
    before = everything(manager) if error else None
    answer = ask_set(manager, request)
    equal(answer[:2], (error, index), f"{what}: error and index")
    if error:
        check_unchanged(manager, before, what)
    if after:
        equal(hold(manager, after), [value for _, value in after],
              f"{what}: afterwards, {[name for name, _ in after]}")


def accepted(lab, manager, sections, kept):
    n = 0
    for title, requests in sections:
        step(f"{title}: {len(requests)} requests")
        lab.restart("licagentd")        # rows are volatile
        manager.ask("set", *kept)
        for request in requests:
            check_one(manager, *request)
        n += len(requests)
    check(n >= 150, f"{n} requests are too few")
    print(f"{n} requests")


def refused(lab, sections):
    step("a user who may read is refused each, and reads the same")
    reader = Manager(lab, lab.v3_ro)
    before = everything(reader)
    for _, requests in sections:
        for number, request, *_ in requests:
            # That NULL is no value snmpd knows before it asks who sets it.
            null = request[0][1] == "n"
            equal(ask_set(reader, request)[:2],
                  (WRONG_TYPE if null else NO_ACCESS, 1),
                  f"sets.txt, line {number}")
    check_unchanged(reader, before, "all of them")
    reader.close()


def full_table(lab, manager):
    step("a table that is full")
    lab.restart("licagentd")
    for first in range(1, ROWS, 32):
        equal(ask_set(manager, [
            (f"{ACTION}.{STATUS}.{row}", f"i{CREATE_AND_WAIT}")
            for row in range(first, min(first + 32, ROWS))])[:2],
            (NO_ERROR, 0), "rows")
    two = [(f"{ACTION}.{STATUS}.{row}", f"i{CREATE_AND_WAIT}")
           for row in (1000, 1001)]
    equal(ask_set(manager, two)[:2], (RESOURCE, 2), "two more")
    equal(manager.get(f"{ACTION}.{STATUS}.1000"), ["noSuchInstance"], "none")
    equal(ask_set(manager, two[:1])[:2], (NO_ERROR, 0), "one more")
    equal(ask_set(manager, two[1:])[:2], (RESOURCE, 1), "and no other one")
    equal(ask_set(manager, [(f"{ACTION}.{STATUS}.1", f"i{DESTROY}")])[:2],
          (NO_ERROR, 0), "one goes")
    equal(ask_set(manager, two[1:])[:2], (NO_ERROR, 0), "and makes room")


def requests(lab):
    sections = read_sections()
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write('modules = ( { name = "img"; version = "1.0"; levels = ( '
                '{ feature = "ipbasek9"; }, { feature = "securityk9"; }, '
                '{ feature = "uck9"; } ); } );\n')
    manager = Manager(lab, lab.v3)
    # What outlives the daemon is put back before each section.
    kept = ["=".join(b) for b in manager.walk(CISCO).items()
            if b[0].startswith((f"{LICENSES}.13.", SWITCHES + ".",
                                f"{IMAGE_OBJECTS}.3.0",
                                f"{IMAGE_OBJECTS}.4.1.0"))]
    accepted(lab, manager, sections, kept)
    full_table(lab, manager)
    refused(lab, sections)
    manager.close()


main(requests)
