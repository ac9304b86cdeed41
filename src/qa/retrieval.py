"""Query -> hits: both rankings, fused."""

from __future__ import annotations

from qa.encoder import Encoder
from qa.index import Index
from qa.types import Hit, Matrix

# Candidates from each ranking. What is further down in both is not seen, and would hardly come first.
DEPTH = 200
# The share of the cosine in the fused score. Each score is normalised by its theoretical maximum (Bruch, Gai and
# Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"): 1 for the cosine, for BM25 what no
# passage could exceed on this query. Measured on the dev questions: benchmarks/results/fusion.md.
DENSE_SHARE = 0.6


def search(
    index: Index,
    encoder: Encoder,
    query: str,
    k: int,
    document: str | None = None,
    dense_share: float = DENSE_SHARE,
) -> list[Hit]:
    """The `k` best passages, best first. Equal scores keep the order of the document.

    `document` is the id of the only one to search: both rankings then see its passages alone, and score each as
    in a search of all, with the BM25 statistics of the whole corpus. With a `dense_share` of 0 only words count,
    with 1 only vectors.
    """
    rows = range(len(index.passages)) if document is None else _rows(index, document)
    if not rows:
        return []
    vector = encoder.encode([query], "query")[0]
    dense = dict(index.dense.rank(vector, DEPTH, rows))
    words = dict(index.lexical.rank(query, DEPTH, rows))
    # What one ranking found has its score in the other too, however far down that is.
    for row in words.keys() - dense.keys():
        dense[row] = float(index.dense.vectors(row, 1)[0] @ vector)
    words |= index.lexical.scores(query, dense.keys() - words.keys())
    ceiling = index.lexical.ceiling(query)
    lexical = {row: score / ceiling for row, score in words.items()}
    scores = {row: fuse(cosine, lexical.get(row, 0.0), dense_share) for row, cosine in dense.items()}
    best = sorted(scores, key=lambda row: (-scores[row], row))[:k]
    return [
        Hit(index.passages[row], scores[row], dense[row], lexical.get(row, 0.0), _nearest_sentence(index, row, vector))
        for row in best
    ]


def fuse(cosine: float, lexical: float, dense_share: float = DENSE_SHARE) -> float:
    """One score in 0..1 from a cosine and a normalised BM25 score."""
    return dense_share * max(cosine, 0.0) + (1 - dense_share) * lexical


def _rows(index: Index, document: str) -> range:
    """The rows of a document, which stand together: passages are split document by document."""
    rows = [row for row, passage in enumerate(index.passages) if passage.document == document]
    return range(rows[0], rows[-1] + 1) if rows else range(0)


def _nearest_sentence(index: Index, row: int, vector: Matrix) -> tuple[int, int]:
    sentences = index.passages[row].sentences
    cosines = index.sentences.vectors(index.sentence_starts[row], len(sentences)) @ vector
    return sentences[int(cosines.argmax())]
