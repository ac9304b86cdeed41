"""What people ask, searched beside the passages: which of them a query is like, and whether they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qa.dense import DenseIndex
from qa.hints import Hint
from qa.least_squares import estimate, fit
from qa.store import read_lines, write_lines
from qa.types import GoldStatus, Matrix

HINTS, VECTORS, WEIGHTS = "hints.jsonl", "hints.faiss", "hint-weights.npy"
# Hints of a passage whose cosines are averaged: the nearest alone may be like the query in its manner only, and the
# mean of all buries a passage that answers many questions. Measured on the dev questions: 3 or 5 find as many.
COUNTED = 3


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a query is to what people ask.

    `passages` maps rows to the mean cosine of their nearest hints. `answered` and `unanswered` are the cosines of the
    nearest hint of what the documents say and of what they do not, `learnt` is from -1 to 1 what all of them together
    tell; `status` is why the nearest of the unanswered is not answered.
    """

    passages: Mapping[int, float]
    answered: float
    unanswered: float
    learnt: float
    status: GoldStatus

    @property
    def reason(self) -> GoldStatus:
        """Why the query would not be answered: known where people ask in its way for what is not there."""
        return self.status if self.unanswered > self.answered else "not_in_document"


class HintIndex:
    """The hints of all documents, document by document, with their vectors and what is learnt from them."""

    def __init__(self, hints: Sequence[Hint], dense: DenseIndex, weights: Matrix) -> None:
        self.hints = tuple(hints)
        self.dense = dense
        self._weights = weights
        self._said = _said(hints)
        self._spans = _spans(hints)
        pairs = [(row, number) for number, hint in enumerate(hints) for row in hint.rows]
        self._rows, self._of = np.array(pairs, np.int64).reshape(-1, 2).T

    @classmethod
    def build(cls, hints: Sequence[Hint], vectors: Matrix, folder: Path, before: Self | None = None) -> Self:
        """Write and open the hints, whose vectors are unit rows, in the folder of a build.

        What was learnt `before` from the same hints, with the same encoder, is kept.
        """
        write_lines(folder / HINTS, map(asdict, hints))
        dense = DenseIndex.build(vectors)
        dense.save(folder / VECTORS)
        said, weights = _said(hints), np.zeros(len(hints), np.float32)
        for span in _spans(hints).values():
            own = slice(span.start, span.stop)
            kept = before.learnt_from(hints[own]) if before else None
            weights[own] = fit(vectors[own], said[own]) if kept is None else kept
        np.save(folder / WEIGHTS, weights)
        return cls(hints, dense, weights)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `build` wrote."""
        hints = [Hint(**{**record, "rows": tuple(record["rows"])}) for record in read_lines(folder / HINTS)]
        return cls(hints, DenseIndex.load(folder / VECTORS), np.load(folder / WEIGHTS))

    def learnt_from(self, hints: Sequence[Hint]) -> Matrix | None:
        """The weights of these hints of one document; None if it had others."""
        span = self._spans.get(hints[0].document, range(0))
        known = self.hints[span.start : span.stop]
        same = [(hint.text, hint.status) for hint in known] == [(hint.text, hint.status) for hint in hints]
        return self._weights[span.start : span.stop] if same else None

    def liken(self, vector: Matrix, document: str | None = None) -> Likeness | None:
        """How like a query's vector is to the hints, or to those of one document if it has any; None without hints."""
        if not self.hints:
            return None
        own = self._spans.get(document) if document else range(len(self.hints))
        span = own or range(len(self.hints))
        cosines = np.full(len(self.hints), -1.0, np.float32)
        cosines[span.start : span.stop] = self.dense.cosines(vector, span)
        within = np.zeros(len(self.hints), bool)
        within[span.start : span.stop] = True
        unsaid = np.flatnonzero(within & ~self._said)
        nearest = int(unsaid[cosines[unsaid].argmax()]) if unsaid.size else None
        # Each document's hints were learnt by themselves; the one whose hint is nearest knows the query best.
        knows = self._spans[self.hints[int(cosines.argmax())].document]
        learnt = slice(knows.start, knows.stop)
        return Likeness(
            passages=self._means(cosines, within) if own else {},
            answered=float(cosines[within & self._said].max(initial=0.0)),
            unanswered=float(cosines[nearest]) if nearest is not None else 0.0,
            learnt=estimate(cosines[learnt], self._weights[learnt]),
            status=self.hints[nearest].status if nearest is not None else "not_in_document",
        )

    def _means(self, cosines: Matrix, within: NDArray[np.bool_]) -> dict[int, float]:
        """Passage row -> the mean cosine of the nearest of its hints."""
        keep = within[self._of]
        rows, of = self._rows[keep], cosines[self._of[keep]]
        order = np.lexsort((-of, rows))
        rows, of = rows[order], of[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        groups = zip(starts, [*starts, len(rows)][1:], strict=True)
        return {int(rows[a]): float(of[a : min(a + COUNTED, b)].mean()) for a, b in groups}


def _said(hints: Sequence[Hint]) -> NDArray[np.bool_]:
    return np.array([hint.status == "answered" for hint in hints], bool)


def _spans(hints: Sequence[Hint]) -> dict[str, range]:
    """Document -> where its hints stand."""
    spans = {}
    for document, group in groupby(range(len(hints)), key=lambda number: hints[number].document):
        numbers = list(group)
        spans[document] = range(numbers[0], numbers[-1] + 1)
    return spans
