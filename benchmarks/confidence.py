"""Fits the confidence of an answer, and says what declining at its threshold costs.

python benchmarks/confidence.py > benchmarks/results/confidence.md

writes src/qa/confidence.json as well. Fitted are the dev questions with the hints of their document, the same without
any hints, and questions about another document beside that one and its hints. Every figure is of questions that the
fit they are judged by had not seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qa.ablations import index_with
from qa.answers import open_assistant
from qa.collections import read_squad
from qa.confidence import FILE, features, name_of_fit
from qa.hints import find_hints, read_hints
from qa.questions import Question
from qa.retrieval import Found, search
from qa.settings import CHECKOUT, Settings
from qa.trial import default_sets, made_of, trial_of_sets

FOREIGN = CHECKOUT / "benchmarks" / "foreign" / "fhs-3.0.json"
# Of the answerable questions, the share that may be declined. More than 3 % are too many; up to there, the F1 of
# declining is highest here on the dev questions.
WRONG = 0.025
FOLDS, REPEATS = 10, 5
# A question that means nothing without the one before it is not asked alone.
LEFT_OUT = "follow_up"


def main() -> None:
    """Fit three times, write the numbers, and print what they do."""
    settings = Settings()
    assistant = open_assistant(settings)
    paths = default_sets(settings, "dev")
    questions = [q for q in trial_of_sets(assistant, paths).questions if q.kind != LEFT_OUT]
    foreign = read_squad(FOREIGN)
    print(f"{made_of(assistant)}.\n")
    print(f"Judged by {FOLDS}-fold cross-validation, {REPEATS} times; {WRONG:.1%} of the answerable are declined.\n")
    files = [*paths, *find_hints(settings.corpus), FOREIGN]
    model: dict[str, Any] = {"model": settings.model, "fitted to": {path.name: checksum(path) for path in files}}
    with TemporaryDirectory() as folder:
        bare = index_with(assistant, Path(folder) / "bare", {})
        hints = read_hints(settings.corpus)
        two = index_with(assistant, Path(folder) / "two", hints, beside=foreign.documents)
        for name, index, asked in (
            ("own hints", assistant.index, questions),
            ("no hints", bare, questions),
            ("hints of another document", two, foreign.questions),
        ):
            found = [search(index, assistant.encoder, question.asked, 1) for question in asked]
            # A few find a passage of the other document first, which is judged by another fit.
            judged = [(q, f) for q, f in zip(asked, found, strict=True) if name_of_fit(f) == name]
            answerable = np.array([question.status == "answered" for question, _ in judged])
            model[name], confidence = fit([f for _, f in judged], answerable)
            print_fit(name.capitalize(), [q for q, _ in judged], answerable, confidence, model[name]["threshold"])
    FILE.write_text(json.dumps(model, indent=2) + "\n", encoding="utf-8")


def checksum(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    print(f"## {title}\n")
    print(f"{answerable.sum()} of {len(questions)} questions are answerable. ", end="")
    print(f"AUROC {roc_auc_score(answerable, confidence):.3f}, threshold {threshold:.2f}: ", end="")
    print(f"of the unanswerable {declined[~answerable].mean():.0%} are declined, ", end="")
    print(f"and {np.mean(~answerable[declined]):.0%} of what is declined is unanswerable.\n")
    print("| kind | questions | declined |\n|---|---|---|")
    kinds = [kind_of(question) for question in questions]
    for kind in dict.fromkeys(kinds):
        of_kind = np.array([each == kind for each in kinds])
        print(f"| {kind} | {of_kind.sum()} | {declined[of_kind].mean():.2f} |")
    print()


def kind_of(question: Question) -> str:
    """Its kind; in the foreign set the ids tell it."""
    return question.kind if question.kind != "query" else question.id.rsplit("-", 1)[0]


if __name__ == "__main__":
    main()
