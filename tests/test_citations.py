"""A citation says the same in every form: read back by other people's parsers, to the character."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any, Literal, NamedTuple, get_args

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pylatexenc.latex2text import (
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

from qa.citations import FORMATS, Form, cite, entry_key
from qa.dates import read_date
from qa.passages import split
from qa.types import Document, Metadata, Passage, Source

ADDRESS = "https://qa.example.org/p/factsheet-2025/%E7%AC%AC1_a~b/2?x=1&y=%7B#top"
ACCESSED = date(2026, 4, 1)
FORMS: tuple[Form, ...] = get_args(Form)
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# What the texts of documents are made of: no other control characters or line breaks come through reading.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
SIGNS = st.sampled_from(
    ["\n", "  ", "\t", "--", "...", "''", "``", "?`", "<<", ",,", "\\", "{", "}", "$", "%", "#", "&amp;", "_a_", "*a*",
     "~~", "^", "1.", "10)", "- ", "+ ", "> ", "=", "==", "|", "`", "[a]: b", "![a](b)", "<b>", "@a{", '"', "“", "”",
     " — ", "ER  - ", "TY  - ", "\u3000", "\xa0", "http://a.b/c", "\\textbf{a}", "第1"]
)  # fmt: skip
TEXTS = st.lists(CHARACTERS | SIGNS, min_size=1, max_size=30).map("".join).filter(str.strip)


class Read(NamedTuple):
    """What an independent parser finds in a citation; `rest` is whatever else is said there."""

    quotation: str
    title: str
    page: str
    url: str
    rest: str


class Name(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    literal: str


class Dates(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    parts: list[list[int]] | None = Field(default=None, alias="date-parts")
    literal: str | None = None


class Item(BaseModel):
    """An item of the CSL data schema 1.0.2, as far as it is used; it allows no other names."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str
    type: Literal["report"]
    accessed: Dates
    URL: str
    note: str
    annote: str
    title: str = ""
    author: list[Name] = []
    issued: Dates = Dates()
    publisher: str = ""
    edition: str = ""
    section: str = ""
    page: str = ""
    language: str = ""


def read_text(written: str) -> Read:
    found = re.fullmatch(r"“(.*)” — (.*)\n", written, re.DOTALL)
    assert found
    return Read(found[1], found[2], *page_and_url(found[2]), found[2])


def page_and_url(said: str) -> tuple[str, str]:
    found = re.search(r"(?:p\. (\d+), )?(https?://\S+), accessed", said)
    assert found
    return found[1] or "", found[2]


def read_markdown(written: str) -> Read:
    """What CommonMark shows, whether in one paragraph or in a block quote and a paragraph below it."""
    tokens = MarkdownIt("commonmark").parse(written)
    inlines = [token.children or [] for token in tokens if token.type == "inline"]
    kinds = {token.type for token in tokens} - {"inline", "paragraph_open", "paragraph_close"}
    assert (kinds, len(inlines)) in [(set(), 1), ({"blockquote_open", "blockquote_close"}, 2)]
    quotation, said = map(shown, inlines) if kinds else (shown(inlines[0]), "")
    read = read_text(f"“{quotation}” {said}\n" if kinds else f"{quotation}\n")
    emphasis = next((i for i, token in enumerate(inlines[-1]) if token.type == "em_open"), None)
    return read if emphasis is None else read._replace(title=inlines[-1][emphasis + 1].content)


def shown(tokens: Sequence[Token]) -> str:
    """The words shown, and of each link where it leads."""
    links = [i + 1 for i, token in enumerate(tokens) if token.type == "link_open"]
    assert {token.type for token in tokens} <= {"text", "hardbreak", "em_open", "em_close", "link_open", "link_close"}
    words = {i: token.content for i, token in enumerate(tokens) if i not in links}
    words |= {i: "\n" for i, token in enumerate(tokens) if token.type == "hardbreak"}
    words |= {i: str(tokens[i - 1].attrs["href"]) for i in links}
    return "".join(words[i] for i in range(len(tokens)))


def read_bibtex(written: str) -> Read:
    """As BibTeX has it, which makes one space of several and none at the ends."""
    library = parse_string(written)
    assert not library.failed_blocks
    (entry,) = library.entries
    fields = {
        name: decode(re.sub(" +", " ", field.value).strip(" "))
        for name, field in entry.fields_dict.items()
        if name != "url"
    }
    raw = [str(field.value) for name, field in entry.fields_dict.items() if name != "url"]
    # The decoder forgives what LaTeX does not.
    assert [value for value in raw if re.search(r"(?<!\\)[&%$#_]|[~^]", value)] == []
    rest = json.dumps({**fields, "kind": entry.entry_type, "key": entry.key}, ensure_ascii=False)
    url = entry.fields_dict["url"].value
    return Read(fields["annote"], fields.get("title", ""), fields.get("pages", ""), url, rest)


def decode(value: str) -> str:
    """LaTeX -> the text it sets, with the macros that the decoder does not know or takes for another sign."""
    macros = {"textbraceleft": "{", "textbraceright": "}", "newline": "\n", "textasciicircum": "^"}
    known = get_default_latex_context_db()
    specs = [MacroTextSpec(name, simplify_repl=lambda _, sign=sign: sign) for name, sign in macros.items()]
    known.add_context_category("citations", prepend=True, macros=specs)
    return str(LatexNodes2Text(latex_context=known).latex_to_text(value))


def read_ris(written: str) -> Read:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - [^\r\n]*", line) for line in written.removesuffix("\r\n").split("\r\n"))
    (entry,) = rispy.loads(written)
    quotation, *notes = entry["notes"]
    rest = json.dumps({**entry, "notes": notes}, ensure_ascii=False)
    quotation = quotation.removeprefix("“").removesuffix("”").replace("\u2028", "\n")
    return Read(quotation, entry.get("title", ""), entry.get("start_page", ""), entry["urls"][0], rest)


def read_csl(written: str) -> Read:
    (item,) = TypeAdapter(list[Item]).validate_json(written)
    rest = item.model_dump_json(exclude={"annote"})
    return Read(item.annote, item.title, item.page, item.URL, rest)


READERS = {
    "text": read_text, "markdown": read_markdown, "bibtex": read_bibtex, "ris": read_ris, "csl-json": read_csl
}  # fmt: skip


@pytest.fixture(scope="module")
def passages(factsheet: Document) -> list[Passage]:
    return split(factsheet, lambda text: len(text.split()), 200)


@pytest.fixture(scope="module")
def passage(passages: list[Passage]) -> Passage:
    return next(passage for passage in passages if passage.id == "factsheet-2025/1.3.5/2")


def written(passage: Passage, document: Metadata, form: Form, address: str = ADDRESS) -> str:
    return cite(passage, document, form, address, ACCESSED)


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("form", FORMS)
def test_every_passage_is_read_back_to_the_character(factsheet: Document, passages: list[Passage], form: Form) -> None:
    for passage in passages:
        read = READERS[form](written(passage, factsheet, form))
        assert (read.quotation, read.page, read.url) == (passage.text, str(passage.page), ADDRESS)
        assert factsheet.title in read.title
        said = [factsheet.publisher, factsheet.homepage, f"content as of {factsheet.content_as_of}"]
        said += [passage.section.label, one_line(passage.section.title), sha256(passage.text.encode()).hexdigest()]
        if form in ("bibtex", "ris", "csl-json"):
            said += [entry_key(passage.id), *(source.url for source in passage.sources)]
        assert [fact for fact in said if json.dumps(fact, ensure_ascii=False)[1:-1] not in read.rest] == []


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, title=TEXTS, publisher=TEXTS)
@example(text="a\n\n\nb\n", title="-", publisher="a")
@example(text=" a  b ", title="*", publisher="and")
@example(text="1. a\n---\n=\n- b\\\n\u3000c", title="“", publisher="{")
@pytest.mark.parametrize("form", FORMS)
def test_any_text_is_read_back_to_the_character(
    factsheet: Document, passage: Passage, form: Form, text: str, title: str, publisher: str
) -> None:
    # Where the quotation ends is told by its marks, which the facts after it must not repeat in prose.
    title, publisher = (fact.replace("” — ", " ").replace("http", "") for fact in (title, publisher))
    odd = replace(factsheet, title=f"t {title} t", publisher=publisher)
    read = READERS[form](written(replace(passage, text=text), odd, form))
    assert (read.quotation, read.page, read.url) == (text, str(passage.page), ADDRESS)
    assert one_line(f"t {title} t") in read.title
    assert sha256(text.encode()).hexdigest() in read.rest


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("left", ["page", "section", "publisher", "published", "content_as_of", "homepage", "all"])
def test_what_is_not_known_leaves_no_trace(factsheet: Document, passage: Passage, form: Form, left: str) -> None:
    names = ("publisher", "published", "content_as_of", "homepage")
    unknown: dict[str, Any] = {name: "" for name in names if left in (name, "all")}
    if left in ("page", "all"):
        passage = replace(passage, page=None)
    if left in ("section", "all"):
        passage = replace(passage, section=replace(passage.section, label="", title=""))
    whole = written(passage, replace(factsheet, **unknown), form)
    read = READERS[form](whole)
    assert (read.quotation, read.url, read.page) == (passage.text, ADDRESS, str(passage.page or ""))
    said = whole.replace(passage.text, "Q")
    assert re.search(r"\(\W*\)|\(; |; \)|; ;|, ,|,,|\{\}|\[\]|\"\"|: ;|None", said) is None
    words = {"page": r"\bp\. ", "section": "section", "published": "published", "homepage": "homepage"}
    for name in words if left == "all" else words.keys() & {left}:
        assert re.search(words[name], said) is None
    if form == "bibtex":
        assert said.startswith("@misc{" if left in ("publisher", "all") else "@techreport{")


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("March 31, 2026", (2026, 3, 31)),
        ("Mar 31, 2026", (2026, 3, 31)),
        ("31 March 2026", (2026, 3, 31)),
        (" 2026-03-31\n", (2026, 3, 31)),
        ("2026年3月31日", (2026, 3, 31)),
        ("２０２６年３月３１日", (2026, 3, 31)),
        ("令和8年3月31日", (2026, 3, 31)),
        ("令和元年5月", (2019, 5)),
        ("平成31年", (2019,)),
        ("昭和６４年１月７日", (1989, 1, 7)),
        ("March 2026", (2026, 3)),
        ("2026", (2026,)),
        *(
            (vague, ())
            for vague in ("", "FY2026", "03/04/2026", "2011-12", "Spring 2026", "February 30, 2026", "令和年")
        ),
    ],
)
def test_only_dates_that_are_sure_are_read(
    factsheet: Document, passage: Passage, printed: str, parts: tuple[int, ...]
) -> None:
    assert read_date(printed) == parts
    document = replace(factsheet, published=printed)
    (item,) = json.loads(written(passage, document, "csl-json"))
    literal = {"literal": printed} if printed else None
    assert item.get("issued") == ({"date-parts": [list(parts)]} if parts else literal)
    (entry,) = rispy.loads(written(passage, document, "ris"))
    assert entry.get("year") == (str(parts[0]) if parts else None)
    assert entry.get("date") == ("/".join(f"{part:02}" for part in parts) or None)
    (block,) = parse_string(written(passage, document, "bibtex")).entries
    dated = {name: field.value for name, field in block.fields_dict.items() if name in ("year", "month", "day")}
    names = [str(parts[0]), *(MONTHS[month - 1] for month in parts[1:2]), *map(str, parts[2:])] if parts else [printed]
    assert dated == dict(zip(("year", "month", "day"), filter(None, names), strict=False))


@settings(max_examples=150, deadline=None)
@given(printed=TEXTS)
def test_a_date_that_is_none_is_left_as_printed(factsheet: Document, passage: Passage, printed: str) -> None:
    if not read_date(printed):
        (item,) = json.loads(written(passage, replace(factsheet, published=printed), "csl-json"))
        assert item["issued"] == {"literal": one_line(printed)}


def test_keys_are_the_places_of_passages(passages: list[Passage]) -> None:
    keys = [entry_key(passage.id) for passage in passages]
    assert "factsheet-2025-1.3.5-2" in keys
    assert len(set(keys)) == len(passages)
    assert all(re.fullmatch(r"[\w.-]+", key) for key in keys)


def test_the_links_and_what_is_said_of_them_are_noted(factsheet: Document, passage: Passage) -> None:
    sources = (Source(7, "https://a.example/%20_x", "Japanese Only"), Source(None, "https://b.example/", None))
    linked = replace(passage, sources=sources)
    for form in FORMS:
        said = READERS[form](written(linked, factsheet, form)).rest
        assert "footnote 7 https://a.example/%20_x (Japanese Only)" in said
        assert re.search(r"link https://b\.example/(\"|,|$)", said)


def test_an_address_is_only_a_link_where_it_is_one(factsheet: Document, passage: Passage) -> None:
    for homepage in ("javascript:alert(1)", "aisi.go.jp", "https://a.example/<b>", "https://a.example/ b"):
        alone, named = replace(passage, sources=()), replace(factsheet, homepage=homepage)
        shown = MarkdownIt("commonmark").render(written(alone, named, "markdown"))
        assert shown.count("<a ") == 1
        assert homepage.replace("<", "&lt;").replace(">", "&gt;") in shown


def test_each_form_has_its_own_type_and_extension() -> None:
    assert list(FORMATS) == list(FORMS)
    assert len({form.media_type for form in FORMATS.values()}) == len(FORMS)
    assert len({form.extension for form in FORMATS.values()}) == len(FORMS)
