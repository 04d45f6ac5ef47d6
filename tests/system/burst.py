#!/usr/bin/env python3
"""Thousands of notifications at once: snmpd goes on answering, and all of them
arrive, in order."""

import threading

from harness import *
from time_lab import Control

BURST = 2000


def burst(lab):
    lab.tool("licissue", "issue", lab.issuer, "--udi", lab.udi, "--feature",
             "ipbasek9", "--type", "permanent", "--copies", str(BURST),
             "-o", lab.flash_path("many.lic"))
    lab.lose_no_traps()
    lab.restart("snmpd")
    start = len(lab.log())
    over = threading.Event()
    asked, wrong = [], []
    manager = Manager(lab, ["-v2c", "-c", lab.ro])

    def ask():
        while not over.is_set():
            answer = manager.ask("get", NEXT_ACTION)
            asked.append(answer)
            if answer is None or answer[0] != 0:
                wrong.append(answer)
        manager.close()

    step("a manager asks all the time")
    asker = threading.Thread(target=ask)
    asker.start()
    try:
        program = Control(lab)
        program.socket.settimeout(PATIENCE)
        equal(program.ask("install", file="flash:many.lic")["successful"],
              BURST, "licenses")
        program.close()
        lab.settled()
        wait_until("some answers", lambda: wrong or len(asked) > 10)
    finally:
        over.set()
        asker.join()
    equal(wrong, [], "answers that were none")

    step("all arrived, in order")
    indexes = [int(objects[0][0].rpartition(".")[2]) for _, objects in
               lab.traps("clmgmtLicenseInstalled")]
    equal(indexes, list(range(indexes[0], indexes[0] + BURST)), "indexes")

    step("snmpd lives: it answers, and ends when it is told to")
    equal(int(lab.get1(NEXT_ACTION)) > 0, True, "an answer")
    check("lost the master" not in lab.log()[start:], "the session was lost")
    lab.kill(signal.SIGTERM, "snmpd")
    wait_until("snmpd ended", lambda: not lab.alive("snmpd"))


main(burst)
