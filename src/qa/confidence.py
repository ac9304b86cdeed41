"""How sure an answer is: a logistic regression on what the rankings say of the best passage.

Its numbers are in confidence.json, fitted to the dev questions by benchmarks/confidence.py, which writes there too what
they were fitted to. They hold for the default model; another one's cosines lie elsewhere.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from qa.retrieval import Found
from qa.settings import PACKAGE

FILE = PACKAGE / "confidence.json"
# From here on an answer is shown as a strong one, and from there as one in part; below, the reader is asked to check.
STRONG, PARTIAL = 0.9, 0.7


def features(found: Found) -> dict[str, float]:
    """What the estimate is made from; cosines and BM25 scores, all within -1..1."""
    best = found.hits[0]
    known = {"dense": best.dense, "lexical": best.lexical}
    if likeness := found.likeness:
        # Near misses share their words with the document: what tells them is how people ask for what it does not say.
        known["hint"] = best.hint if best.hint is not None else best.dense
        known["hints"] = likeness.answered - likeness.unanswered
        known["hint words"] = likeness.answered_words - likeness.unanswered_words
    return known


def estimate_confidence(found: Found) -> float:
    """The estimated probability that the documents answer the question."""
    if not found.hits:
        return 0.0
    known = features(found)
    model = read_model()[name_of_fit(known)]
    logit = model["intercept"] + sum(model["weights"][name] * value for name, value in known.items())
    confidence = 1 / (1 + math.exp(-logit))
    # What the question names outright is shown, as something to check.
    return max(confidence, threshold(found)) if found.named else confidence


def threshold(found: Found) -> float:
    """The confidence below which the question is declined: that of 3 % of the answerable dev questions."""
    return float(read_model()[name_of_fit(features(found))]["threshold"]) if found.hits else 1.0


def name_of_fit(known: Mapping[str, float]) -> str:
    """Documents without hints have a fit of their own."""
    return "with hints" if "hints" in known else "without hints"


@cache
def read_model() -> dict[str, Any]:
    """Fit -> its weights by the names of features, its intercept, its threshold, and what it was fitted to."""
    model: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return model
