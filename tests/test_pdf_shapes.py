"""Small documents of many shapes, each written and printed by somebody who had not seen the reader."""

from __future__ import annotations

from typing import Any

import pytest
from pdf_files import SHAPES, heading, on_one_line, paragraphs, read_shape, truth

from qa.reading.lines import fold
from qa.types import Document, Section

# Those whose headings are told by something, and so not by their pages.
WITH_HEADINGS = [name for name in SHAPES if name != "no_structure"]


def found(document: Document, true: dict[str, Any]) -> Section:
    """The section of that heading."""
    return next(s for s in document.sections if heading(document, s) == on_one_line(true["heading"]))


@pytest.mark.parametrize("name", WITH_HEADINGS)
def test_headings_and_their_pages(name: str) -> None:
    document = read_shape(name)
    true = [(on_one_line(section["heading"]), section["page"]) for section in truth(name)["sections"]]
    # Beside them only the title, what stands before the first, and the place of notes set at the end.
    title = on_one_line(truth(name)["title"])
    sections = [s for s in document.sections if s.kind != "preamble" and s.title not in ("Notes", title)]
    assert [(heading(document, section), section.page) for section in sections] == true


@pytest.mark.parametrize("name", SHAPES)
def test_every_paragraph_is_whole(name: str) -> None:
    read = paragraphs(read_shape(name))
    missing = [
        p for section in truth(name)["sections"] for p in map(on_one_line, section["paragraphs"]) if p not in read
    ]
    assert missing == []


@pytest.mark.parametrize("name", [name for name in SHAPES if truth(name)["notes"]])
def test_notes_and_where_they_are_cited(name: str) -> None:
    document, true = read_shape(name), truth(name)
    marks = {note.number: note.mark for note in document.notes}
    for section in true["sections"]:
        place = found(document, section)
        cited = [marks[r.note] for r in document.references if place.start <= r.offset < place.end]
        assert cited == section.get("notes", [])
    read = sorted((note.mark, on_one_line(note.text), [s.url for s in note.sources]) for note in document.notes)
    assert read == sorted((key.split("@")[0], on_one_line(n["text"]), n["urls"]) for key, n in true["notes"].items())


@pytest.mark.parametrize("name", ["table", "rotated", "two_column_report"])
def test_tables_are_read_by_rows_and_cells(name: str) -> None:
    read = {fold(paragraph) for paragraph in paragraphs(read_shape(name))}
    blocks = [block for section in truth(name)["sections"] for block in section.get("blocks", [])]
    assert blocks
    assert {fold(block) for block in blocks} <= read


def test_items_of_a_list_are_no_headings_and_bulleted_ones_stay_together() -> None:
    document = read_shape("lists")
    bulleted = [text for text in paragraphs(document) if text.startswith("•")]
    assert [text.count("•") for text in bulleted] == [4, 3]


def test_a_text_without_headings_is_told_by_its_pages() -> None:
    document = read_shape("no_structure")
    assert [(s.title, s.place, s.page, s.headings) for s in document.sections] == [
        ("Page 1", "page-1", 1, ()),
        ("Page 2", "page-2", 2, ()),
    ]


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_is_lost_in_silence(name: str) -> None:
    document = read_shape(name)
    assert document.kept == document.letters > 0
    assert document.findings == ()
