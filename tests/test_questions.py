"""Question sets: every field is read, every fault is named by file and line, and the checker finds what it should."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qa.errors import EvaluationError
from qa.question_checks import check_questions
from qa.questions import Question, occurrences, read_questions
from qa.types import Document

QUOTE = "the AI Act was promulgated and partially enforced on June 4, 2025"
GOOD = {"question": "When was it promulgated?", "evidence": [QUOTE], "sections": ["1.3.1.a"]}


def written(path: Path, rows: Iterable[object]) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_every_field_is_read_and_what_is_left_out_follows(tmp_path: Path) -> None:
    whole = {
        "id": "a", "kind": "fact", "language": "en", "turns": ["The AI Act?", "Since when?"], "evidence": [QUOTE],
        "sections": ["1.3.1.a"], "urls": ["https://example.org/"], "status": "answered",
    }  # fmt: skip
    set = read_questions(written(tmp_path / "some.jsonl", [whole, GOOD, "", {"question": "明日の天気は"}]))
    assert set[0] == Question("a", "fact", "en", ("The AI Act?", "Since when?"), (QUOTE,), ("1.3.1.a",),
                              ("https://example.org/",), "answered")  # fmt: skip
    assert set[0].asked == "Since when?"
    assert (set[1].id, set[1].kind, set[1].language, set[1].status) == ("some-2", "question", "en", "answered")
    assert (set[2].id, set[2].language, set[2].status) == ("some-4", "ja", "not_in_document")


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ("{", "line 2 is no JSON"),
        ("[]", "line 2 is no JSON object"),
        ({"question": "x", "evidence": "y"}, "line 2: evidence"),
        ({"question": "x", "passage": "y"}, "line 2: passage: there is no such field"),
        ({"question": "x", "evidence": [""]}, "line 2: evidence"),
        ({"question": "x", "kind": "a/b"}, "line 2: kind: an id has no spaces"),
        ('{"question": "\\ud800"}', "line 2 holds half a character"),
        ("[" * 100_000, "line 2 is no JSON"),
        ({"question": "x", "language": "English"}, "line 2: language"),
        ({"question": "x", "status": "answered"}, "line 2: a question has evidence if and only if"),
        ({"question": "x", "evidence": ["y"], "status": "too_vague"}, "line 2: a question has evidence"),
        ({"question": "x", "turns": ["x"]}, "line 2: give either question or turns"),
        ({"question": " "}, "line 2: the question is empty"),
        ({"question": "x" * 501}, "line 2: question"),
        ({"evidence": []}, "line 2: give either"),
        ({"id": "one", "question": "x"}, "line 2: the id one is taken"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, row: object, named: str) -> None:
    path = written(tmp_path / "bad.jsonl", [GOOD | {"id": "one"}, row])
    with pytest.raises(EvaluationError, match=rf"^bad\.jsonl, {named}"):
        read_questions(path)


def test_files_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes('{"question": "é"}'.encode("latin-1"))
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    for name, said in (("latin", "not UTF-8"), ("empty", "holds no question"), ("none", "cannot be read")):
        with pytest.raises(EvaluationError, match=said):
            read_questions(tmp_path / f"{name}.jsonl")


def test_a_table_says_the_same_as_lines(tmp_path: Path) -> None:
    table = tmp_path / "set.csv"
    table.write_text(f'question,evidence,sections\n"When, exactly?","{QUOTE} | was fully enforced",1.3.1.a\nHello,,\n')
    asked, hello = read_questions(table)
    assert (asked.evidence, asked.sections, asked.status) == ((QUOTE, "was fully enforced"), ("1.3.1.a",), "answered")
    assert (hello.evidence, hello.status) == ((), "not_in_document")
    table.write_text("question,answer\nx,y\n")
    with pytest.raises(EvaluationError, match=r"line 1 has the column 'answer'"):
        read_questions(table)
    table.write_text("question,evidence\nx,y,z\n")
    with pytest.raises(EvaluationError, match=r"line 2 lacks a cell or has too many"):
        read_questions(table)


def question(**changes: Any) -> Question:
    whole = Question("a", "fact", "en", ("When was it promulgated?",), (QUOTE,), ("1.3.1.a",), (), "answered")
    return replace(whole, **changes)


def test_evidence_is_found_where_it_stands(factsheet: Document) -> None:
    (found,) = occurrences(question(), [factsheet])
    assert factsheet.text[found.start : found.end] == QUOTE
    assert found.section.number == "1.3.1.a"
    twice = question(evidence=("Japan AI Safety Institute",), sections=())
    assert len(occurrences(twice, [factsheet])) > 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"evidence": (QUOTE.replace("June", "July"),)}, "its evidence does not stand in 1.3.1.a"),
        ({"sections": ("1.3.1.a", "2.1")}, "section 2.1 holds none of its evidence"),
        ({"sections": ("9.9",)}, "its evidence does not stand in 9.9"),
        ({"urls": ("https://example.org/",)}, "no document gives the link https://example.org/"),
    ],
)
def test_gold_that_is_not_in_the_document_is_named(factsheet: Document, wrong: dict[str, object], said: str) -> None:
    assert check_questions({"set": [question()]}, [factsheet]) == []
    complaints = check_questions({"set": [question(**wrong)]}, [factsheet])
    assert any(complaint.startswith(f"set: a: {said}") for complaint in complaints)


def test_copies_between_sets_are_named(factsheet: Document) -> None:
    other = question(id="b", turns=("when was it promulgated",))
    assert check_questions({"dev": [question()], "test": [other]}, [factsheet]) == [
        "test: b: is nearly a of dev: 'when was it promulgated'"
    ]
    same_id = question(turns=("Something else altogether, in other words?",))
    assert check_questions({"dev": [question()], "test": [same_id]}, [factsheet]) == ["test: a: dev has that id too"]
