"""Words ranked by BM25 (Robertson & Zaragoza 2009): tantivy, over terms of our own making."""

from __future__ import annotations

import math
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from qa.scripts import WIDE

if TYPE_CHECKING:
    import Stemmer
    import tantivy

FOLDER = "terms"
# Tantivy's constants, which are Lucene's; b = 0.75.
K1 = 1.2
# Tantivy wants at least 15 MB for a writer; 64 MB keeps 100,000 passages in few segments.
WRITER_BYTES = 64_000_000
WORD = re.compile(r"[^\W_]+(?:['’.\-/][^\W_]+)*")
RUN = re.compile(f"[{WIDE}]+|[^{WIDE}]+")


def terms(text: str) -> list[str]:
    """The terms of a text: stems of English words, and pairs of characters where words have no spaces.

    A compound gives itself and its parts: "DS-310" gives ds-310, ds and 310.
    """
    found: list[str] = []
    for word in WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        for run in RUN.findall(word):
            if re.match(f"[{WIDE}]", run):
                found += [run[i : i + 2] for i in range(max(len(run) - 1, 1))]
            else:
                found += _words(run)
    return found


def _words(word: str) -> list[str]:
    whole = word.strip("'’.-/").replace("’", "'").removesuffix("'s")
    parts = [part for part in re.split(r"['.\-/]", whole) if part]
    stems = _stemmer().stemWords(parts)
    return stems if len(parts) < 2 else [whole, *stems]


@cache
def _stemmer() -> Stemmer.Stemmer:
    import Stemmer

    return Stemmer.Stemmer("english")


class LexicalIndex:
    """A BM25 index over passages, each known by its row."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index = index
        self._searcher = index.searcher()
        self._copy: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def build(cls, texts: Iterable[str], folder: Path) -> Self:
        """Index the texts into a new folder inside `folder`; their order gives the rows."""
        import tantivy

        home = folder / FOLDER
        home.mkdir()
        index = _with_tokenizer(tantivy.Index(_schema(), path=str(home)))
        # One thread, so that the same texts give the same order among equal scores.
        writer = index.writer(heap_size=WRITER_BYTES, num_threads=1)
        for row, text in enumerate(texts):
            document = tantivy.Document()
            document.add_integer("row", row)
            document.add_text("terms", " ".join(terms(text)))
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        return cls(index)

    def rank(self, query: str, depth: int, rows: range | None = None) -> list[tuple[int, float]]:
        """At most `depth` rows that share a term with the query, as (row, BM25 score), best first.

        `rows` are the only ones to rank. The statistics stay those of all, so a row's score is the same either way.
        """
        import tantivy

        within = None
        if rows is not None:
            integer = tantivy.FieldType.Integer
            within = tantivy.Query.range_query(self._index.schema, "row", integer, rows.start, rows.stop - 1)
        return self._search(query, depth, within)

    def scores(self, query: str, rows: Collection[int]) -> dict[int, float]:
        """The BM25 scores of those of these rows that share a term with the query."""
        return dict(self._search(query, len(rows), self._any("row", rows))) if rows else {}

    def ceiling(self, query: str) -> float:
        """The BM25 score no passage can exceed on this query: each term found without end in no words at all."""
        count = self._searcher.num_docs
        frequencies = (self._searcher.doc_freq("terms", term) for term in dict.fromkeys(terms(query)))
        return sum((K1 + 1) * math.log(1 + (count - n + 0.5) / (n + 0.5)) for n in frequencies)

    def _search(self, query: str, depth: int, within: tantivy.Query | None) -> list[tuple[int, float]]:
        import tantivy

        wanted = dict.fromkeys(terms(query))
        if not wanted:
            return []
        sought = self._any("terms", wanted)
        if within is not None:
            # It only filters: it adds nothing to a score.
            silent = tantivy.Query.const_score_query(within, 0.0)
            sought = tantivy.Query.boolean_query([(tantivy.Occur.Must, sought), (tantivy.Occur.Must, silent)])
        hits = self._searcher.search(sought, limit=depth).hits
        return sorted(
            ((int(self._searcher.doc(address)["row"][0]), float(score)) for score, address in hits),
            key=lambda hit: (-hit[1], hit[0]),
        )

    def _any(self, field: str, values: Iterable[str | int]) -> tantivy.Query:
        """What has one of the values in a field."""
        import tantivy

        schema = self._index.schema
        clauses = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, field, value)) for value in values]
        return tantivy.Query.boolean_query(clauses)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `build` wrote, also where nothing may be written."""
        import tantivy

        home = folder / FOLDER
        try:
            return cls(_with_tokenizer(tantivy.Index.open(str(home))))
        except ValueError:
            # Tantivy wants to lock the folder, and cannot in one that is read-only: it gets a copy.
            copy = tempfile.TemporaryDirectory(prefix="qa-terms-")
            shutil.copytree(home, copy.name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.lock"))
            index = cls(_with_tokenizer(tantivy.Index.open(copy.name)))
            index._copy = copy
            return index


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    # Looked up one by one and by ranges; tantivy 0.24 finds no unsigned number by its term.
    builder.add_integer_field("row", stored=True, indexed=True, fast=True)
    builder.add_text_field("terms", tokenizer_name="terms", index_option="freq")
    return builder.build()


def _with_tokenizer(index: tantivy.Index) -> tantivy.Index:
    """Terms are made here and joined by spaces, so tantivy only has to split them again."""
    import tantivy

    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
