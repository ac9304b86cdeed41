"""A comparison of two editions, to read in a terminal and for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import BaseModel
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from qa.contract import DocumentBody, document_body
from qa.editions import ChangeKind, Citation, CitationChange, CitationKind, Comparison, SectionChange
from qa.edits import Edit, Operation
from qa.terminal import open_console, place_text
from qa.types import Document, Section

# What marks words that went and words that came, also where there is no colour.
SIGNS: dict[Operation, tuple[str, str, str]] = {
    "equal": ("", "", ""),
    "deleted": ("[-", "-]", "red"),
    "inserted": ("{+", "+}", "green"),
}
# A slice of a document, and what became of it.
Piece = tuple[Operation, str]


class SectionBody(BaseModel):
    """A section; its text is that of the document from `start` to `end` (code points)."""

    section: str
    label: str
    headings: list[str]
    page: int | None
    start: int
    end: int


class EditBody(BaseModel):
    """A span of the old document's text and what it is in the new one's (code points)."""

    operation: Operation
    old: tuple[int, int]
    new: tuple[int, int]
    text: str


class SectionChangeBody(BaseModel):
    """What became of a section; null where an edition lacks it. `edits` are those of a changed one."""

    kind: ChangeKind
    old: SectionBody | None
    new: SectionBody | None
    edits: list[EditBody]


class CitationBody(BaseModel):
    """A footnote, or a link in the text (footnote null), and the first section that cites it."""

    footnote: int | None
    section: SectionBody | None
    words: str
    urls: list[str]


class CitationChangeBody(BaseModel):
    """What became of a footnote or link; null where an edition lacks it."""

    kind: CitationKind
    old: CitationBody | None
    new: CitationBody | None


class ComparisonBody(BaseModel):
    """Two editions of a document. `counts` has how many sections are of each kind."""

    same: bool
    old: DocumentBody
    new: DocumentBody
    counts: dict[ChangeKind, int]
    sections: list[SectionChangeBody]
    citations: list[CitationChangeBody]


def comparison_body(comparison: Comparison) -> ComparisonBody:
    """A comparison for a program to read."""
    kinds = [change.kind for change in comparison.sections]
    return ComparisonBody(
        same=comparison.same,
        old=document_body(comparison.old),
        new=document_body(comparison.new),
        counts={kind: kinds.count(kind) for kind in get_args(ChangeKind)},
        sections=[
            SectionChangeBody(
                kind=change.kind,
                old=_section(change.old),
                new=_section(change.new),
                edits=[
                    EditBody(operation=edit.operation, old=edit.old, new=edit.new, text=_text(comparison, edit))
                    for edit in change.edits
                ],
            )
            for change in comparison.sections
        ],
        citations=[
            CitationChangeBody(kind=change.kind, old=_citation(change.old), new=_citation(change.new))
            for change in comparison.citations
        ],
    )


def print_comparison(comparison: Comparison) -> None:
    """What changed: the counts, then each change below its place, what went and what came between signs."""
    console = open_console()
    console.print(Text(_counts(comparison)))
    for sign, document in (("-", comparison.old), ("+", comparison.new)):
        console.print(Text(f"{sign} {' · '.join(filter(None, (document.title, document.published)))}", style="dim"))
    console.print()
    for change in comparison.sections:
        if change.kind != "unchanged":
            _print_section(console, comparison, change)
    for citation in comparison.citations:
        _print_citation(console, citation)


def _counts(comparison: Comparison) -> str:
    if comparison.same:
        return f"The same to the character: {len(comparison.sections)} sections."
    counted = (
        ("Sections", get_args(ChangeKind), [change.kind for change in comparison.sections]),
        ("Footnotes and links", get_args(CitationKind), [change.kind for change in comparison.citations]),
    )
    return " ".join(
        f"{name}: {', '.join(f'{found.count(kind)} {kind}' for kind in kinds if kind in found)}."
        for name, kinds, found in counted
        if found
    )


def _print_section(console: Console, comparison: Comparison, change: SectionChange) -> None:
    """A section with the number it had, and the words that came or went."""
    sides: tuple[tuple[Operation, Document, Section | None], ...] = (
        ("deleted", comparison.old, change.old),
        ("inserted", comparison.new, change.new),
    )
    present = [(operation, document, section) for operation, document, section in sides if section]
    section = present[-1][2]
    before = [other.label for _, _, other in present if other.label != section.label]
    headline = Text(f"{change.kind}  ").append("".join(f"{label} → " for label in before))
    console.print(headline.append_text(place_text(section, section.page)))
    if change.edits:
        _print_pieces(console, list(_changed_lines(comparison, change.edits)))
    elif len(present) == 1 and section.paragraphs:
        operation, document, _ = present[0]
        _print_pieces(console, [(operation, document.text[section.paragraphs[0][0] : section.paragraphs[-1][1]])])


def _print_citation(console: Console, change: CitationChange) -> None:
    """A footnote or link with the number it had, and what it says and leads to."""
    sides: tuple[tuple[Operation, Citation | None], ...] = (("deleted", change.old), ("inserted", change.new))
    present = [(operation, citation) for operation, citation in sides if citation]
    names = dict.fromkeys(_name(citation) for _, citation in present)
    console.print(Text(f"{change.kind}  ").append(" → ".join(names), "bold"))
    pieces: list[Piece] = []
    for operation, citation in present:
        # A note often is its address and no more.
        lines = [citation.words, *(url for url in citation.urls if url not in citation.words)]
        pieces += [("equal", "\n"), (operation, "\n".join(lines))]
    _print_pieces(console, pieces[1:])


def _print_pieces(console: Console, pieces: Sequence[Piece]) -> None:
    text = Text()
    for operation, words in pieces:
        before, after, style = SIGNS[operation]
        text.append(f"{before}{words}{after}", style)
    for line in text.split("\n"):
        console.print(Padding(line, (0, 0, 0, 2), expand=False))
    console.print()


def _changed_lines(comparison: Comparison, edits: Sequence[Edit]) -> Iterator[Piece]:
    """The edits without the lines that nothing happened in."""
    for n, edit in enumerate(edits):
        text = _text(comparison, edit)
        if edit.operation == "equal" and "\n" in text:
            first, last = text.split("\n", 1)[0], text.rsplit("\n", 1)[1]
            text = "\n".join(line for line, shown in ((first, n > 0), (last, n < len(edits) - 1)) if shown)
        yield edit.operation, text


def _name(citation: Citation) -> str:
    kind = "link" if citation.footnote is None else f"footnote {citation.footnote}"
    section = citation.section
    return f"{kind} in {section.label or section.title}" if section else kind


def _text(comparison: Comparison, edit: Edit) -> str:
    if edit.operation == "inserted":
        return comparison.new.text[slice(*edit.new)]
    return comparison.old.text[slice(*edit.old)]


def _section(section: Section | None) -> SectionBody | None:
    if section is None:
        return None
    return SectionBody(
        section=section.number,
        label=section.label,
        headings=list(section.headings),
        page=section.page,
        start=section.start,
        end=section.end,
    )


def _citation(citation: Citation | None) -> CitationBody | None:
    if citation is None:
        return None
    return CitationBody(
        footnote=citation.footnote, section=_section(citation.section), words=citation.words, urls=list(citation.urls)
    )
