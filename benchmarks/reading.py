"""How fast PDF files are read, against pypdf's own extraction of their text in the same run.

python benchmarks/reading.py [FILE ...]    prints a table; that of the renditions of the factsheet is results/reading.md
"""

from __future__ import annotations

import logging
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from pypdf import PdfReader

from qa.reading.pdf.reader import read_pdf

RENDITIONS = Path(__file__).parents[1] / "tests" / "data" / "renditions"
# The fastest of so many: what else the machine does only adds.
TIMES = 3


def main() -> None:
    """Print one row for each file."""
    # pypdf tells of each oddity it heals.
    logging.disable()
    paths = [Path(name) for name in sys.argv[1:]] or sorted(RENDITIONS.glob("*.pdf"))
    print(f"Python {platform.python_version()}, pypdf {version('pypdf')}, seconds, best of {TIMES}\n")
    print("| file | pages | pypdf's text | the whole reading | ratio | pages a second |")
    print("|---|---|---|---|---|---|")
    ratios = []
    for path in paths:
        text = fastest(lambda path=path: [page.extract_text() for page in PdfReader(path).pages])  # type: ignore[misc]
        whole = fastest(lambda path=path: read_pdf(PdfReader(path)))  # type: ignore[misc]
        pages = len(PdfReader(path).pages)
        ratios.append(whole / text)
        print(f"| {path.stem} | {pages} | {text:.2f} | {whole:.2f} | {whole / text:.2f} | {pages / whole:.0f} |")
    print(f"\nMedian ratio {sorted(ratios)[len(ratios) // 2]:.2f}.")


def fastest(work: Callable[[], object]) -> float:
    """Seconds of the fastest of some runs."""
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
