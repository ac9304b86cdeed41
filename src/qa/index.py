"""Corpus -> index: passages, their vectors and their terms; what is stale and what can be kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from qa.dense import DenseIndex
from qa.encoder import BATCH, Encoder
from qa.errors import IndexDamaged, IndexUnusable
from qa.freshness import check_fresh, fingerprint
from qa.lexical import LexicalIndex
from qa.passages import PASSAGE_PIECES, Places, embedded, split
from qa.permalinks import Archive, Cut, keep_ids, read_archive, write_archive
from qa.reading.corpus import LIMITS, read_corpus
from qa.retired import read_retired
from qa.settings import PdfLimits
from qa.store import Build, Fingerprint, open_build, read_lines, write_build, write_lines
from qa.types import Document, Matrix, Passage

PASSAGE_VECTORS = "passages.faiss"
SENTENCE_VECTORS = "sentences.faiss"
DOCUMENT = TypeAdapter(Document)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Index:
    """What is searched. Row i of `dense` and of `lexical` is `passages[i]`.

    The sentences of `passages[i]` are the rows of `sentences` from `sentence_starts[i]` on. What left the
    documents is in `archive`, and not searched.
    """

    documents: dict[str, Document]
    passages: tuple[Passage, ...]
    dense: DenseIndex
    sentences: DenseIndex
    lexical: LexicalIndex
    sentence_starts: tuple[int, ...]
    archive: Archive


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. `coverage` is the share of body characters that stand in a passage.

    `retired` counts the passages of earlier editions that are not searched and still answer by their ids.
    """

    documents: tuple[Document, ...]
    passages: int
    retired: int
    coverage: float
    embedded: int
    kept: int
    seconds: float


def refresh_index(
    corpus: Path, index: Path, encoder: Encoder, progress: Progress | None = None, limits: PdfLimits = LIMITS
) -> Summary:
    """Build the index unless it is whole and nothing changed since. Raises as `build_index` does."""
    started = time.perf_counter()
    try:
        fresh = open_index(corpus, index, encoder)
    except IndexUnusable:
        return build_index(corpus, index, encoder, progress, limits)
    kept = len(fresh.dense) + len(fresh.sentences)
    return _summary(list(fresh.documents.values()), fresh.passages, fresh.archive, 0, kept, started)


def build_index(
    corpus: Path, index: Path, encoder: Encoder, progress: Progress | None = None, limits: PdfLimits = LIMITS
) -> Summary:
    """Read the corpus and write the index. Texts that an earlier build embedded keep their vectors.

    `progress` is called with rows done and rows in all. Raises DocumentError, ModelError, IndexUnusable.
    """
    made_from = fingerprint(corpus, encoder)
    documents, retired = read_corpus(corpus, limits), read_retired(corpus, limits)
    return index_documents(documents, retired, made_from, index, encoder, progress)


def index_documents(
    documents: Sequence[Document],
    retired: Sequence[Document],
    made_from: Fingerprint,
    index: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    cut: Cut | None = None,
) -> Summary:
    """Write the index of these documents, as `build_index` does; `cut` makes the passages of one, if not `split`."""
    started = time.perf_counter()
    limit = min(PASSAGE_PIECES, encoder.limit)
    cut = cut or (lambda document: split(document, encoder.count, limit))
    passages, archive = keep_ids(documents, retired, cut)
    whole, sentences = _texts(passages)
    known = _known_vectors(index, encoder)
    vectors = _encode(whole + sentences, known, encoder, progress)

    def write(folder: Path) -> None:
        write_lines(folder / "documents.jsonl", (DOCUMENT.dump_python(d, mode="json") for d in documents))
        write_lines(folder / "passages.jsonl", _records(passages, documents))
        DenseIndex.build(vectors[: len(whole)]).save(folder / PASSAGE_VECTORS)
        DenseIndex.build(vectors[len(whole) :]).save(folder / SENTENCE_VECTORS)
        LexicalIndex.build(whole, folder)
        write_archive(archive, folder)

    write_build(index, made_from, encoder.dimension, write)
    kept = sum(text in known for text in whole + sentences)
    return _summary(documents, passages, archive, len(vectors) - kept, kept, started)


def _summary(
    documents: Sequence[Document], passages: Sequence[Passage], archive: Archive, made: int, kept: int, started: float
) -> Summary:
    seconds, covered = time.perf_counter() - started, coverage(documents, passages)
    return Summary(tuple(documents), len(passages), len(archive.passages), covered, made, kept, seconds)


def open_index(corpus: Path, index: Path, encoder: Encoder) -> Index:
    """The index as it lies in its folder. Raises IndexMissing, IndexDamaged, and IndexStale when it
    was built from another corpus, model or settings than these.
    """
    return open_index_of(fingerprint(corpus, encoder), index)


def open_index_of(wanted: Fingerprint, index: Path) -> Index:
    """The index as it lies in its folder. Raises IndexMissing, IndexDamaged, and IndexStale if not made from that."""
    build = open_build(index)
    check_fresh(build, wanted, index)
    return _load(build)


def coverage(documents: Sequence[Document], passages: Sequence[Passage]) -> float:
    """The share of body characters, white space aside, that stand in exactly one passage."""
    times = {document.id: np.zeros(len(document.text), np.int64) for document in documents}
    for passage in passages:
        times[passage.document][passage.start : passage.end] += 1
    body = once = 0
    for document in documents:
        for start, end in (span for section in document.sections for span in section.paragraphs):
            inked = np.array([not character.isspace() for character in document.text[start:end]], bool)
            body += int(inked.sum())
            once += int((times[document.id][start:end][inked] == 1).sum())
    return once / body if body else 1.0


def _texts(passages: Sequence[Passage]) -> tuple[list[str], list[str]]:
    """What is embedded: each passage with its headings, and each sentence alone."""
    sentences = [passage.text[start:end] for passage in passages for start, end in passage.sentences]
    return [embedded(passage) for passage in passages], sentences


def _encode(texts: list[str], known: dict[str, Matrix], encoder: Encoder, progress: Progress | None) -> Matrix:
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    fresh: dict[str, Matrix] = {}
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        fresh |= dict(zip(batch, encoder.encode(batch, "passage"), strict=True))
        if progress:
            progress(len(fresh), len(missing))
    rows = [fresh[text] if text in fresh else known[text] for text in texts]
    return np.stack(rows) if rows else np.zeros((0, encoder.dimension), np.float32)


def _known_vectors(index: Path, encoder: Encoder) -> dict[str, Matrix]:
    """Text -> vector, from the build in use, if this encoder made it and it is whole."""
    try:
        build = open_build(index)
        made = build.fingerprint
        if (made.model, made.model_checksum) != (encoder.name, encoder.checksum):
            return {}
        old = _load(build)
    except IndexUnusable:
        return {}
    whole, sentences = _texts(old.passages)
    pairs = (zip(whole, old.dense.vectors(), strict=True), zip(sentences, old.sentences.vectors(), strict=True))
    return dict(chain(*pairs))


def _load(build: Build) -> Index:
    try:
        documents, passages = _load_passages(build.folder)
        archive = read_archive(build.folder)
    except (ValueError, KeyError, TypeError, IndexError):
        raise IndexDamaged(f"{build.folder} cannot be understood by this version: run qa index") from None
    starts = tuple(accumulate((len(passage.sentences) for passage in passages), initial=0))
    dense, sentences = (DenseIndex.load(build.folder / name) for name in (PASSAGE_VECTORS, SENTENCE_VECTORS))
    if (len(dense), len(sentences)) != (len(passages), starts[-1]):
        raise IndexDamaged(f"{build.folder} has files that do not belong together: run qa index")
    lexical = LexicalIndex.load(build.folder)
    return Index(documents, passages, dense, sentences, lexical, starts[:-1], archive)


def _load_passages(folder: Path) -> tuple[dict[str, Document], tuple[Passage, ...]]:
    documents = {d.id: d for d in map(DOCUMENT.validate_python, read_lines(folder / "documents.jsonl"))}
    places = {id: Places(document) for id, document in documents.items()}
    return documents, tuple(_passage(record, documents, places) for record in read_lines(folder / "passages.jsonl"))


def _records(passages: Sequence[Passage], documents: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """The passages as they are stored: place, context, sentences; all else follows from the document."""
    sections = {(d.id, section.start, section.place): n for d in documents for n, section in enumerate(d.sections)}
    for passage in passages:
        yield {
            "id": passage.id,
            "document": passage.document,
            "section": sections[passage.document, passage.section.start, passage.section.place],
            "context": passage.context,
            "span": [passage.start, passage.end],
            "sentences": passage.sentences,
        }


def _passage(record: dict[str, Any], documents: dict[str, Document], places: dict[str, Places]) -> Passage:
    section = documents[record["document"]].sections[record["section"]]
    start, end = record["span"]
    spans = tuple((a, b) for a, b in record["sentences"])
    return places[record["document"]].passage(section, record["id"], record["context"], (start, end), spans)
