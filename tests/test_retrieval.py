"""Fusion: bounds, order, and agreement with a sum by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import WordEncoder

from qa.index import Index, build_index, open_index
from qa.retrieval import DENSE_SHARE, search


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Index:
    folder = tmp_path_factory.mktemp("index")
    build_index(corpus, folder, WordEncoder())
    return open_index(corpus, folder, WordEncoder())


@pytest.mark.parametrize("query", ["AI Act enforced", "drones", "zzz", "?", "日本", "a " * 250, 'OR AND ( "', "\0"])
def test_bounds_and_order(index: Index, query: str) -> None:
    hits = search(index, WordEncoder(), query, 5)
    assert len(hits) == 5
    assert len({hit.passage.id for hit in hits}) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert -1e-6 <= hit.score <= 1 + 1e-6
        assert 0 <= hit.lexical <= 1
        assert hit.sentence in hit.passage.sentences


def test_scores_are_the_sum_by_hand(index: Index) -> None:
    encoder, query = WordEncoder(), "large-scale platform operators removal requests"
    vector = encoder.encode([query], "query")[0]
    lexical = dict(index.lexical.rank(query, 1000))
    ceiling = index.lexical.ceiling(query)
    by_hand = [
        DENSE_SHARE * max(0.0, float(index.dense.vectors(row, 1)[0] @ vector))
        + (1 - DENSE_SHARE) * lexical.get(row, 0.0) / ceiling
        for row in range(len(index.passages))
    ]
    hits = search(index, encoder, query, len(index.passages))
    assert sorted(by_hand, reverse=True) == pytest.approx([hit.score for hit in hits], abs=1e-6)


def test_the_same_question_gives_the_same_hits(index: Index) -> None:
    first, second = (search(index, WordEncoder(), "guideline for business", 10) for _ in range(2))
    assert first == second


def test_a_longer_list_begins_with_the_shorter(index: Index) -> None:
    assert search(index, WordEncoder(), "guidelines", 20)[:3] == search(index, WordEncoder(), "guidelines", 3)
