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
        text, whole = fastest(extract_text, path), fastest(read_whole, path)
        pages = len(PdfReader(path).pages)
        ratios.append(whole / text)
        print(f"| {path.stem} | {pages} | {text:.2f} | {whole:.2f} | {whole / text:.2f} | {pages / whole:.0f} |")
    print(f"\nMedian ratio {sorted(ratios)[len(ratios) // 2]:.2f}.")


def extract_text(path: Path) -> None:
    """Read a file as pypdf does by itself."""
    for page in PdfReader(path).pages:
        page.extract_text()


def read_whole(path: Path) -> None:
    """Read a file as the product does."""
    read_pdf(PdfReader(path))


def fastest(work: Callable[[Path], None], path: Path) -> float:
    """Seconds of the fastest of some runs."""
    seconds = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work(path)
        seconds.append(time.perf_counter() - started)
    return min(seconds)


if __name__ == "__main__":
    main()
