"""PDF -> lines, as any source hands them to the outline: pages, columns, notes and headings told apart."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pypdf import PdfReader

from qa.reading.contents import LEADER
from qa.reading.inline import Marks
from qa.reading.lines import Line, fold, join
from qa.reading.numbering import cues
from qa.reading.pdf.blocks import Block, part_margin, split_blocks
from qa.reading.pdf.citations import cite_expected
from qa.reading.pdf.endnotes import take_endnotes
from qa.reading.pdf.footnotes import Footnote, take_footnotes
from qa.reading.pdf.headings import LARGER, Verdict, judge
from qa.reading.pdf.levels import BULLET
from qa.reading.pdf.margins import Sheet, find_furniture
from qa.reading.pdf.pages import attempt, page_labels, read_pages, title_and_author
from qa.reading.pdf.paragraphs import Grouping, Paragraph
from qa.reading.pdf.rows import Row
from qa.reading.pdf.tables import build_table
from qa.reading.pdf.tags import Bookmark, Tag, read_bookmarks, read_tags
from qa.reading.pdf.writing import Desk, Draft, Vocabulary


@dataclass(frozen=True, slots=True)
class PdfReading:
    """What was read of a PDF. `findings` are sentences on what was not; `title` and `author` are its own words.

    `letters` are how many letters and digits its pages show, `kept` how many of those came into the lines
    or belong to the pages themselves.
    """

    lines: list[Line]
    pages: int
    letters: int
    kept: int
    findings: list[str]
    title: str
    author: str


def read_pdf(reader: PdfReader) -> PdfReading:
    """The lines of a PDF. Raises NoText, and whatever pypdf raises for a file that breaks its rules."""
    pages = read_pages(reader)
    sheets = pages.sheets
    furniture, printed = find_furniture(sheets)
    numbers = printed or attempt(page_labels, reader, otherwise={})
    rows = [row for sheet in sheets for row in sheet.rows if row not in furniture]
    body = _body(rows)
    tag_of = _tagger(attempt(read_tags, reader, otherwise={}))
    blocks, beside, notes = _without_notes(sheets, furniture, body[0])
    grouped = [p for columns in (blocks, beside) for p in Grouping(columns, tag_of, body).paragraphs()]
    paragraphs, endnotes = take_endnotes(grouped)
    notes += endnotes
    desk = Desk(Vocabulary(rows), Marks(frozenset(note.mark for note in notes)), pages.links, numbers)
    paragraphs, drafts = _with_lists(paragraphs, [_write(desk, paragraph) for paragraph in paragraphs])
    defined = {int(note.mark): note.page for note in reversed(notes) if note.mark.isdecimal()}
    cite_expected(drafts, defined, [(p.first.page, p.last.page) for p in paragraphs])
    bookmarks = attempt(read_bookmarks, reader, otherwise=list[Bookmark]())
    verdicts = judge(paragraphs, [draft.text for draft in drafts], bookmarks, tag_of, body)
    written = [(p, _line(p, draft, verdict)) for p, draft, verdict in zip(paragraphs, drafts, verdicts, strict=True)]
    lines = _with_titles(_in_order(written, notes, desk, len(sheets)))
    shown = _letters(row.text for sheet in sheets for row in sheet.rows)
    lost = shown - _letters(row.text for row in furniture) - _letters(_all_words(lines))
    findings = [*pages.findings, *_check_citations(desk.uncited)]
    title, author = attempt(title_and_author, reader, otherwise=("", ""))
    title = title if fold(title) and _prints(sheets, title) else _title(paragraphs, drafts, body[0])
    kept = shown.total() - lost.total()
    return PdfReading(lines, len(sheets), shown.total(), kept, findings, title, author)


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
) -> tuple[list[list[Block]], list[list[Block]], list[Footnote]]:
    """The blocks of each sheet in reading order, those in its margins, and the notes at their feet."""
    notes: list[Footnote] = []
    blocks, beside = [], []
    for sheet in sheets:
        text, margin = part_margin([row for row in sheet.rows if row not in furniture], body_size)
        rest, found = take_footnotes(split_blocks(text), notes[-1] if notes else None, body_size)
        blocks.append(rest)
        beside.append(split_blocks(margin))
        notes += found
    return blocks, beside, notes


def _write(desk: Desk, paragraph: Paragraph) -> Draft:
    if not paragraph.levels:
        return desk.write(paragraph.rows)
    whole = Draft()
    for nth, cells in enumerate(build_table(paragraph.levels)):
        for column, cell in enumerate(cells):
            whole.append(desk.write(cell), " | " if column else "\n" if nth else "")
    return whole


def _with_lists(paragraphs: Sequence[Paragraph], drafts: Sequence[Draft]) -> tuple[list[Paragraph], list[Draft]]:
    """The items of a bulleted list as one paragraph, each on a line of its own."""
    kept: list[tuple[Paragraph, Draft]] = []
    for paragraph, draft in zip(paragraphs, drafts, strict=True):
        if kept and BULLET.match(draft.text) and BULLET.match(kept[-1][1].text):
            kept[-1][1].append(draft, "\n")
            kept[-1][0].rows += paragraph.rows
        else:
            kept.append((paragraph, draft))
    return [paragraph for paragraph, _ in kept], [draft for _, draft in kept]


def _prints(sheets: Sequence[Sheet], title: str) -> bool:
    """Whether the first page says it."""
    return fold(title) in fold("".join(row.text for row in sheets[0].rows))


def _title(paragraphs: Sequence[Paragraph], drafts: Sequence[Draft], body_size: float) -> str:
    """The words in the largest type, if they are on the first page that has text."""
    largest = max((paragraph.first.size for paragraph in paragraphs), default=0.0)
    first = min((paragraph.first.page for paragraph in paragraphs), default=0)
    large = [at for at, paragraph in enumerate(paragraphs) if paragraph.first.size >= largest - 0.1]
    is_title = len(large) == 1 and largest > LARGER * body_size and paragraphs[large[0]].first.page == first
    return drafts[large[0]].text if is_title else ""


def _line(paragraph: Paragraph, draft: Draft, verdict: Verdict) -> Line:
    # Cells that no second row shows to be a table's: "1.1 [tab] 23646 [tab] 45190".
    cells = "\t" in draft.text and not LEADER.search(draft.text)
    listed = bool(paragraph.levels) or cells or verdict.denied or BULLET.match(draft.text) is not None
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
    lines: list[list[Line]] = [[] for _ in range(pages)]
    for paragraph, line in written:
        if line.text or line.citations:
            lines[paragraph.first.page].append(line)
    for note in notes:
        draft = desk.write(note.rows, is_note=True)
        number = desk.numbers.get(note.page)
        lines[note.page].append(Line(draft.text, "note", page=number, mark=note.mark, links=tuple(draft.links)))
    return [line for page in lines for line in page]


def _with_titles(lines: Sequence[Line]) -> list[Line]:
    """The lines with "Chapter 2" and the title in the next row as one heading."""
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined and joined[-1].role == line.role == "heading" else None
        number = cues(above.text)[:1] if above else []
        if above and number and number[0].named and not number[0].title and not cues(line.text):
            joined[-1] = join(above, line)
        else:
            joined.append(line)
    return joined


def _check_citations(uncited: Sequence[tuple[str, int]]) -> list[str]:
    """A sentence on raised numbers that cite no note that was found."""
    if not uncited:
        return []
    marks = ", ".join(dict.fromkeys(mark for mark, _ in uncited[:5]))
    return [
        f"{len(uncited)} raised marks ({marks} …) cite no note that was found; page {uncited[0][1] + 1} has the first."
    ]


def _all_words(lines: Iterable[Line]) -> Iterable[str]:
    """Everything that lines hold, marks too."""
    for line in lines:
        yield line.text
        yield line.mark
        yield from (mark for _, mark in line.citations)


def _letters(texts: Iterable[str]) -> Counter[str]:
    """How often each letter and digit occurs; a raised ² is a 2."""
    return Counter(c for text in texts for c in unicodedata.normalize("NFKC", text) if c.isalnum())
