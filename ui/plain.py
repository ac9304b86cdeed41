"""Pages without scripts: a search and its answer, a passage in its section, a whole document, a refusal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from qa.addresses import Linked, section_link
from qa.settings import QUESTION_LENGTH
from qa.types import Answer, Document, Note, Passage, Retired
from qa.wording import LABELS, language_of

from .cards import (
    UNTITLED,
    answer_html,
    badge_html,
    document_html,
    is_web_address,
    marked_html,
    page_html,
    question_html,
    sources_html,
)

PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "plain"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# Characters shown before and after a passage, to whole paragraphs: a screen of each.
AROUND = 1500


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a document, with the link they are, or a footnote cited there."""

    text: str = ""
    url: str = ""
    note: int | None = None


def search_page(
    root: str,
    documents: Mapping[str, Document],
    question: str = "",
    only: str = "",
    answer: Answer | None = None,
    trouble: str = "",
    language: str = "",
) -> str:
    """The form, with the question that was asked and its answer, or what is wrong with it."""
    language = language_of(question) if question else language or "en"
    shown = ""
    if answer:
        shown = Markup(question_html(question) + answer_html(answer, 1, documents, root, scripts=False))
    return _page(
        "search.html", root, language, question or LABELS[language]["search_page"], documents=documents,
        question=question, only=only, answer=shown, trouble=trouble, longest=QUESTION_LENGTH,
    )  # fmt: skip


def passage_page(
    root: str,
    linked: Linked,
    documents: Mapping[str, Document],
    language: str,
    citation: str = "",
    forms: Sequence[tuple[str, str]] = (),
) -> str:
    """What a link leads to, each passage marked in its section; those that left the document say so.

    `citation` and `forms`, names and addresses, say how to cite it.
    """
    first, retired = linked.passages[0], linked.retired
    gone = retired.get(first.id)
    edition = gone.edition if gone else documents[first.document]
    places = [
        _gone(retired[passages[0].id], passages[0], language)
        if passages[0].id in retired
        else _place(documents[first.document], passages, language)
        for passages in _by_section(linked.passages, retired)
    ]
    title = f"{first.section.label} {first.section.title or UNTITLED} – {edition.title}".strip()
    return _page(
        "passage.html", root, language, title, places=places, edition=edition, changed=linked.changed,
        current=documents.get(first.document), citation=citation, forms=forms,
        edition_line=Markup(document_html(edition, labels=LABELS[language])),
    )  # fmt: skip


def document_page(root: str, document: Document, language: str) -> str:
    """The whole document: its contents, each section with an anchor, its footnotes."""
    labels, anchors = LABELS[language], _anchors(document)
    sections = [
        {
            "anchor": anchors[section.start],
            "title": section.title,
            "badge": Markup(badge_html(section)),
            "depth": min(len(section.headings), 5),
            "level": min(len(section.headings) + 1, 6),
            # Without a text of its own a section is no passage.
            "address": section_link(document.id, section) if section.paragraphs else "",
            "page": Markup(page_html(section.page, "span", labels)),
            "heading_notes": [Piece(note=number) for number in section.heading_notes],
            "paragraphs": [list(_pieces(document, start, end)) for start, end in section.paragraphs],
        }
        for section in document.sections
    ]
    notes = [{"number": n.number, "mark": n.mark, "pieces": list(_linked(n))} for n in document.notes]
    line = Markup(document_html(document, titled=False, labels=labels))
    return _page(
        "document.html", root, language, document.title, document=document, sections=sections, notes=notes,
        edition_line=line,
    )  # fmt: skip


def error_page(root: str, title: str, message: str) -> str:
    """A refusal, for a person."""
    return _page("error.html", root, "en", title, message=message)


def _page(template: str, root: str, language: str, title: str, **values: Any) -> str:
    return PAGES.get_template(template).render(
        root=root, language=language, labels=LABELS[language], title=title, **values
    )


def _by_section(passages: Sequence[Passage], retired: Mapping[str, Retired]) -> Iterator[list[Passage]]:
    """Passages of one section together, each that left the document alone."""
    for _, group in groupby(passages, lambda p: p.id if p.id in retired else str(p.section.start)):
        yield list(group)


def _place(document: Document, passages: Sequence[Passage], language: str) -> dict[str, Any]:
    """Passages of one section as it stands: the paragraphs around them, with a single one marked."""
    section, start, end = passages[0].section, passages[0].start, passages[-1].end
    near = [(a, b) for a, b in section.paragraphs if b > start - AROUND and a < end + AROUND]
    first, last = min([start, *(a for a, _ in near)]), max([end, *(b for _, b in near)])
    marks = ((start - first, end - first),) if len(passages) == 1 and (first, last) != (start, end) else ()
    address = f"/d/{document.id}#{_anchors(document)[section.start]}"
    return _shown(passages, document.title, document.text[first:last], marks, language) | {"address": address}


def _gone(retired: Retired, passage: Passage, language: str) -> dict[str, Any]:
    """A passage that left the document: how old its words are, and where to read on today."""
    labels, now = LABELS[language], retired.now
    edition = labels["edition_of"].format(retired.edition.published) if retired.edition.published else labels["earlier"]
    name = f"{now.label} {now.title or UNTITLED}".strip() if now else ""
    return _shown([passage], retired.edition.title, passage.text, (), language) | {
        "gone": labels["gone"].format(edition),
        "now": {"name": name, "address": section_link(passage.document, now)} if now else None,
    }


def _shown(
    passages: Sequence[Passage], title: str, text: str, marks: tuple[tuple[int, int], ...], language: str
) -> dict[str, Any]:
    section, labels = passages[0].section, LABELS[language]
    sources = tuple(dict.fromkeys(source for passage in passages for source in passage.sources))
    return {
        "path": " › ".join([title, *section.headings[:-1]]),
        "badge": Markup(badge_html(section)),
        "title": section.title or UNTITLED,
        "text": Markup(marked_html(text, marks)),
        "page": Markup(page_html(passages[0].page, "p", labels)),
        "sources": Markup(sources_html(sources, 2, labels)),
        "address": "",
        "gone": "",
        "now": None,
    }


def _anchors(document: Document) -> dict[int, str]:
    """Where a section begins -> its anchor: its place, and from the second of a place on also its number there."""
    counted: dict[str, int] = {}
    anchors = {}
    for section in document.sections:
        counted[section.place] = counted.get(section.place, 0) + 1
        again = f"-{counted[section.place]}" if counted[section.place] > 1 else ""
        anchors[section.start] = f"{'-'.join(section.place.split()) or 'opening'}{again}"
    return anchors


def _pieces(document: Document, start: int, end: int) -> Iterator[Piece]:
    """document.text[start:end], in order, with its links and where its footnotes are cited."""
    offsets = [reference.offset for reference in document.references]
    notes = document.references[bisect_left(offsets, start) : bisect_left(offsets, end + 1)]
    links = [link for link in document.links if start <= link.start and link.end <= end]
    cuts = sorted({start, end, *(n.offset for n in notes), *(x for link in links for x in (link.start, link.end))})
    for a, b in zip(cuts, [*cuts[1:], end], strict=True):
        yield from (Piece(note=note.note) for note in notes if note.offset == a)
        url = next((link.url for link in links if link.start <= a and b <= link.end), "")
        if b > a:
            yield Piece(document.text[a:b], url if is_web_address(url) else "")


def _linked(note: Note) -> Iterator[Piece]:
    """The words of a footnote, its addresses as links."""
    position = 0
    for source in note.sources:
        found = note.text.find(source.url, position)
        if found >= 0 and is_web_address(source.url):
            yield Piece(note.text[position:found])
            yield Piece(source.url, source.url)
            position = found + len(source.url)
    yield Piece(note.text[position:])
