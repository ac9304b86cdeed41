"""Which way of fusing the two rankings finds most, and how sure an answer is: measured on the dev questions.

python benchmarks/fusion.py            prints both tables; they are kept in results/fusion.md
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from qa.answers import INTERCEPT, SLOPE, THRESHOLD, estimate_confidence
from qa.encoder import SentenceEncoder
from qa.index import Index, build_index, open_index
from qa.retrieval import search
from qa.settings import Settings

QUESTIONS = Settings().corpus / "questions" / "factsheet-2025.dev.jsonl"
Scores = NDArray[np.float64]
Fusion = Callable[[Scores, Scores, float], Scores]
# Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher 2009).
RRF_CONSTANT = 60


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
    settings = Settings()
    encoder = SentenceEncoder(settings.model)
    build_index(settings.corpus, settings.index, encoder)
    index = open_index(settings.corpus, settings.index, encoder)
    questions = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    english = [question for question in questions if question["language"] == "en"]
    versions = ", ".join(f"{name} {version(name)}" for name in ("sentence-transformers", "faiss-cpu", "tantivy"))
    print(f"Python {platform.python_version()}, {versions}; {settings.model}; {len(index.passages)} passages.\n")
    fusion_table(index, encoder, [q for q in english if q["status"] == "answered"])
    refusal_table(index, encoder, english)


def fusion_table(index: Index, encoder: SentenceEncoder, questions: list[dict[str, object]]) -> None:
    """Share of questions whose evidence, and whose section, is found at rank one and in the first five."""
    size = len(index.passages)
    vectors = encoder.encode([str(question["question"]) for question in questions], "query")
    print(f"{len(questions)} answerable English dev questions.\n")
    print("| fusion | passage @1 | @5 | section @1 | @5 | paraphrases: section @1 | @5 |")
    print("|---|---|---|---|---|---|---|")
    for name, fusion in FUSIONS.items():
        ranks = []
        for question, vector in zip(questions, vectors, strict=True):
            dense, lexical = np.zeros(size), np.zeros(size)
            for row, score in index.dense.rank(vector, size):
                dense[row] = score
            for row, score in index.lexical.rank(str(question["question"]), size):
                lexical[row] = score
            order = np.argsort(-fusion(dense, lexical, index.lexical.ceiling(str(question["question"]))), kind="stable")
            ranks.append((question["kind"], *_ranks(index, question, order.tolist())))
        hard = [rank for rank in ranks if rank[0] == "paraphrase"]
        cells = [_share(ranks, 1, 1), _share(ranks, 1, 5), _share(ranks, 2, 1), _share(ranks, 2, 5)]
        print(f"| {name} | {' | '.join([*cells, _share(hard, 2, 1), _share(hard, 2, 5)])} |")


def refusal_table(index: Index, encoder: SentenceEncoder, questions: list[dict[str, object]]) -> None:
    """Fit the confidence, and say how many of each kind fall below the threshold in use."""
    hits = [search(index, encoder, str(question["question"]), 1) for question in questions]
    best = np.array([[found[0].score] for found in hits])
    answerable = np.array([question["status"] == "answered" for question in questions])
    model = LogisticRegression(C=1e6).fit(best, answerable)
    auroc = roc_auc_score(answerable, best[:, 0])
    print(
        f"\nBest fused score against answerable: AUROC {auroc:.3f}, {answerable.sum()} of {len(questions)} answerable."
    )
    print(f"Fitted: SLOPE {model.coef_[0, 0]:.2f}, INTERCEPT {model.intercept_[0]:.2f}; in use {SLOPE}, {INTERCEPT}.\n")
    print(f"| kind | questions | declined (confidence below {THRESHOLD}) |\n|---|---|---|")
    for kind in dict.fromkeys(str(question["kind"]) for question in questions):
        of_kind = [found for question, found in zip(questions, hits, strict=True) if question["kind"] == kind]
        declined = sum(estimate_confidence(found) < THRESHOLD for found in of_kind)
        print(f"| {kind} | {len(of_kind)} | {declined / len(of_kind):.2f} |")
    for wrong in (0.01, 0.03, 0.05, 0.1):
        confidence = model.predict_proba(np.quantile(best[answerable], wrong).reshape(1, 1))[0, 1]
        refused = (best[~answerable, 0] < np.quantile(best[answerable], wrong)).mean()
        print(
            f"\nDeclining {wrong:.0%} of them (confidence {confidence:.2f}) declines {refused:.0%} of the unanswerable."
        )


def _ranks(index: Index, question: dict[str, object], order: list[int]) -> tuple[int, int]:
    """The ranks, from 0, of the first passage with the evidence and of the first section named."""
    document = next(iter(index.documents.values()))
    spans = [(document.text.find(quote), len(quote)) for quote in _list(question["evidence"])]
    numbers = list(dict.fromkeys(index.passages[row].section.number for row in order))
    section = min(numbers.index(number) for number in _list(question["sections"]))
    for rank, row in enumerate(order):
        passage = index.passages[row]
        named = passage.section.number in _list(question["sections"])
        if named and any(quote in passage.text or _overlap(passage.start, passage.end, *span) for quote, span in
                         zip(_list(question["evidence"]), spans, strict=True)):  # fmt: skip
            return rank, section
    return len(order), section


def _overlap(start: int, end: int, at: int, length: int) -> bool:
    return at >= 0 and start < at + length and at < end


def _list(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


def _share(ranks: Sequence[tuple[object, ...]], column: int, first: int) -> str:
    return f"{np.mean([int(str(rank[column])) < first for rank in ranks]):.3f}"


if __name__ == "__main__":
    main()
