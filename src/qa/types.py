"""The nouns: frozen records that every other module speaks in.

Offsets are code points into `Document.text`. Whatever a person is shown is a slice of that text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SectionKind = Literal["section", "item", "subitem", "unnumbered", "runin", "preamble"]
Role = Literal["query", "passage"]
# Why a question is answered or not, as people judge it, and as it may come out besides.
GoldStatus = Literal[
    "answered", "not_in_document", "after_cutoff", "advice_requested", "too_vague", "small_talk", "not_a_question"
]
Status = Literal[GoldStatus, "language_not_served"]
# Vectors, one a row.
Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """A link the document gives: its footnote (None for a link in the text itself) and what is said of it."""

    footnote: int | None
    url: str
    remark: str | None


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: its number, its mark as printed, its words, and its links in order."""

    number: int
    mark: str
    text: str
    sources: tuple[Source, ...]
    page: int | None


@dataclass(frozen=True, slots=True)
class Reference:
    """The place in the text where a footnote is cited."""

    offset: int
    note: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the running text."""

    start: int
    end: int
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it, up to the next heading of any depth.

    `number` is canonical ("1.3.1.a"), `label` as printed ("1.3 › 1) › a)"); an unnumbered heading
    has those of the numbered one above it, and both are empty where there is none. `place` is what
    ids are made of: the number, else the words of the heading. `headings` run from the root to this
    one, as printed. The heading is text[start:heading_end]; `paragraphs` are spans. `evidence` names what
    told that the heading is one.
    """

    number: str
    label: str
    place: str
    kind: SectionKind
    title: str
    headings: tuple[str, ...]
    start: int
    heading_end: int
    end: int
    page: int | None
    paragraphs: tuple[tuple[int, int], ...]
    heading_notes: tuple[int, ...]
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What is known of a document beside its text; "" for what is not. Dates are as printed.

    `examples` are questions to offer to a reader. `sha256` is that of its file.
    """

    id: str
    title: str
    publisher: str = ""
    published: str = ""
    content_as_of: str = ""
    language: str = "en"
    notice: str = ""
    homepage: str = ""
    examples: tuple[str, ...] = ()
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Metadata):
    """A published document as read: the text, its sections (which partition it), its footnotes.

    `pages` are (offset, printed page number) where each page begins; empty where pages are unknown.
    `contents_found` of the `contents_entries` in its own list of contents are headings, in that order.
    `findings` are sentences about whatever did not come out whole while reading; empty when all did.
    Of a PDF, `sheets` are the pages of the file, `letters` the letters and digits on them, and `kept` how many
    of those came into the text or belong to the pages (running heads, page numbers); 0 for other files.
    """

    text: str
    sections: tuple[Section, ...]
    notes: tuple[Note, ...]
    references: tuple[Reference, ...]
    links: tuple[Link, ...]
    pages: tuple[tuple[int, int], ...]
    contents_entries: int
    contents_found: int
    findings: tuple[str, ...]
    sheets: int = 0
    letters: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A slice of one section's body: what is searched for and shown.

    `id` is its place, "factsheet-2025/1.3.5/2". `context` is the heading path, embedded before the
    text and no part of it. `sentences` are spans within the text. `notes` are the footnotes cited in
    it or in the heading of its section; `sources` are their links, then those in the passage itself.
    """

    id: str
    document: str
    section: Section
    text: str
    start: int
    end: int
    page: int | None
    context: str
    sentences: tuple[tuple[int, int], ...]
    notes: tuple[int, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Retired:
    """A passage that left the document, as it stood in the last edition that had it.

    `now` is its section in the document as it is today, or the one that has its number; None where there is neither.
    """

    passage: Passage
    edition: Metadata
    now: Section | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: the fused score in 0..1, and what each ranking said of it.

    `dense` is the mean of the cosines of the passage and of its nearest sentence, `lexical` the BM25 score over the
    most any passage could have, `hint` the mean cosine of the nearest hints (None where the passage has none);
    `sentence` is the span, within the passage, of the sentence nearest to the query; None where another is as near.
    """

    passage: Passage
    score: float
    dense: float
    lexical: float
    hint: float | None
    sentence: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Quote:
    """A hit as it is shown, with the spans within its text that are worth marking."""

    hit: Hit
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question: quotes when it is answered, else the nearest sections.

    `confidence` is the estimated probability that the document answers the question.
    `document` is the one the best passage is from; None when there is no passage. `nearest` has one passage
    of each of the sections that come nearest when the question is declined. `only` is the only document
    that was searched; None when there were several. `history` are the questions before it that it was read with,
    empty where it was understood alone.
    """

    question: str
    status: Status
    confidence: float
    document: Document | None
    quotes: tuple[Quote, ...]
    nearest: tuple[Passage, ...]
    only: Document | None = None
    history: tuple[str, ...] = ()
