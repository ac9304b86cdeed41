"""`qa` in processes that have its libraries already: one imports them, and forks for each command.

Importing them takes most of a short command's time, and half of a server's start. Where an environment is read on
import, or that time matters, tests start `qa` as it is.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from subprocess import PIPE

# Seconds that a command may take.
PATIENCE = 120


def run_qa(*arguments: str, env: Mapping[str, str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `qa` with an eye on the network, as subprocess.run does with its output captured."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        code = end_of(start_qa(*arguments, env=env, cwd=cwd, out=out, err=err, patience=PATIENCE))
        return subprocess.CompletedProcess(["qa", *arguments], code, out.read_text("utf-8"), err.read_text("utf-8"))


def start_qa(
    *arguments: str, env: Mapping[str, str], out: Path, err: Path, cwd: Path | None = None, patience: int = 0
) -> int:
    """Start `qa` with an eye on the network; it is killed after `patience` seconds, if any. Returns its number."""
    files = [str(out), str(err)]
    return _tell({"arguments": arguments, "env": dict(env), "cwd": str(cwd or Path.cwd()), "files": files,
                  "patience": patience})  # fmt: skip


def end_of(process: int) -> int:
    """The exit code of a started process, once it ends."""
    return _tell({"ended": process})


def _tell(told: dict[str, object]) -> int:
    parent = _parent()
    assert parent.stdin
    assert parent.stdout
    parent.stdin.write(json.dumps(told) + "\n")
    parent.stdin.flush()
    return int(parent.stdout.readline())


@cache
def _parent() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, __file__], stdin=PIPE, stdout=PIPE, text=True)


def _serve() -> None:
    # As the chat page sets them, before Gradio is imported.
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    for name in ("faiss", "sentence_transformers", "tantivy", "gradio", "qa.answers", "qa.terminal", "qa.trial"):
        import_module(name)
    running: set[int] = set()
    for line in sys.stdin:
        told = json.loads(line)
        if "ended" in told:
            running.discard(told["ended"])
            print(os.waitstatus_to_exitcode(os.waitpid(told["ended"], 0)[1]), flush=True)
        else:
            child = os.fork()
            if not child:
                _become(**told)
            running.add(child)
            print(child, flush=True)
    for child in running:
        os.kill(child, signal.SIGKILL)


def _become(arguments: list[str], env: dict[str, str], cwd: str, files: list[str], patience: int) -> None:
    """Be that command, and end."""
    import watched

    from qa.cli import main

    signal.alarm(patience)
    for number, path in enumerate(files, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["qa", *arguments]
    code: object = 0
    try:
        watched.begin()
        main()
    except SystemExit as exit:
        code = exit.code
    # Whatever it is, the interpreter would tell it and end with 1; the parent has to go on.
    except BaseException:
        traceback.print_exc()
        code = 1
    # What the page keeps in a temporary folder goes with it.
    atexit._run_exitfuncs()
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve()
