"""PDF -> lines, as any source hands them to the outline: pages, columns, notes and headings told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pypdf import PageObject, PdfReader

from qa.reading.inline import Marks
from qa.reading.lines import Line
from qa.reading.pdf.blocks import Block, split_blocks
from qa.reading.pdf.citations import cite_expected
from qa.reading.pdf.endnotes import take_endnotes
from qa.reading.pdf.fonts import Font
from qa.reading.pdf.footnotes import Footnote, take_footnotes
from qa.reading.pdf.headings import Verdict, judge
from qa.reading.pdf.links import PageLinks, page_links
from qa.reading.pdf.margins import Sheet, find_furniture
from qa.reading.pdf.paragraphs import BULLET, Grouping, Paragraph
from qa.reading.pdf.rows import Row, build_rows
from qa.reading.pdf.runs import page_runs, turn
from qa.reading.pdf.tags import Tag, read_bookmarks, read_tags
from qa.reading.pdf.writing import Desk, Draft, Vocabulary


@dataclass(frozen=True, slots=True)
class PdfReading:
    """What was read of a PDF. `findings` are sentences on what was not; `title` and `author` are its own words."""

    lines: list[Line]
    findings: list[str]
    title: str
    author: str


def read_pdf(stream: BinaryIO) -> PdfReading:
    """The lines of a PDF. Raises what pypdf raises, and more, for a file that is none or breaks its rules."""
    reader = PdfReader(stream)
    fonts: dict[int, Font] = {}
    sheets, links, findings = [], [], []
    for index, page in enumerate(reader.pages):
        runs, quarters = page_runs(page, fonts)
        rows = tuple(build_rows(runs, index))
        bottom, top = _extent(page, quarters)
        sheets.append(Sheet(index, rows, bottom, top))
        links.append(page_links(page, quarters))
    furniture, numbers = find_furniture(sheets)
    body = _body([row for sheet in sheets for row in sheet.rows if row not in furniture])
    tags = read_tags(reader)
    blocks, notes = _without_notes(sheets, furniture, body[0])
    grouping = Grouping(blocks, _tagger(tags), body)
    paragraphs, endnotes = take_endnotes(grouping.paragraphs())
    notes += endnotes
    marks = Marks(frozenset(note.mark for note in notes))
    vocabulary = Vocabulary(row for sheet in sheets for row in sheet.rows if row not in furniture)
    desk = Desk(vocabulary, marks, links, numbers)
    drafts = [_write(desk, paragraph) for paragraph in paragraphs]
    defined = {int(note.mark): note.page for note in reversed(notes) if note.mark.isdecimal()}
    cite_expected(drafts, defined, [(p.first.page, p.last.page) for p in paragraphs])
    verdicts = judge(paragraphs, [draft.text for draft in drafts], read_bookmarks(reader), _tagger(tags), body)
    written = [_line(p, draft, verdict) for p, draft, verdict in zip(paragraphs, drafts, verdicts, strict=True)]
    lines = _in_order(list(zip(paragraphs, written, strict=True)), notes, desk, len(sheets))
    facts = reader.metadata
    return PdfReading(lines, findings, (facts and facts.title) or "", (facts and facts.author) or "")


def _extent(page: PageObject, quarters: int) -> tuple[float, float]:
    """Where a page ends below and above, in the frame of its runs."""
    box = page.cropbox
    corners = [turn((float(x), float(y)), quarters) for x, y in (box.lower_left, box.upper_right)]
    bottom, top = sorted(y for _, y in corners)
    return bottom, top


def _body(rows: Sequence[Row]) -> tuple[float, bool]:
    """Type size and weight of most of the text."""
    styles = Counter[tuple[float, bool]]()
    for row in rows:
        styles[round(row.size, 1), row.bold] += len(row.text)
    return styles.most_common(1)[0][0] if styles else (1.0, False)


def _tagger(tags: dict[tuple[int, int], Tag]) -> Callable[[Row], Tag | None]:
    def tag_of(row: Row) -> Tag | None:
        run = row.main
        return tags.get((row.page, run.tag)) if run.tag is not None else None

    return tag_of


def _without_notes(
    sheets: Sequence[Sheet], furniture: set[Row], body_size: float
) -> tuple[list[list[Block]], list[Footnote]]:
    notes: list[Footnote] = []
    blocks = []
    for sheet in sheets:
        own = split_blocks([row for row in sheet.rows if row not in furniture])
        rest, found = take_footnotes(own, notes[-1] if notes else None, body_size)
        blocks.append(rest)
        notes += found
    return blocks, notes


def _write(desk: Desk, paragraph: Paragraph) -> Draft:
    if not paragraph.table:
        return desk.write(paragraph.rows)
    whole = Draft(turns=[(0, desk.numbers.get(paragraph.first.page))])
    for nth, cells in enumerate(paragraph.table):
        for column, cell in enumerate(cells):
            whole.append(desk.write(cell), " | " if column else "\n" if nth else "")
    return whole


def _line(paragraph: Paragraph, draft: Draft, verdict: Verdict) -> Line:
    listed = bool(paragraph.table) or BULLET.match(draft.text) is not None
    return Line(
        draft.text,
        "heading" if verdict.heading else "block" if listed else "text",
        level=verdict.level if verdict.heading else 0,
        bold=all(row.bold for row in paragraph.rows),
        page=draft.turns[0][1] if draft.turns else None,
        turns=tuple((at, page) for at, page in draft.turns[1:] if page is not None),
        citations=tuple(draft.citations),
        links=tuple(draft.links),
        evidence=verdict.evidence,
    )


def _in_order(
    written: Sequence[tuple[Paragraph, Line]], notes: Sequence[Footnote], desk: Desk, pages: int
) -> list[Line]:
    """The lines of each page: its text, then its notes."""
    lines: list[Line] = []
    for page in range(pages):
        lines += [line for paragraph, line in written if paragraph.first.page == page and line.text]
        for note in (note for note in notes if note.page == page):
            draft = desk.write(note.rows, is_note=True)
            number = desk.numbers.get(page)
            lines.append(Line(draft.text, "note", page=number, mark=note.mark, links=tuple(draft.links)))
    return lines
