"""Corpus -> index: passages, their vectors and their terms; what is stale and what can be kept."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from qa.dense import DenseIndex
from qa.encoder import Encoder
from qa.entries import Progress, Text, encode_texts, texts_to_embed, texts_to_search
from qa.errors import IndexDamaged, IndexUnusable
from qa.freshness import check_fresh, fingerprint
from qa.hint_index import HintIndex
from qa.hints import Line, place_hints, read_hints
from qa.lexical import LexicalIndex
from qa.passages import PASSAGE_PIECES, Places, split
from qa.permalinks import Archive, Cut, keep_ids, read_archive, write_archive
from qa.reading.corpus import LIMITS, read_corpus
from qa.retired import read_retired
from qa.settings import PdfLimits, Settings
from qa.store import Build, Fingerprint, make_folder, open_build, read_lines, reuse_build, write_build, write_lines
from qa.types import Document, Matrix, Passage

PASSAGE_VECTORS = "passages.faiss"
SENTENCE_VECTORS = "sentences.faiss"
DOCUMENT = TypeAdapter(Document)


@dataclass(frozen=True, slots=True)
class Index:
    """What is searched. Row i of `dense` and of `lexical` is `passages[i]`.

    The sentences of `passages[i]` are the rows of `sentences` from `sentence_starts[i]` on. The words of its hints are
    in `lexical` too. What left the documents is in `archive`, and not searched.
    """

    documents: dict[str, Document]
    passages: tuple[Passage, ...]
    dense: DenseIndex
    sentences: DenseIndex
    lexical: LexicalIndex
    sentence_starts: tuple[int, ...]
    hints: HintIndex
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


def refresh_index(settings: Settings, encoder: Encoder, progress: Progress | None = None) -> Summary:
    """Build the index of these settings unless it is whole and nothing changed. Raises as `build_index` does."""
    started = time.perf_counter()
    corpus, index, hints = settings.corpus, settings.index, settings.hints
    try:
        fresh = open_index(corpus, index, encoder, hints)
    except IndexUnusable:
        if not reuse_build(index, fingerprint(corpus, encoder, hints)):
            return build_index(corpus, index, encoder, progress, settings.pdf_limits, hints)
        fresh = open_index(corpus, index, encoder, hints)
    kept = len(fresh.dense) + len(fresh.sentences) + len(fresh.hints.hints)
    return _summary(list(fresh.documents.values()), fresh.passages, fresh.archive, 0, kept, started)


def build_index(
    corpus: Path,
    index: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    limits: PdfLimits = LIMITS,
    hints: bool = True,
) -> Summary:
    """Read the corpus and write the index, with or without its hints. Texts embedded before keep their vectors.

    `progress` is called with rows done and rows in all. Raises DocumentError, ModelError, IndexUnusable.
    """
    made_from = fingerprint(corpus, encoder, hints)
    documents, retired = read_corpus(corpus, limits), read_retired(corpus, limits)
    lines = read_hints(corpus) if hints else {}
    return index_documents(documents, retired, made_from, index, encoder, progress, hints=lines)


def index_documents(
    documents: Sequence[Document],
    retired: Sequence[Document],
    made_from: Fingerprint,
    index: Path,
    encoder: Encoder,
    progress: Progress | None = None,
    cut: Cut | None = None,
    hints: Mapping[str, Sequence[Line]] | None = None,
) -> Summary:
    """Write the index of these documents, as `build_index` does; `cut` makes the passages of one, if not `split`.

    `hints` are by the ids of documents.
    """
    started = time.perf_counter()
    make_folder(index)
    limit = min(PASSAGE_PIECES, encoder.limit)
    cut = cut or (lambda document: split(document, encoder.count, limit))
    passages, archive = keep_ids(documents, retired, cut)
    placed = place_hints(hints or {}, documents, passages)
    whole, sentences, asked = texts_to_embed(passages, placed)
    before = _before(index, encoder)
    known = _known_vectors(before) if before else {}
    vectors = encode_texts(whole + sentences + asked, known, encoder, progress)
    first_sentence, first_hint = len(whole), len(whole) + len(sentences)

    def write(folder: Path) -> None:
        write_lines(folder / "documents.jsonl", (DOCUMENT.dump_python(d, mode="json") for d in documents))
        write_lines(folder / "passages.jsonl", _records(passages, documents))
        DenseIndex.build(vectors[:first_sentence]).save(folder / PASSAGE_VECTORS)
        DenseIndex.build(vectors[first_sentence:first_hint]).save(folder / SENTENCE_VECTORS)
        LexicalIndex.build(texts_to_search(passages, placed), folder)
        HintIndex.build(placed, vectors[first_hint:], folder, before.hints if before else None)
        write_archive(archive, folder)

    write_build(index, made_from, encoder.dimension, write)
    kept = sum(text in known for text in whole + sentences + asked)
    return _summary(documents, passages, archive, len(vectors) - kept, kept, started)


def _summary(
    documents: Sequence[Document], passages: Sequence[Passage], archive: Archive, made: int, kept: int, started: float
) -> Summary:
    seconds, covered = time.perf_counter() - started, coverage(documents, passages)
    return Summary(tuple(documents), len(passages), len(archive.passages), covered, made, kept, seconds)


def open_index(corpus: Path, index: Path, encoder: Encoder, hints: bool = True) -> Index:
    """The index as it lies in its folder. Raises IndexMissing, IndexDamaged, and IndexStale when it
    was built from another corpus, model or settings than these.
    """
    return open_index_of(fingerprint(corpus, encoder, hints), index)


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


def _before(index: Path, encoder: Encoder) -> Index | None:
    """The build in use, if this encoder made it and it is whole."""
    try:
        build = open_build(index)
        made = build.fingerprint
        return _load(build) if (made.model, made.model_checksum) == (encoder.name, encoder.checksum) else None
    except IndexUnusable:
        return None


def _known_vectors(old: Index) -> dict[Text, Matrix]:
    vectors = (part.vectors() for part in (old.dense, old.sentences, old.hints.dense))
    parts = zip(texts_to_embed(old.passages, old.hints.hints), vectors, strict=True)
    return dict(chain.from_iterable(zip(*part, strict=True) for part in parts))


def _load(build: Build) -> Index:
    try:
        documents, passages = _load_passages(build.folder)
        archive, hints = read_archive(build.folder), HintIndex.load(build.folder)
    except (ValueError, KeyError, TypeError, IndexError):
        raise IndexDamaged(f"{build.folder} cannot be understood by this version: run qa index") from None
    starts = tuple(accumulate((len(passage.sentences) for passage in passages), initial=0))
    dense, sentences = (DenseIndex.load(build.folder / name) for name in (PASSAGE_VECTORS, SENTENCE_VECTORS))
    if (len(dense), len(sentences)) != (len(passages), starts[-1]):
        raise IndexDamaged(f"{build.folder} has files that do not belong together: run qa index")
    lexical = LexicalIndex.load(build.folder)
    return Index(documents, passages, dense, sentences, lexical, starts[:-1], hints, archive)


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
