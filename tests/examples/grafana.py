#!/usr/bin/env python3
"""grafana: the dashboard is one that Grafana reads, over metrics that exist.

promtool(), which fleet_try.py calls, computes each query over devices of which
one is silent and one has no licagentd.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))

from harness import *  # noqa: E402,F401,F403

FLEET = os.path.join(TOP, "examples", "fleet")
TEXTFILE = os.path.join(FLEET, "textfile")

# What each kind of panel has to have among its options.
OPTIONS = {
    "stat": {"reduceOptions", "colorMode", "graphMode", "textMode"},
    "table": {"showHeader", "sortBy"},
    "timeseries": {"legend", "tooltip"},
    "state-timeline": {"mergeValues", "showValue", "legend", "tooltip"},
}
UNITS = {"none", "percentunit", "dtdurations"}
VARIABLES = {"source", "instance", "feature", "__rate_interval"}
# Words of PromQL, and labels.
NO_METRICS = {
    "and", "by", "count", "on", "or", "rate", "sort", "sort_desc", "sum",
    "unless", "vector", "label_values", "job", "instance", "licenses",
    "entPhysicalIndex", "clmgmtLicenseFeatureName"}


def read(name):
    with open(os.path.join(FLEET, name), encoding="utf-8") as f:
        return f.read()


def dashboard():
    return json.loads(read("grafana.json"))


def queries(board):
    return {f"{panel['title']}, {target['refId']}": target["expr"]
            for panel in board["panels"] for target in panel["targets"]}


def structure(board):
    step("a dashboard: its members, panels and places")
    for member, kind in (("title", str), ("uid", str), ("schemaVersion", int),
                         ("version", int), ("time", dict), ("panels", list),
                         ("templating", dict), ("annotations", dict),
                         ("tags", list), ("refresh", str)):
        check(isinstance(board.get(member), kind), f"{member}: {kind}")
    check(len(board["uid"]) <= 40, "the length of uid")
    equal(board.get("id"), None, "id: Grafana gives it")
    panels = board["panels"]
    equal([p["id"] for p in panels], list(range(1, len(panels) + 1)),
          "numbers of the panels")
    taken = {}
    for p in panels:
        check(p["title"] and p["description"], f"{p['id']}: its texts")
        check(OPTIONS[p["type"]] <= set(p["options"]),
              f"{p['title']}: options of {p['type']}")
        place = p["gridPos"]
        check(place["x"] + place["w"] <= 24, f"{p['title']}: 24 columns")
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                check((x, y) not in taken,
                      f"{p['title']} is over {taken.get((x, y))}")
                taken[x, y] = p["title"]
        equal([t["refId"] for t in p["targets"]],
              [chr(65 + i) for i in range(len(p["targets"]))],
              f"{p['title']}: names of the queries")
        for t in p["targets"] + [p]:
            equal(t["datasource"],
                  {"type": "prometheus", "uid": "${source}"}, "data source")
        for key, value in re.findall(r'"(unit|id)": "(\w+)"',
                                     json.dumps(p["fieldConfig"])):
            check(key != "unit" or value in UNITS, f"{p['title']}: {value}")
    equal(len(taken), 24 * (1 + max(y for _, y in taken)), "no holes")


def names(board):
    step("its variables and metrics are there")
    variables = {v["name"] for v in board["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(board)))
    check(used <= VARIABLES and variables <= VARIABLES, used | variables)
    equal(used - {"__rate_interval"}, variables, "variables")
    known = set(re.findall(r"^      - (clmgmt\w+)$", read("generator.yml"),
                           re.M))
    known |= set(re.findall(r"record: (\S+)", read("alerts.yml")))
    known |= set(re.findall(r'"(licagent_\w+)"', read("textfile"))) | {"up"}
    check(len(known) > 20, known)
    texts = list(queries(board).values()) + \
        [v["definition"] for v in board["templating"]["list"]
         if v["type"] == "query"]
    for text in texts:
        bare = re.sub(r'"[^"]*"|\$\w+|\[[^\]]*\]', "", text)
        for word in re.findall(r"[A-Za-z_][\w:]*", bare):
            check(word in known | NO_METRICS, f"{word} in {text}")


def textfile(lab):
    path = os.path.join(lab.top, "licagent.prom")

    def run(target=path, status=0):
        done = subprocess.run(
            [TEXTFILE, "--socket", lab.control, "--licctl",
             os.path.join(lab.bin, "licctl"), target], env=lab.environ,
            text=True, capture_output=True, timeout=120, check=False)
        equal(done.returncode, status, done.stderr)
        return done.stderr

    def metrics():
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for line in text.splitlines():
            check(re.fullmatch(r"# (HELP|TYPE) licagent_\w+ .+|"
                               r"licagent_\w+ \d+", line), line)
        return dict(re.findall(r"^(licagent_\w+) (\d+)$", text, re.M))

    step("textfile writes what licagentd counts")
    subprocess.run([os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                    "run", "--feature", "ipbasek9", "--", "true"],
                   env=lab.environ, stderr=subprocess.DEVNULL, timeout=120,
                   check=False)
    run()
    found = metrics()
    equal((found["licagent_up"], found["licagent_checkouts_refused_total"],
           found["licagent_checkouts_total"]), ("1", "1", "0"), "counts")
    equal(os.stat(path).st_mode & 0o777, 0o644, "who may read it")
    check("end in .prom" in run(os.path.join(lab.top, "x.txt"), status=2),
          "another name")
    check("No such file" in run(os.path.join(lab.top, "no/x.prom"),
                                status=1), "a folder that is missing")
    lab.stop()
    run()
    equal(metrics(), {"licagent_up": "0"}, "without licagentd")
    equal([name for name in os.listdir(lab.top) if name.startswith("tmp")],
          [], "what is left")


# ---- With promtool

def series():
    """Device a serves, b is silent, c has no licagentd."""
    yield 'up{job="licenses",instance="a"}', "1+0x20"
    yield 'up{job="licenses",instance="b"}', "0+0x20"
    yield 'up{job="licenses",instance="c"}', "1+0x20"
    yield ('clmgmtNextFreeLicenseActionIndex{job="licenses",instance="a"}',
           "1+0x20")
    yield 'licagent_checkouts_refused_total{instance="a"}', "0+1x20"
    # A counted permanent one, an expired subscription, an extension.
    for number, row in enumerate(((4, 3, 1, 25, 4, 0), (5, 5, 2, 0, 0, 0),
                                  (2, 2, 2, 0, 0, 86400)), 1):
        for column, value in zip(
                ("Type", "Status", "Counted", "MaxUsageCount",
                 "UsageCountRemaining", "ValidityPeriodRemaining"), row):
            yield (f'clmgmtLicense{column}{{job="licenses",instance="a",'
                   f'entPhysicalIndex="1",clmgmtLicenseStoreUsed="1",'
                   f'clmgmtLicenseIndex="{number}",'
                   f'clmgmtLicenseFeatureName="f{number}"}}',
                   f"{value}+0x20")


OF_1 = 'clmgmtLicenseFeatureName="f1", entPhysicalIndex="1", instance="a"'
WANT = {
    "Silent devices, A": {"{}": 2},
    "Expired licenses, A": {"{}": 1},
    "End within 28 days, A": {"{}": 1},
    "Features used up, A": {"{}": 0},
    "What ends when, A": {
        'license:left:seconds{clmgmtLicenseFeatureName="f3", '
        'clmgmtLicenseIndex="3", clmgmtLicenseStoreUsed="1", '
        'entPhysicalIndex="1", instance="a", job="licenses"}': 86400},
    "Counts in use now, A": {
        f'feature:used:ratio{{{OF_1}, job="licenses"}}': 0.84},
    "Counts in use, A": {f"{{{OF_1}}}": 21},
    "Counts in use, B": {f"{{{OF_1}}}": 25},
    "Refused check-outs, A": {'{instance="a"}': 1},
    "Devices, A": {'{instance="a", job="licenses"}': 2,
                   '{instance="b", job="licenses"}': 0,
                   '{instance="c", job="licenses"}': 1},
}


def promtool(program):
    """Each query has the right value."""
    exprs = queries(dashboard())
    equal(set(exprs), set(WANT), "queries")
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as f:
        json.dump({
            "rule_files": [os.path.join(FLEET, "alerts.yml")],
            "evaluation_interval": "1m",
            "tests": [{
                "interval": "1m",
                "input_series": [{"series": name, "values": values}
                                 for name, values in series()],
                "promql_expr_test": [{
                    "eval_time": "10m",
                    "expr": re.sub(r"\$(instance|feature)", ".*",
                                   expr.replace("$__rate_interval", "5m")),
                    "exp_samples": [{"labels": labels, "value": value}
                                    for labels, value in WANT[name].items()],
                } for name, expr in exprs.items()]}]}, f)
        f.flush()
        done = subprocess.run([program, "test", "rules", f.name], text=True,
                              capture_output=True, check=False)
    equal(done.returncode, 0, done.stdout + done.stderr)


def grafana(lab):
    board = dashboard()
    structure(board)
    names(board)
    textfile(lab)


if __name__ == "__main__":
    main(grafana)
