"""What must hold of a document that was read whole; each breach is one sentence."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from qa.reading.contents import Entry, without_number
from qa.reading.lines import Line, fold
from qa.reading.notes import printed_mark
from qa.types import Note, Reference, Section


def check_kept(letters: int, kept: int) -> list[str]:
    """Every letter and digit of the pages came into the text."""
    lost = letters - kept
    return [f"{lost:,} of {letters:,} letters on the pages did not come into the text."] if lost else []


def check_notes(defined: Sequence[Line], notes: Sequence[Note], references: Sequence[Reference]) -> list[str]:
    """Every note is defined once and cited; numbered notes run from 1 without a gap and are cited in order."""
    findings = []
    marks = {note.number: note.mark for note in notes}
    for mark, count in Counter(line.mark for line in defined).items():
        if count > 1:
            findings.append(f"Footnote {printed_mark(mark)} is defined {count} times in a row; the first is kept.")
    cited = [reference.note for reference in references]
    findings += [f"Footnote {mark} is never cited." for number, mark in marks.items() if number not in cited]
    if all(mark == str(number) for number, mark in marks.items()):
        findings += [f"Footnote {n} is missing." for n in range(1, max(marks, default=0)) if n not in marks]
        first_cited = list(dict.fromkeys(cited))
        for before, after in itertools.pairwise(first_cited):
            if after < before:
                findings.append(f"Footnote {after} is cited after footnote {before}.")
    return findings


def check_contents(entries: Sequence[Entry], sections: Sequence[Section], text: str) -> tuple[int, list[str]]:
    """How many lines of the contents list are headings, in the same order, and what is wrong with the others.

    Each should begin on the page that it promises.
    """
    findings = []
    position = found = 0
    words = [text[section.start : section.heading_end] for section in sections]
    headings = [{fold(heading), without_number(heading)} for heading in words]
    for entry in entries:
        names = {entry.folded, without_number(entry.text)}
        at = next((at for at in range(position, len(headings)) if headings[at] & names), None)
        if at is not None:
            found += 1
            position = at + 1
            page = sections[position - 1].page
            if None not in (page, entry.page) and page != entry.page:
                findings.append(f"The contents list has “{entry.text}” on page {entry.page}; it begins on {page}.")
        else:
            findings.append(f"The contents list names “{entry.text}”; no such heading was found in that order.")
    return found, findings
