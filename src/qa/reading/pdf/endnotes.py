"""Notes at the end of a document or chapter, below a heading that says so."""

from __future__ import annotations

from collections.abc import Sequence

from qa.reading.lines import fold
from qa.reading.pdf.footnotes import Footnote, begin_note
from qa.reading.pdf.paragraphs import Paragraph

NAMES = frozenset(fold(name) for name in ("Notes", "Endnotes", "End notes", "Footnotes", "注", "注釈", "脚注", "後注"))


def take_endnotes(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[Footnote]]:
    """The paragraphs without such notes, and the notes; their heading stays."""
    rest: list[Paragraph] = []
    notes: list[Footnote] = []
    inside, last = False, None
    for paragraph in paragraphs:
        if fold(" ".join(row.text for row in paragraph.rows)) in NAMES:
            inside, last = True, None
            rest.append(paragraph)
            continue
        found = _read(paragraph, last) if inside else []
        if found:
            notes += [note for note in found if note is not last]
            last = found[-1]
        else:
            inside = False
            rest.append(paragraph)
    return rest, notes


def _read(paragraph: Paragraph, last: Footnote | None) -> list[Footnote]:
    """The notes in a paragraph, `last` first where the paragraph goes on with it; none where it is no note."""
    notes: list[Footnote] = []
    left = min(row.x for row in paragraph.rows)
    if paragraph.first.bold and not begin_note(paragraph.first, last, left):
        return []
    for row in paragraph.rows:
        begun = begin_note(row, notes[-1] if notes else last, left)
        if begun:
            notes.append(Footnote(begun[0], row.page, [begun[1]]))
        elif notes:
            notes[-1].rows.append(row)
        elif last is not None:
            last.rows.append(row)
            notes.append(last)
        else:
            return []
    return notes
