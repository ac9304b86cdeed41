"""Query -> hits: vectors, words and hints, fused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa.encoder import Encoder
from qa.hint_index import Likeness
from qa.index import Index
from qa.lookups import look_up
from qa.types import Hit, Matrix

# Candidates from each ranking. What is further down in both is not seen, and would hardly come first.
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Shares:
    """What each score has in the fused one; they need not add up to one."""

    dense: float
    lexical: float
    hint: float

    def fuse(self, dense: float, lexical: float, hint: float | None) -> float:
        """One score in 0..1; `hint` is None where there are no hints at all."""
        parts = [(self.dense, max(dense, 0.0)), (self.lexical, lexical)]
        if hint is not None:
            parts.append((self.hint, max(hint, 0.0)))
        total = sum(share for share, _ in parts)
        return sum(share * score for share, score in parts) / total if total else 0.0


# Each score is normalised by its theoretical maximum (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for
# Hybrid Retrieval"): 1 for a cosine, for BM25 what no passage could exceed on this query. The shares are those of a
# listwise logistic fit to the dev questions, in round figures, when there were half of the hints. With all, the fit
# gives hints more, and finds no more: benchmarks/results/fusion.md.
SHARES = Shares(dense=0.5, lexical=0.15, hint=0.35)
# How much nearer to a query hints are than their passages, in the mean of the dev questions: they are questions too.
# Where some passages have hints, those without are given theirs so. Otherwise a document without hints loses its own
# questions to one that has some: of 210 about the Filesystem Hierarchy Standard beside the factsheet 49 % found their
# passage first, and so 58 %; without the factsheet there, 59 %.
GAP = 0.04
# By so much the nearest sentence has to be nearer than the next. Of the first passages that answer a dev question it is
# one that answers in 83 % of those where it is, in 37 % of the others; 80 % are such.
CLEAR = 0.005


@dataclass(frozen=True, slots=True)
class Found:
    """The passages, best first; whether the query names them outright; how like it is to hints, if there are any.

    `history` are the queries before it that it was read with.
    """

    hits: tuple[Hit, ...]
    named: bool = False
    likeness: Likeness | None = None
    history: tuple[str, ...] = ()


def search(
    index: Index, encoder: Encoder, query: str, k: int, document: str | None = None, shares: Shares = SHARES
) -> Found:
    """The `k` best passages, those first that the query names. Equal scores keep the order of the document.

    `document` is the id of the only one to search: all rankings then see its passages alone, and score each as
    in a search of all, with the BM25 statistics of the whole corpus.
    """
    rows = range(len(index.passages)) if document is None else _rows(index, document)
    if not rows:
        return Found(())
    vector = encoder.encode([query], "query")[0]
    likeness = index.hints.liken(vector, document)
    hints = likeness.passages if likeness else {}
    named = {rows[place] for place in look_up(query, index.passages[rows.start : rows.stop])}
    cosines = dict(index.dense.rank(vector, DEPTH, rows))
    words = dict(index.lexical.rank(query, DEPTH, rows))
    # What one ranking found has its score in the others too, however far down that is.
    for row in (words.keys() | hints.keys() | named) - cosines.keys():
        cosines[row] = float(index.dense.vectors(row, 1)[0] @ vector)
    words |= index.lexical.scores(query, cosines.keys() - words.keys())
    ceiling = index.lexical.ceiling(query)
    nearest = {row: _nearest_sentence(index, row, vector) for row in cosines}
    dense = {row: (cosine + nearest[row][1]) / 2 for row, cosine in cosines.items()}
    found: dict[int, Hit] = {}
    for row in cosines:
        lexical = words.get(row, 0.0) / (ceiling or 1.0)
        hint = hints.get(row, dense[row] + GAP) if likeness else None
        score = shares.fuse(dense[row], lexical, hint)
        found[row] = Hit(index.passages[row], score, dense[row], lexical, hints.get(row), nearest[row][0])
    best = sorted(found, key=lambda row: (row not in named, -found[row].score, row))[:k]
    return Found(tuple(found[row] for row in best), bool(named), likeness)


def _rows(index: Index, document: str) -> range:
    """The rows of a document, which stand together: passages are split document by document."""
    rows = [row for row, passage in enumerate(index.passages) if passage.document == document]
    return range(rows[0], rows[-1] + 1) if rows else range(0)


def _nearest_sentence(index: Index, row: int, vector: Matrix) -> tuple[tuple[int, int] | None, float]:
    """The span of the sentence nearest to the query, if it is clearly that, and its cosine."""
    sentences = index.passages[row].sentences
    cosines = index.sentences.vectors(index.sentence_starts[row], len(sentences)) @ vector
    best = int(cosines.argmax())
    clear = len(sentences) < 2 or cosines[best] - np.partition(cosines, -2)[-2] >= CLEAR
    return sentences[best] if clear else None, float(cosines[best])
