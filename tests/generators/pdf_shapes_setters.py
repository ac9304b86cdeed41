"""Sets a small document with LaTeX, HTML, Typst, a word processor or lines drawn on a canvas."""

from __future__ import annotations

import html
import json
import re
import tempfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from page_filling import Block, Glyphs, words
from pdf_shapes_source import URL, Item, Source, grouped, mark_of
from rendition_engines import BREAKS
from rendition_text import Run
from rendition_writers import ODT, call, tex

# LaTeX ----------------------------------------------------------------------------------------------------------

LATEX_SECTIONS = ["section", "subsection", "subsubsection"]


def _tex_note(text: str) -> str:
    pieces = re.split(f"({URL.pattern})", text)
    return "".join(rf"\url{{{piece}}}" if index % 2 else tex(piece) for index, piece in enumerate(pieces))


def _tex_runs(source: Source, runs: tuple[Run, ...]) -> str:
    return "".join(
        rf"\footnote{{{_tex_note(source.notes[run.text])}}}" if run.kind == "note" else tex(run.text) for run in runs
    )


def latex(source: Source, head: str, sections: list[str]) -> bytes:
    """Numbered headings of the class, its lists and its footnotes."""
    rows = [head, rf"\title{{{tex(source.title)}}}\author{{{tex(source.by)}}}\date{{}}", r"\begin{document}\maketitle"]
    for group in grouped(source.items):
        item = group[0]
        if item.kind == "heading":
            rows.append(rf"\{sections[item.level - 1]}{{{_tex_runs(source, item.runs)}}}")
        elif item.kind == "list":
            name = "enumerate" if item.label else "itemize"
            each = [rf"\item{f'[{one.label}]' if one.label else ''} {_tex_runs(source, one.runs)}" for one in group]
            rows.append("\n".join([rf"\begin{{{name}}}", *each, rf"\end{{{name}}}"]))
        else:
            rows.append(r"\newpage" if item.kind == "break" else _tex_runs(source, item.runs))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "text.tex").write_text("\n\n".join([*rows, r"\end{document}"]), "utf-8")
        for _ in range(2):
            call(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "text.tex"], folder)
        return (Path(folder) / "text.pdf").read_bytes()


# HTML -----------------------------------------------------------------------------------------------------------


def _html_text(text: str) -> str:
    def address(match: re.Match[str]) -> str:
        return "".join(html.escape(sign) + ("<wbr>" if sign in BREAKS else "") for sign in match[0])

    pieces = re.split(f"({URL.pattern})", text)
    return "".join(URL.sub(address, piece) if index % 2 else html.escape(piece) for index, piece in enumerate(pieces))


def html_of(source: Source, style: str, figure: str = "", notes_heading: str = "") -> str:
    """The document in HTML: notes as raised numbers, and at the end where they have a heading."""

    def runs(item: Item) -> str:
        return "".join(
            f"<sup>{mark_of(run.text)}</sup>" if run.kind == "note" else html.escape(run.text) for run in item.runs
        )

    rows = [f"<p class=title>{source.title}</p><p class=by>{source.by}</p>"]
    for group in grouped(source.items):
        item = group[0]
        if item.kind == "heading":
            label = f"{item.label}{item.joint}" if item.label else ""
            kind = "" if item.label else " class=unnumbered"
            rows.append(f"<h{item.level}{kind}>{label}{runs(item)}</h{item.level}>")
        elif item.kind == "table":
            lines = ["".join(f"<td>{html.escape(cell)}</td>" for cell in row.cells) for row in group]
            first = lines[0].replace("td>", "th>")
            rows.append(f"<table><tr>{first}</tr>{''.join(f'<tr>{line}</tr>' for line in lines[1:])}</table>")
        elif item.kind == "caption":
            rows.append(f"<figure>{figure}<figcaption>{runs(item)}</figcaption></figure>")
        elif item.kind != "break":
            rows.append(f"<p>{runs(item)}</p>")
    if notes_heading:
        items = "".join(f"<li>{_html_text(text)}</li>" for text in source.notes.values())
        rows.append(f"<h1>{notes_heading}</h1><ol class=notes>{items}</ol>")
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>{source.title}</title><style>{style}</style>"
    return head + "\n".join(rows)


# Typst ----------------------------------------------------------------------------------------------------------


def typst_data(source: Source) -> dict[str, Any]:
    """The document as plain lists, rows of a table together."""
    items = [
        {
            "kind": group[0].kind,
            "level": group[0].level,
            "label": group[0].label,
            "joint": group[0].joint,
            "runs": [[run.kind, run.text] for run in group[0].runs],
            "rows": [list(item.cells) for item in group],
        }
        for group in grouped(source.items)
    ]
    data = {"title": source.title, "by": source.by, "items": items, "notes": source.notes}
    copy: dict[str, Any] = json.loads(json.dumps(data))
    return copy


TYPST_ITEMS = """
#let source = json(bytes(sys.inputs.document))
#let set-run((kind, words)) = if kind == "note" { footnote(text(source.notes.at(words))) } else { text(words) }
#let item(it) = {
  let body = it.runs.map(set-run).join()
  if it.kind == "heading" { heading(level: it.level, if it.label != "" { it.label + it.joint } + body) }
  else if it.kind == "table" { ruled(it.rows) }
  else { par(body) }
}
"""


# The word processor ---------------------------------------------------------------------------------------------


def odt(source: Source, numbering: str) -> str:
    """A flat OpenDocument text on A5 with real footnotes, numbered by "document", "page" or "chapter"."""

    def runs(item: Item) -> str:
        return "".join(note(run.text) if run.kind == "note" else escape(run.text) for run in item.runs)

    def note(key: str) -> str:
        body = f'<text:p text:style-name="Footnote"><text:s/>{escape(source.notes[key])}</text:p>'
        citation = f"<text:note-citation>{mark_of(key)}</text:note-citation>"
        return f'<text:note text:note-class="footnote">{citation}<text:note-body>{body}</text:note-body></text:note>'

    # The first chapter begins below the title, each other one on a new page.
    new_page = '<style:paragraph-properties fo:break-before="page"/>'
    headings = "".join(
        f'<style:style style:name="{name}" style:family="paragraph" style:parent-style-name="Heading"'
        f' style:default-outline-level="{level}">{before}<style:text-properties fo:font-size="{size}"/></style:style>'
        for name, level, before, size in (("First", 1, "", "17pt"), ("H1", 1, new_page, "17pt"), ("H2", 2, "", "13pt"))
    )
    rows = [f'<text:p text:style-name="Title">{escape(source.title)}</text:p>']
    rows.append(f'<text:p text:style-name="Centred">{escape(source.by)}</text:p>')
    for index, item in enumerate(source.items):
        if item.kind == "heading":
            style = f"H{item.level}" if index else "First"
            tag = f'text:h text:style-name="{style}" text:outline-level="{item.level}"'
            rows.append(f"<{tag}>{escape(item.label + item.joint)}{runs(item)}</text:h>")
        else:
            rows.append(f'<text:p text:style-name="Body">{runs(item)}</text:p>')
    filled = ODT % {"headings": headings, "title": escape(source.title), "body": "".join(rows)}
    for wide, narrow in (("21cm", "14.8cm"), ("29.7cm", "21cm"), ('fo:margin="2.5cm"', 'fo:margin="1.8cm"')):
        filled = filled.replace(wide, narrow)
    return filled.replace('numbering-at="document"', f'numbering-at="{numbering}"')


# Canvases -------------------------------------------------------------------------------------------------------


def canvas_items(
    source: Source, fonts: tuple[str, str], size: float, sizes: dict[int, float], *, justified: bool = False
) -> list[list[Block]]:
    """Blocks of each stretch between page breaks. Headings are bold in their sizes; a size of 0 is plain text."""
    plain, bold = fonts
    stretches: list[list[Block]] = [[]]
    for text, font, points in ((source.title, bold, size * 1.5), (source.by, plain, size)):
        if text:
            row = words([Glyphs(text, font, points)])
            stretches[0].append(Block(row, points * 1.3, size, centred=True, tied=True))
    for item in source.items:
        if item.kind == "break":
            stretches.append([])
            continue
        heading = item.kind == "heading"
        points = (sizes[item.level] or size) if heading else size
        font = bold if heading and sizes[item.level] else plain
        row_glyphs: list[Glyphs | str] = [Glyphs(item.label + item.joint, font, points)] if item.label else []
        for run in item.runs:
            raised = run.kind == "note"
            row_glyphs.append(
                Glyphs(mark_of(run.text), font, points * 0.8, points * 0.3)
                if raised
                else Glyphs(run.text, font, points)
            )
            row_glyphs += [run.text] if raised else []
        step = {"clause": 20.0, "point": 40.0}.get(item.kind, 0)
        block = Block(
            words(row_glyphs), points * 1.35, points * (1.2 if heading else 0.6), step, -20.0 if step else 0,
            tied=heading, justified=justified and not heading,
        )  # fmt: skip
        stretches[-1].append(block)
    return stretches


def canvas_notes(source: Source, font: str, size: float) -> dict[str, Block]:
    """The notes, each led by its mark."""
    return {
        key: Block(words([Glyphs(f"{mark_of(key)} {text}", font, size)]), size * 1.25)
        for key, text in source.notes.items()
    }
