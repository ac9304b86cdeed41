"""Proof of quotation: what is printed is verified, what was altered is told by its first differing character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import QuestionError
from qa.types import Document
from qa.verification import QUOTE_LENGTH, Verdict, Verifier, fold

SENTENCE = "the AI Act was promulgated and partially enforced on June 4, 2025, and was fully enforced on September 1"


def verify(quote: str, documents: list[Document]) -> Verdict:
    return Verifier(documents).verify(quote)


def test_every_sentence_of_a_paragraph_is_verified(factsheet: Document) -> None:
    for section in factsheet.sections[::6]:
        for start, end in section.paragraphs:
            quote = factsheet.text[start : min(end, start + QUOTE_LENGTH)]
            verdict = verify(quote, [factsheet])
            assert verdict.verified
            assert factsheet.text[verdict.start : verdict.end] == quote


def test_a_quotation_has_its_place(factsheet: Document) -> None:
    verdict = verify(f"  {SENTENCE} ", [factsheet])
    assert verdict.verified
    assert verdict.section is not None
    assert (verdict.section.number, verdict.page) == ("1.3.1.a", 4)
    assert factsheet.text[verdict.start : verdict.end] == SENTENCE


def test_a_quotation_across_pages_has_the_page_it_begins_on(factsheet: Document) -> None:
    verdict = verify("promoting AI utilization,\n ensuring the appropriateness of AI", [factsheet])
    assert (verdict.verified, verdict.page) == (True, 1)


@pytest.mark.parametrize(
    "quote",
    [
        "the AI  Act was",
        "Japan’s AI strategy. The Social Principles of Human‑Centric AI",
        "rather than defining a particular technology or system as “AI,”",
        "ＡＩ　Ａｃｔ was promulgated\nand partially",
    ],
)
def test_ways_of_writing_are_no_differences(factsheet: Document, quote: str) -> None:
    assert verify(quote, [factsheet]).verified


@pytest.mark.parametrize(
    ("altered", "at", "quoted", "printed"),
    [
        (SENTENCE.replace("June 4", "June 5"), SENTENCE.index("June 4") + 5, "5", "4"),
        (SENTENCE.replace("fully", "partly"), SENTENCE.index("fully"), "p", "f"),
        (SENTENCE.replace("was fully ", ""), SENTENCE.index("was fully"), "e", "w"),
        ("The" + SENTENCE[3:], 0, "T", "t"),
        (SENTENCE + "!", len(SENTENCE), "!", ","),
    ],
)
def test_an_alteration_is_rejected_with_its_first_character(
    factsheet: Document, altered: str, at: int, quoted: str, printed: str
) -> None:
    verdict = verify(altered, [factsheet])
    assert not verdict.verified
    assert verdict.difference is not None
    assert (verdict.difference.at, verdict.difference.quoted, verdict.difference.printed) == (at, quoted, printed)
    assert verdict.section is not None
    assert verdict.section.number == "1.3.1.a"


def test_what_stands_nowhere_has_no_place(factsheet: Document) -> None:
    verdict = verify("Lorem ipsum dolor", [factsheet])
    assert (verdict.verified, verdict.document, verdict.difference) == (False, None, None)
    assert not verify("anything", []).verified


@pytest.mark.parametrize("quote", ["", " \n", "x" * (QUOTE_LENGTH + 1)])
def test_no_quotation(factsheet: Document, quote: str) -> None:
    with pytest.raises(QuestionError, match="the quotation has"):
        verify(quote, [factsheet])


def test_a_document_may_be_named(factsheet: Document) -> None:
    verifier = Verifier([factsheet])
    assert verifier.verify(SENTENCE, "factsheet-2025").verified
    with pytest.raises(QuestionError, match="no document 'other': there are factsheet-2025"):
        verifier.verify(SENTENCE, "other")


@given(st.integers(0, 30_000), st.integers(1, 400))
def test_any_slice_is_verified(factsheet: Document, start: int, length: int) -> None:
    quote = factsheet.text[start : start + length]
    if quote.strip():
        verdict = verify(quote, [factsheet])
        assert verdict.verified
        assert fold(factsheet.text[verdict.start : verdict.end]).text == fold(quote).text


@given(st.text(max_size=60))
def test_offsets_of_a_folded_text_rise(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)
    assert fold(folded.text).text == folded.text


@pytest.mark.parametrize("marks", ["“”", "''", '""', "「」", "«»"])
def test_marks_around_a_quotation_are_none_of_its_words(factsheet: Document, marks: str) -> None:
    verifier, words = Verifier([factsheet]), "was fully enforced on September 1"
    verdict = verifier.verify(f" {marks[0]}{words}{marks[1]} ")
    assert (verdict.verified, factsheet.text[verdict.start : verdict.end]) == (True, words)
    altered = verifier.verify(f"{marks[0]}{words.replace('1', '2')}{marks[1]}")
    assert altered.difference
    assert (altered.difference.at, altered.difference.quoted, altered.difference.printed) == (33, "2", "1")


def test_what_stands_in_quotation_marks_in_the_document_is_found_with_them(factsheet: Document) -> None:
    assert Verifier([factsheet]).verify("“common guidelines”").verified
