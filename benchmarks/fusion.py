"""What each score should have in the fused one: shares fitted to the dev questions, and shares tried.

python benchmarks/fusion.py > benchmarks/results/fusion.md
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from qa.answers import open_assistant
from qa.conversation import converse
from qa.evaluation import Outcome, evaluate
from qa.questions import Question
from qa.retrieval import DEPTH, SHARES, Shares
from qa.settings import Settings
from qa.trial import default_sets, made_of, trial_of_sets

# (level, those asked) of each pair of columns: first, and in five.
COLUMNS = (("passage", "en"), ("section", "en"), ("section", "en.paraphrase"), ("section", "ja"))
TRIED = [
    SHARES,
    *(Shares(0.85 - hint, 0.15, hint) for hint in (0.2, 0.5)),
    *(Shares(0.65 - lexical, lexical, 0.35) for lexical in (0.05, 0.3)),
    *(Shares(1, 0, 0), Shares(0, 1, 0), Shares(0, 0, 1)),
]


def main() -> None:
    """Print the fit, and one row for each way of sharing."""
    settings = Settings()
    assistant = open_assistant(settings)
    trial = trial_of_sets(assistant, default_sets(settings, "dev"))
    questions = [question for question in trial.questions if wanted(question)]
    print(f"{len(questions)} answerable dev questions that stand alone; {made_of(assistant)}.\n")
    outcomes = evaluate(assistant, questions)
    fitted = " · ".join(f"{share:.2f}" for share in fit(outcomes))
    print(f"Fitted, as parts of one: vectors, words, hints {fitted}.\n")
    print("| vectors, words, hints | passage @1 | @5 | section @1 | @5 | paraphrases @1 | @5 | Japanese @1 | @5 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for shares in TRIED:
        find = partial(converse, assistant.index, assistant.encoder, k=DEPTH, shares=shares)
        outcomes = evaluate(assistant, questions, find=find)
        cells = [f"{success(outcomes, level, group, k):.3f}" for level, group in COLUMNS for k in (1, 5)]
        name = f"{shares.dense:.2f} · {shares.lexical:.2f} · {shares.hint:.2f}"
        print(f"| {name}{', in use' if shares == SHARES else ''} | {' | '.join(cells)} |")


def success(outcomes: list[Outcome], level: str, group: str, k: int) -> float:
    """The share of a group ("en", "en.typo") that has something relevant among the first k."""
    judged = [(outcome, outcome.question) for outcome in outcomes]
    ranks = [o.rank(level) for o, q in judged if group in (q.language, f"{q.language}.{q.kind}")]
    return float(np.mean([rank is not None and rank <= k for rank in ranks]))


def wanted(question: Question) -> bool:
    """Whether it has an answer, and can be understood alone."""
    return question.status == "answered" and question.kind != "follow_up"


def fit(outcomes: list[Outcome]) -> NDArray[np.float64]:
    """The shares under which a relevant passage is likeliest to be drawn, if odds grow with the fused score."""
    scores = [np.array([(h.dense, h.lexical, h.hint or h.dense) for h in outcome.hits]) for outcome in outcomes]
    relevant = [np.array([h.passage.id in outcome.gold["passage"] for h in outcome.hits]) for outcome in outcomes]

    def loss(weights: NDArray[np.float64]) -> float:
        total = 0.0
        for rows, gold in zip(scores, relevant, strict=True):
            odds = rows @ weights
            total += float(logsumexp(odds) - logsumexp(odds[gold]))
        return total / len(scores) + 1e-5 * float(weights @ weights)

    weights = np.asarray(minimize(loss, np.array([50.0, 10.0, 30.0])).x, np.float64)
    return np.asarray(weights / weights.sum())


if __name__ == "__main__":
    main()
