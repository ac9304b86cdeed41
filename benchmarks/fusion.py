"""Which way of fusing the two rankings finds most: measured on the English dev questions.

python benchmarks/fusion.py > benchmarks/results/fusion.md
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from qa.answers import open_assistant
from qa.encoder import Encoder
from qa.evaluation import evaluate
from qa.figures import ALL, Evaluation
from qa.index import Index
from qa.questions import Question
from qa.settings import Settings
from qa.trial import default_sets, made_of, trial_of_sets
from qa.types import Hit

Scores = NDArray[np.float64]
Fusion = Callable[[Scores, Scores, float], Scores]
# Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher 2009).
RRF_CONSTANT = 60
COLUMNS = ("passage.success@1", "passage.success@5", "section.success@1", "section.success@5")


def reciprocal_ranks(dense: Scores, lexical: Scores, ceiling: float) -> Scores:
    total = np.zeros(len(dense))
    for scores in (dense, lexical):
        found = [row for row in np.argsort(-scores, kind="stable") if scores[row] > 0]
        total[found] += 1 / (RRF_CONSTANT + 1 + np.arange(len(found)))
    return total


def min_max(share: float) -> Fusion:
    def fused(dense: Scores, lexical: Scores, ceiling: float) -> Scores:
        scaled: Scores = (dense - dense.min()) / (dense.max() - dense.min())
        return share * scaled + (1 - share) * lexical / max(float(lexical.max()), 1e-9)

    return fused


def theoretical(share: float) -> Fusion:
    return lambda dense, lexical, ceiling: share * dense.clip(0) + (1 - share) * lexical / max(ceiling, 1e-9)


FUSIONS: dict[str, Fusion] = {
    "BM25 alone": lambda dense, lexical, ceiling: lexical,
    "dense alone": lambda dense, lexical, ceiling: dense,
    "reciprocal rank fusion": reciprocal_ranks,
    **{f"min-max, {share} dense": min_max(share) for share in (0.5, 0.7, 0.8, 0.9)},
    **{f"theoretical maximum, {share} dense": theoretical(share) for share in (0.4, 0.5, 0.6, 0.7, 0.8)},
}


def main() -> None:
    """Print one row for each fusion."""
    settings = Settings()
    assistant = open_assistant(settings)
    trial = trial_of_sets(assistant, default_sets(settings, "dev"))
    questions = [question for question in trial.questions if wanted(question)]
    print(f"{len(questions)} answerable English dev questions that stand alone; {made_of(assistant)}.\n")
    print("| fusion | passage @1 | @5 | section @1 | @5 | paraphrases: section @1 | @5 |")
    print("|---|---|---|---|---|---|---|")
    for name, fusion in FUSIONS.items():
        find = partial(rank, assistant.index, assistant.encoder, fusion)
        figures = Evaluation(name, evaluate(assistant, questions, find=find)).figures
        cells = [figures[ALL][column] for column in COLUMNS]
        cells += [figures["en.paraphrase"][column] for column in COLUMNS[2:]]
        print(f"| {name} | {' | '.join(f'{cell.value:.3f}' for cell in cells)} |")


def wanted(question: Question) -> bool:
    """Whether it has an answer, and can be understood alone."""
    return question.status == "answered" and question.language == "en" and question.kind != "follow_up"


def rank(index: Index, encoder: Encoder, fusion: Fusion, query: str) -> list[Hit]:
    """All passages by their fused scores."""
    size = len(index.passages)
    vector = encoder.encode([query], "query")[0]
    dense, lexical = np.zeros(size), np.zeros(size)
    for scores, ranking in ((dense, index.dense.rank(vector, size)), (lexical, index.lexical.rank(query, size))):
        for row, score in ranking:
            scores[row] = score
    fused = fusion(dense, lexical, index.lexical.ceiling(query))
    best = np.argsort(-fused, kind="stable")
    return [Hit(index.passages[row], float(fused[row]), dense[row], lexical[row], (0, 0)) for row in best]


if __name__ == "__main__":
    main()
