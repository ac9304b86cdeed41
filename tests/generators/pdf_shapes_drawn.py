"""The small documents that are drawn line by line on a canvas."""

from __future__ import annotations

import io

from page_filling import Drawn, Glyphs, Measure, Page, Sheet, fill
from pdf_shapes_setters import canvas_items, canvas_notes
from pdf_shapes_source import Source, squeezed
from pypdf import PdfWriter
from pypdf.generic import Fit
from rendition_engines import Furniture, draw_fpdf, draw_reportlab, fpdf_width, reportlab_width

A5 = (419.53, 595.28)
B5 = (498.9, 708.66)
LETTER = (612.0, 792.0)
TIMES = ("Times-Roman", "Times-Bold")
HELVETICA = ("helvetica", "helvetica-B")


def _foot(size: tuple[float, float], font: str, form: str, measure: Measure) -> Furniture:
    """A page number centred at the foot."""

    def furniture(index: int, _: int) -> list[Drawn]:
        number = form.format(index + 1)
        return [Drawn((size[0] - measure(number, font, 9)) / 2, size[1] - 36, Glyphs(number, font, 9))]

    return furniture


def daggers(source: Source) -> bytes:
    """Notes marked * † ‡, anew on each page."""
    sheet, notes = Sheet(58, 58, B5[0] - 116, B5[1] - 125), canvas_notes(source, TIMES[0], 9)
    pages: list[Page] = []
    for stretch in canvas_items(source, TIMES, 11.5, {1: 14, 2: 11.5}):
        pages += fill(stretch, notes, sheet, reportlab_width)
    return draw_reportlab(pages, B5, _foot(B5, TIMES[0], "{}", reportlab_width))


def plain_report(source: Source) -> bytes:
    """Headings without numbers, told by their size and weight alone."""
    width = fpdf_width()
    (stretch,) = canvas_items(source, HELVETICA, 11, {1: 16, 2: 12})
    pages = fill(stretch, {}, Sheet(60, 60, B5[0] - 120, B5[1] - 125), width)
    return draw_fpdf(pages, B5, _foot(B5, HELVETICA[0], "{}", width))


def legal(source: Source) -> bytes:
    """Articles with numbered paragraphs and lettered points, which hang from their labels."""
    width = fpdf_width()
    fonts = ("times", "times-B")
    (stretch,) = canvas_items(source, fonts, 11.5, {1: 14, 2: 11.5}, justified=True)
    pages = fill(stretch, {}, Sheet(60, 60, B5[0] - 120, B5[1] - 125), width)
    return draw_fpdf(pages, B5, _foot(B5, fonts[0], "- {} -", width))


def bookmarks_only(source: Source) -> bytes:
    """Headings set as the text is, named by the bookmarks alone."""
    (stretch,) = canvas_items(source, TIMES, 11, {1: 0})
    pages = fill(stretch, {}, Sheet(54, 54, A5[0] - 108, A5[1] - 110), reportlab_width)
    writer = PdfWriter(clone_from=io.BytesIO(draw_reportlab(pages, A5, _foot(A5, TIMES[0], "{}", reportlab_width))))
    for item in source.items:
        if item.kind == "heading":
            index, y = _place(item.text, pages)
            writer.add_outline_item(title=item.text, page_number=index, fit=Fit.xyz(left=54, top=A5[1] - y + 14))
    packed = io.BytesIO()
    writer.write(packed)
    return packed.getvalue()


def _place(heading: str, pages: list[Page]) -> tuple[int, float]:
    """The page and height of the line that is this heading."""
    for index, page in enumerate(pages):
        for y in dict.fromkeys(drawn.y for drawn in page.drawn):
            if squeezed("".join(drawn.glyphs.text for drawn in page.drawn if drawn.y == y)) == squeezed(heading):
                return index, y
    raise ValueError(heading)


def no_structure(source: Source) -> bytes:
    """Prose without a heading, a number or a title."""
    (stretch,) = canvas_items(source, TIMES, 12, {}, justified=True)
    pages = fill(stretch, {}, Sheet(72, 72, B5[0] - 144, B5[1] - 144), reportlab_width)
    return draw_reportlab(pages, B5, lambda _, __: [], joined=False)


def running_numbers(source: Source) -> bytes:
    """Every line numbered in the margin, and DRAFT across each page; the stamp is drawn first."""
    (stretch,) = canvas_items(source, TIMES, 12, {1: 14, 2: 12})
    pages = fill(stretch, {}, Sheet(90, 72, LETTER[0] - 170, LETTER[1] - 150), reportlab_width)
    count = 0
    for page in pages:
        numbers = []
        for y in dict.fromkeys(drawn.y for drawn in page.drawn):
            count += 1
            numbers.append(Drawn(64 - reportlab_width(str(count), TIMES[0], 8), y, Glyphs(str(count), TIMES[0], 8)))
        page.drawn += numbers
    drawn = draw_reportlab(pages, LETTER, _foot(LETTER, TIMES[0], "{}", reportlab_width))
    return _stamped(drawn, "DRAFT", LETTER)


def _stamped(pdf: bytes, word: str, size: tuple[float, float]) -> bytes:
    """The word in large grey letters, turned, beneath each page."""
    from pypdf import PdfReader
    from reportlab.pdfgen.canvas import Canvas

    packed = io.BytesIO()
    canvas = Canvas(packed, pagesize=size)
    canvas.translate(size[0] / 2, size[1] / 2)
    canvas.rotate(55)
    canvas.setFont("Helvetica-Bold", 130)
    canvas.setFillGray(0.87)
    canvas.drawCentredString(0, -45, word)
    canvas.save()
    stamp = PdfReader(packed).pages[0]
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    for page in writer.pages:
        page.merge_page(stamp, over=False)
    done = io.BytesIO()
    writer.write(done)
    return done.getvalue()
