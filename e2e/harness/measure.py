"""Runs one command and writes what it cost as JSON to the file named first.

usage: measure.py REPORT COMMAND [ARGUMENT...]

`cpu` is the user and system time of the whole process tree, `peak` the largest resident set of any one process in it, in bytes.
"""

import json
import os
import resource
import sys
import time

report, *command = sys.argv[1:]
started = time.monotonic()
child = os.posix_spawnp(command[0], command, os.environ)
_, status = os.waitpid(child, 0)
wall = time.monotonic() - started
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1 if sys.platform == "darwin" else 1024
with open(report, "w", encoding="utf-8") as file:
    json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * unit}, file)
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
