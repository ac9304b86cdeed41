"""The list of contents a document prints about itself: cut from the text, kept as a checklist."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.reading.lines import Line, fold

NAMES = frozenset(fold(name) for name in ("Contents", "Table of Contents", "目次"))
# "Title ..... 12": a leader of dots or a tab, then the page.
LED_ENTRY = re.compile(r"(\S.*?)\s*(?:[.…·‥]{3,}|…|\t)[\s.]*(\d{1,4})(?=\s|$)", re.DOTALL)
PAGE_TAIL = re.compile(r"\s+\d{1,4}$")
LIST_MARK = re.compile(r"^\s*[-*+•]\s+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the contents list: its words, folded for comparing, and the page it promises."""

    text: str
    folded: str
    page: int | None


def take_contents(lines: list[Line]) -> tuple[list[Entry], list[Line]]:
    """The entries of the contents list and the lines without it; no entries where there is none."""
    for start, line in enumerate(lines):
        if line.role in ("heading", "text") and fold(line.text) in NAMES:
            end = start + 1
            while end < len(lines) and _belongs(lines[end], lines[start + 1]):
                end += 1
            listed = "\n".join(line.text for line in lines[start + 1 : end])
            return _entries(listed), lines[:start] + lines[end:]
    return [], lines


def _belongs(line: Line, first: Line) -> bool:
    """Whether a line below the word "Contents" is still part of the list, whose first line is `first`."""
    if line.role == "note":
        return False
    if LED_ENTRY.search(line.text):
        return True
    opening = LED_ENTRY.match(first.text)
    return line.role != "heading" and not (opening and fold(opening.group(1)) == fold(line.text))


def _entries(listed: str) -> list[Entry]:
    led: list[tuple[str, int | None]] = [(text, int(page)) for text, page in LED_ENTRY.findall(listed)]
    lines = [LIST_MARK.sub("", line).strip() for line in listed.split("\n")]
    plain: list[tuple[str, int | None]] = [(PAGE_TAIL.sub("", line), None) for line in lines if line]
    return [Entry(" ".join(text.split()), fold(text), page) for text, page in led or plain]
