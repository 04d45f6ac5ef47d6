#!/usr/bin/env python3
"""pages: the manual pages are well-formed and complete, and have nothing else.

Options, commands, keys, requests and functions of a program are compared with
those on its page, in both directions.
"""

import glob
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "agent", "control"))

from wire import *  # noqa: E402,F401,F403

PAGES = {os.path.basename(path): path for folder in
         ("agent", "agent/client", "tools/licctl", "tools/licissue", "licensecore",
          "portal")
         for path in glob.glob(os.path.join(TOP, folder, "*.[1-9]"))}

def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as f:
        return f.read()

def page(name):
    with open(PAGES[name], encoding="utf-8") as f:
        return f.read()

def section(text, name, level="Sh"):
    """The lines of one section."""
    found = re.search(rf"^\.{level} {re.escape(name)}\n(.*?)(?=^\.Sh |"
                      rf"{'^.Ss ' if level == 'Ss' else '^.Sh '}|\Z)", text,
                      re.M | re.S)
    check(found, f"there is no section {name}")
    return found.group(1)

def same(what, program, manual):
    program, manual = set(program), set(manual)
    check(program, f"{what}: nothing was found")
    equal((sorted(program - manual), sorted(manual - program)), ([], []),
          f"{what}: (missing in the page, invented there)")

# ---- The form

def form(lab):
    step("mandoc accepts all pages; all are installed")
    expected = {"licagent-control.7", "licagent-license.5",
                "licagent-snmp.7", "licagent.7", "licagentd.8",
                "licagentd.conf.5", "licctl.1", "liblicclient.3", "licissue.1",
                "licportal-api.7", "licportal.conf.5", "licportald.8"}
    check(expected <= set(PAGES), f"pages: {sorted(PAGES)}")
    made = "".join(read(os.path.relpath(path, TOP)) for path in
                   glob.glob(os.path.join(TOP, "**", "local.mk"),
                             recursive=True))
    for name, path in sorted(PAGES.items()):
        if shutil.which("mandoc"):
            done = lab.run("mandoc", "-T", "lint", "-W", "warning", path)
            equal(done.stdout + done.stderr, "", f"opinion of {name}")
        check(os.path.relpath(path, TOP) in made, f"{name} is not installed")
        check(os.path.relpath(path, TOP) in
              re.sub(r"\\\n", " ", "".join(re.findall(
                  r"dist_man_MANS \+= (?:.*\\\n)*.*", made))),
              f"{name} is not among dist_man_MANS")

# What macros put together on purpose: Xr, Fn, Fl, Ns.
JOINED = re.compile(r"\(\d\)|^\[?-|\w\(\w|[:.]|^n\[d|-$")

def bare(word):
    return word.strip("()[]{}.,;:'\"‘’“”<>|…")

def rendered(lab, path):
    """A page as man shows it, without its head and foot."""
    done = lab.run("man", "-l", "-E", "UTF-8", path)
    equal(done.returncode, 0, done.stderr)
    text = re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout)
    lines = text.strip("\n").splitlines()
    text = re.sub(r"‐\n\s+", "", "\n".join(lines[1:-1]))
    return re.sub(r"(?<=\w-)\n\s+", "", text)

def run_together(lab):
    step("no words run together; no quote mark stands before a colon")
    if not shutil.which("man"):
        print("  skipped: man is not installed")
        return
    for name, path in sorted(PAGES.items()):
        source = page(name).replace("\\&", "").replace("\\e", "\\")
        source = source.replace("\\(dq", '"')
        known = {bare(part) for word in source.split()
                 for part in [word, *re.split(r'[()"\[\]{}=,]', word)]}
        text = rendered(lab, path)
        equal(sorted({word for word in text.split()
                      if bare(word) not in known and
                      not JOINED.search(word) and
                      not {bare(part) for part in word.split("-")} <= known
                      and bare(word).strip("—•")}), [], name)
        check('":;' not in text, f"{name}: a quoted name before a colon")

def labs():
    step("the labs of pages and README do not share a folder")
    texts = {name: page(name) for name in PAGES}
    texts["README.md"] = read("README.md")
    used = sorted(set(re.findall(r"lab start (\S+)", text)).pop()
                  for text in texts.values() if "lab start" in text)
    equal(used, sorted(set(used)), "folders")
    check(len(used) >= 5, f"folders: {used}")

def references():
    step("references between the pages are valid")
    for name, path in sorted(PAGES.items()):
        for other, number in re.findall(r"^\.Xr (lic\S+|liblic\S+) (\d)",
                                        page(name), re.M):
            check(f"{other}.{number}" in PAGES,
                  f"{name} refers to {other}({number})")
        text = page(name)
        headings = re.findall(r"^\.S[hs] (.*)", text, re.M)
        for heading in re.findall(r"^\.Sx (.*?)(?: [.,;])?$", text, re.M):
            check(heading in headings, f"{name} refers to {heading}")
    where = section(read("README.md").replace("\n## ", "\n.Sh "),
                    "Manual pages")
    for name in PAGES:
        check("(".join(name.rsplit(".", 1)) + ")" in
              where.replace("`", ""), f"README.md does not name {name}")

# ---- licctl, licissue, licagentd

def licctl(lab):
    step("licctl: commands and options")
    usage = lab.run(os.path.join(lab_bin(), "licctl"), "--help").stdout
    text = page("licctl.1")
    same("options", re.findall(r"^  --([a-z-]+)", usage, re.M),
         re.findall(r"^\.It Fl -([a-z-]+)", text, re.M))
    # The file is named differently, and may be a URL.
    commands = re.findall(r"^  ([a-z](?:[a-z]| -?[a-z]|-[a-z])*)", usage, re.M)
    manual = set()
    for line in re.findall(r"^\.It Cm (.*)$", text, re.M):
        words = re.split(r" (?=Ar|Op|Oo|Fl|Cm)", line)[0]
        manual.add(words.replace(" No ", " "))
    # `show license status` and others stand once more under JSON.
    same("commands", commands, manual)
    source = read("tools", "licctl", "out.h")
    numbers = {int(n) for n in re.findall(r"EXIT_\w+ = (\d+)", source)}
    same("exit statuses", numbers, (int(n) for n in re.findall(
        r"^\.It (\d+)$", section(text, "EXIT STATUS"), re.M)))

def licissue(lab):
    step("licissue: commands and options")
    program = os.path.join(lab_bin(), "licissue")
    text = page("licissue.1")
    usage = lab.run(program, "--help").stdout
    commands = re.findall(r"^  ([a-z][a-z-]+(?: [a-z-]+)?)  ", usage, re.M)
    same("commands", commands,
         re.findall(r"^\.Ss licissue (.+)", text, re.M))
    for command in commands:
        usage = lab.run(program, *command.split(), "--help").stdout
        options = set(re.findall(r"(?<![\w-])--([a-z0-9-]+)", usage))
        described = re.findall(r"^\.It (?:Fl \w , )?Fl -([a-z0-9-]+)",
                               section(text, f"licissue {command}", "Ss"),
                               re.M)
        if described or options != {"help"}:
            same(f"options of {command}", options - {"help"}, described)

def licagentd(lab):
    step("licagentd: options and subjects")
    done = lab.run(os.path.join(lab_bin(), "licagentd"), "-?")
    text = page("licagentd.8")
    same("options", re.findall(r"^  -(\w)", done.stderr, re.M),
         re.findall(r"^\.It Fl (\w)", text, re.M))
    subjects = re.search(r"^\.It Fl d .*?\.It", text, re.M | re.S).group(0)
    sources = "".join(read(os.path.relpath(path, TOP)) for path in
                      glob.glob(os.path.join(TOP, "agent", "**", "*.c"),
                                recursive=True))
    logged = set(re.findall(r'log_debug\(\s*"(\w+)"', sources))
    same("subjects of -d", logged | {"all"},
         re.findall(r"^\.Cm (\w+)", subjects, re.M))
    words = re.search(r"debug these: (.*?)\n  -f", done.stderr, re.S)
    same("subjects that the usage has", logged | {"all"},
         re.findall(r"\w+", words.group(1).replace("or all", "all")))

def lab_bin():
    return os.environ["LAB_BIN"]

# ---- The configuration

def configuration():
    step("licagentd.conf: keys")
    source, text = read("agent", "conf.c"), page("licagentd.conf.5")
    ports = re.findall(r'X\(\w+, "(\w+)", (\d+)\)',
                       read("agent", "jobs", "protocol.h"))
    tables = dict(re.findall(
        r"^static const struct key (\w+)_keys\[\] = \{(.*?)^\};", source,
        re.M | re.S))
    sections = {"file": None, "files": "Files", "transfer": "Transfers",
                "call_home": "Call home",
                "device": "Devices", "store": "Stores",
                "feature": "Features", "module": "Modules"}
    # A level has one key, which the page has in the text.
    equal(sorted(tables), sorted([*sections, "level"]), "tables of keys")
    for table, title in sections.items():
        keys = re.findall(r'^\t\{ "([\w-]+)", (?:KEY|SECONDS)_',
                          tables[table], re.M)
        if table == "transfer":
            keys = [f"{name}-port" for name, _ in ports] + keys
        part = section(text, title, "Ss") if title else \
            section(text, "DESCRIPTION").partition("\n.Ss ")[0]
        same(f"keys of {table}", keys,
             re.findall(r"^\.It Cm ([\w-]+) =", part, re.M))
    equal(re.findall(r'\{ "([\w-]+)", KEY_', tables["level"]), ["feature"],
          "keys of a level")
    check(".Cm feature = " in section(text, "Modules", "Ss"), "its key")
    for name, default in ports:
        check(default in section(text, "Transfers", "Ss"),
              f"the default of {name}")

def examples_of_it(lab):
    step("licagentd.conf: the examples are accepted")
    page_text = section(page("licagentd.conf.5"), "EXAMPLES")
    # Every other part stands between fences.
    readme = re.split(r"^```.*\n", read("README.md"), flags=re.M)[1::2]
    for what, text in (
            ("licagentd.conf.5", re.search(r"^\.Bd .*?\n(.*?)^\.Ed", page_text,
                                           re.M | re.S).group(1)),
            ("README.md", next(block for block in readme
                               if "devices = (" in block))):
        # What it names, below a folder of ours.
        top = os.path.join(lab.top, "example")
        text = re.sub(r'"(/(?:var|etc|run|usr)/)', rf'"{top}\1', text)
        for name in ("var/lib/licagent", "etc/licagent", "run",
                     "usr/share/licagent"):
            os.makedirs(os.path.join(top, name), exist_ok=True)
        shutil.copytree(os.path.join(lab.dir, "keys"),
                        os.path.join(top, "etc/licagent/keys"),
                        dirs_exist_ok=True)
        shutil.copy(os.path.join(lab.dir, "builtin.lic"),
                    os.path.join(top, "usr/share/licagent"))
        text += "own-keys = true;\n"
        path = os.path.join(lab.top, "example.conf")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        done = lab.run(os.path.join(lab_bin(), "licagentd"), "-t", "-c", path)
        equal(done.returncode, 0, f"{what}: {done.stdout}{done.stderr}")

# ---- The control socket

def requests():
    step("licagent-control: requests and arguments")
    source = read("agent", "control", "request.c")
    # Errors stand in a list of the same form, behind the requests.
    text = page("licagent-control.7").partition(".Ss Errors\n")[0]
    names = dict(re.findall(r'^\t\{ "(\w+)", (\w+), ARG_', source, re.M))
    flags = {flag: name for name, flag in names.items()}
    verbs = re.findall(r'^\t\{ "(\w+)", CONTROL_\w+,\s*([^,]+),\s*([^,]+),',
                       source, re.M)
    program = {}
    for verb, needs, takes in verbs:
        program[verb] = tuple(
            frozenset(flags[f] for f in re.findall(r"[A-Z_]+", part))
            for part in (needs, takes))
    manual = {}
    for line in re.findall(r"^\.It Cm (.*)$",
                           section(text, "DESCRIPTION"), re.M):
        verb, _, rest = line.partition(" Po ")
        if not re.fullmatch(r"\w+", verb):
            continue
        needs, _, takes = rest.partition("Oo ")
        manual[verb] = tuple(
            frozenset(re.findall(r"\b[a-z_]{2,}\b", part))
            for part in (needs, takes))
    lists = {verb for verb, (_, takes) in program.items()
             if "after" in takes}
    check({"devices", "licenses"} <= lists, f"lists: {lists}")
    for verb in lists:      # "after" is explained once, for all
        needs, takes = program[verb]
        program[verb] = needs, takes - {"after"}
    # Rights stand in a list of the same form.
    for right in ("admin", "lease", "read"):
        manual.pop(right, None)
    same("requests", program, manual)
    for verb, arguments in program.items():
        equal(tuple(map(sorted, manual[verb])),
              tuple(map(sorted, arguments)),
              f"what {verb} needs, and what it takes")

def words_of(text, first):
    """The words in Cm of an item, as in ".Cm a , b , c"."""
    body = re.search(rf"^\.It Cm {first}\b.*?\n(.*?)(?=^\.It |^\.El)", text,
                     re.M | re.S).group(1)
    words = []
    for line in re.findall(r"^\.(?:Pq )?Cm (.*)$", body, re.M):
        words += re.findall(r"[a-z_]{2,}", re.sub(r"Pq.*", "", line))
    return words

def keys(lab):
    step("licagent-control: keys, codes and kinds")
    text = page("licagent-control.7")
    lab.issue_two("two.lic")
    with open(lab.conf, "a", encoding="utf-8") as f:
        f.write('modules = ( { name = "image"; version = "1.0"; '
                'levels = ( { feature = "base"; } ); } );\n')
    lab.restart()
    with Control(lab.control) as c:
        c.ask("subscribe")
        installed = c.ask("install", file="flash:two.lic", accept_eula=True)
        c.ask("accept_all", on=True)
        c.ask("checkout", feature="cme-srst")
        for verb in ("devices", "stores", "features", "licenses", "leases",
                     "modules", "history"):
            found = set(c.rows(verb)[0])
            check(found <= set(words_of(text, verb)),
                  f"{verb}: the page lacks "
                  f"{found - set(words_of(text, verb))}")
            # Not keys: the values that some of them have.
            values = set(re.findall(r'"(\w+)"', json.dumps(c.rows(verb))))
            more = set(words_of(text, verb)) - found - values - VALUES
            equal(more, set(), f"{verb}: keys that the page invents")
        found = set(c.ask("statistics"))
        equal(set(words_of(text, "statistics")), found, "statistics")
        for key in set(installed) | set(installed["licenses"][0]):
            check(key in words_of(text, "install"), f"install: {key}")
        events = [m["event"] for m in c.pushed]
        check(events, "no event came")
    part = words_of(text, "subscribe")
    for key in events[0]:
        check(key in part, f"an event's {key}")
    kinds = re.findall(r'\[LC_EVENT_\w+\] = "(\w+)"',
                       read("agent", "control", "names.c"))
    manual = re.search(r"The kinds are\n(.*?)An event has",
                       text, re.S).group(1)
    same("kinds of events", kinds,
         (word for line in re.findall(r"^\.Cm (.*)$", manual, re.M)
          for word in re.findall(r"\w+", line)))
    sources = "".join(read(os.path.relpath(path, TOP)) for path in
                      glob.glob(os.path.join(TOP, "agent", "control", "*.c")))
    codes = re.findall(r'case LC_E\w+:\n\t\treturn "([\w-]+)"',
                       read("agent", "control", "names.c")) + \
        re.findall(r'call_refuse\(\s*&?call,\s*"([\w-]+)"', sources) + \
        re.findall(r'turn_away\(fd, "([\w-]+)"', sources) + \
        [code for name in ("visit.c", "steps.c")
         for code in re.findall(r'visit_fail\(\s*v,\s*"([\w-]+)"', read(
             "agent", "callhome", name))] + \
        ["no-file", "file-exists", "failed"]
    same("codes of errors", codes,
         (word for line in re.findall(
             r"^\.It Cm (.*)$", section(text, "Errors", "Ss"), re.M)
          for word in re.findall(r"[\w-]{2,}", line)))

# Values of keys that the lab's licenses do not have.
VALUES = {"primary", "removable", "inactive", "none", "low", "medium",
          "high", "built", "in", "notInUse", "inUse"} | set(
              "inactive notInUse inUse expiredInUse expiredNotInUse "
              "usageCountConsumed".split())
VALUES |= {part for word in VALUES for part in re.findall(r"[a-z_]{2,}",
                                                          word)}

def heard(c, before):
    """Does something; was there an event?"""
    c.ask("install", file="flash:event.lic")
    row, = [r for r in c.rows("licenses", feature="uck9")
            if r["store"] == 1]
    c.ask("clear", license=row["license"])
    return c.ask("statistics")["notify"] > before

def licctl_json(lab):
    step("licctl: keys that are not in a list of the daemon")
    text = section(page("licctl.1"), "JSON", "Ss")
    program = [os.path.join(lab_bin(), "licctl"), "--socket", lab.control,
               "--json"]

    def documented(item):
        body = re.search(rf"^\.It Cm {item}\n(.*?)(?=^\.It |^\.El)", text,
                         re.M | re.S).group(1)
        return {word for line in re.findall(r"^\.Cm (.*)$", body, re.M)
                for word in re.findall(r"[a-z_]{2,}", line)}

    for item, command in (("check Ar feature", ("check", "nothing")),
                          ("show license status",
                           ("show", "license", "status"))):
        printed = json.loads(lab.run(*program, *command).stdout)
        equal(set(printed), documented(item), f"keys of {item}")
    lab.issue("event.lic", feature="uck9")
    ear = subprocess.Popen([*program, "show", "events"], env=lab.environ,
                           text=True, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE)
    try:
        with Control(lab.control) as c:
            before = c.ask("statistics")["notify"]
            wait_until("an event is heard", lambda: heard(c, before))
        equal(set(json.loads(ear.stdout.readline())),
              documented("show events"), "keys of an event")
    finally:
        ear.terminate()
        ear.wait(30)
        ear.stdout.close()

# ---- The library

def library():
    step("liblicclient: functions and constants")
    header, text = read("agent", "client", "licclient.h"), \
        page("liblicclient.3")
    declared = re.findall(r"LIC_API [^;]*?\b(lic_\w+)\(", header)
    same("functions", declared,
         re.findall(r"^\.Nm (lic_\w+)", section(text, "NAME"), re.M))
    same("functions in the synopsis", declared,
         re.findall(r"^\.Fn (lic_\w+)", section(text, "SYNOPSIS"), re.M))
    constants = [name for body in re.findall(
        r"^enum lic_\w+ \{(.*?)^\};", header, re.M | re.S)
        for name in re.findall(r"^\t(LIC_\w+)", body, re.M)]
    same("constants", constants,
         (word for line in re.findall(r"^\.It Dv (.*)$", text, re.M)
          for word in line.split(" , ")))
    options = re.search(r"^struct lic_options \{(.*?)^\};", header,
                        re.M | re.S).group(1)
    options = re.sub(r"/\*.*?\*/", "", options, flags=re.S)
    same("options", (a or b for a, b in re.findall(
        r"\(\*(\w+)\)|[ *](\w+);", options)),
         re.findall(r"^\.It Va (\w+)$",
                    section(text, "DESCRIPTION"), re.M))

def portal(lab):
    step("licportald: options, configuration, requests, roles")
    program = os.path.join(lab_bin(), "licportald")
    if os.path.exists(program):
        done = lab.run(program, "-?")
        same("options", re.findall(r"^  -(\w)", done.stderr, re.M),
             re.findall(r"^\.It Fl (\w)", page("licportald.8"), re.M))
    text = page("licportal.conf.5")
    top, _, mail = text.partition("\n.Ss Mail\n")
    for table, told in (("keys", top), ("mail_keys", mail)):
        keys_read = re.search(
            rf"static const struct key {table}\[\] = \{{(.*?)^\}};",
            read("portal", "conf.c"), re.M | re.S).group(1)
        same(f"{table} of licportal.conf",
             re.findall(r'\{ "(\w+)", KEY_', keys_read),
             re.findall(r"^\.It Cm (\w+) No =", told, re.M))
    text = page("licportal-api.7")
    same("requests", re.findall(r'\{ "([A-Z]+)", "(/\S+)"',
                                read("portal", "api.c")),
         re.findall(r"^\.Ss ([A-Z]+) (/\S+)$", text, re.M))
    roles = re.search(r"role_names\[.*?\] = \{(.*?)\};",
                      read("authority", "ops", "token.c"), re.S).group(1)
    same("roles", set(re.findall(r'= "([a-z-]+)"', roles)) - {"none"},
         re.findall(r"^\.It ([a-z-]+) Ta", text, re.M))

def example(lab):
    step("liblicclient: the example compiles")
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        print("no compiler: not tried")
        return
    code = re.search(r"^\.Bd -literal\n(.*?)^\.Ed",
                     section(page("liblicclient.3"), "EXAMPLES"),
                     re.M | re.S).group(1)
    path = os.path.join(lab.top, "example.c")
    with open(path, "w", encoding="utf-8") as f:
        f.write(code)
    done = lab.run(compiler, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Werror",
                   "-I" + os.path.join(TOP, "agent", "client"), "-c", path,
                   "-o", os.path.join(lab.top, "example.o"))
    equal(done.stderr, "", "what the compiler says")

def pages(lab):
    form(lab)
    run_together(lab)
    labs()
    references()
    licctl(lab)
    licissue(lab)
    portal(lab)
    licagentd(lab)
    configuration()
    examples_of_it(lab)
    requests()
    keys(lab)
    licctl_json(lab)
    library()
    example(lab)

main(pages)
