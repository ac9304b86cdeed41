"""What the numbers of a document agree on: whether heading levels go with them, and which plain numbers count."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from qa.reading.lines import Line, is_closed
from qa.reading.numbering import cues

# The share of a series that stands on its level; a line of code may look like one more number.
AGREED = 0.9


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
