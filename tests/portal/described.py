"""described: what the portal's OpenAPI file says, and whether an answer is what
it says."""

import json
import os
import re
import warnings

from desk import TOP, check

try:
    import jsonschema
except ImportError:
    jsonschema = None

OPENAPI = os.path.join(TOP, "portal", "openapi.json")


def path_of(pattern):
    """A pattern with {parts} as a regular expression."""
    return re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern))


class Description:
    def __init__(self):
        with open(OPENAPI, encoding="utf-8") as f:
            self.json = json.load(f)
        self.operations = {}    # by method and pattern
        for pattern, item in self.json["paths"].items():
            for method, operation in item.items():
                if method != "parameters":
                    self.operations[method.upper(), pattern] = operation
        self.answered = set()   # operations that did what was asked for

    def roles(self):
        return {key: tuple(operation["x-roles"])
                for key, operation in self.operations.items()}

    def find(self, method, path):
        """The operation of a path; fixed parts count before variable ones."""
        path = path.partition("?")[0]
        found = sorted((pattern.count("{"), pattern)
                       for how, pattern in self.operations
                       if how == method
                       and re.fullmatch(path_of(pattern), path))
        check(found, method, path, "is not described")
        return method, found[0][1]

    def resolved(self, schema):
        """A schema without a reference at its top."""
        while "$ref" in schema:
            rest = {key: value for key, value in schema.items()
                    if key != "$ref"}
            target = self.json
            for part in schema["$ref"].split("/")[1:]:
                target = target[part]
            schema = {**target, **rest}
        return schema

    def errors(self, schema, value):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            validator = jsonschema.Draft202012Validator(
                schema, resolver=jsonschema.RefResolver("", self.json))
            return [error.message for error in validator.iter_errors(value)]

    def response(self, operation, status):
        responses = operation["responses"]
        return self.resolved(responses.get(str(status),
                                           responses["default"]))

    def examine(self, method, path, answer):
        """Is the answer what the file says?"""
        key = self.find(method, path)
        content = self.response(self.operations[key], answer.status)["content"]
        kind = answer.headers["Content-Type"].partition(";")[0]
        check(kind in content, key, kind, answer.body)
        if answer.status == 200:
            self.answered.add(key)
        if kind.endswith("json") and jsonschema:
            wrong = self.errors(content[kind]["schema"], answer.json)
            check(not wrong, key, answer.body, wrong)
