"""Footnotes at the foot of pages and columns: told by their marks and small type, and taken out of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from qa.reading.lines import is_closed
from qa.reading.pdf.blocks import Block
from qa.reading.pdf.rows import Row, spaced
from qa.reading.pdf.runs import Run

# Notes are set smaller than this share of the body's size.
SMALL = 0.93
MARK = re.compile(r"[\[(]?([1-9]\d{0,2}|[*†‡§¶]{1,4}|[a-z])[\])]?[.)]?")
LEADING_MARK = re.compile(r"[\[(]?([1-9]\d{0,2}|[*†‡§¶]{1,4})(?:[\])]?[.)]?\s+|[\])](?=\S)|(?=https?://))(?=\S)")
# A number may be this much higher than the last note's: one of them may have been misread.
SKIPPED = 3
ALIGNED = 1.5
RULE = re.compile(r"[_\-–—‗=\s]{5,}")


@dataclass(slots=True)
class Footnote:
    """A note as it lies on the pages: its mark, its rows without it, and the sheet it begins on."""

    mark: str
    page: int
    rows: list[Row] = field(default_factory=list)


def take_footnotes(
    blocks: Sequence[Block], open_note: Footnote | None, body_size: float
) -> tuple[list[Block], list[Footnote]]:
    """The blocks of a sheet without the notes at their feet, and those notes.

    `open_note` is the last one of the sheet before: rows above the first mark go on with it.
    """
    rest: list[Block] = []
    notes: list[Footnote] = []
    last = open_note
    for block in blocks:
        start = _zone(block, last, body_size)
        rest.append(replace(block, rows=block.rows[:start]))
        left = min((row.x for row in block.rows[start:]), default=0.0)
        for row in block.rows[start:]:
            found = begin_note(row, last, left)
            if found:
                last = Footnote(found[0], row.page, [])
                notes.append(last)
                row = found[1]
            if last is not None and not RULE.fullmatch(row.text):
                last.rows += _split(row, last, notes)
                last = notes[-1] if notes else last
    return [block for block in rest if block.rows], notes


def _zone(block: Block, last: Footnote | None, body_size: float) -> int:
    """The number of the row at which the notes of a block begin; its length where it has none."""
    rows = block.rows
    start = len(rows)
    while start and (rows[start - 1].size <= SMALL * body_size or RULE.fullmatch(rows[start - 1].text)):
        start -= 1
    left = min((row.x for row in rows[start:]), default=0.0)
    marked = [at for at in range(start, len(rows)) if begin_note(rows[at], last, left)]
    if marked:
        goes_on = last is not None and marked[0] > start and _is_of_note(rows[start], last)
        return start if goes_on else marked[0]
    # Set as large as the text, notes are told by the raised mark each begins with.
    raised = next((at for at, row in enumerate(rows) if at and _raised_mark(row)), None)
    if raised is not None:
        return raised
    goes_on = last is not None and start < len(rows) and _is_of_note(rows[start], last)
    return start if goes_on and last and not is_closed(last.rows[-1].text) else len(rows)


def _is_of_note(row: Row, note: Footnote) -> bool:
    return bool(note.rows) and abs(row.size - note.rows[-1].size) < 0.3


def begin_note(row: Row, last: Footnote | None, left: float) -> tuple[str, Row] | None:
    """(mark, the row without it) if a note begins with this row."""
    if raised := _raised_mark(row):
        return raised
    inked = [run for _, run in spaced(row.runs)]
    alone = MARK.fullmatch(inked[0].text.strip()) if len(inked) > 1 else None
    leading = LEADING_MARK.match(row.text)
    match = alone or leading
    if not match or not _is_expected(match.group(1), last, row, left):
        return None
    return match.group(1), _without(row, inked[0], len(inked[0].text) if alone else match.end())


def _raised_mark(row: Row) -> tuple[str, Row] | None:
    first = min((run for run in row.runs if run.text.strip()), key=lambda run: run.x)
    match = MARK.fullmatch(first.text.strip())
    if match and row.is_script(first) and first.y > row.y:
        return match.group(1), _without(row, first, len(first.text))
    return None


def _is_expected(mark: str, last: Footnote | None, row: Row, left: float) -> bool:
    """Whether an unraised mark can be the next one: a row may begin with any number."""
    if not mark.isdecimal():
        return not mark.isalpha()
    number = int(mark)
    if last is None or not last.mark.isdecimal():
        return number == 1
    following = number - int(last.mark)
    return following == 1 or number == 1 or (1 < following <= SKIPPED and abs(row.x - left) < ALIGNED)


def _without(row: Row, first: Run, length: int) -> Row:
    """A row without the first characters of its first inked run."""
    rest = first.text[length:].lstrip()
    share = (len(first.text) - len(rest)) / len(first.text)
    kept = replace(first, text=rest, x=first.x + share * (first.end - first.x))
    others = [run for run in row.runs if run is not first and run.x >= first.x]
    return Row(tuple([kept, *others] if rest else others), row.page)


def _split(row: Row, last: Footnote, notes: list[Footnote]) -> list[Row]:
    """The part of a row that is the note's own; where further notes begin within the row, they are added."""
    pairs = spaced(row.runs)
    for at, (_, run) in enumerate(pairs[1:], 1):
        raised = row.is_script(run) and run.y > row.y and last.mark.isdecimal()
        if raised and run.text.strip() == str(int(last.mark) + 1):
            own = tuple(run for _, run in pairs[:at])
            rest = Row(tuple(run for _, run in pairs[at + 1 :]), row.page)
            further = Footnote(run.text.strip(), row.page, [])
            notes.append(further)
            further.rows += _split(rest, further, notes) if rest.runs else []
            return [Row(own, row.page)]
    return [row] if pairs else []
