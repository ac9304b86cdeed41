"""The first passages put in order by a cross-encoder, which reads question and passage together (Nogueira and Cho 2019,
"Passage Re-ranking with BERT"). Off unless QA_RERANKER names one: no model comes with the program.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from qa.errors import ModelError
from qa.passages import embedded
from qa.retrieval import Found

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

# Passages read again. A model of MiniLM's size takes 0.07 core-seconds for each.
RERANKED = 20


class Reranker(Protocol):
    """A model of how well a passage answers a question."""

    @property
    def name(self) -> str: ...

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """One number a text, higher for a better answer."""
        ...


class CrossReranker:
    """A sentence-transformers CrossEncoder with one score a pair, from a folder. Raises ModelError."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._lock = threading.Lock()

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        with self._lock:
            scores = self._model.predict([(query, text) for text in texts], show_progress_bar=False)
        return [float(score) for score in scores]

    @cached_property
    def _model(self) -> CrossEncoder:
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        try:
            if not Path(self.name).is_dir():
                raise OSError("there is no such folder")
            model: CrossEncoder = CrossEncoder(self.name, device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise ModelError(f"QA_RERANKER={self.name} is no CrossEncoder: {reason}") from error
        if model.num_labels != 1:
            raise ModelError(f"QA_RERANKER={self.name} gives {model.num_labels} scores a pair: wanted is one")
        return model


def rerank(found: Found, query: str, reranker: Reranker) -> Found:
    """The same passages, the first of them in the reranker's order. What a query names outright stays first."""
    if found.named or not found.hits:
        return found
    first, rest = found.hits[:RERANKED], found.hits[RERANKED:]
    scores = reranker.score("\n".join([*found.history, query]), [embedded(hit.passage) for hit in first])
    order = sorted(range(len(first)), key=lambda place: -scores[place])
    return replace(found, hits=(*(first[place] for place in order), *rest))
