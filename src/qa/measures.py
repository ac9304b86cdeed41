"""Measures of a run, each with how sure it is.

Ranking: ir-measures (MacAvaney, Macdonald and Ounis 2022) over trec_eval. Intervals: the percentile bootstrap over
questions (Sakai 2006). Differences: the paired randomisation test (Smucker, Allan and Carterette 2007).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# (question id) -> (id of a passage, section or document) -> relevance, or a score that gives the order.
Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Mapping[str, float]]
Values = NDArray[np.float64]

RANKING = ("Success@1", "Success@5", "R@5", "RR@10", "nDCG@10")
# R@100 is what collections are compared by, beside nDCG@10 (Thakur et al. 2021).
RANKING_OF_COLLECTIONS = (*RANKING, "R@100")
CONFIDENCE = 0.95
# From seed to seed an end of an interval then moves by up to 0.5 points at 438 questions and 2.5 points at 40; ten
# times as many would take a minute.
RESAMPLES = 2000
# With the one observed, ten thousand: the least p that can come out is 0.0002.
PERMUTATIONS = 9999
# Any; the same, so that the same values give the same interval.
SEED = 0
# Numbers drawn at a time, so that ten thousand questions take 100 MB and not ten GB.
BATCH = 10_000_000
# Groups of about equal size that confidences are compared with the truth in: 40 questions and more each in our sets.
BINS = 8


class Estimate(NamedTuple):
    """A mean over `n` questions with its 95 % interval, which is the value itself where there is but one question."""

    value: float
    low: float
    high: float
    n: int


class Difference(NamedTuple):
    """How much a mean changed over the same `n` questions, and how likely chance alone changes it as much."""

    before: float
    after: float
    p: float
    n: int

    @property
    def changed(self) -> bool:
        """Whether the mean is another one."""
        return self.before != self.after

    @property
    def significant(self) -> bool:
        """Whether it changed, and not by chance at the 5 % level."""
        return self.p < 1 - CONFIDENCE

    @property
    def worse(self) -> bool:
        """Whether it fell, and not by chance."""
        return self.after < self.before and self.significant


class Calibration(NamedTuple):
    """In groups of equal size the mean confidence and the share that is answerable; and the Brier score of all."""

    confidence: tuple[float, ...]
    answerable: tuple[float, ...]
    brier: float


class RiskCoverage(NamedTuple):
    """Of the share of questions answered first, by falling confidence, the share answered wrong; and the area below."""

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: float


def score_ranking(qrels: Qrels, run: Run, names: Sequence[str] = RANKING) -> dict[str, dict[str, float]]:
    """Measure -> question -> value; 0 for a question of the qrels that the run has nothing for."""
    import ir_measures

    measures = [ir_measures.parse_measure(name) for name in names]
    values: dict[str, dict[str, float]] = {name: dict.fromkeys(qrels, 0.0) for name in names}
    for metric in ir_measures.iter_calc(measures, qrels, run):
        values[str(metric.measure)][metric.query_id] = float(metric.value)
    return values


def in_order(ids: Sequence[str]) -> dict[str, float]:
    """The scores of ids from best to worst: falling, so that no tie is broken by name."""
    return {id: 1 / rank for rank, id in enumerate(dict.fromkeys(ids), start=1)}


def estimate(values: Sequence[float] | Values) -> Estimate:
    """The mean of one value a question."""
    return estimate_share(values, np.ones(len(values)))


def estimate_share(parts: Sequence[float] | Values, wholes: Sequence[float] | Values) -> Estimate:
    """The sum of `parts` over that of `wholes`, one pair a question; its `n` is the sum of the wholes."""
    from scipy.stats import bootstrap

    part, whole = np.asarray(parts, float), np.asarray(wholes, float)
    value, n = _ratio(part, whole), int(whole.sum())
    if len(part) < 2:
        return Estimate(float(value), float(value), float(value), n)
    interval = bootstrap(
        (part, whole), _ratio, n_resamples=RESAMPLES, paired=True, confidence_level=CONFIDENCE,
        method="percentile", batch=_batch(part), rng=np.random.default_rng(SEED),
    ).confidence_interval  # fmt: skip
    return Estimate(float(value), float(interval.low), float(interval.high), n)


def compare(before: Sequence[float], after: Sequence[float]) -> Difference:
    """The same questions measured twice, by a two-sided paired randomisation test."""
    from scipy.stats import permutation_test

    old, new = np.asarray(before, float), np.asarray(after, float)
    if len(old) < 2 or not (old != new).any():
        return Difference(float(old.mean()), float(new.mean()), 1.0, len(old))
    test = permutation_test(
        (new, old), lambda x, y, axis: np.mean(x - y, axis=axis), permutation_type="samples", vectorized=True,
        n_resamples=PERMUTATIONS, batch=_batch(old), rng=np.random.default_rng(SEED),
    )  # fmt: skip
    return Difference(float(old.mean()), float(new.mean()), float(test.pvalue), len(old))


def adjust(differences: Mapping[str, Difference]) -> dict[str, Difference]:
    """The same, each p corrected for how many there are (Benjamini and Hochberg 1995)."""
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control([difference.p for difference in differences.values()])
    return {name: d._replace(p=float(p)) for (name, d), p in zip(differences.items(), adjusted, strict=True)}


def calibrate(confidence: Sequence[float], answerable: Sequence[bool]) -> Calibration:
    """How the confidences compare with what is answerable (Brier 1950; equal-mass bins, Nguyen and O'Connor 2015).

    Equal confidences stay in one bin.
    """
    from sklearn.metrics import brier_score_loss

    stated, truth = np.asarray(confidence, float), np.asarray(answerable, float)
    order = np.argsort(stated, kind="stable")
    changes = np.flatnonzero(np.diff(stated[order])) + 1
    wanted = np.searchsorted(changes, np.arange(1, BINS) * len(order) // BINS)
    groups = np.split(order, np.unique(changes[wanted[wanted < len(changes)]]))
    return Calibration(
        tuple(float(stated[group].mean()) for group in groups),
        tuple(float(truth[group].mean()) for group in groups),
        float(brier_score_loss(truth, stated)),
    )


def cover(confidence: Sequence[float], right: Sequence[bool]) -> RiskCoverage:
    """The risk at each coverage (El-Yaniv and Wiener 2010); equal confidences are answered together."""
    stated = np.asarray(confidence, float)
    order = np.argsort(-stated, kind="stable")
    counts = np.arange(1, len(order) + 1)
    risk = np.cumsum(~np.asarray(right, bool)[order]) / counts
    last = np.append(np.diff(stated[order]) != 0, True)
    coverage, risk = counts[last] / len(order), risk[last]
    area = float(np.average(risk, weights=np.diff(coverage, prepend=0)))
    return RiskCoverage(tuple(coverage.tolist()), tuple(risk.tolist()), area)


def separate(confidence: Sequence[float], answerable: Sequence[bool]) -> float | None:
    """The chance that an answerable question has the higher confidence (AUROC); None where all are of one sort."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(answerable, confidence)) if len(set(answerable)) == 2 else None


def _batch(values: Values) -> int:
    return max(1, BATCH // len(values))


def _ratio(parts: Values, wholes: Values, axis: int = -1) -> Values:
    total = wholes.sum(axis=axis)
    share: Values = np.divide(parts.sum(axis=axis), total, out=np.zeros(np.shape(total)), where=total > 0)
    return share
