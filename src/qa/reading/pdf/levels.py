"""Rows side by side that are one line after all, and rows that begin or end as those of lists do."""

from __future__ import annotations

import re

from qa.reading.contents import LED, PAGE
from qa.reading.numbering import cues, is_number
from qa.reading.pdf.blocks import Block
from qa.reading.pdf.rows import Row

BULLET = re.compile(r"[•‣▪●○■□◆◇▶➢➤✓∙·・⁃*–—]\s*(?=\S)|[-o]\s+(?=\S)")
# So many rows with a page make a contents list.
ENTRIES = 3
LONE_PAGE = re.compile(PAGE)
# Numbers of list items that no heading has.
ITEM = re.compile(r"\(?(?:[ivxlc]{1,5}|[a-z])[.)]")


def join_level(level: list[Row], block: Block, is_contents: bool) -> Row | None:
    """The rows of one level as one row; None where they are cells of a table.

    `is_contents` says that the block lists contents: a number at the right edge is a page there.
    """
    if len(level) == 1:
        return level[0]
    first, last = level[0], level[-1]
    number = len(level) == 2 and (is_number(first.text) or ITEM.fullmatch(first.text) or _is_bullet(first))
    entry = len(level) <= 3 and LONE_PAGE.fullmatch(last.text) and last.end >= block.end - last.size
    if number or (entry and is_contents):
        return Row(tuple(run for row in level for run in row.runs), level[0].page)
    return None


def lists_contents(block: Block) -> bool:
    """Whether so many rows of a block are, or end in, the number of a page."""
    return sum(LONE_PAGE.fullmatch(row.text) is not None or ends_in_page(row) for row in block.rows) >= ENTRIES


def ends_in_page(row: Row) -> bool:
    """Whether a row ends in a leader and the number of a page."""
    return LED.search(row.text) is not None


def _is_bullet(row: Row) -> bool:
    return BULLET.match(f"{row.text} x") is not None and len(row.text) <= 2


def is_listed(row: Row) -> bool:
    """Whether a row begins with a bullet, or a number that counts headings or items."""
    numbers = cues(row.text)[:1]
    # "12.4 per cent" counts something.
    title = numbers[0].title[:1] if numbers else ""
    counts = bool(numbers) and numbers[0].scheme.startswith("decimal") and (title.islower() or title in "%‰°")
    return BULLET.match(row.text) is not None or (bool(numbers) and not counts)


def are_siblings(first: Row, row: Row) -> bool:
    """Whether a row begins with a bullet or number of the same kind, and at the same place, as the first one."""
    if BULLET.match(row.text):
        return BULLET.match(first.text) is not None and abs(row.x - first.x) < row.size
    schemes = {cue.scheme: cue for cue in cues(first.text)}
    alike = [cue for cue in cues(row.text) if cue.scheme in schemes]
    # "13 July" does not follow "3.".
    form = any(_form(cue.printed) == _form(schemes[cue.scheme].printed) for cue in alike)
    return form and abs(row.x - first.x) < row.size


def _form(printed: str) -> str:
    return re.sub(r"\w+", "", printed)


def is_centred(row: Row, block: Block) -> bool:
    """Whether a row leaves as much room at its left as at its right."""
    slack = (row.x - block.x, block.end - row.end)
    return min(slack) > row.size and abs(slack[0] - slack[1]) < row.size
