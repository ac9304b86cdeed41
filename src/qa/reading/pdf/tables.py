"""Levels of rows side by side -> the rows and cells of a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa.reading.pdf.rows import Row
from qa.reading.pdf.runs import Run

# Cells that begin this near to each other are of one column, points.
ALIGNED = 3.0
# Rows of a table stand this much further apart than the lines within a cell, if they do at all.
APART = 1.2

Cell = list[Row]


def build_table(levels: Sequence[Sequence[Row]]) -> list[list[Cell]]:
    """The rows of a table, each with its cells from left to right; a cell has its lines.

    `levels` are from top to bottom, the rows of each from left to right.
    """
    columns = _columns(levels)
    distances = [above[0].y - below[0].y for above, below in pairwise(levels)]
    near = min(distances, default=0.0)
    spread = max(distances, default=0.0) > APART * near
    table: list[dict[int, Cell]] = []
    for at, level in enumerate(levels):
        pieces = [piece for row in level for piece in _split(row, columns)]
        begins_first = abs(pieces[0].x - columns[0]) <= ALIGNED
        begins = distances[at - 1] > APART * near if spread else begins_first
        if not table or begins:
            table.append({})
        for piece in pieces:
            table[-1].setdefault(_column(piece, columns), []).append(piece)
    return [[cells[column] for column in sorted(cells)] for cells in table]


def _columns(levels: Sequence[Sequence[Row]]) -> list[float]:
    """Where columns begin: cells of two levels begin there, or one of the fullest level."""
    starts = sorted(row.x for level in levels for row in level)
    groups: list[list[float]] = []
    for x in starts:
        if groups and x - groups[-1][-1] <= ALIGNED:
            groups[-1].append(x)
        else:
            groups.append([x])
    fullest = [row.x for row in max(levels, key=len)]
    return [min(group) for group in groups if len(group) > 1 or any(abs(x - group[0]) <= ALIGNED for x in fullest)]


def _split(row: Row, columns: Sequence[float]) -> list[Row]:
    """A row cut before each run that begins a column: cells may stand closer than words of other rows."""
    pieces: list[list[Run]] = [[]]
    for run in row.runs:
        if pieces[-1] and run.text.strip() and any(abs(run.x - x) <= ALIGNED for x in columns):
            pieces.append([])
        pieces[-1].append(run)
    return [Row(tuple(piece), row.page) for piece in pieces if any(run.text.strip() for run in piece)]


def _column(row: Row, columns: Sequence[float]) -> int:
    """The last column that begins at or before a row."""
    return max((at for at, x in enumerate(columns) if x <= row.x + ALIGNED), default=0)
