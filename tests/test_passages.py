"""The laws of passages: slices of one section, nothing lost, nothing twice, small enough."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.encoder import Encoder
from qa.index import coverage
from qa.passages import embedded, sentences, split
from qa.reading.corpus import read_document
from qa.types import Document, Passage

SHAPES = sorted((Path(__file__).parent / "data" / "shapes").glob("*.md"))


def words(text: str) -> int:
    return len(text.split())


def characters(text: str) -> int:
    return len(text)


def check_laws(document: Document, passages: list[Passage], limit: int) -> None:
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert passage.section in document.sections
        assert passage.section.heading_end <= passage.start < passage.end <= passage.section.end
        assert passage.id.startswith(f"{document.id}/{passage.section.place}/")
        assert len(passage.text) < limit or words(passage.text) <= limit
    for before, after in itertools.pairwise(passages):
        assert before.end <= after.start
    assert coverage([document], passages) == 1.0
    assert len({passage.id for passage in passages}) == len(passages)


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
@pytest.mark.parametrize("limit", [12, 60, 250])
def test_laws_hold_for_every_shape(path: Path, limit: int) -> None:
    document = read_document(path)
    check_laws(document, split(document, words, limit), limit)


def test_laws_hold_where_words_have_no_spaces() -> None:
    document = read_document(next(path for path in SHAPES if path.stem == "notice"))
    passages = split(document, characters, 40)
    check_laws(document, passages, 40)
    assert max(characters(embedded(passage)) for passage in passages) <= 40


def test_factsheet_passages(factsheet: Document, encoder: Encoder) -> None:
    passages = split(factsheet, encoder.count, 200)
    check_laws(factsheet, passages, 2000)
    assert max(encoder.count(embedded(passage)) for passage in passages) <= 200
    cited = {note for passage in passages for note in passage.notes}
    assert cited == set(range(1, 55))
    assert {p.page for p in passages} == set(range(1, 20))


def test_ids_are_places(factsheet: Document) -> None:
    passages = {passage.id: passage for passage in split(factsheet, words, 250)}
    passage = passages["factsheet-2025/1.3.5/2"]
    assert passage.section.label == "1.3 › 5)"
    assert passage.text.startswith("In addition to the Civil Aeronautics Act, drone operations")
    # The section begins on page 7, this paragraph stands on page 8.
    assert (passage.section.page, passage.page) == (7, 8)
    assert [source.footnote for source in passage.sources] == [23]


def test_context_is_carried_and_not_shown(factsheet: Document) -> None:
    passage = next(p for p in split(factsheet, words, 250) if p.section.number == "1.3.1.a")
    assert passage.context.split(" > ") == list(passage.section.headings)
    assert embedded(passage) == f"{passage.context}\n{passage.text}"
    assert passage.section.title not in passage.text


def test_sentences_of_hard_prose() -> None:
    path = next(path for path in SHAPES if path.stem == "report")
    document = read_document(path)
    section = next(section for section in document.sections if section.title == "What failed")
    start, end = section.paragraphs[0]
    assert len(sentences(document.text[start:end])) == 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs 3.5 percent. Dr. Sato agrees.", ["It costs 3.5 percent.", "Dr. Sato agrees."]),
        ("See No. 5 of the U.S. Code. Then stop.", ["See No. 5 of the U.S. Code.", "Then stop."]),
        ("He said “go.” She went.", ["He said “go.”", "She went."]),
        ("一つ目です。「二つ目。」三つ目", ["一つ目です。", "「二つ目。」", "三つ目"]),
        ("- one\n- two", ["- one", "- two"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.text(alphabet="aB1 .!?。「」\n\"'", max_size=80))
def test_sentences_lose_nothing(text: str) -> None:
    spans = sentences(text)
    assert re.sub(r"\s", "", "".join(text[start:end] for start, end in spans)) == re.sub(r"\s", "", text)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


@given(st.lists(st.text(alphabet="abc A.#*`_<>[]()|-1)\n", max_size=60), max_size=8))
def test_any_markdown_is_read_without_loss(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "any.md").write_text("x\n\n" + "\n\n".join(parts), encoding="utf-8")
    document = read_document(folder / "any.md")
    check_laws(document, split(document, words, 20), 20)
    # Marks of Markdown and footnote labels come and go; letters do not.
    kept = document.text + document.title + "".join(note.text for note in document.notes)
    letters = Counter(re.findall("[abcA]", "\n\n".join(parts)))
    assert not letters - Counter(re.findall("[abcA]", kept))
