"""The factsheet as thirteen engines print it: one tree, whatever a page looks like and whatever a file leaves out."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from pdf_files import DATA, RENDITIONS, heading, on_one_line, paragraphs, read_rendition
from pypdf import PdfReader

from qa.reading.lines import fold
from qa.types import Document, Section

# (rendition, what was taken out of it)
BARE = [
    (name, without)
    for name in ("factsheet-word", "factsheet-other")
    for without in (("links",), ("tags",), ("links", "tags"))
]
CASES = [(name, ()) for name in RENDITIONS] + BARE
NAMES = [" without ".join(filter(None, (name, " and ".join(without)))) for name, without in CASES]
# Sheets before the page with number 1, where there are any.
FRONT = {"factsheet-word": 2, "factsheet-other": 3}
CONTENTS_ENTRIES = {"factsheet-word": 50, "factsheet-other": 50, "pdflatex": 8}


def letters(text: str) -> str:
    """Folded text without digits: marks of notes stand within headings."""
    return re.sub(r"\d", "", fold(text))


def sections(document: Document) -> list[Section]:
    """The sections that the original has too: no front matter, and no place for notes set at the end."""
    return [s for s in document.sections if s.kind != "preamble" and s.title != "Notes"]


def published(text: str) -> str:
    """Two renditions part what the original glues together."""
    return text.replace("FDUAGenerative", "FDUA Generative")


@pytest.fixture(scope="module")
def outline() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / "factsheet-outline.json").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(params=CASES, ids=NAMES, scope="module")
def case(request: pytest.FixtureRequest) -> tuple[str, Document]:
    name, without = request.param
    return name, read_rendition(name, without)


def test_every_heading_is_in_its_place(case: tuple[str, Document], outline: dict[str, Any]) -> None:
    document = case[1]
    read = [(section.number, section.kind, published(heading(document, section))) for section in sections(document)]
    true = [(section["section"], section["kind"], published(section["heading"])) for section in outline["sections"]]
    assert read == true


def test_every_note_has_its_links_and_what_is_said_of_them(case: tuple[str, Document], outline: dict[str, Any]) -> None:
    notes = case[1].notes
    read = {
        str(note.number): ([source.url for source in note.sources], [source.remark for source in note.sources])
        for note in notes
    }
    assert read == {number: (note["urls"], note["url_notes"]) for number, note in outline["footnotes"].items()}
    assert sum(len(note.sources) for note in notes) == 57


def test_every_note_is_cited_once_and_in_its_section(case: tuple[str, Document], outline: dict[str, Any]) -> None:
    document = case[1]
    assert [reference.note for reference in document.references] == list(range(1, 55))
    read = [
        (
            [r.note for r in document.references if s.start <= r.offset <= s.heading_end],
            [r.note for r in document.references if s.heading_end < r.offset < s.end],
        )
        for s in sections(document)
    ]
    assert read == [(s["footnotes_in_heading"], s["footnotes_in_body"]) for s in outline["sections"]]


def test_paragraphs_are_whole(case: tuple[str, Document], outline: dict[str, Any]) -> None:
    document = case[1]
    true = [on_one_line(paragraph) for section in outline["sections"] for paragraph in section["paragraphs"]]
    read = set(paragraphs(document))
    # A compound that the typesetter cuts at its own hyphen, and that the text has nowhere else, cannot be told.
    assert sum(paragraph in read for paragraph in true) >= 67


def test_pages_are_those_printed(case: tuple[str, Document]) -> None:
    name, document = case
    sheets = [letters(page.extract_text()) for page in PdfReader(DATA / "renditions" / f"{name}.pdf").pages]
    for section in sections(document):
        assert section.page is not None
        words = letters(heading(document, section))[:24]
        assert words in sheets[section.page - 1 + FRONT.get(name, 0)]


def test_the_report_is_clean(case: tuple[str, Document]) -> None:
    name, document = case
    assert document.findings == ()
    assert document.contents_entries == document.contents_found == CONTENTS_ENTRIES.get(name, 0)
    assert document.letters > 30_000
    assert document.kept == document.letters
    assert document.sheets == len(PdfReader(DATA / "renditions" / f"{name}.pdf").pages)


def test_a_pdf_reads_like_the_markdown(factsheet: Document) -> None:
    printed = read_rendition("factsheet-word")
    assert [s.label for s in printed.sections] == [s.label for s in factsheet.sections]
    assert [s.place for s in printed.sections] == [s.place for s in factsheet.sections]
    assert [note.mark for note in printed.notes] == [note.mark for note in factsheet.notes]


def test_what_told_a_heading_is_kept() -> None:
    evidence = {section.number: section.evidence for section in read_rendition("factsheet-other").sections}
    assert {"tag", "bookmark", "type", "number", "contents"} == set(evidence["1.1"])
    bare = {section.number: section.evidence for section in read_rendition("reportlab_plain").sections}
    assert set(bare["1.1"]) == {"type", "number"}
