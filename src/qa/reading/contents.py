"""The list of contents a document prints about itself: cut from the text, kept as a checklist."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.reading.lines import Line, fold, is_closed
from qa.reading.numbering import cues

TITLES = (
    "Contents",
    "Table of Contents",
    "Table des matières",
    "Inhaltsverzeichnis",
    "Índice",
    "目次",
    "もくじ",
    "目录",
)
NAMES = frozenset(fold(name) for name in TITLES)
# A page in the list, in digits or small Roman ones, perhaps between dashes.
PAGE = r"(?:[-–—]\s?)?(\d{1,4}|[ivxlc]{1,6})(?:\s?[-–—])?"
# "Title ..... 12": a leader of dots or a tab, then the page.
LEADER = re.compile(rf"(?:(?:[.…·‥・]\s?){{3,}}|…|\t|\s\.(?=\s))[\s.]*{PAGE}(?=\s|$)")
# The end of such a row, of which a file has thousands: fewer dots are looked at, and more may stand before them.
LED = re.compile(rf"(?:[.…·‥]{{2}}|\s[.…·‥]|…|\t)\s*{PAGE}$")
PAGE_TAIL = re.compile(r"\s+(\d{1,4})$")
# The next entry of a list is not further ahead than this.
PAGES_AHEAD = 40
LIST_MARK = re.compile(r"^\s*[-*+•]\s+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents list: its words, folded for comparing, and the page it promises."""

    text: str
    folded: str
    page: int | None


def take_contents(lines: list[Line]) -> tuple[list[Entry], list[Line]]:
    """The entries of the contents list and the lines without it; no entries where there is none."""
    for start, line in enumerate(lines[:-1]):
        if line.role in ("heading", "text") and fold(line.text) in NAMES:
            end = _end(lines, start + 1)
            listed = "\n".join(line.text for line in lines[start + 1 : end])
            rest = lines[:start] + lines[end:]
            for entries in (_entries(listed), _run_together(listed, lines[end:])):
                if entries and _are_headings(entries, rest):
                    return entries, rest
    return [], lines


def _end(lines: list[Line], start: int) -> int:
    """The number of the line behind the list that begins at `start`."""
    seen: set[str] = set()
    last_led = last_page = 0
    for at in range(start, len(lines)):
        line = lines[at]
        led = LEADER.search(line.text) is not None
        page = PAGE_TAIL.search(line.text)
        if page and last_led and last_page <= int(page.group(1)) <= last_page + PAGES_AHEAD:
            # An entry with no leader before its page, among others that have one.
            led = True
        last_page = int(page.group(1)) if page and led else last_page
        again = fold(line.text) in seen or (line.role == "text" and is_closed(line.text))
        if line.role == "note" or (not led and (line.role == "heading" or again)):
            return last_led or at
        last_led = at + 1 if led else last_led
        seen |= {entry.folded for entry in _entries(line.text)}
    return last_led or len(lines)


def _are_headings(entries: list[Entry], lines: list[Line]) -> bool:
    """Whether most entries stand elsewhere again: a section that is merely called "Contents" has text of its own."""
    elsewhere = {words for line in lines for words in (fold(line.text), without_number(line.text))}
    # A heading cut in two by the end of a page stands there in halves.
    found = sum(bool({entry.folded, without_number(entry.text)} & elsewhere) for entry in entries)
    return 2 * found > len(entries)


def without_number(text: str) -> str:
    """A heading folded, without its number: "Chapter 1. Scope" may be "1 Scope" in the list."""
    number = cues(text)[:1]
    return fold(number[0].title if number and number[0].title else text)


def _run_together(listed: str, lines: list[Line]) -> list[Entry]:
    """Entries that lost the breaks between them, told by the headings they repeat; none unless all are."""
    words, position = fold(listed), 0
    entries = []
    for line in lines:
        heading = fold(line.text)
        if heading and words.startswith(heading, position):
            entries.append(Entry(line.text, heading, None))
            position += len(heading)
    return entries if position == len(words) else []


def _entries(listed: str) -> list[Entry]:
    entries = []
    begin = 0
    for leader in LEADER.finditer(listed):
        text = " ".join(listed[begin : leader.start()].split())
        page = leader.group(1)
        entries.append(Entry(text, fold(text), int(page) if page.isdecimal() else None))
        begin = leader.end()
    if entries:
        return entries
    plain = (PAGE_TAIL.sub("", LIST_MARK.sub("", line).strip()) for line in listed.split("\n"))
    return [Entry(" ".join(text.split()), fold(text), None) for text in plain if text]
