"""Sets the factsheet with engines that are no Python packages; run as a script, it saves what all engines make.

None of them need be present where the tests run: tests/data/renditions holds the results.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

from rendition_text import Factsheet, Part, Run, factsheet
from renditions import RENDITIONS

FOLDER = Path(__file__).parents[1] / "data" / "renditions"

LATEX_HEAD = r"""
\documentclass[%s]{article}
\usepackage%s
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp,url,geometry}
\geometry{%s}
\urlstyle{same}
\def\UrlBreaks{\do\/\do\.\do\_\do\-\do\?\do\=}
\setcounter{secnumdepth}{4}\setcounter{tocdepth}{2}
\renewcommand\thesubsubsection{\arabic{subsubsection})}
\renewcommand\theparagraph{\alph{paragraph})}
\makeatletter
\renewcommand\paragraph{\@startsection{paragraph}{4}{0pt}{1.5ex}{.8ex}{\normalsize\itshape\raggedright}}
\renewcommand\subparagraph{\@startsection{subparagraph}{5}{0pt}{1ex}{-0.4em}{\normalsize\itshape}}
\makeatother
\emergencystretch=2em
"""


def tex(text: str) -> str:
    signs = {"\\": r"\textbackslash{}", "'": r"\textquotesingle{}", '"': r"\textquotedbl{}", "~": r"\textasciitilde{}"}
    return re.sub(r"[\\'\"~&%$#_{}]", lambda match: signs.get(match[0], "\\" + match[0]), text)


def _tex_runs(text: Factsheet, runs: tuple[Run, ...]) -> str:
    def note(mark: str) -> str:
        rows = [rf"\url{{{each.url}}}{tex(each.tail)}" for each in text.notes[mark]]
        return r"\footnote{" + r"\\ ".join(rows) + "}"

    forms = {"text": "{}", "italic": r"\emph{{{}}}", "raised": r"\textsuperscript{{{}}}"}
    return "".join(note(run.text) if run.kind == "note" else forms[run.kind].format(tex(run.text)) for run in runs)


def _tex_part(text: Factsheet, part: Part) -> list[str]:
    names = ["section", "subsection", "subsubsection", "paragraph"]
    title = _tex_runs(text, part.title)
    short = tex("".join(run.text for run in part.title if run.kind != "note"))
    if part.level == 5:
        first, *others = part.paragraphs
        led = rf"\subparagraph*{{{_tex_runs(text, part.heading)}\textup{{:}}}} {_tex_runs(text, first)}"
        return [led, *(_tex_runs(text, other) for other in others)]
    name = names[part.level - 1]
    rows = [rf"\{name}*{{{title}}}"]
    if part.numbered:
        last = part.number.split(".")[-1].rstrip(")")
        count = int(last) if last.isdigit() else ord(last) - ord("a") + 1
        rows = [rf"\setcounter{{{name}}}{{{count - 1}}}", rf"\{name}[{short}]{{{title}}}"]
    return rows + [_tex_runs(text, runs) for runs in part.paragraphs]


def _latex(options: str, fonts: str, geometry: str, contents: bool) -> bytes:
    text = factsheet()
    front = [rf"\title{{{text.title}}}", rf"\author{{{text.publisher}}}", rf"\date{{{text.published}}}"]
    body = [r"\begin{document}", r"\maketitle", rf"\begin{{center}}\itshape {text.notice}\end{{center}}"]
    body += [r"\tableofcontents", r"\clearpage"] if contents else []
    body += [row for part in text.parts for row in _tex_part(text, part)] + [r"\end{document}"]
    source = "\n\n".join([LATEX_HEAD % (options, fonts, geometry), *front, *body])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "text.tex").write_text(source, "utf-8")
        for _ in range(2):
            call(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "text.tex"], folder)
        return (Path(folder) / "text.pdf").read_bytes()


def call(command: list[str], folder: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stdout.decode(errors="replace")[-3000:] + done.stderr.decode(errors="replace")[-2000:])


def pdflatex() -> bytes:
    """Article class with contents; the space between words is a kern, not a glyph; no tags or bookmarks."""
    return _latex("11pt,a4paper", "[10pt]{type1ec}", "margin=28mm", contents=True)


def pdflatex_two_columns() -> bytes:
    """The same class in two columns, with footnotes under each."""
    return _latex("10pt,a4paper,twocolumn", "{times}", "margin=20mm,columnsep=8mm", contents=False)


ODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 office:version="1.2" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:styles>
<style:default-style style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.25cm"/>
 <style:text-properties fo:font-family="Liberation Serif" fo:font-size="11pt" fo:language="en" fo:country="GB"/>
</style:default-style>
<style:style style:name="Heading" style:family="paragraph"><style:paragraph-properties fo:keep-with-next="always"
 fo:margin-top="0.5cm"/><style:text-properties fo:font-family="Liberation Sans" fo:font-weight="bold"/></style:style>
%(headings)s
<style:style style:name="Centred" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
</style:style>
<style:style style:name="Title" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
 <style:text-properties fo:font-size="20pt" fo:font-family="Liberation Sans" fo:font-weight="bold"/></style:style>
<style:style style:name="Body" style:family="paragraph"><style:paragraph-properties fo:text-align="justify"/>
</style:style>
<style:style style:name="Footnote" style:family="paragraph"><style:text-properties fo:font-size="9pt"/></style:style>
<style:style style:name="Raised" style:family="text"><style:text-properties style:text-position="super 58%%"/>
</style:style>
<style:style style:name="Slanted" style:family="text"><style:text-properties fo:font-style="italic"/></style:style>
<text:notes-configuration text:note-class="footnote" text:citation-body-style-name="Raised"
 text:citation-style-name="Raised" text:footnotes-position="page" text:start-numbering-at="document"/>
</office:styles>
<office:automatic-styles><style:page-layout style:name="A4"><style:page-layout-properties fo:page-width="21cm"
 fo:page-height="29.7cm" fo:margin="2.5cm"/><style:header-style><style:header-footer-properties
 fo:margin-bottom="0.6cm"/></style:header-style><style:footer-style><style:header-footer-properties
 fo:margin-top="0.6cm"/></style:footer-style></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="A4"><style:header>
<text:p text:style-name="Footnote">%(title)s</text:p></style:header><style:footer><text:p text:style-name="Centred">
<text:page-number text:select-page="current">1</text:page-number></text:p></style:footer></style:master-page>
</office:master-styles>
<office:body><office:text>%(body)s</office:text></office:body></office:document>"""


def _odt_runs(text: Factsheet, runs: tuple[Run, ...]) -> str:
    def note(mark: str) -> str:
        rows = "<text:line-break/>".join(escape(each.url + each.tail) for each in text.notes[mark])
        body = f'<text:note-body><text:p text:style-name="Footnote"><text:s/>{rows}</text:p></text:note-body>'
        return (
            f'<text:note text:note-class="footnote"><text:note-citation>{mark}</text:note-citation>{body}</text:note>'
        )

    forms = {
        "text": "{}",
        "italic": '<text:span text:style-name="Slanted">{}</text:span>',
        "raised": '<text:span text:style-name="Raised">{}</text:span>',
    }
    return "".join(note(run.text) if run.kind == "note" else forms[run.kind].format(escape(run.text)) for run in runs)


def libreoffice() -> bytes:
    """A word processor's document with real footnotes, exported with tags and bookmarks."""
    text = factsheet()
    sizes = ["16pt", "13pt", "11pt", "11pt"]
    headings = "".join(
        f'<style:style style:name="H{level}" style:family="paragraph" style:parent-style-name="Heading">'
        f'<style:text-properties fo:font-size="{size}"/></style:style>'
        for level, size in enumerate(sizes, 1)
    )
    rows = [
        ("Centred", text.notice),
        ("Title", text.title),
        ("Centred", f"{text.published}"),
        ("Centred", text.publisher),
    ]
    body = [f'<text:p text:style-name="{style}">{escape(row)}</text:p>' for style, row in rows]
    for part in text.parts:
        if part.level < 5:
            tag = f'text:h text:style-name="H{part.level}" text:outline-level="{part.level}"'
            body.append(f"<{tag}>{_odt_runs(text, part.heading)}</text:h>")
        body += [f'<text:p text:style-name="Body">{_odt_runs(text, runs)}</text:p>' for runs in part.blocks]
    source = ODT % {"headings": headings, "title": escape(text.title), "body": "".join(body)}
    options = '{"UseTaggedPDF":{"type":"boolean","value":"true"},"ExportBookmarks":{"type":"boolean","value":"true"}}'
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "text.fodt").write_text(source, "utf-8")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        call(
            ["soffice", profile, "--headless", "--convert-to", f"pdf:writer_pdf_Export:{options}", "text.fodt"], folder
        )
        return (Path(folder) / "text.pdf").read_bytes()


def ghostscript() -> bytes:
    """The word processor's file distilled anew: no tags, other fonts' encodings."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.pdf").write_bytes(libreoffice())
        command = ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=pdfwrite", "-dPDFSETTINGS=/printer"]
        call([*command, "-sOutputFile=out.pdf", "in.pdf"], folder)
        return (Path(folder) / "out.pdf").read_bytes()


ENGINES: dict[str, Callable[[], bytes]] = {
    **RENDITIONS,
    "pdflatex": pdflatex,
    "pdflatex_two_columns": pdflatex_two_columns,
    "libreoffice": libreoffice,
    "ghostscript": ghostscript,
}


def main() -> None:
    """Saves what each engine makes, or those named."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or ENGINES:
        (FOLDER / f"{name}.pdf").write_bytes(ENGINES[name]())


if __name__ == "__main__":
    main()
