"""Least squares over examples: the formula, the sides, and what is like none of them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from qa.least_squares import RIDGE, WIDTH, estimate, fit
from qa.types import Matrix


def unit(rows: NDArray[np.float64]) -> Matrix:
    vectors: Matrix = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return vectors


@pytest.fixture
def examples() -> tuple[Matrix, NDArray[np.bool_]]:
    generator = np.random.default_rng(7)
    answered = np.arange(60) % 3 > 0
    # Two clouds that touch, and what is in neither's direction.
    centres = np.where(answered[:, None], np.eye(8)[0] + np.eye(8)[1], np.eye(8)[0] - np.eye(8)[1])
    return unit(centres + generator.normal(scale=0.2, size=(60, 8))), answered


def test_weights_solve_the_regularised_system(examples: tuple[Matrix, NDArray[np.bool_]]) -> None:
    vectors, answered = examples
    distances = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2).astype(np.float64)
    # Two thirds are answered: each example of a kind pays in proportion, so that both kinds pay alike.
    ridge = RIDGE * np.where(answered, 2 * 2 / 3, 2 / 3)
    expected = np.linalg.solve(np.exp(-WIDTH * distances) + np.diag(ridge), np.where(answered, 1.0, -1.0))
    np.testing.assert_allclose(fit(vectors, answered), expected, atol=1e-4)


def test_each_side_is_told_and_the_unknown_is_neither(examples: tuple[Matrix, NDArray[np.bool_]]) -> None:
    vectors, answered = examples
    weights = fit(vectors, answered)
    likely = [estimate(vectors @ vector, weights) for vector in unit(np.array([[1, 1.0], [1, -1.0]]) @ np.eye(8)[:2])]
    assert likely[0] > 0.7
    assert likely[1] < -0.7
    assert abs(estimate(vectors @ np.eye(8, dtype=np.float32)[5], weights)) < 0.1


@pytest.mark.parametrize("answered", [True, False])
def test_examples_of_one_kind_only(answered: bool) -> None:
    vectors = np.eye(3, dtype=np.float32)
    weights = fit(vectors, np.full(3, answered))
    assert estimate(vectors @ vectors[0], weights) == pytest.approx((1 if answered else -1) / (1 + 2 * RIDGE), rel=1e-3)
