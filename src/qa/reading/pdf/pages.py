"""A PDF -> its sheets: rows, links, extent and number of each page, and a sentence on each that was not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pypdf import PageObject, PdfReader
from pypdf.errors import LimitReachedError

from qa.reading.pdf.fonts import Fonts
from qa.reading.pdf.links import PageLinks, page_links
from qa.reading.pdf.margins import Sheet
from qa.reading.pdf.rows import Row, build_rows
from qa.reading.pdf.runs import PageText, page_text, turn

# What a file may hold, in characters: the longest law has two million.
CHARACTERS_AT_MOST = 10_000_000
# Of a page that does not say its size, points: its height if it shows nothing (A4), else the margin around that.
USUAL_HEIGHT, USUAL_MARGIN = 842.0, 50.0
# A title, or the name of an author, is no longer than this.
FACT_LENGTH = 300
T = TypeVar("T")


class NoText(ValueError):
    """No page holds text; says why."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The sheets of a file in order, the links on each, and what could not be read."""

    sheets: list[Sheet]
    links: list[PageLinks]
    findings: list[str]


def read_pages(reader: PdfReader) -> Pages:
    """All pages. Raises NoText, LimitReachedError, and whatever pypdf raises for a file without pages to count."""
    fonts = Fonts()
    unread = Counter[str]()
    pages = Pages([], [], [])
    characters = pictures = 0
    for index, page in enumerate(reader.pages):
        text, failure = _tried(page_text, page, fonts, otherwise=PageText([]))
        unread += text.unread
        rows = tuple(build_rows(text.runs, index))
        characters += sum(len(row.text) for row in rows)
        if characters > CHARACTERS_AT_MOST:
            raise LimitReachedError(f"more than {CHARACTERS_AT_MOST:,} characters")
        if failure:
            pages.findings.append(f"Page {index + 1} of the file could not be read ({failure}).")
        elif not rows and attempt(_has_picture, page, otherwise=False):
            pictures += 1
            pages.findings.append(f"Page {index + 1} of the file is a picture; text on it was not read.")
        bottom, top = attempt(_extent, page, text.quarters, otherwise=_around(rows))
        pages.sheets.append(Sheet(index, rows, bottom, top))
        pages.links.append(page_links(page, text.quarters))
    pages.findings.extend(
        f"{count:,} characters were not read: their font ({name}) does not say what they are."
        for name, count in unread.items()
    )
    if not any(sheet.rows for sheet in pages.sheets):
        raise NoText(_why_no_text(pages, pictures, unread.total()))
    return pages


def attempt(read: Callable[..., T], *arguments: Any, otherwise: T) -> T:
    """What a part of the file says that can be done without; `otherwise` where it is broken."""
    return _tried(read, *arguments, otherwise=otherwise)[0]


def page_labels(reader: PdfReader) -> dict[int, int]:
    """Sheet -> the number a viewer shows for it; without the Roman ones of front matter."""
    if "/PageLabels" not in reader.root_object:
        return {index: index + 1 for index in range(len(reader.pages))}
    return {index: int(label) for index, label in enumerate(reader.page_labels) if label.isdecimal()}


def title_and_author(reader: PdfReader) -> tuple[str, str]:
    """What the file's own description says; "" for what it does not."""
    facts = reader.metadata
    words = (facts.title, facts.author) if facts else ("", "")
    title, author = (" ".join(str(word or "").split()) for word in words)
    return title if len(title) <= FACT_LENGTH else "", author if len(author) <= FACT_LENGTH else ""


def _tried(read: Callable[..., T], *arguments: Any, otherwise: T) -> tuple[T, str]:
    """What a part of the file says, or `otherwise`, and the name of what went wrong."""
    try:
        return read(*arguments), ""
    except MemoryError:
        raise
    except Exception as error:  # A broken file makes pypdf raise errors of any class.
        return otherwise, type(error).__name__


def _extent(page: PageObject, quarters: int) -> tuple[float, float]:
    """Where a page ends below and above, in the frame of its runs."""
    box = page.cropbox
    corners = [turn((float(x), float(y)), quarters) for x, y in (box.lower_left, box.upper_right)]
    bottom, top = sorted(y for _, y in corners)
    return bottom, top


def _around(rows: Sequence[Row]) -> tuple[float, float]:
    """The extent of a page that does not say it: a margin around what it shows."""
    heights = [row.y for row in rows] or [0.0, USUAL_HEIGHT]
    return min(heights) - USUAL_MARGIN, max(heights) + USUAL_MARGIN


def _has_picture(page: PageObject) -> bool:
    resources: Any = page["/Resources"]
    objects = resources.get_object()["/XObject"].get_object()
    return any(entry.get_object().get("/Subtype") == "/Image" for entry in objects.values())


def _why_no_text(pages: Pages, pictures: int, unread: int) -> str:
    if not pages.sheets:
        return "has no pages: save it again"
    if pictures:
        return "holds pictures of pages and no text: run text recognition (OCR) on it first"
    if unread:
        return "does not say which characters its fonts show: print it anew, or run text recognition (OCR) on it"
    if pages.findings:
        return f"has no page that could be read. {pages.findings[0]} Print it into a new PDF and read that one"
    return "holds no text: its letters may be drawn as shapes; print it from the program it was written with"
