"""Reads a PDF in a process of its own, within a limit of time and of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from qa.errors import DocumentError
from qa.settings import PdfLimits

if TYPE_CHECKING:
    from qa.reading.pdf.reader import PdfReading


def read_in_child(path: Path, limits: PdfLimits) -> PdfReading:
    """What a PDF says. Raises DocumentError, with the reason and the remedy, for one that cannot be read."""
    from qa.reading.pdf.reader import PdfReading

    command = [sys.executable, "-m", "qa.reading.pdf.child", str(path), str(limits.seconds), str(limits.megabytes)]
    # One thread: each further one of the numerical libraries reserves address space that nobody uses.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(command, capture_output=True, timeout=limits.seconds, env=environment, check=False)
    except subprocess.TimeoutExpired:
        raise DocumentError(
            f"{path.name} was not read within {limits.seconds} seconds: "
            "print it into a new PDF, split it, or raise QA_PDF_SECONDS"
        ) from None
    if done.returncode < 0 or (done.returncode and b"MemoryError" in done.stderr):
        raise DocumentError(
            f"{path.name} could not be read within {limits.megabytes} MB of memory: "
            "print it into a new PDF, split it, or raise QA_PDF_MEGABYTES"
        )
    if done.returncode:
        raise RuntimeError(f"the process that read {path} failed: {done.stderr.decode(errors='replace')}")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise DocumentError(f"{path.name} {answer['refused']}")
    return TypeAdapter(PdfReading).validate_python(answer)
