"""Look-ups: what a query names outright is found, and an ordinary question names nothing."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.lookups import look_up
from qa.passages import split
from qa.reading.corpus import read_document
from qa.types import Document, Passage

ORDINARY = (
    "When was the AI Act of Japan fully enforced, in 2025 or 2026?",
    "Which guidelines were published on March 28, 2025?",
    "Were more than 1.5 billion yen spent, or 2.3 % of the budget?",
    "When did the English version 1.1 of the business guidelines come out?",
    "How many of the 12 ministries had answered by 31.12.2025?",
    "What are the 3 pillars of the Integrated Innovation Strategy 2024?",
    "What do the priority measures for FY2026 say about AI governance?",
    "What does the 12th item encourage, and is item 2 of the principles binding?",
    "統合イノベーション戦略2025の3つの柱は何ですか。",
    "2025年9月1日に全面施行された法律の第1.1版を2部発注12件した",
)
SECTION_FORMS = (
    "section {}",
    "Sec. {}",
    "what does §{} say?",
    "In section {}, who is named?",
    "第{}節",
    "セクション{}とは",
)
NOTE_FORMS = (
    "footnote {}",
    "Footnotes {}",
    "What is in note {}?",
    "fn. {}",
    "脚注{}",
    "この注{}は",
    "注釈 {}",
    "[{}]",
    "show [{}]?",
)
WORDS = """# Rules

## 1. Scope

Under Article 13 the form DS-310 is “due” within 12 days. Art. 14 is void.

## 2. Forms

### 2.1. Paper

The form DS-3100 follows Article 1 and
Article 30-4; it is the clerk's.

### 2.2. Screens

AI-9, D-X7 and DX-7 count as forms, as was said [in 2024].

## 3. Rest

Nothing by AI-9 or AI‑9 is due, it is said.

No pets.

No sheds.
"""


def cut(document: Document) -> list[Passage]:
    return split(document, lambda text: len(text.split()), 200)


@pytest.fixture(scope="module")
def passages(factsheet: Document) -> list[Passage]:
    return cut(factsheet)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> list[Passage]:
    path = tmp_path_factory.mktemp("rules") / "rules.md"
    path.write_text(WORDS, encoding="utf-8")
    return cut(read_document(path))


def expected(number: str, passages: list[Passage]) -> list[int]:
    own = [row for row, passage in enumerate(passages) if passage.section.number == number]
    return own or [row for row, passage in enumerate(passages) if passage.section.number.startswith(f"{number}.")]


def places(query: str, passages: list[Passage]) -> list[str]:
    return [passages[row].id.partition("/")[2] for row in look_up(query, passages)]


@pytest.mark.parametrize("form", SECTION_FORMS)
def test_every_section_is_found_by_its_number(factsheet: Document, passages: list[Passage], form: str) -> None:
    for number in {section.number for section in factsheet.sections}:
        assert look_up(form.format(number), passages) == expected(number, passages) != []


@pytest.mark.parametrize("form", ["{}", " {} ?", "show {}", "What does {} say?", "section {}", "{}は"])
def test_every_section_is_found_by_its_label(factsheet: Document, passages: list[Passage], form: str) -> None:
    for section in factsheet.sections:
        found = expected(section.number, passages)
        assert look_up(form.format(section.label), passages) == found
        assert look_up(form.format(section.label.replace(" ›", "")), passages) == found
        assert look_up(form.format(section.label.replace(" › ", "の")), passages) == found


def test_a_label_counts_anywhere_in_a_question(factsheet: Document, passages: list[Passage]) -> None:
    for section in factsheet.sections:
        if re.fullmatch(r"[\d.]+ › \d+\).*", section.label):
            query = f"Who wrote {section.label}, and when in 2025?"
            assert look_up(query, passages) == expected(section.number, passages)


@pytest.mark.parametrize("form", NOTE_FORMS)
def test_every_footnote_is_found_where_it_is_cited(factsheet: Document, passages: list[Passage], form: str) -> None:
    for note in factsheet.notes:
        cited = [row for row, passage in enumerate(passages) if note.number in passage.notes]
        assert look_up(form.format(note.number), passages) == cited != []


@pytest.mark.parametrize("question", ORDINARY)
def test_an_ordinary_question_names_nothing(passages: list[Passage], question: str) -> None:
    assert look_up(question, passages) == []


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("１．５　５）", "1.5.5"),
        ("§１．３．１．ａ", "1.3.1.a"),
        ("sec. 1.3.1 a)", "1.3.1.a"),
        ("section 1.5(5)", "1.5.5"),
        ("第1.5節の5)には何が書いてありますか", "1.5.5"),
        ("chapter 2", "2"),
        ("What is item 2.3 about?", "2.3"),
        ("第2章について", "2"),
    ],
)
def test_sections_are_named_in_many_ways(passages: list[Passage], query: str, number: str) -> None:
    assert look_up(query, passages) == expected(number, passages)


@pytest.mark.parametrize(
    "query",
    ["Is 1.5.5 the newest?", "1.5 billion yen", "version 1.1", "section 1.9", "section 1.55", "(is 2 > 1)", "AI法第2章",
     "[12] people", "footnote 120", "note 12.5", "発注12件", "Article 1", "Article 133", "DS-31", "2025", '"', '"a"',
     "“no such words”", '"the Act"', '""'],
)  # fmt: skip
def test_what_looks_alike_names_nothing(passages: list[Passage], query: str) -> None:
    assert look_up(query, passages) == []


def test_several_sections_and_footnotes_can_be_named_at_once(passages: list[Passage]) -> None:
    both = sorted(expected("1.5.5", passages) + expected("1.5.6", passages))
    assert look_up("Compare sections 1.5.5 and 1.5.6", passages) == both
    assert look_up("footnotes 3 and 5", passages) == look_up("footnote 3, footnote 5", passages)
    assert len(look_up("footnotes 3 and 5", passages)) > len(look_up("footnote 3", passages))


def test_links_are_found_by_host_and_by_address(factsheet: Document, passages: list[Passage]) -> None:
    for url in {source.url for note in factsheet.notes for source in note.sources}:
        cited = [row for row, passage in enumerate(passages) if any(url == source.url for source in passage.sources)]
        for query in (url, f"What is said about {url}?", f"出典（{url}）は", url.removeprefix("https://www.")):
            assert set(look_up(query, passages)) >= set(cited) != set()
    hosts = [[source.url.split("/")[2] for source in passage.sources] for passage in passages]
    ministry = [row for row, among in enumerate(hosts) if "www.meti.go.jp" in among]
    for query in (
        "meti.go.jp",
        "WWW.METI.GO.JP/",
        "Which passages cite https://www.meti.go.jp?",
        "ｍｅｔｉ．ｇｏ．ｊｐの資料",
    ):
        assert look_up(query, passages) == ministry != []


@pytest.mark.parametrize(
    "query",
    [
        "go.jp",
        "eti.go.jp",
        "meti.go",
        "me@meti.go.jp",
        "meti.go.jp.example.com",
        "a.b",
        "e.g. this",
        "https://www.meti.go.jp/no/such/page",
    ],
)
def test_hosts_that_are_not_cited_or_by_many_name_nothing(passages: list[Passage], query: str) -> None:
    assert look_up(query, passages) == []


def test_identifiers_are_found_in_headings_and_text(passages: list[Passage]) -> None:
    for query in ("What is DS-310?", "ds-310", "ＤＳ－３１０", "DS310の改定"):
        assert look_up(query, passages) == expected("1.5.5", passages)
    assert places("Which guideline rests on Art. 13?", passages) == ["1.4.8/1"]
    assert places("Compare Article 13 and Article 19", passages) == ["1.4.8/1", "2.1/1"]


def test_identifiers_are_whole_words(rules: list[Passage]) -> None:
    assert places("form DS-310", rules) == ["1/1"]
    assert places("DS-3100", rules) == ["2.1/1"]
    assert places("Article 1", rules) == places("Article 30-4", rules) == ["2.1/1"]
    assert places("Article 14", rules) == places("art. 14", rules) == ["1/1"]
    assert places("Article 30", rules) == places("DS-31", rules) == []


def test_an_identifier_without_its_hyphen_must_be_the_only_one(rules: list[Passage]) -> None:
    assert places("DS310", rules) == ["1/1"]
    assert places("DX-7", rules) == places("D-X7", rules) == ["2.2/1"]
    assert places("DX7", rules) == []


def test_what_many_passages_have_is_no_identifier(rules: list[Passage]) -> None:
    assert len(rules) == 6
    assert places("AI-9", rules) == []
    more = [*rules, *(replace(rules[-1], start=n) for n in range(2))]
    assert places("AI-9", more) == ["2.2/1", "3/1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("What is “due”?", ["1/1", "3/1"]),
        ('Where is "ARTICLE 1 AND   article 30-4" named?', ["2.1/1"]),
        ("Whose is “the clerk’s”?", ["2.1/1"]),
        ('who wrote "as forms" and "said"', ["2.2/1"]),
        ('who wrote "said"', ["2.2/1", "3/1"]),
        ('who wrote "said," then', ["2.2/1", "3/1"]),
        ('who wrote "aid"', []),
        ('"it is said"', []),
        ('"it is said"?', []),
    ],
)
def test_quotations_are_found(rules: list[Passage], query: str, found: list[str]) -> None:
    assert places(query, rules) == found


def test_of_several_kinds_all_are_wanted_else_any(rules: list[Passage]) -> None:
    assert places('Where in section 2.2 is "said"?', rules) == ["2.2/1"]
    assert places('Is DS-310 "said"?', rules) == ["1/1", "2.2/1", "3/1"]
    assert places("Is DS-310 in section 2.2?", rules) == ["1/1", "2.2/1"]
    assert places("Is DS-310 in section 9?", rules) == ["1/1"]


@pytest.mark.parametrize("name", ["bylaw", "notice", "standard"])
def test_divisions_with_names_are_sections(name: str) -> None:
    passages = cut(read_document(Path(__file__).parent / "data" / "shapes" / f"{name}.md"))
    for number in {passage.section.number for passage in passages} - {""}:
        assert look_up(f"What does {number} say?", passages) == expected(number, passages)


def test_each_document_has_its_own_sections(passages: list[Passage], rules: list[Passage]) -> None:
    both = [*passages, *rules]
    shifted = [len(passages) + row for row in expected("2", rules)]
    assert look_up("section 2", both) == [*expected("2", passages), *shifted]


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=500)
    | st.lists(
        st.sampled_from(
            ["section ", "1", ".", "5", ")", " ", '"', "note ", "[", "DS-310", "第", "節", "Art. ", "a", "›", "-"]
        ),
        max_size=100,
    ).map("".join)
)
@example("\ud800")
@example("[\u0661\u0662] §\u0661 \u00b2")
def test_any_text_gives_rows_in_order(rules: list[Passage], query: str) -> None:
    rows = look_up(query, rules)
    assert rows == sorted(set(rows))
    assert set(rows) <= set(range(len(rules)))
    assert look_up(query, []) == []


@pytest.mark.parametrize(
    "piece",
    ["1.", "1.5 ", "section ", "section 1.5 and ", "a-", "a1-", "a1.1", '"', '"ab" ', " ", "show ", "第", "一",
     "1.5 5) ", "footnote 1, 1", "note 1,", "[1", "Article 1-", "a.b ", "a.", "(", "の5)", "第一", "i", "§"],
)  # fmt: skip
def test_the_time_is_linear(rules: list[Passage], piece: str) -> None:
    started = time.process_time()
    look_up(piece * 20_000, rules)
    # It takes some 0.05 seconds; in quadratic time it would take minutes.
    assert time.process_time() - started < 2
