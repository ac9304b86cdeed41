"""PDF files of tests/data as documents, read in this process: a process of its own for each would take minutes."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject

from qa.reading.corpus import assemble, reading_of_pdf
from qa.reading.metadata import read_metadata
from qa.reading.pdf.reader import read_pdf
from qa.types import Document, Metadata, Section

DATA = Path(__file__).parent / "data"
RENDITIONS = sorted(path.stem for path in (DATA / "renditions").glob("*.pdf"))
SHAPES = sorted(path.stem for path in (DATA / "pdf").glob("*.pdf"))
FACTSHEET = Metadata(
    id="factsheet",
    title="Factsheet of AI Safety in Japan 2025",
    publisher="Japan AI Safety Institute (J-AISI)",
    published="March 31, 2026",
    notice="Please refer to the original text for accuracy",
)
MARKED_CONTENT = (b"BMC", b"BDC", b"EMC")


@cache
def read_rendition(name: str, without: tuple[str, ...] = ()) -> Document:
    """A rendition of the factsheet, also without its annotations ("links") or its tags and bookmarks ("tags")."""
    path = DATA / "renditions" / f"{name}.pdf"
    reader = PdfReader(BytesIO(strip(path, without))) if without else PdfReader(path)
    return assemble(reading_of_pdf(read_pdf(reader)), FACTSHEET)


@cache
def read_shape(name: str) -> Document:
    """One of the small documents, with what it says of itself."""
    return read_pdf_file(DATA / "pdf" / f"{name}.pdf")


def read_pdf_file(path: Path) -> Document:
    """Any PDF, with what it says of itself."""
    reading = reading_of_pdf(read_pdf(PdfReader(path)))
    return assemble(reading, read_metadata(path, reading.lines, reading.own))


def truth(name: str) -> dict[str, Any]:
    """What a reader should find in a small document."""
    loaded: dict[str, Any] = json.loads((DATA / "pdf" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def strip(path: Path, without: tuple[str, ...]) -> bytes:
    """A PDF without what a publisher may leave out."""
    writer = PdfWriter(clone_from=path)
    for page in writer.pages:
        if "links" in without:
            page.pop("/Annots", None)
        content = page.get_contents()
        if "tags" in without and content is not None:
            content.operations = [(given, done) for given, done in content.operations if done not in MARKED_CONTENT]
            page[NameObject("/Contents")] = content
    if "tags" in without:
        for key in ("/StructTreeRoot", "/MarkInfo", "/Outlines", "/PageLabels"):
            writer.root_object.pop(key, None)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def on_one_line(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


def heading(document: Document, section: Section) -> str:
    """A heading as printed, on one line."""
    return on_one_line(document.text[section.start : section.heading_end])


def paragraphs(document: Document) -> list[str]:
    """All paragraphs in order, each on one line."""
    return [on_one_line(document.text[a:b]) for section in document.sections for a, b in section.paragraphs]
