"""Puts the recorded table of the ablations into the README, between its two marks.

python benchmarks/readme.py
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORD = ROOT / "benchmarks" / "results" / "ablations.md"
MARKED = re.compile(r"(?<=<!-- from benchmarks/results/ablations.md -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main() -> None:
    """Write the README anew."""
    path = ROOT / "README.md"
    path.write_text(fill(path.read_text(encoding="utf-8"), RECORD.read_text(encoding="utf-8")), encoding="utf-8")


def fill(readme: str, record: str) -> str:
    """The README with that record."""
    return MARKED.sub(lambda _: record, readme)


if __name__ == "__main__":
    main()
