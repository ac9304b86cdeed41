"""What the numbers of a document agree on: whether levels go with them, which count headings, and which do not."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

from qa.reading.contents import LEADER
from qa.reading.lines import Line, fold, is_closed
from qa.reading.numbering import cues

# The share of a series that stands on its level; a line of code may look like one more number.
AGREED = 0.9
# Where so many numbers of a series stand in a heading's type, one that does not is an item of a list.
TYPED = 3
# What begins as a heading may and is none: what stands above or below a table or figure, a date, a command.
CAPTION = re.compile(r"(?:Table|Figure|Fig\.|Chart|Box|Exhibit)\s*\d|(?:図表|図|表)\s*\d", re.IGNORECASE)
MONTH = r"(?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])\w*\.?"
DATE = re.compile(rf"\d{{1,2}}\.?\s+{MONTH}\s+\d{{4}}\b")
COMMAND = re.compile(r"[#$>%]\s")


def mark_blocks(lines: list[Line], listed: frozenset[str]) -> list[Line]:
    """The lines with the role "block" where one looks like a heading and is none.

    `listed` are the folded lines of the contents list, which tells better.
    """
    typed = Counter(cue.scheme for line in lines if line.role == "heading" for cue in cues(line.text)[:1])
    return [
        replace(line, role="block")
        if line.role == "text" and fold(line.text) not in listed and _is_no_heading(line, typed)
        else line
        for line in lines
    ]


def _is_no_heading(line: Line, typed: Counter[str]) -> bool:
    number = cues(line.text)[:1]
    # Only a source that weighed evidence knows in what type a line is set.
    item = bool(number and line.evidence) and not line.bold and typed[number[0].scheme] >= TYPED
    return (
        item or any(pattern.match(line.text) for pattern in (CAPTION, DATE, COMMAND)) or bool(LEADER.search(line.text))
    )


def levels_are_sound(lines: list[Line]) -> bool:
    """Whether each series of numbers has one heading level, with few exceptions, and a deeper series a deeper one.

    A series has not when some of its numbers stand in headings and others in bold lines.
    """
    levels: dict[tuple[int, str], Counter[int]] = defaultdict(Counter)
    for line in lines:
        if line.role == "heading" or (line.bold and not is_closed(line.text)):
            for cue in cues(line.text)[:1]:
                levels[cue.rank, cue.scheme][line.level] += 1
    usual = {series: found.most_common(1)[0] for series, found in levels.items()}
    ranked = sorted((rank, level) for (rank, _), (level, _) in usual.items() if level)
    deeper = all(a[1] < b[1] for a, b in pairwise(ranked) if a[0] < b[0])
    return deeper and all(times >= AGREED * levels[series].total() for series, (_, times) in usual.items())


def plain_numbers(lines: list[Line]) -> frozenset[int]:
    """The whole numbers that count headings: neighbours of each other, or a run of three that only rises.

    "3 Methods" counts beside "4 Results", and not "10 Downing Street" alone.
    """
    first = (cues(line.text)[:1] for line in lines if line.role == "heading")
    numbers = [int(cue.ordinal) for found in first for cue in found if cue.scheme == "decimal0"]
    rising = len(numbers) > 2 and all(before < after for before, after in pairwise(numbers))
    return frozenset(n for n in numbers if rising or {n - 1, n + 1} & set(numbers))
