"""Reading Markdown: the factsheet's true outline, and documents of other shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from qa.errors import DocumentError
from qa.reading.corpus import BYTES_AT_MOST, read_corpus, read_document
from qa.types import Document, Section

DATA = Path(__file__).parent / "data"
SHAPES = sorted(path.stem for path in (DATA / "shapes").glob("*.md"))


@pytest.fixture(scope="module")
def outline() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / "factsheet-outline.json").read_text(encoding="utf-8"))
    return loaded


def paragraphs(document: Document, section: Section) -> list[str]:
    return [document.text[start:end] for start, end in section.paragraphs]


def body_notes(document: Document, section: Section) -> list[int]:
    return [r.note for r in document.references if section.heading_end < r.offset < section.end]


def test_factsheet_equals_its_outline(factsheet: Document, outline: dict[str, Any]) -> None:
    kinds = [section.kind for section in factsheet.sections]
    assert len([kind for kind in kinds if kind != "runin"]) == 56
    assert kinds.count("runin") == 9
    read = [
        {
            "section": section.number,
            "kind": section.kind,
            "heading": factsheet.text[section.start : section.heading_end],
            "title": section.title,
            "page": section.page,
            "paragraphs": paragraphs(factsheet, section),
            "footnotes_in_heading": list(section.heading_notes),
            "footnotes_in_body": body_notes(factsheet, section),
        }
        for section in factsheet.sections
    ]
    names = read[0].keys()
    assert read == [{name: section[name] for name in names} for section in outline["sections"]]
    assert sum(len(section.paragraphs) for section in factsheet.sections) == 68


def test_labels_are_as_printed(factsheet: Document, outline: dict[str, Any]) -> None:
    for section, true in zip(factsheet.sections, outline["sections"], strict=True):
        # "1" is within "1.3", so a label begins at the innermost dotted number.
        path = [part for part in true["path"] if part not in ("1",) or true["section"] == "1"]
        printed = path[:-1] if section.kind in ("unnumbered", "runin") else path
        assert section.label == " › ".join(printed)
        assert len(section.headings) == len(true["path"])


def test_factsheet_notes_equal_the_outline(factsheet: Document, outline: dict[str, Any]) -> None:
    read = {
        str(note.number): {
            "urls": [source.url for source in note.sources],
            "url_notes": [source.remark for source in note.sources],
            "page": note.page,
        }
        for note in factsheet.notes
    }
    assert read == outline["footnotes"]
    sources = [source for note in factsheet.notes for source in note.sources]
    assert len(factsheet.notes) == 54
    assert len(sources) == 57
    assert [reference.note for reference in factsheet.references] == list(range(1, 55))


def test_factsheet_facts_equal_the_outline(factsheet: Document, outline: dict[str, Any]) -> None:
    for name in ("title", "published", "publisher", "notice", "content_as_of"):
        assert getattr(factsheet, name) == outline[name]


def test_factsheet_is_read_without_a_finding(factsheet: Document) -> None:
    assert factsheet.contents_entries == 50
    assert factsheet.findings == ()


def test_a_loss_is_named(tmp_path: Path, corpus: Path) -> None:
    source = (corpus / "factsheet-2025.md").read_text(encoding="utf-8")
    broken = source.replace("<sup>17</sup> <https", "<https").replace(
        "5) Laws and regulations related to drones\n\n", ""
    )
    (tmp_path / "broken.md").write_text(broken.replace("#### \n", ""), encoding="utf-8")
    findings = " ".join(read_document(tmp_path / "broken.md").findings)
    assert "Footnote 17 is missing" in findings
    assert "Laws and regulations related to drones" in findings


@pytest.mark.parametrize("name", SHAPES)
def test_other_shapes(name: str) -> None:
    document = read_document(DATA / "shapes" / f"{name}.md")
    true = json.loads((DATA / "shapes" / f"{name}.json").read_text(encoding="utf-8"))
    assert document.title == true["title"]
    marks = {note.number: note.mark for note in document.notes}
    read = []
    for section in document.sections:
        cited = [*section.heading_notes, *body_notes(document, section)]
        first = paragraphs(document, section)[0] if section.paragraphs else ""
        read.append(
            {
                "number": "" if section.kind == "unnumbered" else section.number,
                "title": section.title,
                "depth": len(section.headings),
                "paragraphs": len(section.paragraphs),
                "first": " ".join(first[:30].split()),
                "notes": list(dict.fromkeys(marks[note] for note in cited)),
            }
        )
    for section in true["sections"]:
        section["first"] = " ".join(section["first"].split())
    assert read == true["sections"]
    assert {n.mark: {"urls": [s.url for s in n.sources]} for n in document.notes} == true["notes"]
    titles = " ".join(section.title for section in document.sections)
    assert not [words for words in true["not_headings"] if words in titles]


def outline_of(folder: Path, source: str) -> list[tuple[str, str, list[str]]]:
    """(number, title, paragraphs) of each section of a Markdown source."""
    (folder / "case.md").write_text(source, encoding="utf-8")
    document = read_document(folder / "case.md")
    return [(s.number, s.title, paragraphs(document, s)) for s in document.sections]


CASES: dict[str, tuple[str, list[tuple[str, str, list[str]]]]] = {
    "powers are no notes": (
        "It has 10<sup>25</sup> parts, H<sub>2</sub>O.<sup>1</sup>\n\n<sup>1</sup> a",
        [("", "", ["It has 10²⁵ parts, H₂O."])],
    ),
    "a power that looks like a note": (
        "10<sup>3</sup> units.<sup>1</sup> x² end<sup>2, 3</sup>\n\n<sup>1</sup> a\n<sup>2</sup> b\n<sup>3</sup> c",
        [("", "", ["10³ units. x² end"])],
    ),
    "a section called contents": (
        "## 1 Box\n\n### Contents\n\nA cable.\n\n## 2 End\n\nText.",
        [("1", "Box", []), ("1", "Contents", ["A cable."]), ("2", "End", ["Text."])],
    ),
    "a contents list without breaks": (
        "目次\n\n第1章 総則\n第2章 罰則\n\n# 第1章 総則\n\n本文。\n\n# 第2章 罰則\n\n本文。",
        [("第1章", "総則", ["本文。"]), ("第2章", "罰則", ["本文。"])],
    ),
    "numbers in headings and in bold lines": (
        "# 1 A\n\n## 1.1 B\n\nT.\n\n**1.2** C\n\nT.\n\n# 2 D\n\nT.",
        [("1", "A", []), ("1.1", "B", ["T."]), ("1.2", "C", ["T."]), ("2", "D", ["T."])],
    ),
    "an excerpt": ("## 3 Methods\n\nT.\n\n## 4 Results\n\nT.", [("3", "Methods", ["T."]), ("4", "Results", ["T."])]),
    "an address and years": (
        "## 10 Downing Street\n\nT.\n\n## 2025 Plan\n\nT.",
        [("", "10 Downing Street", ["T."]), ("", "2025 Plan", ["T."])],
    ),
    "a treaty": (
        "Article 5\n\nFreedom\n\nAll are free.\n\nArticle 5 bis\n\nMore\n\nArticle 5 applies.",
        [("Article 5", "Freedom", ["All are free."]), ("Article 5 bis", "More", ["Article 5 applies."])],
    ),
    "paragraph signs": (
        "§ 1 Scope\n\nT.\n\n§ 2. Terms\n\n(1) One.",
        [("§ 1", "Scope", ["T."]), ("§ 2", "Terms", ["(1) One."])],
    ),
    "a ministry's numbers": (
        "# 第１　趣旨\n\n１．用語\n\n（１）知能\n\n文。\n\n（２）学習\n\n文。\n\n# 第２　対象\n\n文。",
        [
            ("第1", "趣旨", []),
            ("1", "用語", []),
            ("1.1", "知能", ["文。"]),
            ("1.2", "学習", ["文。"]),
            ("第2", "対象", ["文。"]),
        ],
    ),
    "a bold line above its paragraph": (
        "**1.1 A**<sup>1</sup>\nText.\n\n**1.2 B**\nMore\ntext.\n\n<sup>1</sup> n",
        [("1.1", "A", ["Text."]), ("1.2", "B", ["More text."])],
    ),
    "questions in bold": ("**What is it?**\n\nA thing.", [("", "What is it?", ["A thing."])]),
    "page numbers and running titles": (
        "# The Guide\n\n## 1 A\n\nIt goes\n\n1\n\nThe Guide\n\non here.\n\n2\n\nEnd.",
        [("1", "A", ["It goes on here.", "End."])],
    ),
    "HTML": (
        "<h2>1 First</h2>\n\n<p>See <a href='https://h.example'>this</a>.</p>\n\n<p>Text<sup>1</sup>.</p>\n\n"
        "<table><tr><td>a</td><td>b</td></tr></table>\n\n<sup>1</sup> note",
        [("1", "First", ["See this.", "Text.", "a | b"])],
    ),
    "one level for all headings": (
        "## 1 A\n\n## 1.1 B\n\nT.\n\n## 2 C\n\nT.",
        [("1", "A", []), ("1.1", "B", ["T."]), ("2", "C", ["T."])],
    ),
    "no title run in": ("# 1 A\n\nHe said<sup>1</sup>: go.\n\n<sup>1</sup> n", [("1", "A", ["He said: go."])]),
    "kanji numbers": (
        "## 第二十条の二　甲\n\n文。\n\n## 第百二十一条　乙\n\n文。",
        [("第二十条の二", "甲", ["文。"]), ("第百二十一条", "乙", ["文。"])],
    ),
    "text between two rules": (
        "---\n\nThe fee.\n\n---\n\n# Law\n\n## A\n\nT.",
        [("", "", ["The fee."]), ("", "A", ["T."])],
    ),
    "a link whose text begins like an address": (
        "[https://a.jp is the site](https://b.jp/x)",
        [("", "", ["https://a.jp is the site"])],
    ),
    "a paragraph that begins with a citation": ("[^1] says so.\n\n[^1]: n", [("", "", ["says so."])]),
    "carbon": ("<sup>14</sup>C dating is used.", [("", "", ["¹⁴C dating is used."])]),
}


@pytest.mark.parametrize("name", CASES)
def test_cases(tmp_path: Path, name: str) -> None:
    source, expected = CASES[name]
    assert outline_of(tmp_path, source) == expected


def test_notes_whose_numbers_begin_anew(tmp_path: Path) -> None:
    chapter = (
        "# {n} Chapter\n\nOne<sup>1</sup> and two<sup>2</sup>.\n\n---\n\n<sup>1</sup> a{n}\n\n<sup>2</sup> b{n}\n\n"
    )
    (tmp_path / "book.md").write_text("".join(chapter.format(n=n) for n in (1, 2, 3)), encoding="utf-8")
    document = read_document(tmp_path / "book.md")
    notes = {note.number: note for note in document.notes}
    cited = [(notes[r.note].mark, notes[r.note].text) for r in document.references]
    assert cited == [("1", "a1"), ("2", "b1"), ("1", "a2"), ("2", "b2"), ("1", "a3"), ("2", "b3")]
    assert document.findings == ()


def test_notes_of_every_kind(tmp_path: Path) -> None:
    source = "A[^*] b^[an *inline* note] see¹.\n\n[^*]: star\n\n¹ <https://one.example>\n\n[^lost]: never cited"
    (tmp_path / "notes.md").write_text(source, encoding="utf-8")
    document = read_document(tmp_path / "notes.md")
    assert [note.text for note in document.notes] == ["star", "an inline note", "https://one.example", "never cited"]
    assert [reference.note for reference in document.references] == [1, 2, 3]
    assert document.findings == ("Footnote lost is never cited.",)


def test_page_numbers_are_read(tmp_path: Path) -> None:
    (tmp_path / "paged.md").write_text("First.\n\n– 7 –\n\nSecond.\n\n8\n\nThird.", encoding="utf-8")
    document = read_document(tmp_path / "paged.md")
    assert [page for _, page in document.pages] == [7, 8, 9]


@pytest.mark.parametrize("path", [DATA / "shapes" / f"{name}.md" for name in SHAPES], ids=SHAPES)
def test_sections_partition_the_text(path: Path) -> None:
    _partition(read_document(path))


def test_factsheet_sections_partition_the_text(factsheet: Document) -> None:
    _partition(factsheet)


def _partition(document: Document) -> None:
    assert document.sections[0].start == 0
    assert document.sections[-1].end == len(document.text)
    for before, after in zip(document.sections, document.sections[1:], strict=False):
        assert before.end == after.start
    for section in document.sections:
        for start, end in section.paragraphs:
            assert section.heading_end <= start < end <= section.end
            assert document.text[start:end].strip() == document.text[start:end]
    for link in document.links:
        assert 0 <= link.start <= link.end <= len(document.text)


def test_a_file_without_headings_is_one_section(tmp_path: Path) -> None:
    (tmp_path / "plain.md").write_text("Just one paragraph.\n\nAnd another one.\n", encoding="utf-8")
    document = read_document(tmp_path / "plain.md")
    assert [section.kind for section in document.sections] == ["preamble"]
    assert paragraphs(document, document.sections[0]) == ["Just one paragraph.", "And another one."]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b" \n\n\t\n", "is empty"),
        (b"# Title\n\nCaf\xe9 society.\n", "is not UTF-8 text"),
        (b"# Title\n\n\0\0\n", "holds a NUL byte"),
        (b"a" * (BYTES_AT_MOST[".md"] + 1), "at most"),
        (b"> " * 20_000 + b"deep", "too deeply"),
        (b"*a **b " * 300 + b"c** d* " * 300, "too deeply"),
    ],
    ids=["empty", "blank", "latin-1", "nul", "huge", "deep", "emphasis"],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "bad.md").write_bytes(content)
    with pytest.raises(DocumentError, match=reason) as caught:
        read_document(tmp_path / "bad.md")
    assert "bad.md" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("title = ", "no TOML"),
        ("title = 7", "title = 7"),
        ("examples = [1]", "examples"),
        ('colour = "red"', "colour"),
        ('id = "a b"', "'a b'"),
        (f'sha256 = "{"0" * 64}"', "SHA-256"),
    ],
)
def test_bad_metadata_are_refused(tmp_path: Path, toml: str, reason: str) -> None:
    (tmp_path / "a.md").write_text("Some text.", encoding="utf-8")
    (tmp_path / "a.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(DocumentError, match=reason):
        read_document(tmp_path / "a.md")


def test_two_documents_with_one_id_are_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.md").write_text("Some text.", encoding="utf-8")
        (tmp_path / f"{name}.toml").write_text('id = "same"', encoding="utf-8")
    with pytest.raises(DocumentError, match=r"b\.md has the id same"):
        read_corpus(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="holds no document"):
        read_corpus(tmp_path / "nowhere")
