"""Runs real DVC commands without paying for an interpreter and its imports each time.

Everything is imported once; every command then runs in a fork of this process, so that no state survives it.
Reads one JSON object a line: {"argv": [...], "cwd": "...", "env": {...}}.
Answers one JSON object a line: {"code": n, "stdout": "...", "stderr": "..."}.
"""

import gc
import json
import os
import sys
import tempfile


def preload():
    import importlib
    import pkgutil

    import dvc.cli.parser  # noqa: F401  (imports every command)
    import dvc.repo

    for package in ("dvc.repo", "dvc.commands", "dvc_data", "dvc_objects"):
        module = importlib.import_module(package)
        for found in pkgutil.walk_packages(module.__path__, package + "."):
            if found.name.startswith(("dvc.repo.experiments", "dvc_data.cli", "dvc_data.__main__")):
                continue
            try:
                importlib.import_module(found.name)
            except ImportError:
                pass
    import aiobotocore.session  # noqa: F401
    import boto3  # noqa: F401
    import dvc_s3  # noqa: F401
    import s3fs  # noqa: F401


def run(request, out, err):
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    sys.argv = ["dvc", *request["argv"]]
    from dvc.cli import main

    code = 1
    try:
        code = main(request["argv"])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code or 0)


def serve():
    preload()
    gc.collect()
    gc.freeze()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                run(request, out.fileno(), err.fileno())
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            out.seek(0)
            err.seek(0)
            answer = {"code": status, "stdout": out.read().decode("utf-8", "replace"), "stderr": err.read().decode("utf-8", "replace")}
        print(json.dumps(answer), flush=True)


serve()
