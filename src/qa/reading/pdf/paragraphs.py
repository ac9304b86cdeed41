"""Rows in reading order -> paragraphs: where one ends, within a column and across columns and pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from qa.reading.numbering import cues
from qa.reading.pdf.blocks import Block, split_levels
from qa.reading.pdf.levels import (
    are_siblings,
    ends_in_page,
    is_centred,
    is_listed,
    join_level,
    lists_contents,
)
from qa.reading.pdf.marks import CITATION, plain
from qa.reading.pdf.rows import SCRIPT_SIZE, Row
from qa.reading.pdf.spacing import SAME_SIZE, Spacing
from qa.reading.pdf.tags import Tag
from qa.reading.pdf.writing import HYPHENS

# Shares of the usual distance of rows: one that ends a paragraph, and one that does after a full stop.
GAP, CLOSED_GAP = 1.3, 1.15
# An indent, in type sizes.
INDENT = 0.7
# Rows of a table: cells this far apart in two rows, at least.
TABLE_ROWS = 2
# What runs behind a title is a paragraph from so many characters on.
LEAST_PROSE = 60
# The widest cell, as a share of its column of text.
CELL_WIDTH = 0.7
# Tags tell paragraphs where this share of the rows has one, and one holds so many rows on average.
TAGGED = 0.5
ROWS_A_TAG = (1.5, 30)


@dataclass(slots=True)
class Paragraph:
    """Rows that make one line of the document; a table has them level by level in `levels`.

    `block` is the one its last row stands in; `gap` how far it stands below the row above, in usual distances.
    """

    rows: list[Row]
    block: Block
    levels: list[list[Row]] = field(default_factory=list)
    gap: float = math.inf

    @property
    def first(self) -> Row:
        """Its first row."""
        return self.rows[0]

    @property
    def last(self) -> Row:
        """Its last row."""
        return self.rows[-1]


class Grouping:
    """Groups the rows of a document into paragraphs, by what is usual in it."""

    def __init__(
        self, sheets: Sequence[Sequence[Block]], tag_of: Callable[[Row], Tag | None], body: tuple[float, bool]
    ) -> None:
        self._sheets = sheets
        self._body = body
        self._tag_of = tag_of
        blocks = [block for blocks in sheets for block in blocks]
        self._spacing = Spacing(blocks)
        self._tags_are_sound = self._judge_tags([row for block in blocks for row in block.rows])

    def paragraphs(self) -> list[Paragraph]:
        """All paragraphs in reading order."""
        found: list[Paragraph] = []
        for blocks in self._sheets:
            for block in blocks:
                is_contents = lists_contents(block)
                for nth, level in enumerate(split_levels(block.rows)):
                    row = join_level(level, block, is_contents)
                    if row is None:
                        self._add_cells(found, level, block)
                    elif found and not found[-1].levels and self._goes_on(found[-1], row, block, nth == 0):
                        found[-1].rows.append(row)
                        found[-1].block = block
                    elif found and found[-1].levels and self._goes_on_in_cell(found[-1], row, block):
                        continue
                    else:
                        found.append(Paragraph([row], block, gap=self._gap(found, row, block)))
        return [part for paragraph in found for part in _without_lead(paragraph, self._body[0])]

    def _gap(self, found: list[Paragraph], row: Row, block: Block) -> float:
        above = found[-1] if found and found[-1].block is block else None
        return (above.last.y - row.y) / self._spacing.pitch(row) if above else math.inf

    def _add_cells(self, found: list[Paragraph], level: list[Row], block: Block) -> None:
        """A row of a table: it goes on with the one above, or begins another."""
        if found and found[-1].levels and found[-1].block is block:
            found[-1].levels.append(level)
            found[-1].rows += level
        else:
            found.append(Paragraph(list(level), block, [level]))

    def _goes_on_in_cell(self, paragraph: Paragraph, row: Row, block: Block) -> bool:
        """Whether a lone row is one more of a cell above; it is put there then."""
        starts = [other.x for level in paragraph.levels for other in level]
        aligned = any(abs(x - row.x) < INDENT * row.size for x in starts)
        narrow = row.end - row.x < CELL_WIDTH * (block.end - block.x)
        near = paragraph.block is block and 0 < paragraph.last.y - row.y <= GAP * self._spacing.pitch(row)
        if not (near and aligned and narrow and len(paragraph.levels) >= TABLE_ROWS):
            return False
        paragraph.levels.append([row])
        paragraph.rows.append(row)
        return True

    def _goes_on(self, paragraph: Paragraph, row: Row, block: Block, is_first: bool) -> bool:
        """Whether a row goes on with a paragraph."""
        above = paragraph.last
        if row.size <= SCRIPT_SIZE * above.size and CITATION.fullmatch(plain(row.text)):
            # The raised mark of a note that had no room behind the row above.
            return True
        if abs(above.size - row.size) > SAME_SIZE * above.size or ends_in_page(above):
            return False
        if above.bold != row.bold and not _flows_in_style(above, row) and not self._is_emphasis(above, row, block):
            return False
        if self._tags_are_sound and (one := self._tag_of(above)) and (other := self._tag_of(row)):
            # One tag may hold a whole list.
            return one.block == other.block and not (is_listed(row) and self._breaks(paragraph, row, block))
        if paragraph.block is not block or is_first:
            return self._goes_on_elsewhere(paragraph, row, block)
        return not self._breaks(paragraph, row, block)

    def _is_emphasis(self, above: Row, row: Row, block: Block) -> bool:
        """Whether a bold row stands in the middle of a sentence."""
        return row.bold and not above.closed and not is_listed(row) and not self._spacing.would_fit(above, row, block)

    def _breaks(self, paragraph: Paragraph, row: Row, block: Block) -> bool:
        above, margin = paragraph.last, self._spacing.margin(block)
        gap = (above.y - row.y) / self._spacing.pitch(row)
        closed = above.closed
        listed = is_listed(row)
        fits = self._spacing.would_fit(above, row, block)
        if gap > GAP or (gap > CLOSED_GAP and (closed or listed)):
            return True
        if listed and (closed or fits or are_siblings(paragraph.first, row)):
            return True
        if fits and is_centred(above, block) and is_centred(row, block):
            return True
        if (above.bold and not self._body[1]) or above.size > (1 + SAME_SIZE) * self._body[0]:
            # The rows of a title: a full stop says nothing there, it may be that of "etc.".
            return False
        if closed:
            hanging = len(paragraph.rows) == 1 and is_listed(above)
            indented = row.x > margin + INDENT * row.size and not hanging
            return fits or (indented and row.x > above.x + INDENT / 2 * row.size)
        # A short row that no full stop ends, above one that begins like a sentence, is a title of its own.
        apart = gap > CLOSED_GAP or bool(cues(paragraph.first.text))
        indented = row.x > margin + INDENT * row.size > above.x + INDENT / 2 * row.size
        return fits and ((apart and not row.text[:1].islower()) or indented)

    def _goes_on_elsewhere(self, paragraph: Paragraph, row: Row, block: Block) -> bool:
        """Whether the first row of a column or page goes on with what stands at the foot of the one before."""
        above = paragraph.last
        if is_listed(row) or paragraph.levels:
            return False
        if above.bold:
            return above.text[-1] in HYPHENS or row.text[:1].islower()
        if not above.closed:
            return not (self._spacing.would_fit(above, row, paragraph.block) and bool(cues(paragraph.first.text)))
        flush = row.x <= self._spacing.margin(block) + INDENT / 2 * row.size
        # A sentence that ends with a full row: the paragraph seldom does too.
        return flush and not self._spacing.would_fit(above, row, paragraph.block)

    def _judge_tags(self, rows: Sequence[Row]) -> bool:
        """Whether tags hold paragraphs: not each row its own, nor a page in one."""
        tags = [tag for row in rows if (tag := self._tag_of(row)) and tag.role == "P"]
        blocks = len({tag.block for tag in tags})
        return len(tags) > TAGGED * len(rows) and ROWS_A_TAG[0] < len(tags) / blocks < ROWS_A_TAG[1]


def _without_lead(paragraph: Paragraph, body_size: float) -> list[Paragraph]:
    """A numbered title in bold that runs into its paragraph, and the paragraph; any other as it is."""
    first = paragraph.first
    inked = [run for run in first.runs if run.text.strip()]
    length = next((at for at, run in enumerate(inked) if not run.bold and not first.is_script(run)), 0)
    if paragraph.levels or not length or abs(first.size - body_size) > SAME_SIZE * body_size:
        return [paragraph]
    lead, rest = (Row(tuple(part), first.page) for part in (inked[:length], inked[length:]))
    numbered = bool(cues(lead.text)) and bool(cues(lead.text)[0].title)
    # A word in other type within a title is no paragraph.
    if not numbered or (len(paragraph.rows) == 1 and len(rest.text) < LEAST_PROSE):
        return [paragraph]
    following = Paragraph([rest, *paragraph.rows[1:]], paragraph.block, gap=1.0)
    return [Paragraph([lead], paragraph.block, gap=paragraph.gap), following]


def _flows_in_style(above: Row, row: Row) -> bool:
    """Whether bold type ends or begins within a sentence that runs over two rows."""
    first = next(run for run in row.runs if run.text.strip())
    last = [run for run in above.runs if run.text.strip()][-1]
    return not above.closed and first.bold == last.bold
