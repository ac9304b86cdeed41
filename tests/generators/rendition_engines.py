"""What typesets: Typst, HTML in Chromium or WeasyPrint, and canvases that only draw text at a place."""

from __future__ import annotations

import io
import json
import random
import shutil
from collections.abc import Callable
from typing import Any

from page_filling import Drawn, Glyphs, Page
from rendition_text import Factsheet, Part, Run

# The signs after which an address may break at a line's end.
BREAKS = "/._-?=&"


def strip_structure(pdf: bytes) -> bytes:
    """Removes tags, bookmarks, page labels, links and the title: pages of glyphs remain."""
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for key in ("/StructTreeRoot", "/MarkInfo", "/Outlines", "/PageLabels", "/Names", "/Dests", "/Metadata", "/Lang"):
        writer._root_object.pop(key, None)
    for page in writer.pages:
        page.pop("/Annots", None)
        page.pop("/StructParents", None)
    writer.metadata = None
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


# Typst ----------------------------------------------------------------------------------------------------------


def typst_pdf(template: str, data: dict[str, Any], *, tagged: bool = True) -> bytes:
    """Compiles a template that reads its text as JSON."""
    import typst

    inputs = {"document": json.dumps(data, ensure_ascii=False)}
    # The compiler's own fonts alone, so that every machine sets the same lines.
    pdf: bytes = typst.compile(
        template.encode(), format="pdf", sys_inputs=inputs, ignore_system_fonts=True, pdf_tags=tagged
    )
    return pdf


def as_data(text: Factsheet) -> dict[str, Any]:
    """The document as plain lists."""

    def runs(row: tuple[Run, ...]) -> list[list[str]]:
        return [[run.kind, run.text] for run in row]

    def part(part: Part) -> dict[str, Any]:
        first, *others = part.paragraphs or [()]
        return {
            "level": part.level,
            "number": part.number,
            "title": runs(part.title),
            "first": runs(first),
            "others": [runs(other) for other in others],
        }

    return {
        "title": text.title,
        "published": text.published,
        "publisher": text.publisher,
        "notice": text.notice,
        "parts": [part(each) for each in text.parts],
        "notes": {mark: [[each.url, each.tail] for each in note] for mark, note in text.notes.items()},
    }


# Chromium -------------------------------------------------------------------------------------------------------


def chromium_pdf(html: str, header: str = "", footer: str = "", **options: Any) -> bytes:
    """Prints a page with the system's Chromium."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise FileNotFoundError("Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(html)
        margins = {"top": "22mm", "bottom": "22mm", "left": "25mm", "right": "25mm"}
        settings: dict[str, Any] = {"format": "A4", "margin": margins, "tagged": True, "outline": True} | options
        pdf: bytes = page.pdf(
            display_header_footer=True, header_template=header or "<span></span>", footer_template=footer, **settings
        )
        browser.close()
    return pdf


# Canvases -------------------------------------------------------------------------------------------------------

Furniture = Callable[[int, int], list[Drawn]]


def reportlab_width(text: str, font: str, size: float) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    width: float = stringWidth(text, font, size)
    return width


def draw_reportlab(
    pages: list[Page],
    size: tuple[float, float],
    furniture: Furniture,
    *,
    joined: bool = True,
    shuffled: random.Random | None = None,
) -> bytes:
    """Draws each line's stretches of one font, or word by word, the lines in reading order or shuffled."""
    from reportlab.pdfgen.canvas import Canvas

    packed = io.BytesIO()
    canvas = Canvas(packed, pagesize=size, pageCompression=1)
    for index, page in enumerate(pages):
        pieces = page.drawn + furniture(index, len(pages))
        rows = by_line(pieces)
        if shuffled:
            shuffled.shuffle(rows)
        elif joined:
            rows = [merged(row) for row in rows]
        for row in rows:
            for piece in row:
                canvas.setFont(piece.glyphs.font, piece.glyphs.size)
                canvas.drawString(piece.x, size[1] - piece.y, piece.glyphs.text)
        if page.rule is not None:
            canvas.setLineWidth(0.5)
            x, y = page.rule[0], size[1] - page.rule[1]
            canvas.line(x, y, x + 140, y)
        canvas.showPage()
    canvas.save()
    return packed.getvalue()


def by_line(pieces: list[Drawn]) -> list[list[Drawn]]:
    """The pieces of each line, raised ones with the line they belong to."""
    rows: list[list[Drawn]] = []
    for piece in pieces:
        base = piece.y + piece.glyphs.rise
        if rows and abs(rows[-1][-1].y + rows[-1][-1].glyphs.rise - base) < 0.01:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def merged(row: list[Drawn]) -> list[Drawn]:
    """Neighbours of one font as one string with its spaces: for lines that are not justified."""
    done = row[:1]
    for piece in row[1:]:
        last = done[-1]
        same = (last.glyphs.font, last.glyphs.size, last.glyphs.rise) == (
            piece.glyphs.font,
            piece.glyphs.size,
            piece.glyphs.rise,
        )
        gap = piece.x - last.x - reportlab_width(last.glyphs.text, last.glyphs.font, last.glyphs.size)
        if not same:
            done.append(piece)
            continue
        space = " " if gap > 0.5 else ""
        done[-1] = Drawn(
            last.x,
            last.y,
            Glyphs(last.glyphs.text + space + piece.glyphs.text, last.glyphs.font, last.glyphs.size, last.glyphs.rise),
        )
    return done


def fpdf_width() -> Callable[[str, str, float], float]:
    """A measure with the core fonts' own widths; a font is "helvetica", "helvetica-B", …"""
    pdf = _fpdf((595.28, 841.89))

    def width(text: str, font: str, size: float) -> float:
        family, _, style = font.partition("-")
        pdf.set_font(family, style, size)
        return float(pdf.get_string_width(text))

    return width


def _fpdf(size: tuple[float, float]) -> Any:
    from fpdf import FPDF

    pdf = FPDF(unit="pt", format=size)
    pdf.core_fonts_encoding = "windows-1252"
    pdf.set_auto_page_break(False)
    return pdf


def draw_fpdf(pages: list[Page], size: tuple[float, float], furniture: Furniture) -> bytes:
    """Draws with one of the core fonts that need no file."""
    pdf = _fpdf(size)
    for index, page in enumerate(pages):
        pdf.add_page()
        pieces = page.drawn + furniture(index, len(pages))
        for row in by_line(pieces):
            for piece in row:
                family, _, style = piece.glyphs.font.partition("-")
                pdf.set_font(family, style, piece.glyphs.size)
                pdf.text(piece.x, piece.y, piece.glyphs.text)
        if page.rule is not None:
            pdf.set_line_width(0.4)
            x, y = page.rule
            pdf.line(x, y, x + 120, y)
    return bytes(pdf.output())
