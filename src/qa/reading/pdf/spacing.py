"""What is usual in a document: how far its rows stand apart, where they begin, how far they reach."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from qa.reading.pdf.blocks import Block
from qa.reading.pdf.rows import Row

# Sizes that differ by less than this share are one size.
SAME_SIZE = 0.04
# Columns that begin in the same so many points are one column of different pages.
PLACE = 20
# Distances that differ by so little are one; one is usual that is a quarter as frequent as the commonest.
ALIKE, USUAL = 0.06, 0.25
FEW = 8


class Spacing:
    """The measures of all blocks of a document."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._pitches = _pitches(blocks)
        self._begins: defaultdict[tuple[int, int], Counter[float]] = defaultdict(Counter)
        self._reaches: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for block in blocks:
            self._begins[_place(block)].update(round(row.x, 1) for row in block.rows)
            self._reaches[_place(block)[0]][round(block.end)] += 1

    def margin(self, block: Block) -> float:
        """Where most rows of a block begin, points."""
        x, times = Counter(round(row.x, 1) for row in block.rows).most_common(1)[0]
        usual = self._begins[_place(block)].most_common(1)[0][0]
        return x if times >= 3 else max(usual, block.x)

    def would_fit(self, above: Row, row: Row, block: Block) -> bool:
        """Whether the first word of a row had room at the end of the one above: the break was meant."""
        first = row.text.split(maxsplit=1)[0]
        width = len(first) * (row.end - row.x) / max(len(row.text), 1)
        return above.end + 0.3 * above.size + width < self._right(above, block) - 0.1 * above.size

    def _right(self, row: Row, block: Block) -> float:
        """How far rows like this one reach."""
        near = [
            other.end
            for other in block.rows
            if abs(other.size - row.size) < SAME_SIZE * row.size and abs(other.x - row.x) < 3 * row.size
        ]
        if len(near) >= 3:
            return max(near)
        return max(block.end, self._reaches[_place(block)[0]].most_common(1)[0][0])

    def pitch(self, row: Row) -> float:
        """The usual distance from a row like this one to the next, points."""
        return self._pitches.get((round(row.size, 1), row.bold), 1.45 * row.size)


def _pitches(blocks: Sequence[Block]) -> dict[tuple[float, bool], float]:
    """(size, bold) -> the usual distance of two rows, points."""
    found: defaultdict[tuple[float, bool], list[float]] = defaultdict(list)
    for block in blocks:
        for above, row in pairwise(block.rows):
            distance = above.y - row.y
            if abs(above.size - row.size) < 0.1 and above.bold == row.bold and 0.8 < distance / row.size < 3:
                found[round(row.size, 1), row.bold].append(round(distance * 4) / 4)
    return {style: _usual(distances) for style, distances in found.items()}


def _usual(distances: Sequence[float]) -> float:
    """The distance within a paragraph: the nearest that is usual, not the commonest, which may be that of paragraphs
    of one row each.
    """
    if len(distances) < FEW:
        # Of a few rows the nearer ones are the likelier to be of one paragraph.
        return sorted(distances)[(len(distances) - 1) // 2]
    counted = Counter(distances)
    alike = {d: sum(times for other, times in counted.items() if abs(other - d) <= ALIKE * d) for d in counted}
    nearest = min(distance for distance, times in alike.items() if times >= USUAL * max(alike.values()))
    return max((d for d in counted if abs(d - nearest) <= ALIKE * nearest), key=lambda d: (counted[d], -d))


def _place(block: Block) -> tuple[int, int]:
    """Blocks of one place begin, and end, within some points of each other."""
    return round(block.x / PLACE), round(block.end / (2 * PLACE))
