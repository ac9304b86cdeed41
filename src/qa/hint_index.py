"""What people ask, searched beside the passages: which of them a query is like, and whether they are answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Self

import numpy as np

from qa.dense import DenseIndex
from qa.hints import Hint
from qa.lexical import LexicalIndex
from qa.store import read_lines, write_lines
from qa.types import GoldStatus, Matrix

HINTS, VECTORS, FOLDER = "hints.jsonl", "hints.faiss", "hint-terms"
# Hints of a passage whose cosines are averaged: the nearest alone may be like the query in its manner only, and the
# mean of all buries a passage that answers many questions. Measured on the dev questions: 3 or 5 find as many.
COUNTED = 3
# How far down the words' ranking the best hint of each kind is looked for.
DEPTH = 200


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a query is to what people ask.

    `passages` maps rows to the mean cosine of their nearest hints. `answered` and `unanswered` are the cosines of the
    nearest hint of what the documents say and of what they do not, `answered_words` and `unanswered_words` the highest
    BM25 scores over the most any text could have; `status` is why the nearest of the unanswered is not answered.
    """

    passages: Mapping[int, float]
    answered: float
    unanswered: float
    answered_words: float
    unanswered_words: float
    status: GoldStatus

    @property
    def reason(self) -> GoldStatus:
        """Why the query would not be answered: known where people ask in its way for what is not there."""
        return self.status if self.unanswered > self.answered else "not_in_document"


class HintIndex:
    """The hints of all documents, document by document, with their vectors and words."""

    def __init__(self, hints: Sequence[Hint], dense: DenseIndex, lexical: LexicalIndex) -> None:
        self.hints = tuple(hints)
        self.dense = dense
        self._lexical = lexical
        self._said = np.array([hint.status == "answered" for hint in hints], bool)
        # Document -> where its hints stand; all of them by None.
        self._spans: dict[str | None, range] = {None: range(len(hints))} if hints else {}
        for document, group in groupby(range(len(hints)), key=lambda number: hints[number].document):
            numbers = list(group)
            self._spans[document] = range(numbers[0], numbers[-1] + 1)
        pairs = [(row, number) for number, hint in enumerate(hints) for row in hint.rows]
        self._rows, self._of = np.array(pairs, np.int64).reshape(-1, 2).T

    @classmethod
    def build(cls, hints: Sequence[Hint], vectors: Matrix, folder: Path) -> Self:
        """Write and open the hints, whose vectors are unit rows, in the folder of a build."""
        write_lines(folder / HINTS, map(asdict, hints))
        dense = DenseIndex.build(vectors)
        dense.save(folder / VECTORS)
        (folder / FOLDER).mkdir()
        return cls(hints, dense, LexicalIndex.build((hint.text for hint in hints), folder / FOLDER))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `build` wrote."""
        hints = [Hint(**{**record, "rows": tuple(record["rows"])}) for record in read_lines(folder / HINTS)]
        return cls(hints, DenseIndex.load(folder / VECTORS), LexicalIndex.load(folder / FOLDER))

    def liken(self, query: str, vector: Matrix, document: str | None = None) -> Likeness | None:
        """How like the query is to the hints, or to those of one document; None where there are none."""
        span = self._spans.get(document)
        if span is None:
            return None
        cosines = np.full(len(self.hints), -1.0)
        for number, cosine in self.dense.rank(vector, len(span), span):
            cosines[number] = cosine
        within = np.zeros(len(self.hints), bool)
        within[span.start : span.stop] = True
        unsaid = np.flatnonzero(within & ~self._said)
        nearest = int(unsaid[cosines[unsaid].argmax()]) if unsaid.size else None
        ceiling = self._lexical.ceiling(query)
        words = self._lexical.rank(query, DEPTH, span) if ceiling else []
        best = {said: max((s for n, s in words if self._said[n] == said), default=0.0) for said in (True, False)}
        return Likeness(
            passages=self._means(cosines, within),
            answered=float(cosines[within & self._said].max(initial=0.0)),
            unanswered=float(cosines[nearest]) if nearest is not None else 0.0,
            answered_words=best[True] / ceiling if ceiling else 0.0,
            unanswered_words=best[False] / ceiling if ceiling else 0.0,
            status=self.hints[nearest].status if nearest is not None else "not_in_document",
        )

    def _means(self, cosines: Matrix, within: Matrix) -> dict[int, float]:
        """Passage row -> the mean cosine of the nearest of its hints."""
        keep = within[self._of]
        rows, of = self._rows[keep], cosines[self._of[keep]]
        order = np.lexsort((-of, rows))
        rows, of = rows[order], of[order]
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        groups = zip(starts, [*starts[1:], len(rows)], strict=True)
        return {int(rows[a]): float(of[a : min(a + COUNTED, b)].mean()) for a, b in groups}
