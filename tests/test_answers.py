"""What is answered, declined and refused, by the real model on the real factsheet."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from qa.answers import Assistant, check_question
from qa.confidence import read_model
from qa.errors import QuestionError
from qa.scripts import is_japanese
from qa.settings import QUESTION_LENGTH
from qa.types import GoldStatus
from qa.wording import status_words


def test_the_first_question_of_all(assistant: Assistant) -> None:
    answer = assistant.ask("When was the AI Act fully enforced?")
    assert answer.status == "answered"
    first = answer.quotes[0].hit.passage
    assert first.section.number == "1.3.1.a"
    assert first.page == 4
    assert "was fully enforced on September 1" in first.text
    assert [source.url for source in first.sources] == [
        "https://www8.cao.go.jp/cstp/ai/ai_hou_gaiyou_en.pdf",
        "https://www.japaneselawtranslation.go.jp/ja/laws/view/5066/en",
    ]


@pytest.mark.parametrize(
    ("question", "section"),
    [
        ("which act covers flying drones", "1.3.5"),
        ("DS-310", "1.5.5"),
        ("Who is the head of the AI Strategic Headquarters?", "2.1"),
        ("red teaming methodology", "1.4.3"),
        ("ISO/IEC 42001", "1.6.4"),
    ],
)
def test_questions_find_their_section(assistant: Assistant, question: str, section: str) -> None:
    assert assistant.ask(question).quotes[0].hit.passage.section.number == section


def test_marks_are_sentences_of_the_passage(assistant: Assistant) -> None:
    marked = [
        (mark, quote.hit.passage)
        for question in (
            "Who is the head of the AI Strategic Headquarters?",
            "When was the AI Act promulgated?",
            "AI法",
        )
        for quote in assistant.ask(question).quotes
        for mark in quote.marks
    ]
    assert marked
    assert all(mark in passage.sentences for mark, passage in marked)
    quote = assistant.ask("AI戦略本部の本部長は誰ですか").quotes[0]
    (start, end) = quote.marks[0]
    assert quote.hit.passage.text[start:end].startswith("It is composed of the Prime Minister as its head")


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("how do I bake sourdough bread", "not_in_document"),
        ("昨日のサッカーの試合はどちらが勝ちましたか", "not_in_document"),
        ("What did the headquarters decide in its meeting of May 2026?", "after_cutoff"),
        ("Is it legal for me to clone my grandmother's voice?", "advice_requested"),
        ("tell me more about that", "too_vague"),
        ("hello, nice to meet you", "small_talk"),
        ("こんにちは、元気ですか", "small_talk"),
        ("qwzx plmk", "not_a_question"),
    ],
)
def test_what_is_not_answered_is_told_why(assistant: Assistant, question: str, status: str) -> None:
    answer = assistant.ask(question)
    assert answer.status == status
    assert answer.quotes == ()
    assert 0 <= answer.confidence < read_model()["own hints"]["threshold"]
    assert len(answer.nearest) <= 3
    assert bool(answer.nearest) == (status not in ("small_talk", "not_a_question"))
    assert set(status_words(answer)) == {"ja" if is_japanese(question) else "en"}


def test_each_status_has_its_words_in_both_languages(assistant: Assistant) -> None:
    answer = assistant.ask("how do I bake sourdough bread")
    for status in get_args(GoldStatus)[1:]:
        for question in ("why", "なぜ"):
            (words,) = status_words(replace(answer, question=question, status=status)).values()
            assert "{" not in words


def test_a_question_in_japanese_finds_what_is_there_in_english(assistant: Assistant) -> None:
    answer = assistant.ask("AI法はいつ全面施行されましたか")
    assert answer.status == "answered"
    assert answer.quotes[0].hit.passage.section.number == "1.3.1.a"


@pytest.mark.parametrize("question", ["1.5 5)", "footnote 12", "第1.3節", "DS-310"])
def test_what_is_named_is_answered(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question).status == "answered"


def test_a_language_that_is_not_served_is_said(assistant: Assistant) -> None:
    english = Assistant(assistant.index, assistant.encoder, replace(assistant.settings, languages=("en",)))
    answer = english.ask("AI法はいつ全面施行されましたか")
    assert answer.status == "language_not_served"
    assert (answer.quotes, answer.nearest) == ((), ())


def test_as_many_passages_as_asked_for(assistant: Assistant) -> None:
    assert [len(assistant.ask("guidelines", k).quotes) for k in (1, 5, 20)] == [1, 5, 20]


def test_the_same_question_gives_the_same_answer(assistant: Assistant) -> None:
    assert assistant.ask("What is J-AISI?") == assistant.ask("  What is J-AISI?\n")


@pytest.mark.parametrize("question", ["", " \n\t", "x" * (QUESTION_LENGTH + 1), "half \ud83d"])
def test_questions_that_are_none(assistant: Assistant, question: str) -> None:
    with pytest.raises(QuestionError, match="the question"):
        assistant.ask(question)


@pytest.mark.parametrize("k", [0, 21, -1])
def test_counts_out_of_range(assistant: Assistant, k: int) -> None:
    with pytest.raises(QuestionError, match=f"k is {k}"):
        assistant.ask("drones", k)


def test_the_longest_question_is_one(assistant: Assistant) -> None:
    assert check_question(" " + "あ" * QUESTION_LENGTH + " ") == "あ" * QUESTION_LENGTH
    assert len(assistant.ask("drones " * 71).question) == 496


def test_places(assistant: Assistant) -> None:
    (passage,) = assistant.addresses.passages("factsheet-2025/1.3.5/2")
    assert passage.text.startswith("In addition to the Civil Aeronautics Act")
    assert [p.id for p in assistant.addresses.passages("factsheet-2025/1.3.5")] == [
        f"factsheet-2025/1.3.5/{n}" for n in (1, 2)
    ]
    with pytest.raises(QuestionError, match="no passage"):
        assistant.addresses.passages("factsheet-2025/9.9")


@pytest.mark.parametrize(
    ("question", "japanese"),
    [
        ("AI法とは", True),
        ("J-AISIとは", True),
        ("AI Actはいつ施行", True),
        ("ｱｲｳ", True),
        ("What is 人工知能に関する法?", False),
        ("42", False),
        ("", False),
    ],
)
def test_japanese_is_recognised(question: str, japanese: bool) -> None:
    assert is_japanese(question) is japanese
