#!/usr/bin/env python3
"""authority.py, with the authority in PostgreSQL."""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WITH_POSTGRES = os.path.join(HERE, "..", "support", "with_postgres")

os.execv(WITH_POSTGRES, [WITH_POSTGRES, "--fast", sys.executable, "-B",
                         os.path.join(HERE, "authority.py")])
