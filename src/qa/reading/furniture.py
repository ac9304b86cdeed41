"""What pages carry besides their text: title and date said again, running titles, page numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from qa.reading.lines import Line, fold, uncited_marks

PAGE_NUMBER = re.compile(r"[-–—\s]*(\d{1,4})[-–—\s]*", re.ASCII)
# So many lone numbers, each one more than the last, are no accident.
PAGES_AT_LEAST = 2


def mark_furniture(lines: list[Line], title: str, said: frozenset[str]) -> list[Line]:
    """The lines with furniture marked by the role "page". `title` and `said` are folded words of the metadata.

    Before the first heading that is whatever repeats the metadata; everywhere, running titles and page
    numbers, which tell the page of what stands above them.
    """
    front = next((at for at, line in enumerate(lines) if line.role == "heading" and fold(line.text) not in said), None)
    marked = []
    for at, line in enumerate(_with_pages(lines)):
        words = fold(line.text)
        running = line.role == "text" and words == title
        repeated = (front is None or at < front) and _is_made_of(words, said)
        marked.append(replace(line, role="page") if running or repeated else line)
    return marked


def _is_made_of(words: str, said: frozenset[str]) -> bool:
    """Whether folded words are one or more of those said, and nothing else."""
    for phrase in sorted(said, key=len, reverse=True):
        words = words.replace(phrase, "", 1)
    return not words


def _with_pages(lines: list[Line]) -> list[Line]:
    """The lines with the page numbers found below them; the numbers themselves get the role "page"."""
    uncited = uncited_marks(lines)
    matches = ((at, PAGE_NUMBER.fullmatch(line.text)) for at, line in enumerate(lines) if line.role == "text")
    found = [(at, int(match.group(1))) for at, match in matches if match and lines[at].text not in uncited]
    if len(found) < PAGES_AT_LEAST or not all(before[1] + 1 == after[1] for before, after in pairwise(found)):
        return lines
    paged = list(lines)
    start = 0
    for end, page in [*found, (len(lines), found[-1][1] + 1)]:
        paged[start:end] = [replace(line, page=page) for line in lines[start:end]]
        start = end
    for at, _ in found:
        paged[at] = replace(lines[at], role="page")
    return paged
