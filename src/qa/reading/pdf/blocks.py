"""Rows of a page -> blocks in reading order: columns beside each other, bands above each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from qa.reading.pdf.rows import Row

# Type of a size below this share of the body's is that of notes, and of what stands in the margin.
SMALL = 0.93
# A gutter lies in the middle of what it divides and is at least this wide, in type sizes.
MIDDLE = (0.25, 0.75)
GUTTER = 0.7
# Each side of it has so many rows, which fill so much of their column; so few rows may cross it.
ROWS_A_SIDE = 4
FILLED = 0.6
FULL = 0.8
CROSSING = 0.5
# Rows that go to and fro between two columns this often, and so nearly always downwards, are those of a table.
ALTERNATING, DOWNWARDS = 0.5, 0.9
# Rows whose baselines differ by less than this, in sizes of the smaller type, stand side by side.
LEVEL = 0.5


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of one column from top to bottom; rows on one baseline from left to right."""

    rows: tuple[Row, ...]
    x: float
    end: float


def split_blocks(rows: Sequence[Row]) -> list[Block]:
    """The blocks of a page in reading order."""
    if not rows:
        return []
    gutter = _gutter(rows)
    if gutter is None:
        return [_block(rows)]
    blocks: list[Block] = []
    band: list[Row] = []
    for row in sorted(rows, key=lambda row: (-row.y, row.x)):
        if row.x < gutter < row.end:
            blocks += _columns(band, gutter)
            crossing = bool(blocks) and not band and blocks[-1].x < gutter < blocks[-1].end
            blocks = [*blocks[:-1], _block((*blocks[-1].rows, row))] if crossing else [*blocks, _block([row])]
            band = []
        else:
            band.append(row)
    return blocks + _columns(band, gutter)


def part_margin(rows: Sequence[Row], body_size: float) -> tuple[list[Row], list[Row]]:
    """The rows of a page without the small ones in its margins, beside the text, and those."""
    text = [row for row in rows if row.size >= SMALL * body_size]
    if len(text) < ROWS_A_SIDE:
        return list(rows), []
    left, right = min(row.x for row in text), max(row.end for row in text)
    beside = {
        row
        for row in rows
        if row.size < SMALL * body_size and (row.end < left - GUTTER * row.size / 2 or row.x > right)
    }
    return [row for row in rows if row not in beside], [row for row in rows if row in beside]


def split_levels(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows of a block from top to bottom, those side by side together, from left to right."""
    levels: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: -row.y):
        if levels and are_level(levels[-1][0], row):
            levels[-1].append(row)
        else:
            levels.append([row])
    return [sorted(level, key=lambda row: row.x) for level in levels]


def are_level(one: Row, other: Row) -> bool:
    """Whether two rows stand side by side, not above one another."""
    return abs(one.y - other.y) < LEVEL * min(one.size, other.size)


def _columns(band: list[Row], gutter: float) -> list[Block]:
    sides = ([row for row in band if row.end <= gutter], [row for row in band if row.x >= gutter])
    return [block for side in sides for block in split_blocks(side)]


def _block(rows: Sequence[Row]) -> Block:
    ordered = tuple(row for level in split_levels(rows) for row in level)
    return Block(ordered, min(row.x for row in rows), max(row.end for row in rows))


def _gutter(rows: Sequence[Row]) -> float | None:
    """The middle of the gutter between two columns of prose; None where there is but one column, or a table."""
    left, right = min(row.x for row in rows), max(row.end for row in rows)
    size = median(row.size for row in rows)
    edges = sorted({row.end for row in rows if row.end < right - size} | {left})
    best: tuple[int, float] | None = None
    for edge in edges:
        starts = [row.x for row in rows if row.x > edge + GUTTER * size / 2]
        if not starts:
            continue
        middle = (edge + min(starts)) / 2
        if min(starts) - edge < GUTTER * size or not _is_central(middle, left, right):
            continue
        crossing = sum(row.x < middle < row.end for row in rows)
        if (best is None or crossing < best[0]) and _divides(rows, middle, left, right, crossing):
            best = (crossing, middle)
    return best[1] if best else None


def _is_central(x: float, left: float, right: float) -> bool:
    return left + MIDDLE[0] * (right - left) <= x <= left + MIDDLE[1] * (right - left)


def _divides(rows: Sequence[Row], gutter: float, left: float, right: float, crossing: int) -> bool:
    sides = ([row for row in rows if row.end <= gutter], [row for row in rows if row.x >= gutter])
    if min(map(len, sides)) < ROWS_A_SIDE or crossing > CROSSING * sum(map(len, sides)):
        return False
    rooms = (gutter - left, right - gutter)
    fills = [[(row.end - row.x) / room for row in side] for side, room in zip(sides, rooms, strict=True)]
    if min(median(fill) for fill in fills) < FILLED:
        return False
    in_file = sorted((row for side in sides for row in side), key=lambda row: row.order)
    switches = sum((a.end <= gutter) != (b.end <= gutter) for a, b in pairwise(in_file))
    downwards = sum(a.y >= b.y - a.size for a, b in pairwise(in_file))
    tabular = switches > ALTERNATING * 2 * min(map(len, sides)) and downwards > DOWNWARDS * (len(in_file) - 1)
    return not tabular or min(sum(share > FULL for share in fill) / len(fill) for fill in fills) > FULL
