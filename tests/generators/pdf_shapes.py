"""Makes the small documents of tests/data/pdf, each as PDF and as what a reader should find in it.

Run as a script, with names or none for all. LaTeX, LibreOffice, Chromium, poppler and a Japanese font are needed then,
and none of them where the tests run.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pdf_shapes_drawn as drawn
from pdf_shapes_setters import (
    LATEX_SECTIONS,
    TYPST_ITEMS,
    html_of,
    latex,
    odt,
    typst_data,
)
from pdf_shapes_source import Source, parse, save, squeezed, truth
from pdf_shapes_styles import (
    COLUMNS,
    FIGURE,
    HTML_STYLE,
    JAPANESE,
    LATEX,
    ROTATED,
    SPACED,
    TYPST_BODY,
    TYPST_HEAD,
    WEASYPRINT,
)
from pypdf import PdfWriter, Transformation
from pypdf.generic import RectangleObject
from rendition_engines import chromium_pdf, strip_structure
from rendition_writers import call

# LaTeX ----------------------------------------------------------------------------------------------------------


def notes_continue(source: Source) -> bytes:
    """A long footnote that begins at the foot of one page and ends at that of the next."""
    head = LATEX % ("11pt", "article", "[10pt]{type1ec}", "paperwidth=148mm,paperheight=210mm,margin=20mm")
    return latex(source, head + r"\interfootnotelinepenalty=0", LATEX_SECTIONS)


def lists(source: Source) -> bytes:
    """Bulleted and numbered lists with hanging lines."""
    head = LATEX % ("11pt", "article", "{times}", "paperwidth=176mm,paperheight=250mm,margin=28mm")
    return latex(source, head, LATEX_SECTIONS)


def headings_split(source: Source) -> bytes:
    """A label such as "Chapter 2" on a line above its title, long headings, one at a page's top."""
    head = LATEX % ("11pt", "report", "{palatino}", "paperwidth=176mm,paperheight=250mm,margin=28mm")
    return latex(source, head + r"\hyphenpenalty=200", ["chapter", "section"])


# HTML -----------------------------------------------------------------------------------------------------------


def endnotes(source: Source) -> bytes:
    """Raised numbers, the notes at the end under a heading of their own; with bookmarks, without tags."""
    import weasyprint

    pdf: bytes = weasyprint.HTML(string=html_of(source, HTML_STYLE + WEASYPRINT, notes_heading="Notes")).write_pdf()
    return pdf


def table(source: Source) -> bytes:
    """Ruled tables whose cells have several lines; tagged, with an outline."""
    foot = "<div style='font: 8pt serif; width: 100%; text-align: center'><span class=pageNumber></span></div>"
    return chromium_pdf(html_of(source, HTML_STYLE), footer=foot, width="176mm", height="250mm", format=None)


def two_column_report(source: Source) -> bytes:
    """An abstract across the page, then two columns with a figure."""
    page = html_of(source, HTML_STYLE + COLUMNS, figure=FIGURE)
    start = page.index("<h1 class=unnumbered>")
    body = page.index("<h1>", start)
    page = f"{page[:start]}<div class=abstract>{page[start:body]}</div><div class=body>{page[body:]}</div>"
    small = "<div style='font: 8pt serif; width: 100%; text-align: center'>"
    head = f"{small}Institute for Urban Transport</div>"
    foot = f"{small}<span class=pageNumber></span></div>"
    return chromium_pdf(page, head, foot, tagged=False, outline=False, width="176mm", height="235mm", format=None)


# Typst ----------------------------------------------------------------------------------------------------------


def _typst(source: Source, style: str, *, tagged: bool) -> bytes:
    import typst

    text = TYPST_HEAD + TYPST_ITEMS + style + TYPST_BODY
    inputs = {"document": json.dumps(typst_data(source), ensure_ascii=False)}
    pdf: bytes = typst.compile(text.encode(), format="pdf", sys_inputs=inputs, pdf_tags=tagged)
    return pdf


def rotated(source: Source) -> bytes:
    """A wide table on a landscape page that is an upright page turned by /Rotate."""
    writer = PdfWriter(clone_from=io.BytesIO(_typst(source, ROTATED, tagged=False)))
    for page in writer.pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)
        if width > height:
            page.add_transformation(Transformation().rotate(90).translate(height, 0))
            for box in ("mediabox", "cropbox", "trimbox", "bleedbox", "artbox"):
                setattr(page, box, RectangleObject((0, 0, height, width)))
            page.rotate(90)
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


def japanese(source: Source) -> bytes:
    """Chapters, numbers with a full stop and numbers in parentheses; no spaces between words."""
    return _typst(source, JAPANESE, tagged=True)


def letter_spaced(source: Source) -> bytes:
    """Headings in spaced capitals and small capitals, not larger than the text; page numbers from 17 on."""
    return strip_structure(_typst(source, SPACED, tagged=False))


# The word processor ---------------------------------------------------------------------------------------------


def notes_per_chapter(source: Source) -> bytes:
    """Footnotes that begin with 1 in each chapter."""
    options = '{"UseTaggedPDF":{"type":"boolean","value":"false"},"ExportBookmarks":{"type":"boolean","value":"false"}}'
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "text.fodt").write_text(odt(source, "chapter"), "utf-8")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        call(
            ["soffice", profile, "--headless", "--convert-to", f"pdf:writer_pdf_Export:{options}", "text.fodt"], folder
        )
        return (Path(folder) / "text.pdf").read_bytes()


# All ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """How a document is made, the number printed on its first page or due to it, and how many pages come before."""

    make: Callable[[Source], bytes]
    first: int | None = 1
    skipped: int = 0


SHAPES: dict[str, Shape] = {
    "notes_continue": Shape(notes_continue),
    "daggers": Shape(drawn.daggers),
    "endnotes": Shape(endnotes),
    "notes_per_chapter": Shape(notes_per_chapter),
    "rotated": Shape(rotated),
    "table": Shape(table),
    "japanese": Shape(japanese),
    "plain_report": Shape(drawn.plain_report),
    "bookmarks_only": Shape(drawn.bookmarks_only),
    "no_structure": Shape(drawn.no_structure, first=None),
    "lists": Shape(lists),
    "legal": Shape(drawn.legal),
    "headings_split": Shape(headings_split, first=0, skipped=1),
    "letter_spaced": Shape(letter_spaced, first=17),
    "two_column_report": Shape(two_column_report),
    "running_numbers": Shape(drawn.running_numbers),
}


def _page_lines(pdf: bytes) -> list[list[str]]:
    """Each page's lines without spaces, as poppler reads them."""
    done = subprocess.run(["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True)
    pages = done.stdout.decode().split("\f")[:-1]
    return [[line for row in page.splitlines() if (line := squeezed(row))] for page in pages]


def main() -> None:
    """Makes the documents named, or all."""
    for name in sys.argv[1:] or SHAPES:
        shape, source = SHAPES[name], parse(name)
        pdf = shape.make(source)
        save(name, pdf, truth(source, _page_lines(pdf), shape.first, shape.skipped))


if __name__ == "__main__":
    main()
