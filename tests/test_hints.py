"""Hints: each belongs to a passage, none is a question that things are measured on, bad lines are named."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import WordEncoder
from rapidfuzz import fuzz, process

from qa.confidence import estimate_confidence, name_of_fit, read_model
from qa.errors import DocumentError, IndexStale
from qa.hint_index import HintIndex
from qa.hints import Hint, place_hints, read_hints
from qa.index import build_index, open_index
from qa.passages import split
from qa.question_checks import ALIKE
from qa.questions import read_questions
from qa.retrieval import search
from qa.types import Document

SAID = '{"section": "1.1", "quote": "ten coins", "language": "en", "text": "what must I pay"}'
UNSAID = '{"status": "not_in_document", "language": "en", "text": "how tall may towers grow"}'


@pytest.fixture
def corpus_of_one(tmp_path: Path) -> Path:
    (tmp_path / "law.md").write_text(
        "# 1 Law\n\n## 1.1 Fees\n\nThe fee is ten coins.\n\n## 1.2 Sheds\n\nA shed needs no permit.\n"
    )
    (tmp_path / "hints").mkdir()
    (tmp_path / "hints" / "law.jsonl").write_text(f"{SAID}\n\n{UNSAID}\n", encoding="utf-8")
    return tmp_path


def test_every_hint_of_the_factsheet_stands_by_a_passage(factsheet: Document, corpus: Path) -> None:
    hints = read_hints(corpus)
    passages = split(factsheet, lambda text: len(text.split()), 200)
    placed = place_hints(hints, [factsheet], passages)
    assert len(placed) == len(hints["factsheet-2025"])
    assert all(bool(hint.rows) == (hint.status == "answered") for hint in placed)
    # Every passage has some, in both languages.
    assert {row for hint in placed for row in hint.rows} == set(range(len(passages)))


def test_no_hint_is_nearly_a_question_of_the_sets(corpus: Path) -> None:
    def plain(text: str) -> str:
        return re.sub(r"\W+", " ", text.casefold()).strip()

    sets = (corpus / "questions").glob("*.jsonl")
    asked = [plain(turn) for path in sets for question in read_questions(path) for turn in question.turns]
    hints = [plain(line.text) for lines in read_hints(corpus).values() for line in lines]
    assert len(asked) > 900
    likeness = process.cdist(hints, asked, scorer=fuzz.ratio, score_cutoff=ALIKE, workers=2)
    assert not (likeness >= ALIKE).any()


def test_the_confidence_was_fitted_to_the_questions_and_hints_as_they_are(corpus: Path) -> None:
    folders = (corpus / "questions", corpus / "hints", corpus.parent / "benchmarks" / "foreign")
    for name, checksum in read_model()["fitted to"].items():
        path = next(folder / name for folder in folders if (folder / name).exists())
        assert hashlib.sha256(path.read_bytes()).hexdigest() == checksum, f"{name}: run benchmarks/confidence.py"


def test_a_hint_finds_what_shares_no_word_with_it(corpus_of_one: Path) -> None:
    build_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    index = open_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    found = search(index, WordEncoder(), "what must I pay", 2)
    assert found.hits[0].passage.section.number == "1.1"
    assert found.hits[0].hint == pytest.approx(1)
    assert found.likeness is not None
    assert (found.likeness.answered, found.likeness.unanswered) == pytest.approx((1, 0), abs=1e-6)
    assert found.likeness.learnt > 0.5
    unsaid = search(index, WordEncoder(), "how tall may towers grow", 2)
    assert unsaid.likeness is not None
    assert unsaid.likeness.unanswered == pytest.approx(1)
    assert estimate_confidence(unsaid) < estimate_confidence(found)


def test_a_document_without_hints_keeps_its_questions_beside_one_with_hints(corpus_of_one: Path) -> None:
    (corpus_of_one / "rules.md").write_text("# 1 Rules\n\n## 1.1 Ponds\n\nNobody may fish in the pond at night.\n")
    build_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    index = open_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    # "what must I" is all that the hint of the other document has in common with it.
    found = search(index, WordEncoder(), "what must I know to fish in the pond at night", 3)
    assert found.hits[0].passage.document == "rules"
    assert found.hits[0].hint is None
    assert name_of_fit(found) == "hints of another document"
    assert name_of_fit(search(index, WordEncoder(), "what must I pay", 3)) == "own hints"


def test_hints_of_a_document_that_is_not_there_still_tell_how_people_ask(corpus_of_one: Path) -> None:
    (corpus_of_one / "hints" / "law.jsonl").rename(corpus_of_one / "hints" / "gone.jsonl")
    build_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    index = open_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    found = search(index, WordEncoder(), "how tall may towers grow", 2)
    assert found.likeness is not None
    assert found.likeness.passages == {}
    assert found.likeness.learnt < -0.5
    assert name_of_fit(found) == "hints of another document"


def test_what_was_learnt_from_the_same_hints_is_kept(tmp_path: Path) -> None:
    hints = [
        Hint("law", SAID, "answered", (0,)),
        Hint("law", UNSAID, "not_in_document"),
        Hint("code", SAID, "answered"),
    ]
    changed = [hints[0], replace(hints[1], status="too_vague"), hints[2]]
    vectors = WordEncoder().encode([hint.text for hint in hints], "query")
    others = WordEncoder().encode(["what must I pay", "how must I pay", "pay"], "query")

    def learnt(index: HintIndex, hints: list[Hint]) -> list[float] | None:
        weights = index.learnt_from(hints)
        return None if weights is None else weights.tolist()

    for name in ("first", "same", "other"):
        (tmp_path / name).mkdir()
    first = HintIndex.build(hints, vectors, tmp_path / "first")
    same = HintIndex.build(hints, others, tmp_path / "same", first)
    assert learnt(same, hints[:2]) == learnt(first, hints[:2])
    # What changes in one document is no matter of another's.
    other = HintIndex.build(changed, others, tmp_path / "other", first)
    assert learnt(other, hints[:2]) is None
    assert learnt(other, changed[:2]) != learnt(first, hints[:2])
    assert learnt(other, hints[2:]) == learnt(first, hints[2:])


def test_without_hints_another_index_is_wanted(corpus_of_one: Path) -> None:
    build_index(corpus_of_one, corpus_of_one / "index", WordEncoder(), hints=False)
    index = open_index(corpus_of_one, corpus_of_one / "index", WordEncoder(), hints=False)
    assert search(index, WordEncoder(), "what must I pay", 2).likeness is None
    with pytest.raises(IndexStale, match=r"law\.jsonl changed"):
        open_index(corpus_of_one, corpus_of_one / "index", WordEncoder())


def test_a_hint_whose_words_are_gone_is_left_out(corpus_of_one: Path) -> None:
    text = (corpus_of_one / "law.md").read_text(encoding="utf-8")
    (corpus_of_one / "law.md").write_text(text.replace("ten coins", "twelve coins"), encoding="utf-8")
    build_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    index = open_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    assert [hint.text for hint in index.hints.hints] == ["how tall may towers grow"]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "{}",
        '{"text": "", "language": "en", "quote": "a"}',
        '{"text": "a", "language": "english", "quote": "a"}',
        '{"text": "a", "language": "en"}',
        '{"text": "a", "language": "en", "quote": "a", "status": "too_vague"}',
        '{"text": "a", "language": "en", "status": "unknown"}',
        '{"text": "a", "language": "en", "quote": "a", "note": "b"}',
    ],
)
def test_a_bad_line_is_named(corpus_of_one: Path, line: str) -> None:
    (corpus_of_one / "hints" / "law.jsonl").write_text(f"{SAID}\n{line}\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"law.jsonl, line 2: .+: mend or delete that line") as caught:
        build_index(corpus_of_one, corpus_of_one / "index", WordEncoder())
    assert "\n" not in str(caught.value)
