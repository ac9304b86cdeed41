"""Sets the factsheet in many ways: the same text, as different publishers would print it."""

from __future__ import annotations

import html
import random
from collections.abc import Callable

from page_filling import Block, Drawn, Glyphs, Page, Sheet, fill, words
from rendition_engines import (
    BREAKS,
    as_data,
    chromium_pdf,
    draw_fpdf,
    draw_reportlab,
    fpdf_width,
    reportlab_width,
    strip_structure,
    typst_pdf,
)
from rendition_text import Factsheet, Run, factsheet

A4 = (595.28, 841.89)
LETTER = (612.0, 792.0)

TYPST_TEXT = """
#let source = json(bytes(sys.inputs.document))
#let address(url) = for piece in url.replace(regex("([/._?=&-])"), m => m.captures.at(0) + "\\u{0}").split("\\u{0}") {
  text(hyphenate: false, piece); h(0pt)
}
#let note(mark) = footnote(source.notes.at(mark).map(((url, tail)) => address(url) + tail).join(linebreak()))
#let set-run((kind, words)) = {
  if kind == "note" { note(words) } else if kind == "italic" { emph(words) } else { text(words) }
}
#let set-runs(runs) = runs.map(set-run).join()
#let paragraph(runs) = par(set-runs(runs))
#let part(part) = {
  let title = set-runs(part.title)
  if part.number != "" { title = part.number + [ ] + title }
  if part.level < 5 {
    if part.level < 3 { state("running").update(part.title.map(((kind, words)) => words).join()) }
    heading(level: part.level, title)
    if part.first.len() > 0 { paragraph(part.first) }
  } else { par(emph(title) + ": " + set-runs(part.first)) }
  for other in part.others { paragraph(other) }
}
"""

TYPST_COLUMNS = """
#let running = context [#state("running", "").get() #h(1fr) #counter(page).display()]
#set page("a4", columns: 2, margin: (x: 18mm, y: 24mm), header: text(8.5pt, running), header-ascent: 40%)
#set document(title: source.title, author: source.publisher)
#set text(9.5pt, lang: "en")
#set par(justify: true, first-line-indent: 1.2em, leading: 0.55em, spacing: 0.55em)
#show heading: it => block(above: 1.1em, below: 0.6em, text(if it.level < 3 { 11pt } else { 9.5pt }, hyphenate: false,
  style: if it.level > 3 { "italic" } else { "normal" }, par(justify: false, first-line-indent: 0pt, it.body)))
#place(top + center, scope: "parent", float: true, clearance: 1.5em)[
  #emph(source.notice) #v(6pt) #text(17pt, strong(source.title)) #v(2pt) #source.publisher, #source.published]
#for each in source.parts { part(each) }
"""

TYPST_PLAIN = """
#set page("a5", margin: (x: 17mm, y: 18mm), footer: align(center, text(8pt, context counter(page).display())))
#set text(9pt, font: "New Computer Modern", lang: "en", hyphenate: false)
#set par(justify: false, leading: 0.6em, spacing: 0.9em)
#show heading: it => block(above: 1.4em, below: 0.9em, sticky: true,
  text(if it.level == 1 { 13pt } else if it.level == 2 { 11pt } else { 9pt }, weight: "bold", it.body))
#align(center)[#source.notice #v(1em) #text(15pt, source.title) #v(.5em) #source.published \\ #source.publisher]
#v(2em)
#for each in source.parts { part(each) }
"""


def typst_two_columns() -> bytes:
    """A4, two justified and hyphenated columns, running heads, tags and bookmarks."""
    return typst_pdf(TYPST_TEXT + TYPST_COLUMNS, as_data(factsheet()))


def typst_plain() -> bytes:
    """A5, one ragged column, only a page number; no tags, no bookmarks, no links."""
    return strip_structure(typst_pdf(TYPST_TEXT + TYPST_PLAIN, as_data(factsheet()), tagged=False))


def _glyphs(runs: tuple[Run, ...], fonts: tuple[str, str], size: float) -> list[Glyphs | str]:
    """Text in the plain or slanted font, references as small raised digits."""
    row: list[Glyphs | str] = []
    for run in runs:
        small = run.kind in ("note", "raised")
        row.append(
            Glyphs(run.text, fonts[run.kind == "italic"], size * 0.62 if small else size, size * 0.35 if small else 0)
        )
        if run.kind == "note":
            row.append(run.text)
    return row


def canvas_blocks(text: Factsheet, fonts: tuple[str, str, str], size: float, justified: bool) -> list[Block]:
    """Title, headings and paragraphs as lines of words; the fonts are plain, bold and slanted."""
    plain, bold, slanted = fonts
    front = [(text.notice, slanted, 10.0), (text.title, bold, 17.0), (text.published, plain, 11.0)]
    front.append((text.publisher, plain, 11.0))
    blocks = [
        Block(words([Glyphs(line, font, points)]), points * 1.3, 10, centred=True, tied=True)
        for line, font, points in front
    ]
    for part in text.parts:
        if part.level < 5:
            points = {1: 15.0, 2: 12.5}.get(part.level, size)
            row = words(_glyphs(part.heading, (bold if part.level < 4 else slanted, slanted), points))
            blocks.append(Block(row, points * 1.25, points * 1.1, tied=True))
        for runs in part.blocks:
            row = words(_glyphs(runs, (plain, slanted), size))
            blocks.append(Block(row, size * 1.3, size * 0.6, justified=justified))
    return blocks


def canvas_notes(text: Factsheet, font: str, size: float) -> dict[str, Block]:
    """The notes as blocks of one or more addresses, each led by its raised number."""
    return {
        mark: Block(
            words(
                [
                    Glyphs(mark, font, size * 0.65, size * 0.35),
                    Glyphs(" " + " ".join(a.url + a.tail for a in note), font, size),
                ]
            ),
            size * 1.2,
        )
        for mark, note in text.notes.items()
    }


def _times_pages(justified: bool) -> list[Page]:
    text = factsheet()
    blocks = canvas_blocks(text, ("Times-Roman", "Times-Bold", "Times-Italic"), 11, justified)
    return fill(blocks, canvas_notes(text, "Times-Roman", 9), Sheet(72, 76, 468, 636), reportlab_width)


def _letter_furniture(index: int, count: int) -> list[Drawn]:
    foot = f"Page {index + 1} of {count}"
    middle = (LETTER[0] - reportlab_width(foot, "Times-Roman", 9)) / 2
    head = [Drawn(72, 50, Glyphs(factsheet().title, "Times-Italic", 9))] if index else []
    return [*head, Drawn(middle, 750, Glyphs(foot, "Times-Roman", 9))]


def reportlab_plain() -> bytes:
    """Letter, Times, drawn line by line on a canvas; untagged."""
    return draw_reportlab(_times_pages(False), LETTER, _letter_furniture)


def reportlab_scrambled() -> bytes:
    """The same justified, each page's lines drawn in a shuffled order and word by word, without spaces."""
    return draw_reportlab(_times_pages(True), LETTER, _letter_furniture, shuffled=random.Random(2025))


def fpdf_helvetica() -> bytes:
    """A4, Helvetica of the core fonts, ragged; page numbers between dashes."""
    text, width = factsheet(), fpdf_width()
    fonts = ("helvetica", "helvetica-B", "helvetica-I")
    pages = fill(
        canvas_blocks(text, fonts, 10.5, False), canvas_notes(text, fonts[0], 8), Sheet(71, 64, 453, 690), width
    )

    def furniture(index: int, _: int) -> list[Drawn]:
        number = f"- {index + 1} -"
        return [Drawn((A4[0] - width(number, fonts[0], 9)) / 2, 800, Glyphs(number, fonts[0], 9))]

    return draw_fpdf(pages, A4, furniture)


def _html_runs(runs: tuple[Run, ...], note: Callable[[str], str]) -> str:
    tags = {"text": "{}", "italic": "<em>{}</em>", "raised": "<sup>{}</sup>"}
    return "".join(
        note(run.text) if run.kind == "note" else tags[run.kind].format(html.escape(run.text)) for run in runs
    )


def _html_note(text: Factsheet, mark: str) -> str:
    def url(address: str) -> str:
        return "".join(html.escape(sign) + ("<wbr>" if sign in BREAKS else "") for sign in address)

    return "<br>".join(url(address.url) + html.escape(address.tail) for address in text.notes[mark])


def html_page(text: Factsheet, style: str, note: Callable[[str], str], end: str = "") -> str:
    """The document as HTML with headings h1 to h4."""
    rows = [f"<p class=notice>{text.notice}</p><p class=title>{text.title}</p>"]
    rows.append(f"<p class=by>{text.published}<br>{text.publisher}</p>")
    for part in text.parts:
        if part.level < 5:
            rows.append(f"<h{part.level}>{_html_runs(part.heading, note)}</h{part.level}>")
        rows += [f"<p>{_html_runs(runs, note)}</p>" for runs in part.blocks]
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{text.title}</title><style>{style}</style>"
    return head + "\n".join(rows) + end


HTML_STYLE = """
body { font: 10.5pt/1.45 "Liberation Serif", "Times New Roman", serif; margin: 0 }
h1 { font-size: 16pt } h2 { font-size: 13pt } h3 { font-size: 11pt } h4 { font-size: 10.5pt; font-style: italic }
h1, h2, h3, h4 { break-after: avoid; font-family: "Liberation Sans", Arial, sans-serif }
.title { font-size: 20pt; font-weight: bold } .notice, .title, .by { text-align: center }
sup { font-size: 65%; line-height: 0 }
"""


def chromium() -> bytes:
    """Printed from a browser, tagged and with an outline; the notes stand at the end as a numbered list."""
    text = factsheet()
    items = "".join(f"<li id=n{mark}>{_html_note(text, mark)}</li>" for mark in text.notes)
    end = f"<h1>Notes</h1><ol>{items}</ol>"
    page = html_page(text, HTML_STYLE, lambda mark: f"<sup><a href=#n{mark}>{mark}</a></sup>", end)
    small = "<div style='font: 8pt sans-serif; width: 100%; text-align: center'>"
    foot = f"{small}<span class=pageNumber></span> / <span class=totalPages></span></div>"
    return chromium_pdf(page, f"{small}{text.title}</div>", foot)


WEASYPRINT_STYLE = """
@page { size: A4; margin: 25mm 28mm; @top-right { content: string(section); font-size: 8.5pt; font-style: italic }
  @bottom-center { content: counter(page); font-size: 9pt } @footnote { border-top: .4pt solid; padding-top: 4pt } }
h1, h2 { string-set: section content(text) }
p { text-align: justify; hyphens: auto; margin: 0 0 6pt } .notice, .title, .by { text-align: center; hyphens: none }
.note { float: footnote; font: 8pt/1.3 "Liberation Serif", serif; text-align: left; hyphens: none }
.note::footnote-call { font-size: 7pt; vertical-align: super; line-height: 0 }
.note::footnote-marker { content: counter(footnote) " "; font-size: 8pt }
"""


def weasyprint_footnotes() -> bytes:
    """Footnotes by CSS, justified and hyphenated; the heading's text runs in the page's head."""
    from weasyprint import HTML

    text = factsheet()
    page = html_page(
        text, HTML_STYLE + WEASYPRINT_STYLE, lambda mark: f"<span class=note>{_html_note(text, mark)}</span>"
    )
    pdf: bytes = HTML(string=page).write_pdf()
    return pdf


RENDITIONS: dict[str, Callable[[], bytes]] = {
    "typst_two_columns": typst_two_columns,
    "typst_plain": typst_plain,
    "reportlab_plain": reportlab_plain,
    "reportlab_scrambled": reportlab_scrambled,
    "fpdf_helvetica": fpdf_helvetica,
    "chromium": chromium,
    "weasyprint_footnotes": weasyprint_footnotes,
}
