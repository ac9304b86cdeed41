"""Measures agree with their definitions, with trec_eval, and with each other's code."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import auc

from qa.measures import RANKING, calibrate, compare, cover, estimate, estimate_share, in_order, score_ranking, separate

CHANCE = random.Random(7)
IDS = [f"p{n}" for n in range(30)]


def a_run(relevant: int) -> tuple[dict[str, int], list[str]]:
    return dict.fromkeys(CHANCE.sample(IDS, relevant), 1), CHANCE.sample(IDS, 20)


RUNS = {f"q{n}": a_run(CHANCE.randint(1, 4)) for n in range(40)}
QRELS = {id: gold for id, (gold, _) in RUNS.items()}
RUN = {id: in_order(found) for id, (_, found) in RUNS.items()}


def test_measures_are_their_formulas() -> None:
    values = score_ranking(QRELS, RUN)
    for id, (gold, found) in RUNS.items():
        ranks = [rank for rank, passage in enumerate(found, start=1) if passage in gold]
        gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= 10)
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(gold), 10) + 1))
        expected = {
            "Success@1": float(1 in ranks),
            "Success@5": float(any(rank <= 5 for rank in ranks)),
            "R@5": sum(rank <= 5 for rank in ranks) / len(gold),
            "RR@10": next((1 / rank for rank in ranks if rank <= 10), 0.0),
            "nDCG@10": gain / ideal,
        }
        assert {name: values[name][id] for name in RANKING} == pytest.approx(expected)


def test_a_question_without_hits_counts_as_missed() -> None:
    assert score_ranking({"q": {"a": 1}}, {}, ["R@5"]) == {"R@5": {"q": 0.0}}


def test_ids_keep_their_order_whatever_their_names() -> None:
    scores = in_order(["b", "a", "b", "c"])
    assert sorted(scores, key=lambda name: -scores[name]) == ["b", "a", "c"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_an_interval_holds_its_mean(values: list[float]) -> None:
    found = estimate(values)
    assert found.value == pytest.approx(np.mean(values))
    assert found.low <= found.value + 1e-9
    assert found.value <= found.high + 1e-9
    assert found.n == len(values)
    assert estimate(values) == found


def test_an_interval_is_as_wide_as_the_normal_one() -> None:
    values = [float(n % 3 == 0) for n in range(600)]
    found = estimate(values)
    half = 1.96 * math.sqrt(found.value * (1 - found.value) / 600)
    assert found.high - found.low == pytest.approx(2 * half, rel=0.1)


def test_a_share_is_of_what_it_is_of() -> None:
    found = estimate_share([1, 0, 1, 0], [1, 1, 1, 0])
    assert found.value == pytest.approx(2 / 3)
    assert found.n == 3
    assert estimate_share([0, 0], [0, 0]).value == 0


def test_chance_is_told_from_change() -> None:
    old = [0.0, 1.0] * 20
    assert compare(old, old).p == 1
    # Of six questions that all rose, chance does as much once in 2 ** 5.
    assert compare([0.0] * 6, [1.0] * 6).p == pytest.approx(2 / 2**6)
    better = compare([0.0] * 40, old)
    assert better.significant
    assert not better.worse
    assert compare(old, [0.0] * 40).worse
    assert not compare([1.0, 0.0], [0.0, 1.0]).significant


def test_confidence_that_is_true_is_found_so() -> None:
    stated = [0.1] * 50 + [0.9] * 50
    truth = [n < 5 for n in range(50)] + [n < 45 for n in range(50)]
    found = calibrate(stated, truth)
    assert found.confidence == pytest.approx((0.1, 0.9))
    assert found.answerable == pytest.approx((0.1, 0.9))
    assert found.brier == pytest.approx(0.09)
    assert separate(stated, truth) == pytest.approx(0.9)
    assert separate(stated, [True] * 100) is None


def test_risk_grows_with_coverage_to_the_share_of_wrong_ones() -> None:
    found = cover([0.9, 0.8, 0.8, 0.1], [True, True, False, False])
    assert found.coverage == (0.25, 0.75, 1.0)
    assert found.risk == pytest.approx((0.0, 1 / 3, 0.5))
    steps = auc([0, 0.25, 0.25, 0.75, 0.75, 1], [0, 0, 1 / 3, 1 / 3, 0.5, 0.5])
    assert found.area == pytest.approx(steps)
