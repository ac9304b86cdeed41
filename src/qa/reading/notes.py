"""Footnotes: lifted out of the text they cut apart, told apart where their numbers begin anew, and read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from qa.reading.lines import Line, fold, is_closed, join, uncited_marks
from qa.reading.numbering import HEADING_LENGTH, cues
from qa.types import Note, Source

# What a note says of a link stands in brackets right behind it: "(Japanese Only)".
REMARK = re.compile(r"\s*[(（]([^()（）]{1,60})[)）]")
# Of a title that stands on a line of its own below "Article 5".
TITLE_LENGTH = 120
# Between a mark and the number of the block it is defined in, where one mark is defined in several.
ANEW = "@"


def lift_notes(lines: list[Line], listed: frozenset[str]) -> tuple[list[Line], list[Line]]:
    """Body and notes apart; what a block of notes, or the end of a page, had cut in two is joined again.

    `listed` are the folded lines of the contents list, which tell a whole heading from half of one.
    """
    lines = _tell_apart(lines)
    uncited = uncited_marks(lines)
    body: list[Line] = []
    notes: list[Line] = []
    cut = False
    for line in lines:
        if line.role in ("note", "page"):
            notes += [line] if line.role == "note" else []
            cut = True
            continue
        if body and line.text in uncited and line.role == "text":
            # A raised number that slipped onto a line of its own cites a note at the end of the line before.
            body[-1] = replace(body[-1], citations=(*body[-1].citations, (len(body[-1].text), line.text)))
        elif body and _continues(body[-1], line, cut, listed):
            body[-1] = join(body[-1], line)
        else:
            body.append(line)
        cut = False
    return body, notes


def number_notes(notes: Iterable[Line], body: Iterable[Line]) -> dict[str, int]:
    """A number for each note's mark: the printed one where all have one, else the order of first citation."""
    marks = dict.fromkeys(line.mark for line in notes)
    printed = [mark.lstrip("^") for mark in marks]
    if all(mark.isdecimal() for mark in printed) and len(set(printed)) == len(printed):
        return {mark: int(mark.lstrip("^")) for mark in marks}
    cited = dict.fromkeys(mark for line in body for _, mark in line.citations if mark in marks)
    return {mark: number for number, mark in enumerate(cited | marks, 1)}


def printed_mark(mark: str) -> str:
    """A mark as the document has it."""
    return mark.lstrip("^ ").partition(ANEW)[0]


def read_note(line: Line, number: int) -> Note:
    """A footnote with its links and what is said of each."""
    sources = []
    for link in line.links:
        remark = REMARK.match(line.text, link.end)
        sources.append(Source(number, link.url, remark.group(1) if remark else None))
    return Note(number, printed_mark(line.mark), line.text, tuple(sources), line.page)


def _is_bare_article(line: Line) -> bool:
    """Whether a line is "Article 5" and no more: treaties put the title of an article below its number."""
    return line.role != "block" and any(cue.named and not cue.title for cue in cues(line.text))


def _tell_apart(lines: list[Line]) -> list[Line]:
    """The lines with a mark of its own for every note, where numbers begin anew with each chapter or page.

    A citation means the note in the next block below it; where that has no such note, the first of that mark.
    """
    marks = [line.mark for line in lines if line.role == "note"]
    if len(set(marks)) == len(marks):
        return lines
    told: list[Line] = []
    begun = 0
    seen: set[str] = set()
    for at, line in enumerate(lines):
        told.append(line)
        if line.role != "note" or (at + 1 < len(lines) and lines[at + 1].role == "note"):
            continue
        again = {other.mark: f"{other.mark}{ANEW}{at}" for other in told[begun:] if other.role == "note"}
        again = {mark: new for mark, new in again.items() if mark in seen}
        seen |= {other.mark for other in told[begun:] if other.role == "note"}
        told[begun:] = [_with_marks(other, again) for other in told[begun:]]
        begun = len(told)
    return told


def _with_marks(line: Line, new: dict[str, str]) -> Line:
    citations = tuple((at, new.get(mark, mark)) for at, mark in line.citations)
    return replace(line, citations=citations, mark=new.get(line.mark, line.mark))


def _continues(first: Line, second: Line, cut: bool, listed: frozenset[str]) -> bool:
    """Whether two lines are one line of the document."""
    if "block" in (first.role, second.role) or fold(first.text) in listed:
        return False
    if fold(first.text + second.text) in listed:
        return True
    if _is_bare_article(first) and second.role == "text" and len(second.text) <= TITLE_LENGTH:
        return not is_closed(second.text) and not cues(second.text)
    if first.role == "heading" or (cues(first.text) and len(first.text) < HEADING_LENGTH and not is_closed(first.text)):
        parenthetical = second.role == "text" and re.fullmatch(r"\([^()]{1,120}\)", second.text) is not None
        return parenthetical or (cut and (first.text.endswith("-") or second.text[:1].islower()))
    return cut and second.role == "text" and not is_closed(first.text) and not second.text.isdecimal()
