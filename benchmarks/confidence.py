"""Fits the confidence of an answer to the dev questions, and says what declining at its threshold costs.

python benchmarks/confidence.py > benchmarks/results/confidence.md
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa.answers import INTERCEPT, SLOPE, THRESHOLD, open_assistant
from qa.evaluation import evaluate
from qa.figures import trust
from qa.settings import Settings
from qa.trial import default_sets, made_of, trial_of_sets

# Of the answerable questions, the shares that might be declined.
WRONG = (0.01, 0.03, 0.05, 0.1)


def main() -> None:
    """Fit on the best fused score, and print what the fit and the constants in use do."""
    settings = Settings()
    assistant = open_assistant(settings)
    trial = trial_of_sets(assistant, default_sets(settings, "dev"))
    # In a language that is not served every question is declined, whatever its score.
    questions = [question for question in trial.questions if question.language in settings.languages]
    outcomes = evaluate(assistant, questions)
    best = np.array([[outcome.hits[0].score] for outcome in outcomes])
    confidence = np.array([outcome.answer.confidence for outcome in outcomes])
    answerable = np.array([outcome.answerable for outcome in outcomes])
    model = LogisticRegression(C=1e6).fit(best, answerable)
    languages = ", ".join(settings.languages)
    print(f"{answerable.sum()} of {len(questions)} dev questions ({languages}) are answerable; {made_of(assistant)}.\n")
    print(f"AUROC of the confidence {trust(outcomes).auroc:.3f}.")
    print(f"Fitted: SLOPE {model.coef_[0, 0]:.2f}, INTERCEPT {model.intercept_[0]:.2f}; in use {SLOPE}, {INTERCEPT}.\n")
    print(f"| kind | questions | declined (confidence below {THRESHOLD}) |\n|---|---|---|")
    for kind in dict.fromkeys(question.kind for question in questions):
        of_kind = [outcome for outcome in outcomes if outcome.question.kind == kind]
        print(f"| {kind} | {len(of_kind)} | {np.mean([outcome.declined for outcome in of_kind]):.2f} |")
    print("\n| of the answerable declined | confidence | of the others declined |\n|---|---|---|")
    for wrong in WRONG:
        limit = np.quantile(confidence[answerable], wrong)
        print(f"| {wrong:.0%} | {limit:.2f} | {(confidence[~answerable] < limit).mean():.0%} |")


if __name__ == "__main__":
    main()
