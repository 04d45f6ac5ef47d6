#!/usr/bin/env python3
"""openapi: the interface is as its OpenAPI file says: the same operations for
the same roles, and whatever the file does not allow is refused."""

import copy
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "authority"))

from described import Description, jsonschema  # noqa: E402
from desk import BIN, TOP, check, equal, main  # noqa: E402
from portal_site import Site, quoted  # noqa: E402

SKU = "L-LAB-SEC-K9="
LONG = 70000    # bytes; longer texts are tried up to the limit of a body


def table(described):
    """The routes of the program, and those of the file."""
    rows = subprocess.run(
        [os.path.join(BIN, "licportald"), "-R"], stdout=subprocess.PIPE,
        text=True, check=True).stdout.splitlines()
    routes = {tuple(row.split()[:2]): tuple(row.split()[2:]) for row in rows}
    equal(sorted(set(routes) - set(described.roles())), [],
          "not in the file")
    equal(sorted(set(described.roles()) - set(routes)), [],
          "not in the program")
    for key, roles in routes.items():
        equal(sorted(described.roles()[key]), sorted(roles), key)
    ids = [operation["operationId"]
           for operation in described.operations.values()]
    equal(len(ids), len(set(ids)))


def parts(described):
    """Each variable part of a path is described, and no other."""
    for pattern, item in described.json["paths"].items():
        named = [one["name"] for one in item.get("parameters", [])]
        equal(named, [part[1:-1] for part in pattern.split("/")
                      if part.startswith("{")], pattern)


# ---- Roles


def ask(site, method, path, body=None, **options):
    if method == "GET":
        return site.get(path, **options)
    return site.ask(method, path, {} if body is None else body, **options)


def filled(pattern):
    """A path of this pattern, to nothing that there is."""
    return "/".join("P:none" if part.startswith("{") else part
                    for part in pattern.split("/"))


def roles(described, site, tokens):
    """Exactly those are let in that the file lists."""
    n = 0
    for (method, pattern), operation in described.operations.items():
        path = filled(pattern)
        may = operation["x-roles"]
        for role, secret in tokens.items():
            n += 1
            got = ask(site, method, path, token=secret, key=f"roles-{n}")
            refused = got.status == 401 or (
                got.status == 403 and got.json["type"].endswith(":role"))
            known = role if role not in ("stranger", "stopped") else {
                "stranger": "account-admin"}.get(role)
            if known is None:
                got.is_problem(401, "no-token", "was stopped")
                continue
            equal(not refused, known in may, method, pattern, role, got.body)
            check(got.status < 500, method, pattern, role, got.body)
            described.examine(method, path, got)
    equal(n, len(described.operations) * len(tokens))


# ---- Bad input


def wrong_values(described, schema):
    """What this schema does not allow."""
    schema = described.resolved(schema)
    kind = schema.get("type", "string")
    yield from {
        "string": [7, True, [], {}],
        "integer": ["7", -1, 1.5, 1 << 33, 1 << 62, True, []],
        "boolean": ["true", 1, []],
        "array": ["x", 7, {}],
        "object": ["x", 7, []],
    }[kind]
    if kind == "string" and schema.get("minLength"):
        yield ""
    if kind == "string" and schema.get("maxLength", LONG) < LONG:
        yield "x" * (schema["maxLength"] + 1)
    if "pattern" in schema or "enum" in schema:
        yield from ("a\u0001b", "a\nb", "\u007f", "a\u0000b")
    if "enum" in schema:
        yield "nobody"
    if kind == "integer":
        yield schema["minimum"] - 1
        yield schema["maximum"] + 1
    if kind == "array":
        yield []
        item = described.resolved(schema["items"])
        if schema["maxItems"] < 1000:
            yield ["x" if item.get("type") == "string" else {}] * (
                schema["maxItems"] + 1)
        for value in wrong_values(described, item):
            yield [value]
        if item.get("type") == "object":
            yield from ([value] for value in wrong_objects(described, item))


def wrong_objects(described, schema):
    """Objects with one thing wrong, from a base of what may be there."""
    schema = described.resolved(schema)
    base = {name: {"string": "x", "integer": 1, "boolean": True}[
        described.resolved(one).get("type", "string")]
        for name, one in schema["properties"].items()}
    for name in schema["required"]:
        yield {key: value for key, value in base.items() if key != name}
    yield {**base, "surplus": 1}
    for name, one in schema["properties"].items():
        for value in wrong_values(described, one):
            yield {**base, name: value}


def bad_bodies(described, schema, example):
    """What is wrong, and the body."""
    schema = described.resolved(schema)
    for name in schema["required"]:
        body = copy.deepcopy(example)
        del body[name]
        yield name, body
    yield "surplus", {**example, "surplus": 1}
    for name, one in schema["properties"].items():
        for value in wrong_values(described, one):
            yield name, {**example, name: value}


def bad_input(described, site, tokens, known):
    """Each member missing, of another type, out of its range, or unknown."""
    n = 0
    for (method, pattern), operation in described.operations.items():
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            continue
        schema = content["application/json"]["schema"]
        example = content["application/json"]["example"]
        equal(described.errors(schema, example), [], pattern)
        path = pattern
        for part, value in known.items():
            path = path.replace("{%s}" % part, quoted(value))
        for name, body in bad_bodies(described, schema, example):
            n += 1
            said = f"{method} {pattern} {name} {str(body)[:300]}"
            check(described.errors(schema, body), said,
                  "the file allows this")
            got = site.ask(method, path, body, token=tokens["admin"],
                           key=f"bad-{n}")
            check(400 <= got.status < 500, said, got.status, got.body)
            # The parser refuses a NUL before anybody looks at members, and a
            # list of devices is refused with a reason for each.
            check(f'"{name}"' in got.json["detail"] or "\\x00" in said
                  or isinstance(body.get(name), list), said, got.body)
            described.examine(method, path, got)
    check(n > 500, n)
    return n


def openapi(desk):
    described = Description()
    table(described)
    parts(described)
    if jsonschema is None:
        print("openapi.py: skipped, python3-jsonschema is missing")
        raise SystemExit(77)
    desk.authority("acme")
    desk.run("sku", "load", "acme", os.path.join(TOP, "examples",
                                                 "catalog.conf"))
    with open(desk.path("more.conf"), "w", encoding="utf-8") as f:
        f.write('accounts = ( { account = "other"; description = "x"; } );')
    desk.run("sku", "load", "acme", "more.conf")
    tokens = {"none": None}
    for role in ("viewer", "member", "account-admin"):
        tokens[role] = desk.run("token", "create", "acme", role, "--account",
                                "example-net", "--role", role).strip()
    for role in ("catalog", "pak-desk", "support", "factory", "auditor",
                 "admin"):
        tokens[role] = desk.run("token", "create", "acme", role, "--role",
                                role).strip()
    tokens["stranger"] = desk.run(
        "token", "create", "acme", "stranger", "--account", "other",
        "--role", "account-admin").strip()
    tokens["stopped"] = desk.run("token", "create", "acme", "stopped",
                                 "--role", "admin").strip()
    desk.run("token", "stop", "acme", "stopped")
    pak = desk.run("pak", "create", "acme", "--sku", SKU, "--quantity",
                   "5").strip()
    known = {"code": pak, "number": "C-1001", "udi": "LIC1921/K9:FDO1",
             "name": "viewer", "id": "0123abcd"}
    with Site(desk) as site:
        with open(os.path.join(TOP, "portal", "openapi.json"), "rb") as f:
            equal(site.get("/api/v1/openapi.json").body, f.read())
        roles(described, site, tokens)
        n = bad_input(described, site, tokens, known)
        print(f"openapi.py: {n} bodies that the file does not allow")
        equal(site.stop("licportald"), 0)
    desk.verified()


main(openapi)
