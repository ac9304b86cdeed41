"""Fits the confidence of an answer to the dev questions, and says what declining at its threshold costs.

python benchmarks/confidence.py > benchmarks/results/confidence.md

writes src/qa/confidence.json as well. Every figure is of questions that the fit they are judged by had not seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qa.answers import open_assistant
from qa.confidence import FILE, features
from qa.hints import find_hints
from qa.questions import Question
from qa.retrieval import Found, search
from qa.settings import Settings
from qa.trial import default_sets, made_of, trial_of_sets

# Of the answerable questions, the share that may be declined.
WRONG = 0.03
FOLDS, REPEATS = 10, 5
# A question that means nothing without the one before it is not asked alone.
LEFT_OUT = "follow_up"


def main() -> None:
    """Fit with hints and without, write both, and print what they do."""
    settings = Settings()
    assistant = open_assistant(settings)
    paths = default_sets(settings, "dev")
    questions = [q for q in trial_of_sets(assistant, paths).questions if q.kind != LEFT_OUT]
    found = [search(assistant.index, assistant.encoder, question.asked, 1) for question in questions]
    answerable = np.array([question.status == "answered" for question in questions])
    print(f"{answerable.sum()} of {len(questions)} dev questions are answerable; {made_of(assistant)}.\n")
    print(f"Judged by {FOLDS}-fold cross-validation, {REPEATS} times; {WRONG:.0%} of the answerable are declined.\n")
    with_hints, h = fit(found, answerable)
    without, w = fit([replace(each, likeness=None) for each in found], answerable)
    print_fit("With hints", questions, answerable, h, with_hints["threshold"])
    print_fit("Without", questions, answerable, w, without["threshold"])
    checksums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    checksums |= {f"hints/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in find_hints(settings.corpus)}
    model = {"with hints": with_hints, "without hints": without, "model": settings.model, "fitted to": checksums}
    FILE.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def fit(found: Sequence[Found], answerable: NDArray[np.bool_]) -> tuple[dict[str, Any], NDArray[np.float64]]:
    """The numbers of the fit to all, and for each question the confidence by fits to others."""
    rows = [features(each) for each in found]
    names = list(rows[0])
    values = np.array([[row[name] for name in names] for row in rows])
    model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0))
    unseen = [
        cross_val_predict(model, values, answerable, cv=StratifiedKFold(FOLDS, shuffle=True, random_state=seed),
                          method="predict_proba")[:, 1]
        for seed in range(REPEATS)
    ]  # fmt: skip
    confidence = np.mean(unseen, axis=0)
    scaler, regression = (step for _, step in model.fit(values, answerable).steps)
    weights = regression.coef_[0] / scaler.scale_
    numbers = {
        "weights": {name: round(float(weight), 4) for name, weight in zip(names, weights, strict=True)},
        "intercept": round(float(regression.intercept_[0] - weights @ scaler.mean_), 4),
        "threshold": round(float(np.quantile(confidence[answerable], WRONG)), 4),
    }
    return numbers, confidence


def print_fit(
    title: str, questions: Sequence[Question], answerable: NDArray[np.bool_],
    confidence: NDArray[np.float64], threshold: float,
) -> None:  # fmt: skip
    """AUROC, and what is declined of each kind."""
    declined = confidence < threshold
    print(f"{title}: AUROC {roc_auc_score(answerable, confidence):.3f}, threshold {threshold:.2f}, ", end="")
    print(f"of the unanswerable {declined[~answerable].mean():.0%} declined.\n")
    print("| kind | questions | declined |\n|---|---|---|")
    for kind in dict.fromkeys(question.kind for question in questions):
        of_kind = np.array([question.kind == kind for question in questions])
        print(f"| {kind} | {of_kind.sum()} | {declined[of_kind].mean():.2f} |")
    print()


if __name__ == "__main__":
    main()
