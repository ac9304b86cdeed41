"""Passages and hints -> the entries of an index: which texts are embedded, and which words are searched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from qa.encoder import BATCH, Encoder
from qa.hints import Hint
from qa.passages import embedded, embedded_sentences
from qa.types import Matrix, Passage, Role

# Told how many rows are done and how many there are.
Progress = Callable[[int, int], None]
# What is embedded, and how: the same words make another vector as a query.
Text = tuple[str, Role]


def texts_to_embed(passages: Sequence[Passage], hints: Sequence[Hint]) -> tuple[list[Text], list[Text], list[Text]]:
    """What is embedded: each passage with its headings, each sentence with its own, and each hint as a query."""
    whole: list[Text] = [(embedded(passage), "passage") for passage in passages]
    sentences: list[Text] = [(sentence, "passage") for passage in passages for sentence in embedded_sentences(passage)]
    return whole, sentences, [(hint.text, "query") for hint in hints]


def texts_to_search(passages: Sequence[Passage], hints: Sequence[Hint]) -> Iterator[str]:
    """What is searched by words: each passage with its headings and its hints."""
    asked: defaultdict[int, list[str]] = defaultdict(list)
    for hint in hints:
        for row in hint.rows:
            asked[row].append(hint.text)
    for row, passage in enumerate(passages):
        yield "\n".join([embedded(passage), *asked[row]])


def encode_texts(
    texts: Sequence[Text], known: Mapping[Text, Matrix], encoder: Encoder, progress: Progress | None
) -> Matrix:
    """Their vectors, row by row: those known already, and new ones for the rest."""
    missing = {text for text in texts if text not in known}
    fresh: dict[Text, Matrix] = {}
    roles: tuple[Role, ...] = ("passage", "query")
    for role in roles:
        # Texts of about one length fill a batch without padding.
        alike = sorted((words for words, of in missing if of == role), key=lambda words: (len(words), words))
        for start in range(0, len(alike), BATCH):
            batch = alike[start : start + BATCH]
            fresh |= zip(((words, role) for words in batch), encoder.encode(batch, role), strict=True)
            if progress:
                progress(len(fresh), len(missing))
    rows = [fresh[text] if text in fresh else known[text] for text in texts]
    return np.stack(rows) if rows else np.zeros((0, encoder.dimension), np.float32)
