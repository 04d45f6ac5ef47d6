#!/usr/bin/env python3
"""An installation and large requests, with licagentd as the SNMP agent: "make
check-master" runs the other tests so."""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

os.environ["LICAGENT_ROLE"] = "master"
for test in ("install.py", "response_too_big.py"):
    print(f"==== {test}", flush=True)
    status = subprocess.run([sys.executable, "-B", os.path.join(HERE, test)],
                            check=False).returncode
    if status != 0:
        sys.exit(status)
