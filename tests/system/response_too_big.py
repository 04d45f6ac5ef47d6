#!/usr/bin/env python3
"""What does not fit into a response is an error, and the session goes on."""

from harness import *

TOO_BIG = 1
COMMENT = "x" * 255


def too_big(lab):
    lab.issue_two("two.lic")
    equal(lab.outcome(lab.install("flash:two.lic")), (SUCCESSFUL, 1),
          "install")
    names = [f"{LICENSES}.13." + ".".join(map(str, index))
             for index in lab.installed()]
    for name in names:
        lab.set(name, "s", COMMENT)
    want = "x" + COMMENT.encode().hex()
    start = len(lab.log())
    manager = Manager(lab, ["-v2c", "-c", lab.ro])

    step("a little less than fits")
    error, index, bindings = manager.ask("get", *(names * 90))
    equal((error, index, len(bindings)), (0, 0, 180), "of 180 comments")
    equal({value for _, value in bindings}, {want}, "values")

    step("more than fits, in all kinds of requests")
    for request in (["get", *(names * 150)],
                    ["next", *([f"{LICENSES}.13.1.1"] * 300)]):
        error, index, _ = manager.ask(*request)
        equal(error, TOO_BIG, f"the error of {request[0]}")
        check(180 < index < 230, f"its index: {index}")
    step("more in one request than AgentX's library reads")
    for request in (["get", *([NEXT_ACTION] * 2200)],
                    ["next", *([NEXT_ACTION] * 2200)]):
        error, index, _ = manager.ask(*request)
        equal(error, TOO_BIG, f"the error of {request[0]}")
        check(index == 1 if lab.role == "agentx" else 1000 < index < 2200,
              f"its index: {index}")

    step("bulk ends early")
    answer = manager.ask("bulk", 0, 100, *([f"{LICENSES}.12"] * 40))
    equal(answer[0], 0, "the error of bulk")
    check(answer[2], "bulk gives what fits")

    step("the session goes on")
    equal(manager.ask("get", names[0])[2], [(names[0], want)], "a comment")
    manager.close()
    check("lost the master" not in lab.log()[start:], "the session was lost")


main(too_big)
