#!/usr/bin/env python3
"""A reload through the control socket, and what is said of one that fails."""

from wire import *
from servers import Held, need_transfers


def write(lab, text):
    with open(lab.conf, "w", encoding="utf-8") as f:
        f.write(text)


def ask(client, do, **arguments):
    """Sends a request; its number."""
    client.number += 1
    client.send(json.dumps(dict(arguments, do=do, id=client.number)).encode() +
                b"\n")
    return client.number


def refused(client):
    try:
        client.ask("reload")
    except Refused as e:
        return e.code, e.text
    raise Failure("the configuration was taken")


def licctl(lab, status):
    done = lab.run(os.path.join(lab.bin, "licctl"), "--socket", lab.control,
                   "reload")
    equal(done.returncode, status, f"exit status: {done.stderr}")
    return done.stdout, done.stderr


def reload(lab):
    need_transfers()
    with open(lab.conf, encoding="utf-8") as f:
        good = f.read()
    client = Control(lab.control)

    step("what is right is in force when the answer comes")
    write(lab, good.replace("securityk9", "renamedk9"))
    equal(client.ask("reload"), {}, "answer")
    check("renamedk9" in [row["feature"] for row in client.rows("features")],
          "the new feature")
    write(lab, good)
    equal(licctl(lab, 0), ("The configuration is in force.\n", ""), "licctl")

    step("what is wrong is told to who asked, and changes nothing")
    stays = "the old configuration stays in force"
    cases = {
        "syntax": (good + "devices = ;\n", r"licagentd\.conf:\d+: .*; "),
        "a key": (good + "color = 1;\n",
                  r"licagentd\.conf:\d+: color: unknown key.*; "),
        "the state": (good.replace(f'state = "{lab.state}"',
                                   'state = "/elsewhere"'),
                      r"the state directory cannot be changed .*; "),
        "the user": (good + f'user = "{other_user()}";\n',
                     r"the user cannot be changed to \w+ while .*; ")}
    for what, (text, pattern) in cases.items():
        write(lab, text)
        code, said = refused(client)
        equal(code, "failed", f"{what}: code")
        check(re.search(pattern + stays + "$", said), f"{what}: {said}")
        out, err = licctl(lab, 1)
        equal(out, "", f"{what}: output of licctl")
        check(said in err, f"{what}: {err}")
        check(said in lab.log(), f"{what}: log")

    step("so is a control socket that cannot be had")
    there = os.path.join(lab.top, "no-socket")
    with open(there, "w", encoding="utf-8"):
        pass
    write(lab, good.replace(f'control = "{lab.control}"',
                            f'control = "{there}"'))
    code, said = refused(client)
    equal(code, "failed", "code")
    check(said.startswith(there) and "the old control socket stays" in said,
          said)
    write(lab, good)
    equal(client.ask("reload"), {}, "the old one again")

    step("an action that runs ends first; everybody who asked is answered")
    with contextlib.closing(Held()) as server, \
            Control(lab.control) as second:
        install = ask(client, "install",
                      file=f"http://127.0.0.1:{server.port}/a.lic")
        check(server.asked.wait(PATIENCE), "the server is asked")
        first = ask(client, "reload")
        ask(second, "reload")
        equal(refused_now(client), "too-many", "twice on one connection")
        # Others are served meanwhile, and the reload waits.
        with Control(lab.control) as third:
            equal(len(third.rows("devices")), 1, "devices")
        server.answer.set()
        equal([client.read()["id"] for _ in range(2)], [install, first],
              "the order of the answers")
        equal(second.read()["result"], {}, "the other's answer")


def refused_now(client):
    number = ask(client, "reload")
    message = client.read()
    equal(message["id"], number, "the answer that comes first")
    return message["error"]["code"]


def other_user():
    return "daemon" if os.getuid() == 0 else "root"


main(reload)
