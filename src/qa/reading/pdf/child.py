"""The process that reads one PDF, alone with it: `python -m qa.reading.pdf.child FILE SECONDS MEGABYTES`.

A hostile file can take a reader's time or memory, and pypdf has no clock. What this process writes to standard
output is a `PdfReading` as JSON, or {"refused": why}.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import traceback
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import TypeAdapter
from pypdf import PdfReader, overwrite_configuration
from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

from qa.reading.pdf.pages import NoText
from qa.reading.pdf.reader import PdfReading, read_pdf
from qa.settings import PACKAGE

# pypdf's own limits, tightened to what a printed page can need: a page of print has 20,000 operations, an
# ordinary document some hundred pages, and streams of text, fonts and structure a few megabytes.
LIMITS: dict[str, Any] = {
    "stream_parsing_work_maximum_count": 1_500_000,
    "zlib_maximum_output_length": 20_000_000,
    "lzw_maximum_output_length": 20_000_000,
    "run_length_maximum_output_length": 20_000_000,
    "array_based_stream_maximum_output_length": 20_000_000,
    "page_tree_maximum_entries": 5_000,
    "xform_maximum_invocations_per_extraction": 500,
    "disable_legacy_handling": True,
}
MEGABYTE = 1 << 20
# Its parent stops a child in time and says why; seconds later the system does, if the parent is gone.
GRACE = 5
# How far from either end of a file its marks stand.
NEAR = 1024
ANEW = "print it into a new PDF and read that one"


def read(path: Path) -> PdfReading | str:
    """What was read of a file, or why it was refused."""
    with path.open("rb") as stream:
        start, end = _ends(stream)
        if not start:
            return "is empty"
        if b"%PDF-" not in start:
            return "is no PDF file, whatever its name says"
        reading = _read_stream(stream)
    if isinstance(reading, PdfReading) and b"%%EO" not in end:
        reading.findings.append("The file does not end as a PDF ends: a part of it may be missing.")
    return reading


def _read_stream(stream: BinaryIO) -> PdfReading | str:
    try:
        return read_pdf(PdfReader(stream))
    except (FileNotDecryptedError, DependencyError):
        return "is locked with a password: save a copy without one"
    except NoText as error:
        return str(error)
    except LimitReachedError as error:
        return f"asks for more than a document needs ({_first_line(error)}): {ANEW}"
    except MemoryError:
        return f"needs more memory than a document should: {ANEW}, or raise QA_PDF_MEGABYTES"
    except RecursionError:
        return f"nests its parts too deeply: {ANEW}"
    except Exception as error:  # A broken file makes pypdf raise errors of any class.
        where = traceback.extract_tb(error.__traceback__)[-1]
        if Path(where.filename).is_relative_to(PACKAGE):
            traceback.print_exc()
            fault = f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
            return f"met a fault of this program ({fault}): please report it, with the file"
        return f"is damaged ({_first_line(error)}): {ANEW}"


def _ends(stream: BinaryIO) -> tuple[bytes, bytes]:
    """The first and the last bytes of a file."""
    start = stream.read(NEAR)
    stream.seek(max(stream.seek(0, os.SEEK_END) - NEAR, 0))
    end = stream.read()
    stream.seek(0)
    return start, end


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120].rstrip(".")


def _limit(seconds: int, megabytes: int) -> None:
    """Ask the system to stop this process where its parent could not. Windows has no such limits."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds + GRACE, seconds + GRACE + 1))


def main() -> None:
    """Read the file named on the command line."""
    path, seconds, megabytes = sys.argv[1:]
    # pypdf tells of each oddity it heals.
    logging.disable()
    overwrite_configuration(**LIMITS)
    _limit(int(seconds), int(megabytes))
    found = read(Path(path))
    if isinstance(found, str):
        sys.stdout.write(json.dumps({"refused": found}))
    else:
        sys.stdout.buffer.write(TypeAdapter(PdfReading).dump_json(found))


if __name__ == "__main__":
    main()
