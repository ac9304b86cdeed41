"""How sure an answer is: a logistic regression on what the rankings say of the best passage.

Its numbers are in confidence.json, fitted by benchmarks/confidence.py, which writes there too to which questions. They
hold for the default model; another one's cosines lie elsewhere.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

from qa.retrieval import Found
from qa.settings import PACKAGE

FILE = PACKAGE / "confidence.json"
# From here on an answer is shown as a strong one, and from there as one in part; below, the reader is asked to check.
STRONG, PARTIAL = 0.9, 0.8


def features(found: Found) -> dict[str, float]:
    """What the estimate is made from: cosines and BM25 scores, all within -1..1."""
    best = found.hits[0]
    known = {"dense": best.dense, "lexical": best.lexical}
    if likeness := found.likeness:
        # Near misses share their words with the document: what tells them is how people ask for what it does not say.
        known["hints"] = likeness.answered - likeness.unanswered
        known["learnt"] = likeness.learnt
    return known


def estimate_confidence(found: Found) -> float:
    """The estimated probability that the documents answer the question."""
    if not found.hits:
        return 0.0
    model = read_model()[name_of_fit(found)]
    logit = model["intercept"] + sum(model["weights"][name] * value for name, value in features(found).items())
    confidence = 1 / (1 + math.exp(-logit))
    # What the question names outright is shown, as something to check.
    return max(confidence, threshold(found)) if found.named else confidence


def threshold(found: Found) -> float:
    """The confidence below which the question is declined."""
    return float(read_model()[name_of_fit(found)]["threshold"]) if found.hits else 1.0


def name_of_fit(found: Found) -> str:
    """By whose hints the best passage is judged. How people ask for what one document does not say tells something of
    others too.
    """
    if found.likeness is None:
        return "no hints"
    return "own hints" if found.hits[0].hint is not None else "hints of another document"


@cache
def read_model() -> dict[str, Any]:
    """Fit -> its weights by the names of features, its intercept, its threshold, and what it was fitted to."""
    model: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return model
