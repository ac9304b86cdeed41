"""Citations that nothing on the page tells apart from the text: found where the next number is expected."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.reading.pdf.writing import Draft
from qa.types import Link

# A number glued to a word of letters, to closing punctuation or to a year; "G7" and "DS-310" are names.
AROUND = (
    r"(?:(?<=[^\W\d_]{3})|(?<=[a-z][)\]”\"’'.,;:])|(?<=[)\]”\"’][.,;:])|(?<=\b(?:19|20)\d\d))",
    r"(?![\w%])(?![.,]\d)",
)


def cite_expected(drafts: Sequence[Draft], defined: dict[int, int], sheets: Sequence[tuple[int, int]]) -> None:
    """Find the citations of numbered notes that are defined (number -> sheet) and not cited yet.

    Each lies between those of its neighbours, and not further than a page from its note; `sheets` are the
    first and last of each draft. A number is taken for one only where no other could be meant.
    """
    for number in sorted(defined.keys() - {mark for mark, _, _ in _places(drafts)}):
        # Anew each time: a number that was lifted moves those behind it.
        places = _places(drafts)
        start = max(((at, offset) for mark, at, offset in places if mark < number), default=(0, 0))
        end = min(((at, offset) for mark, at, offset in places if mark > number), default=(len(drafts), 0))
        if start > end:
            continue
        near = [at for at in range(start[0], min(end[0] + 1, len(drafts))) if _is_near(sheets[at], defined[number])]
        found = _candidates(drafts, near, number, start, end)
        if found:
            at, span = found
            _lift(drafts[at], span, str(number))


def _places(drafts: Sequence[Draft]) -> list[tuple[int, int, int]]:
    """(number, draft, offset) of each citation of a numbered note."""
    return [
        (int(mark), at, offset)
        for at, draft in enumerate(drafts)
        for offset, mark in draft.citations
        if mark.isdecimal()
    ]


def _is_near(sheets: tuple[int, int], page: int) -> bool:
    return sheets[0] - 1 <= page <= sheets[1] + 1


def _candidates(
    drafts: Sequence[Draft], near: Sequence[int], number: int, start: tuple[int, int], end: tuple[int, int]
) -> tuple[int, tuple[int, int]] | None:
    """(draft, span) of the number as a run of its own, else as the only one glued to a word."""
    own = [(at, span) for at in near for span in drafts[at].glued if drafts[at].text[slice(*span)] == str(number)]
    own = [(at, span) for at, span in own if start <= (at, span[0]) <= end]
    if own:
        return own[0]
    pattern = re.compile(str(number).join(AROUND))
    glued = [(at, match.span()) for at in near for match in pattern.finditer(drafts[at].text)]
    glued = [(at, span) for at, span in glued if start <= (at, span[0]) <= end]
    return glued[0] if len(glued) == 1 else None


def _lift(draft: Draft, span: tuple[int, int], mark: str) -> None:
    """Take a number out of the text of a draft and cite its note there."""
    start, end = span
    length = end - start

    def moved(offset: int) -> int:
        return offset - length if offset >= end else offset

    draft.text = draft.text[:start] + draft.text[end:]
    draft.citations = sorted([(moved(at), other) for at, other in draft.citations] + [(start, mark)])
    draft.turns = [(moved(at), page) for at, page in draft.turns]
    draft.links = [Link(moved(link.start), moved(link.end), link.url) for link in draft.links]
    draft.glued = [(moved(a), moved(b)) for a, b in draft.glued if (a, b) != span]
