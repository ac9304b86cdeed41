"""Runs -> rows: what stands on one baseline side by side, with raised and lowered runs put to their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qa.reading.lines import is_closed
from qa.reading.pdf.runs import Run
from qa.scripts import is_wide

# A row is bold when this share of its characters is.
MOSTLY = 0.6
# An address that the end of a row cuts behind a full stop: "https://www.".
ADDRESS_CUT = re.compile(r"https?://[^\s/]+\.$")
# A note's mark behind a full stop, where it is set as large as the text.
MARK_BEHIND = re.compile(r"(?<=[.!?”\"])\d{1,3}$")
# Shares of the type size. Baselines this near are one; a raised or lowered run is smaller, short, and at most this
# far off; within a row it is at least a little.
SAME_BASELINE = 0.2
SCRIPT_SIZE, SCRIPT_LENGTH = 0.85, 12
RAISED, LOWERED, LEAST_OFF = 0.75, 0.35, 0.08
# Between words a gap this wide is a space; one this wide parts cells of a table, or columns.
SPACE = 0.13
WIDE_SPACE = 0.6
WORD_GAP = 1.0
# A justified row may be stretched further, if nothing in the file came between.
STRETCHED_GAP = 1.2
# So many lines, from top to bottom, may lie between two parts of one row; parts overlap by no more than OVERLAP sizes.
NEAR_BY, OVERLAP = 80, 0.6
# Within a row that was put together, so wide a gap parts an entry of a contents list from its page.
CELL_GAP = 2.0


@dataclass(frozen=True, eq=False)
class Row:
    """Runs side by side on one baseline, from left to right. `page` counts sheets from 0.

    A row equals itself alone: two pages may say the same at the same place.
    """

    runs: tuple[Run, ...]
    page: int

    @cached_property
    def main(self) -> Run:
        """The run that has the most to say about size and baseline."""
        return max(self.runs, key=lambda run: (len(run.text.strip()) * run.size, run.size))

    @property
    def size(self) -> float:
        """Type size, points."""
        return self.main.size

    @property
    def y(self) -> float:
        """The baseline, points upwards."""
        return self.main.y

    @cached_property
    def x(self) -> float:
        """The left edge, points."""
        return min(run.x for run in self.runs)

    @cached_property
    def end(self) -> float:
        """The right edge of the ink, points."""
        return max(run.end for run in self.runs if run.text.strip())

    @property
    def order(self) -> int:
        """The place in the file of its first run."""
        return min(run.order for run in self.runs)

    @cached_property
    def bold(self) -> bool:
        """Whether most of it is bold, raised runs aside: a title may hold a word in another type."""
        letters = [(len(run.text.strip()), run.bold) for run in self.runs if not self.is_script(run)]
        return sum(length for length, bold in letters if bold) > MOSTLY * sum(length for length, _ in letters)

    @cached_property
    def text(self) -> str:
        """Its words, raised runs among them."""
        return "".join(space + run.text for space, run in spaced(self.runs)).strip()

    @cached_property
    def closed(self) -> bool:
        """Whether it ends as a finished sentence does, marks of notes aside."""
        words = "".join(space + run.text for space, run in spaced(self.runs) if not self.is_script(run)).strip()
        # An address may break at its own full stop.
        return is_closed(MARK_BEHIND.sub("", words)) and not ADDRESS_CUT.search(words)

    def is_script(self, run: Run) -> bool:
        """Whether a run of this row is raised or lowered, and small."""
        return run.size <= SCRIPT_SIZE * self.size and abs(run.y - self.y) > LEAST_OFF * self.size


def spaced(runs: Sequence[Run]) -> list[tuple[str, Run]]:
    """Each inked run with the space that stands before it: none, one, or a tab for a gap between cells."""
    pairs: list[tuple[str, Run]] = []
    last: Run | None = None
    blank = False
    for run in runs:
        if not run.text.strip():
            blank = True
            continue
        gap = (run.x - last.end) / max(run.size, last.size, 0.1) if last else 0.0
        if last is None:
            space = ""
        elif gap > CELL_GAP:
            space = "\t"
        elif is_wide(last.text[-1:]) or is_wide(run.text[:1]):
            # Beside kana and kanji, digits and letters stand a little apart.
            space = " " if gap > WIDE_SPACE or blank else ""
        else:
            apart = blank or gap > SPACE
            space = " " if apart and not (last.text.endswith(" ") or run.text.startswith(" ")) else ""
        pairs.append((space, run))
        last, blank = run, False
    return pairs


def build_rows(runs: Sequence[Run], page: int) -> list[Row]:
    """The rows of a page, each without a wide gap in it, in the order of the file."""
    lines: list[list[Run]] = []
    turned = [[run] for run in runs if not run.upright]
    for run in (run for run in runs if run.upright):
        if lines and _goes_on(lines[-1], run):
            lines[-1].append(run)
        else:
            lines.append([run])
    inked = [line for line in lines if any(run.text.strip() for run in line)]
    merged = [*_merge(inked), *(line for line in turned if line[0].text.strip())]
    rows = [Row(tuple(sorted(line, key=lambda run: run.x)), page) for line in merged]
    return sorted(rows, key=lambda row: row.order)


def _goes_on(line: list[Run], run: Run) -> bool:
    """Whether a run stands behind the last run of a line, on its baseline or as its raised or lowered mark."""
    last = line[-1]
    size = max(last.size, run.size)
    gap = run.x - last.end
    near = -OVERLAP * size <= gap <= STRETCHED_GAP * size
    return near and _same_line(max(line, key=lambda one: one.size), run)


def _same_line(one: Run, other: Run) -> bool:
    large, small = (one, other) if one.size >= other.size else (other, one)
    raised = small.y - large.y
    if abs(raised) <= SAME_BASELINE * large.size:
        return True
    is_mark = small.size <= SCRIPT_SIZE * large.size and len(small.text.strip()) <= SCRIPT_LENGTH
    return is_mark and -LOWERED * large.size <= raised <= RAISED * large.size


def _merge(lines: list[list[Run]]) -> list[list[Run]]:
    """Lines in any order in the file: those that continue one another with no more than a word's gap are joined."""
    waiting = sorted(((_baseline(line), line) for line in lines), key=lambda pair: (-pair[0].y, pair[1][0].x))
    merged: list[tuple[Run, list[Run]]] = []
    for baseline, line in waiting:
        # Whatever could be its row has a baseline near by.
        for at in range(len(merged) - 1, max(len(merged) - NEAR_BY, 0) - 1, -1):
            if _same_line(merged[at][0], baseline) and _adjoins(merged[at], (baseline, line)):
                merged[at] = (_baseline([merged[at][0], baseline]), merged[at][1] + line)
                break
        else:
            merged.append((baseline, line))
    return [line for _, line in merged]


def _adjoins(one: tuple[Run, list[Run]], other: tuple[Run, list[Run]]) -> bool:
    size = max(one[0].size, other[0].size)
    first, second = sorted((one[1], other[1]), key=lambda line: min(run.x for run in line))
    gap = min(run.x for run in second) - max(run.end for run in first)
    return -OVERLAP * size <= gap <= WORD_GAP * size


def _baseline(line: list[Run]) -> Run:
    return max(line, key=lambda run: (run.size, len(run.text)))
