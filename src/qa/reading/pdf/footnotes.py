"""Footnotes at the foot of pages and columns: told by their marks and small type, and taken out of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from qa.reading.lines import is_closed
from qa.reading.pdf.blocks import LEVEL, SMALL, Block, are_level
from qa.reading.pdf.marks import LEADING, MARK, PLAIN, READY_MADE, in_order, plain
from qa.reading.pdf.rows import Row, spaced
from qa.reading.pdf.runs import Run

# A number may be this much higher than the last note's: one of them may have been misread.
SKIPPED = 3
ALIGNED = 1.5
# A mark stands no further from its note than this, in type sizes.
MARK_GAP = 4.0
# Rows of notes stand no further apart than this, in type sizes.
NOTE_GAP = 2.2
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
    cited = {_plain_text(run) for block in blocks for row in block.rows for run in row.runs if _is_raised(row, run)}
    for block in (_with_marks(block, body_size) for block in blocks):
        start = _zone(block, last, body_size, cited)
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


def _with_marks(block: Block, body_size: float) -> Block:
    """A block in which marks that stand apart from their notes are put to them."""
    rows: list[Row] = []
    for row in block.rows:
        mark = rows[-1] if rows else None
        # A raised mark is smaller than its note, whose type tells how high it may stand.
        beside = mark is not None and abs(mark.y - row.y) < LEVEL * row.size and row.size <= SMALL * body_size
        if mark and beside and MARK.fullmatch(plain(mark.text)) and 0 < row.x - mark.end < MARK_GAP * row.size:
            rows[-1] = Row((*mark.runs, *row.runs), row.page)
        else:
            rows.append(row)
    return replace(block, rows=tuple(rows))


def _zone(block: Block, last: Footnote | None, body_size: float, cited: set[str]) -> int:
    """The number of the row at which the notes of a block begin; its length where it has none.

    `cited` are the raised marks in the text of the sheet.
    """
    rows = block.rows
    start = _small_rows(rows, body_size)
    left = min((row.x for row in rows[start:]), default=0.0)
    marked = [at for at in range(start, len(rows)) if begin_note(rows[at], last, left)]
    if marked:
        goes_on = last is not None and marked[0] > start and _is_rest(rows[start : marked[0] + 1], last)
        return start if goes_on else marked[0]
    if (large := _large_notes(rows, last, cited)) is not None:
        return large
    if last is None or start == len(rows) or not _is_of_note(rows[start], last):
        return len(rows)
    # Small type below the text without a mark: the rest of a note that stopped within a sentence, or an address.
    stopped = not is_closed(last.rows[-1].text) or any("://" in row.text for row in rows[start:])
    return start if stopped and _is_rest(rows[start:], last) else len(rows)


def _small_rows(rows: Sequence[Row], body_size: float) -> int:
    """Where the small type at the foot begins. Rows side by side are those of a table."""
    start = len(rows)
    while start and (rows[start - 1].size <= SMALL * body_size or RULE.fullmatch(rows[start - 1].text)):
        if start < len(rows) and are_level(rows[start - 1], rows[start]):
            return start + 1
        start -= 1
    return start


def _large_notes(rows: Sequence[Row], last: Footnote | None, cited: set[str]) -> int | None:
    """Where notes begin that are set as large as the text: at a raised mark, below a line of dashes, or at the
    next number, if that is raised in the text above.
    """
    for at, row in enumerate(rows):
        if at and _raised_mark(row):
            return at
        following = rows[at + 1] if at + 1 < len(rows) else None
        if RULE.fullmatch(row.text) and following and begin_note(following, last, following.x):
            return at
        expected = PLAIN.match(row.text) and begin_note(row, last, row.x)
        if at and expected and expected[0] in cited and rows[at - 1].closed:
            return at
    return None


def _is_rest(rows: Sequence[Row], note: Footnote) -> bool:
    """Whether rows go on with a note of the page before: at its left edge, with no gap down to the next mark."""
    near = all(above.y - row.y <= NOTE_GAP * row.size for above, row in pairwise(rows))
    edges = {round(row.x) for row in note.rows}
    aligned = any(abs(rows[0].x - edge) < 2 * rows[0].size for edge in edges)
    return near and aligned and _is_of_note(rows[0], note)


def _is_of_note(row: Row, note: Footnote) -> bool:
    return bool(note.rows) and abs(row.size - note.rows[-1].size) < 0.3


def begin_note(row: Row, last: Footnote | None, left: float) -> tuple[str, Row] | None:
    """(mark, the row without it) if a note begins with this row.

    `last` is the note before it, `left` where the notes of its block begin.
    """
    if raised := _raised_mark(row):
        return raised
    inked = [run for _, run in spaced(row.runs)]
    alone = MARK.fullmatch(_plain_text(inked[0])) if len(inked) > 1 else None
    leading = LEADING.match(plain(row.text))
    mark = alone.group(1) if alone else next(filter(None, leading.groups())) if leading else ""
    if not mark or not _is_expected(mark, last, row, left):
        return None
    length = len(inked[0].text) if alone else leading.end() if leading else 0
    return mark.replace(" ", ""), _without(row, inked[0], length)


def _plain_text(run: Run) -> str:
    return plain(run.text.strip())


def _is_raised(row: Row, run: Run) -> bool:
    return row.is_script(run) and run.y > row.y


def _raised_mark(row: Row) -> tuple[str, Row] | None:
    first = min((run for run in row.runs if run.text.strip()), key=lambda run: run.x)
    match = MARK.fullmatch(_plain_text(first))
    if match and _is_raised(row, first):
        return match.group(1).replace(" ", ""), _without(row, first, len(first.text))
    ready = READY_MADE.match(first.text.lstrip())
    if ready:
        return plain(ready.group()), _without(row, first, ready.end())
    return None


def _is_expected(mark: str, last: Footnote | None, row: Row, left: float) -> bool:
    """Whether an unraised mark can be the next one: a row may begin with any number."""
    series, number = in_order(mark)
    if not number:
        return not mark.isalpha()
    if last is None or in_order(last.mark)[0] != series or not in_order(last.mark)[1]:
        return number == 1
    following = number - in_order(last.mark)[1]
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
        raised = _is_raised(row, run) and last.mark.isdecimal()
        if raised and run.text.strip() == str(int(last.mark) + 1):
            own = tuple(run for _, run in pairs[:at])
            rest = Row(tuple(run for _, run in pairs[at + 1 :]), row.page)
            further = Footnote(run.text.strip(), row.page, [])
            notes.append(further)
            further.rows += _split(rest, further, notes) if rest.runs else []
            return [Row(own, row.page)]
    return [row] if pairs else []
