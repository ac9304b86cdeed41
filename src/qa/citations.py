"""Passage -> how to cite it: for people to paste, and for programs that keep references.

Each form has the quotation word for word and its SHA-256 (of it alone, in UTF-8), so that it can be proved later.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from urllib.parse import quote

from qa.dates import read_date
from qa.types import Metadata, Passage, Source

Form = Literal["text", "markdown", "bibtex", "ris", "csl-json"]
Write = Callable[[str], str]
NUMBERED_KINDS = ("section", "item", "subitem")
# The names of months that every BibTeX style defines.
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# What CommonMark or a richer Markdown takes for a sign, for a dash or an ellipsis, or at the beginning of a line.
MARKDOWN_SPECIAL = re.compile(r"""(?m)[][\\`*_{}<>&~|$^#"']|(?<=-)-|-(?=-)|(?<=\.)\.|\.(?=\.)|^[-+=:]""")
NUMBERED = re.compile(r"(?m)^([0-9]+)(?=[.)])")
# White space that Markdown drops: at both ends of a line, and line breaks at both ends of the text.
MARKDOWN_DROPPED = re.compile(r"(?m)^[^\S\n]+|[^\S\n]+$|\A\n+|\n+\Z")
# Braces have names, because BibTeX counts even those behind a backslash.
TEX_NAMES = {"\\": "backslash", "{": "braceleft", "}": "braceright", "~": "asciitilde", "^": "asciicircum"}
TEX = {sign: f"\\{sign}" for sign in "&%$#_"} | {sign: f"\\text{name}{{}}" for sign, name in TEX_NAMES.items()}
# White space that BibTeX drops: at both ends, and after other white space.
TEX_DROPPED = re.compile(r"^ |(?<= ) | $")
# What LaTeX sets as one character: -- `` '' << >> ,, ?` !`
TEX_LIGATURE = re.compile(r"([-`'<>,])(?=\1)|[?!](?=`)")


@dataclass(frozen=True, slots=True)
class _Citation:
    """What every form says."""

    passage: Passage
    document: Metadata
    address: str
    accessed: date

    @property
    def place(self) -> str:
        section = self.passage.section
        if section.label and section.title and section.kind not in NUMBERED_KINDS:
            # The number is of a heading above.
            return _one_line(f"{section.label}, under “{section.title}”")
        return _one_line(f"{section.label} {section.title}")

    @property
    def page(self) -> str:
        return "" if self.passage.page is None else str(self.passage.page)

    @property
    def checksum(self) -> str:
        return sha256(self.passage.text.encode()).hexdigest()

    @property
    def edition(self) -> list[str]:
        said = {"published": self.document.published, "content as of": self.document.content_as_of}
        return [f"{words} {day}" for words, day in said.items() if day]

    @property
    def notes(self) -> list[str]:
        """What programs have no field for."""
        homepage = [f"homepage: {self.document.homepage}"] if self.document.homepage else []
        return [*homepage, f"SHA-256 of the quotation: {self.checksum}", *map(_source, self.passage.sources)]


def cite(passage: Passage, document: Metadata, form: Form, address: str, accessed: date) -> str:
    r"""How to cite a passage; what is not known of it is left out. Ends in a line break.

    `document` is the edition that the passage is from, `address` the absolute address of its permalink. A line break
    within the quotation is `\newline{}` in BibTeX and U+2028 in RIS, whose values are one line each.
    """
    return FORMATS[form].write(_citation(passage, document, address, accessed))


def source_line(passage: Passage, document: Metadata, address: str, accessed: date) -> str:
    """Where a passage is from, in one line: what the text form says after the quotation."""
    return _prose(_citation(passage, document, address, accessed), str, str, str)


def _citation(passage: Passage, document: Metadata, address: str, accessed: date) -> _Citation:
    names = ("title", "publisher", "published", "content_as_of", "language", "homepage")
    printed: dict[str, Any] = {name: _one_line(getattr(document, name)) for name in names}
    return _Citation(passage, replace(document, **printed), address, accessed)


def entry_key(id: str) -> str:
    """The name of a passage in a list of references: "factsheet-2025/1.3.5/2" is "factsheet-2025-1.3.5-2"."""
    return re.sub(r"[^\w.-]+", "-", id)


def _source(source: Source) -> str:
    return _one_line(_linked(source, str, str))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _text(citation: _Citation) -> str:
    return f"“{citation.passage.text}” — {_prose(citation, str, str, str)}\n"


def _markdown(citation: _Citation) -> str:
    quotation = _markdown_words(citation.passage.text)
    said = _prose(citation, _markdown_words, lambda title: f"*{_markdown_words(title)}*", _markdown_link)
    if "\n" not in quotation:
        return f"“{quotation}” — {said}\n"
    return "> " + quotation.replace("\n", "\\\n> ") + f"\n\n— {said}\n"


def _prose(citation: _Citation, words: Write, title: Write, link: Write) -> str:
    """Where a quotation is from, in one line; the functions write words, the title, and addresses."""
    document, edition = citation.document, words("; ".join(citation.edition))
    named = [title(document.title) if document.title else "", f"({edition})" if edition else ""]
    facts = [
        words(document.publisher),
        " ".join(filter(None, named)),
        words(f"section {citation.place}") if citation.place else "",
        f"p. {citation.page}" if citation.page else "",
        link(citation.address),
        f"accessed {citation.accessed.isoformat()}",
        f"homepage {link(document.homepage)}" if document.homepage else "",
        *(_linked(source, words, link) for source in citation.passage.sources),
        f"SHA-256 {citation.checksum}",
    ]
    return ", ".join(filter(None, facts))


def _linked(source: Source, words: Write, link: Write) -> str:
    name = "link" if source.footnote is None else f"footnote {source.footnote}"
    remark = words(_one_line(f"({source.remark})")) if source.remark else ""
    return " ".join(filter(None, [name, link(source.url), remark]))


def _markdown_words(text: str) -> str:
    """Text as Markdown that shows it to the character."""
    escaped = NUMBERED.sub(r"\1\\", MARKDOWN_SPECIAL.sub(r"\\\g<0>", text))
    return MARKDOWN_DROPPED.sub(lambda found: "".join(f"&#{ord(space)};" for space in found[0]), escaped)


def _markdown_link(address: str) -> str:
    return f"<{address}>" if re.fullmatch(r"https?://[^\s<>]+", address) else _markdown_words(address)


def _bibtex(citation: _Citation) -> str:
    document, issued = citation.document, read_date(citation.document.published)
    section = f"section {citation.place}" if citation.place else ""
    publisher = document.publisher and f"{{{_tex(document.publisher)}}}"
    # A second pair of braces keeps the capitals of a title, and an "and" in the name of a body.
    fields = {
        "author": publisher,
        "title": document.title and f"{{{_tex(document.title)}}}",
        "institution": publisher,
        "year": str(issued[0]) if issued else _tex(document.published),
        "day": str(issued[2]) if len(issued) > 2 else "",
        "pages": citation.page,
        # An address stands as it is, but for what would end the field.
        "url": re.sub(r"[\\{}\s]", lambda found: quote(found[0]), citation.address),
        "urldate": citation.accessed.isoformat(),
        "note": _tex("; ".join(filter(None, [section, *citation.edition, *citation.notes]))),
        "annote": _tex(citation.passage.text),
    }
    lines = [f"{name} = {{{value}}}" for name, value in fields.items() if value]
    # The name of a month is a macro of the style, and stands without braces.
    lines += [f"month = {MONTHS[issued[1] - 1]}"] if len(issued) > 1 else []
    # Every report has an institution.
    kind = "techreport" if document.publisher else "misc"
    return ",\n  ".join([f"@{kind}{{{entry_key(citation.passage.id)}", *lines]) + "\n}\n"


def _tex(text: str) -> str:
    """Text for BibTeX that LaTeX sets to the character; Unicode stays."""
    escaped = "".join(TEX.get(character, character) for character in text).replace("\n", r"\newline{}")
    return TEX_LIGATURE.sub(r"\g<0>{}", TEX_DROPPED.sub(r"\\ {}", escaped))


def _ris(citation: _Citation) -> str:
    document, issued = citation.document, read_date(citation.document.published)
    quotation = f"“{citation.passage.text}”".replace("\n", "\u2028")
    fields = [
        ("TY", "RPRT"),
        ("ID", entry_key(citation.passage.id)),
        ("AU", document.publisher),
        ("TI", document.title),
        ("PB", document.publisher),
        ("PY", str(issued[0]) if issued else ""),
        ("DA", "/".join(f"{part:02}" for part in issued)),
        ("ET", "; ".join(citation.edition)),
        ("SE", citation.place),
        ("SP", citation.page),
        ("UR", citation.address),
        ("Y2", f"{citation.accessed:%Y/%m/%d}"),
        ("LA", document.language),
        *(("N1", note) for note in (quotation, *citation.notes)),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in fields if value) + "ER  - \r\n"


def _csl_json(citation: _Citation) -> str:
    document, issued = citation.document, read_date(citation.document.published)
    literal = {"literal": document.published} if document.published else {}
    fields = {
        "id": entry_key(citation.passage.id),
        "type": "report",
        "author": [{"literal": document.publisher}] if document.publisher else [],
        "title": document.title,
        "publisher": document.publisher,
        "issued": {"date-parts": [list(issued)]} if issued else literal,
        "edition": f"content as of {document.content_as_of}" if document.content_as_of else "",
        "section": citation.place,
        "page": citation.page,
        "URL": citation.address,
        "accessed": {"date-parts": [list(citation.accessed.timetuple()[:3])]},
        "language": document.language,
        "note": "; ".join(citation.notes),
        "annote": citation.passage.text,
    }
    return json.dumps([{name: value for name, value in fields.items() if value}], ensure_ascii=False, indent=2) + "\n"


class Format(NamedTuple):
    """How a form is served, saved (its extension has the dot) and written."""

    media_type: str
    extension: str
    write: Callable[[_Citation], str]


FORMATS: Mapping[Form, Format] = {
    "text": Format("text/plain", ".txt", _text),
    "markdown": Format("text/markdown", ".md", _markdown),
    "bibtex": Format("application/x-bibtex", ".bib", _bibtex),
    "ris": Format("application/x-research-info-systems", ".ris", _ris),
    "csl-json": Format("application/vnd.citationstyles.csl+json", ".json", _csl_json),
}
