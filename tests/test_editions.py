"""The factsheet and an edited copy of it: what became of each section and each link."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from new_edition import CONVENTION, NEW_URL, publish

from qa.editions import Comparison, SectionChange, compare, pair_equal
from qa.reading.corpus import read_document
from qa.types import Document, Section


@pytest.fixture(scope="module")
def new(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Document:
    document = read_document(publish(corpus, tmp_path_factory.mktemp("edition")) / "factsheet-2025.md")
    assert len(document.sections) == 65
    return document


def read(folder: Path, text: str) -> Document:
    path = folder / "rules.md"
    path.write_text(text, encoding="utf-8")
    return read_document(path)


def told(change: SectionChange) -> tuple[str, str | None, str | None]:
    """The kind, and what it is: the section by its place and the first words of its title."""

    def name(section: Section | None) -> str | None:
        return f"{section.place} {' '.join(section.title.split()[:2])}" if section else None

    return change.kind, name(change.old), name(change.new)


def apply(comparison: Comparison) -> str:
    """The new text, made from the old one: sections by what became of them, changed ones by their edits."""
    old, new = comparison.old.text, comparison.new.text
    text = ""
    for change in comparison.sections:
        if change.kind == "removed" or change.new is None:
            continue
        if change.old is None:
            text += new[change.new.start : change.new.end]
            continue
        for edit in change.edits:
            text += new[slice(*edit.new)] if edit.operation == "inserted" else ""
            text += old[slice(*edit.old)] if edit.operation == "equal" else ""
        if change.kind != "changed":
            # A section that moved has another number before its title.
            text += new[change.new.start : change.new.heading_end] + old[change.old.heading_end : change.old.end]
        else:
            text += "\n\n"
    return text


def test_an_edition_is_the_same_as_itself(factsheet: Document) -> None:
    comparison = compare(factsheet, factsheet)
    assert comparison.same
    assert [change.new for change in comparison.sections] == list(factsheet.sections)


def test_every_change_of_the_new_edition_is_told_and_no_other(factsheet: Document, new: Document) -> None:
    comparison = compare(factsheet, new)
    assert not comparison.same
    assert [told(change) for change in comparison.sections if change.kind != "unchanged"] == [
        ("added", None, "1.2.2 Framework Convention"),
        ("moved", "1.2.2 UNESCO Recommendation", "1.2.3 UNESCO Recommendation"),
        ("moved", "1.2.3 Hiroshima AI", "1.2.4 Hiroshima AI"),
        ("moved", "1.2.3 Hiroshima Process", "1.2.4 Hiroshima Process"),
        ("moved", "1.2.3 Hiroshima Process", "1.2.4 Hiroshima Process"),
        ("changed", "1.2.3 Finalization of", "1.2.4 Finalization of"),
        ("moved", "1.2.4 Final Report", "1.2.5 Final Report"),
        ("moved", "1.2.5 Global Digital", "1.2.6 Global Digital"),
        ("moved", "1.3.2.b The plan", "1.3.2.a The plan"),
        ("moved", "1.3.2.a Basic Act", "1.3.2.b Basic Act"),
        ("moved", "1.3.3 Copyright Act", "1.3.3 Copyright Act"),
        ("removed", "1.5.12 Guidelines for", None),
    ]
    (changed,) = (change for change in comparison.sections if change.kind == "changed")
    assert [
        (edit.operation, factsheet.text[slice(*edit.old)], new.text[slice(*edit.new)])
        for edit in changed.edits
        if edit.operation != "equal"
    ] == [("deleted", "2026", ""), ("inserted", "", "2027"), ("deleted", "25", ""), ("inserted", "", "31")]


def test_the_changes_make_the_new_text_of_the_old(factsheet: Document, new: Document) -> None:
    assert apply(compare(factsheet, new)) == new.text
    assert apply(compare(new, factsheet)) == factsheet.text
    assert CONVENTION in new.text


def test_links_that_changed_are_told(factsheet: Document, new: Document) -> None:
    changed, removed = compare(factsheet, new).citations
    assert changed.kind == "changed"
    assert changed.old
    assert changed.new
    assert changed.old.section
    assert changed.new.section
    assert (changed.old.footnote, changed.old.section.place, changed.new.section.place) == (6, "1.2.3", "1.2.4")
    assert changed.old.urls == ("https://www.japan.go.jp/kizuna/2024/02/hiroshima_ai_process.html",)
    assert changed.new.urls == (NEW_URL,)
    assert (removed.kind, removed.old and removed.old.footnote, removed.new) == ("removed", 47, None)


def test_there_and_back_is_the_same_told_the_other_way(factsheet: Document, new: Document) -> None:
    there, back = compare(factsheet, new), compare(new, factsheet)
    turned = {"added": "removed", "removed": "added"}
    assert Counter(turned.get(change.kind, change.kind) for change in back.sections) == Counter(
        change.kind for change in there.sections
    )


@settings(deadline=None)
@given(st.lists(st.sampled_from(range(12)), max_size=8), st.lists(st.sampled_from(range(12)), max_size=8))
def test_each_section_is_told_once_whatever_the_two_are(
    tmp_path_factory: pytest.TempPathFactory, a: list[int], b: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("rules")
    old, new = (
        read(
            folder,
            "# Rules\n\nOf the house.\n" + "".join(f"\n## Rule {n % 9}\n\nNobody may {n} a cat.\n" for n in side),
        )
        for side in (a, b)
    )
    comparison = compare(old, new)
    assert [change.new for change in comparison.sections if change.new] == list(new.sections)
    removed_and_kept = sorted(change.old.start for change in comparison.sections if change.old)
    assert removed_and_kept == [section.start for section in old.sections]
    assert apply(comparison) == new.text
    assert comparison.same == (old.text == new.text)


def test_numbers_and_links_in_the_text_count(tmp_path: Path) -> None:
    old = read(tmp_path, "# Rules\n\n## 1 Cats\n\nSee [the law](https://a.example/).\n\n## 2 Dogs\n\nDogs bark.\n")
    new = read(tmp_path, "# Rules\n\n## 1 Dogs\n\nDogs bark.\n\n## 2 Cats\n\nSee [the law](https://b.example/).\n")
    comparison = compare(old, new)
    assert [told(change) for change in comparison.sections] == [
        ("moved", "2 Dogs", "1 Dogs"),
        ("moved", "1 Cats", "2 Cats"),
    ]
    (change,) = comparison.citations
    assert change.old
    assert change.new
    assert (change.kind, change.old.words, change.old.urls, change.new.urls, change.new.section) == (
        "changed", "the law", ("https://a.example/",), ("https://b.example/",), new.sections[-1],
    )  # fmt: skip


def test_a_heading_alone_may_change(tmp_path: Path) -> None:
    old = read(tmp_path, "# Rules\n\n## 1 Cats\n\nThey purr.\n\n## 2 Dogs\n\nThey bark.\n")
    new = read(tmp_path, "# Rules\n\n## 1 Cats\n\nThey purr.\n\n## 2 Big dogs\n\nThey bark.\n")
    assert [change.kind for change in compare(old, new).sections] == ["unchanged", "changed"]


def test_equal_things_are_paired_once_and_at_their_place_first() -> None:
    assert sorted(pair_equal([("x", 1), ("y", 2), ("x", 3)], [("x", 3), ("x", 4), ("x", 5)])) == [(0, 1), (2, 0)]


def test_a_thousand_sections_all_reworded_take_no_time(tmp_path: Path) -> None:
    def law(word: str, first: int) -> str:
        articles = (
            f"\n## Article {first + n}\n\nThe {word} number {n} of the ministry is sent to office {n * n} in time.\n"
            for n in range(1, 1001)
        )
        return "# Law\n" + "".join(articles)

    old, new = read(tmp_path, law("report", 0)), read(tmp_path, law("notice", 1))
    started = time.perf_counter()
    comparison = compare(old, new)
    assert time.perf_counter() - started < 10
    assert Counter(change.kind for change in comparison.sections)["changed"] > 950
