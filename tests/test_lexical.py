"""Terms, and BM25 against its formula."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from qa.lexical import LexicalIndex, terms

TEXTS = ["AI Act enforced in September", "AI AI guidelines for business", "drones fly; an act of 日本国 on drones"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Regulations regulating", ["regul", "regul"]),
        ("DS-310", ["ds-310", "ds", "310"]),
        ("version 1.10", ["version", "1.10", "1", "10"]),
        ("Japan's Governments’", ["japan", "govern"]),
        ("ＡＩ法", ["ai", "法"]),
        ("第13条", ["第", "13", "条"]),
        ("人工知能", ["人工", "工知", "知能"]),
        ("?! — …", []),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def bm25(query: str, row: int) -> float:
    """Robertson and Zaragoza 2009 with Lucene's idf, by hand."""
    texts = [terms(text) for text in TEXTS]
    average = sum(map(len, texts)) / len(texts)
    total = 0.0
    for term in set(terms(query)):
        holding = sum(term in text for text in texts)
        idf = math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))
        frequency = texts[row].count(term)
        total += idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * len(texts[row]) / average))
    return total


@pytest.mark.parametrize("query", ["AI", "the act on AI", "drone drone acts", "日本", "business in September"])
def test_scores_agree_with_the_formula(tmp_path: Path, query: str) -> None:
    index = LexicalIndex.build(TEXTS, tmp_path)
    ranked = dict(index.rank(query, 10))
    for row in range(len(TEXTS)):
        assert ranked.get(row, 0.0) == pytest.approx(bm25(query, row), rel=1e-5)
    assert max(ranked.values()) < index.ceiling(query)
    # As frequency grows and length falls, a term's share goes to idf (k1 + 1), and no further.
    idfs = [
        math.log(1 + (3 - n + 0.5) / (n + 0.5)) for n in (sum(t in terms(x) for x in TEXTS) for t in set(terms(query)))
    ]
    assert index.ceiling(query) == pytest.approx(2.2 * sum(idfs))
    assert list(ranked.values()) == sorted(ranked.values(), reverse=True)


def test_a_loaded_index_ranks_the_same(tmp_path: Path) -> None:
    built = LexicalIndex.build(TEXTS, tmp_path)
    assert LexicalIndex.load(tmp_path).rank("AI act", 10) == built.rank("AI act", 10)


def test_an_index_that_cannot_be_locked_is_read_from_a_copy(tmp_path: Path) -> None:
    built = LexicalIndex.build(TEXTS, tmp_path)
    for lock in tmp_path.rglob("*.lock"):
        lock.unlink()
        # Even root cannot open a folder as a file, as nobody can write to a read-only disk.
        lock.mkdir()
    assert LexicalIndex.load(tmp_path).rank("AI act", 10) == built.rank("AI act", 10)


@pytest.mark.parametrize("query", ["AI", "the act on AI", "drone acts in business", "unheard", "?!"])
def test_some_rows_are_ranked_as_if_all_were_and_those_kept(tmp_path: Path, query: str) -> None:
    """Their scores are the same to the bit: the statistics are those of all rows."""
    texts = [f"{text} {'drones ' * (n % 3)} section {n}" for n, text in enumerate(TEXTS * 20)]
    index = LexicalIndex.build(texts, tmp_path)
    ranked = index.rank(query, len(texts))
    for rows in (range(60), range(13, 40), range(59, 60)):
        kept = [(row, score) for row, score in ranked if row in rows]
        assert index.rank(query, 5, rows) == kept[:5]
        assert index.rank(query, len(texts), rows) == kept
        assert index.scores(query, rows) == dict(kept)
    assert index.scores(query, []) == {}


def test_no_term_no_hit(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS, tmp_path)
    assert index.rank("?!", 10) == []
    assert index.rank("unheard", 10) == []
    assert index.ceiling("?!") == 0


def test_operators_are_words(tmp_path: Path) -> None:
    index = LexicalIndex.build(TEXTS, tmp_path)
    assert index.rank('terms:* AND (AI OR "act', 10) == index.rank("terms and ai or act", 10)


def test_depth_bounds_the_list(tmp_path: Path) -> None:
    assert len(LexicalIndex.build(TEXTS, tmp_path).rank("AI act", 1)) == 1
