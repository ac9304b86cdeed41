"""The factsheet's own question sets are whole, apart, and as many of each kind as is told."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from qa.question_checks import check_questions
from qa.questions import Question, occurrences, read_questions
from qa.types import Document

FOLDER = Path(__file__).parents[1] / "corpus" / "questions"
SETS = {split: read_questions(FOLDER / f"factsheet-2025.{split}.jsonl") for split in ("dev", "test")}
ALL = [question for questions in SETS.values() for question in questions]
UNANSWERABLE = {"near_miss", "later", "neighbour", "far", "chitchat", "gibberish", "vague", "advice"}


def test_the_gold_stands_in_the_document_and_no_question_is_in_both(factsheet: Document) -> None:
    assert check_questions(SETS, [factsheet]) == []


def test_there_are_enough_of_each_sort() -> None:
    kinds, languages = Counter(q.kind for q in ALL), Counter(q.language for q in ALL)
    assert len(ALL) >= 400
    assert kinds["paraphrase"] >= 120
    assert kinds["follow_up"] + kinds["topic_switch"] >= 40
    assert languages["ja"] >= 80
    assert sum(question.status != "answered" for question in ALL) >= 100
    assert all(question.status != "answered" for question in ALL if question.kind in UNANSWERABLE)
    assert all(question.urls for question in ALL if question.kind == "where")
    assert all(len(question.evidence) > 1 for question in ALL if question.kind == "several")
    assert all(len(question.turns) > 1 for question in ALL if question.kind in ("follow_up", "topic_switch"))


def test_every_section_is_asked_for_five_times(factsheet: Document) -> None:
    asked = Counter(start for q in ALL for start in {o.section.start for o in occurrences(q, [factsheet])})
    rare = [s.headings[-1] for s in factsheet.sections if s.paragraphs and asked[s.start] < 5]
    assert rare == []


def test_both_splits_have_every_kind_and_language() -> None:
    for key in ("kind", "language"):
        assert {getattr(q, key) for q in SETS["dev"]} == {getattr(q, key) for q in SETS["test"]}


@pytest.mark.parametrize("split", SETS)
def test_what_is_told_of_them_is_true(split: str) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = {
        kind: (int(dev), int(test))
        for kind, dev, test in re.findall(r"^\| `(\w+)` \|.*\| (\d+) \| (\d+) \|$", readme, re.M)
    }
    column = list(SETS).index(split)
    questions: tuple[Question, ...] = SETS[split]
    assert {kind: counts[column] for kind, counts in told.items()} == Counter(q.kind for q in questions)
