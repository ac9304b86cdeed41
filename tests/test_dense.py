"""FAISS against brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qa.dense import DenseIndex
from qa.types import Matrix


@pytest.fixture
def vectors() -> Matrix:
    rows = np.random.default_rng(7).standard_normal((200, 16)).astype(np.float32)
    unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def test_ranks_as_brute_force_does(vectors: Matrix) -> None:
    index = DenseIndex.build(vectors)
    for query in vectors[:20]:
        cosines = vectors @ query
        expected = np.argsort(-cosines)[:10]
        ranked = index.rank(query, 10)
        assert [row for row, _ in ranked] == expected.tolist()
        assert [score for _, score in ranked] == pytest.approx(cosines[expected].tolist(), abs=1e-6)
        assert ranked[0][1] == pytest.approx(1)


@pytest.mark.parametrize("rows", [range(200), range(50, 90), range(199, 200)])
def test_ranks_some_rows_as_if_all_were_ranked_and_those_kept(vectors: Matrix, rows: range) -> None:
    index = DenseIndex.build(vectors)
    for query in vectors[:20]:
        kept = [(row, score) for row, score in index.rank(query, len(vectors)) if row in rows]
        assert index.rank(query, 10, rows) == kept[:10]
        assert index.rank(query, 10_000, rows) == kept
        assert sorted(kept) == list(enumerate(index.cosines(query, rows).tolist(), rows.start))


def test_save_and_load(tmp_path: Path, vectors: Matrix) -> None:
    built = DenseIndex.build(vectors)
    built.save(tmp_path / "rows.faiss")
    loaded = DenseIndex.load(tmp_path / "rows.faiss")
    assert loaded.rank(vectors[3], 5) == built.rank(vectors[3], 5)
    assert np.array_equal(loaded.vectors(), vectors)
    assert np.array_equal(loaded.vectors(5, 2), vectors[5:7])


def test_depth_beyond_the_rows(vectors: Matrix) -> None:
    assert len(DenseIndex.build(vectors).rank(vectors[0], 10_000)) == len(vectors)
