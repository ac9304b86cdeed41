"""Document -> passages: slices of one section each, small enough for the encoder, nothing lost, nothing twice."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable

from qa.types import Document, Passage, Section, Source

Span = tuple[int, int]
# How many word pieces the encoder makes of a text.
Count = Callable[[str], int]

# A sentence ends at . ! ? with its closing quotes before a space and what can begin a sentence, at a
# Japanese full stop, and at a line break (list items, table rows).
SENTENCE_END = re.compile(
    r"[.!?][\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])|[。！？][」』）]*\s*(?=[^」』）。！？\s])|(?<!\s)\s*\n\s*"
)
ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|e\.g|i\.e|etc|cf|vs|al|Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|Corp|approx)|(?:\b[A-Z]\.)+[A-Z])\.$"
)
# What is an abbreviation before a number only: "No. 5", "see fig. 2", but "He said no. Then".
BEFORE_NUMBER = re.compile(r"\b(?:nos?|figs?|secs?|arts?|ch|vols?|pp?)\.$", re.IGNORECASE)
# Word pieces a passage may have with its headings, whatever more the model could read.
PASSAGE_PIECES = 200
# The share of the encoder's limit that headings may take from the text.
CONTEXT_SHARE = 1 / 3
CONTEXT_JOINT = " > "


def split(document: Document, count: Count, limit: int) -> list[Passage]:
    """The passages of a document in reading order, each at most `limit` word pieces with its headings."""
    passages: list[Passage] = []
    ordinals: Counter[str] = Counter()
    places = Places(document)
    for section in document.sections:
        context = _context(section, count, limit)
        room = limit - count(f"{context}\n")
        for start, end in _pack(document.text, section, count, room):
            ordinals[section.place] += 1
            id = f"{place_of(document.id, section)}/{ordinals[section.place]}"
            spans = tuple(sentences(document.text[start:end]))
            passages.append(places.passage(section, id, context, (start, end), spans))
    return passages


def place_of(document: str, section: Section) -> str:
    """The place of a section of the document of this id: "factsheet-2025/1.3.5"."""
    return f"{document}/{section.place}"


class Places:
    """Where a document's notes, links and pages stand, to be looked up by offset."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._notes = {note.number: note for note in document.notes}
        self._references = [reference.offset for reference in document.references]
        self._links = [link.start for link in document.links]
        self._pages = [offset for offset, _ in document.pages]

    def passage(self, section: Section, id: str, context: str, span: Span, spans: tuple[Span, ...]) -> Passage:
        """The passage that is `document.text[start:end]`, with all that belongs to it; `spans` are its sentences."""
        document, (start, end) = self._document, span
        cited = document.references[bisect_left(self._references, start) : bisect_right(self._references, end)]
        numbers = tuple(dict.fromkeys([*section.heading_notes, *(reference.note for reference in cited)]))
        sources = [source for number in numbers if number in self._notes for source in self._notes[number].sources]
        links = document.links[bisect_left(self._links, start) : bisect_left(self._links, end)]
        turn = bisect_right(self._pages, start) - 1
        return Passage(
            id=id,
            document=document.id,
            section=section,
            text=document.text[start:end],
            start=start,
            end=end,
            page=document.pages[turn][1] if turn >= 0 else None,
            context=context,
            sentences=spans,
            notes=numbers,
            sources=(*sources, *(Source(None, link.url, None) for link in links)),
        )


def embedded(passage: Passage) -> str:
    """What the encoder reads: the headings, then the text."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def embedded_sentences(passage: Passage) -> list[str]:
    """What the encoder reads of each sentence: before it its heading, without which "the Act" is anyone's."""
    heading = passage.context.rpartition(CONTEXT_JOINT)[2]
    spoken = (passage.text[start:end] for start, end in passage.sentences)
    return [f"{heading}\n{sentence}" if heading else sentence for sentence in spoken]


def sentences(text: str) -> list[Span]:
    """The spans of the sentences of `text`, without the white space between them."""
    spans: list[Span] = []
    start = 0
    for match in SENTENCE_END.finditer(text):
        end = match.start() + len(match.group().rstrip())
        # No abbreviation is longer; to look further back would take forever on a line of initials.
        window = max(start, end - 16)
        numbered = text[match.end() : match.end() + 1].isdigit() and BEFORE_NUMBER.search(text, window, end)
        if end > start and not numbered and not ABBREVIATION.search(text, window, end):
            spans.append((start, end))
            start = match.end()
    if text[start:].strip():
        spans.append((start, start + len(text[start:].rstrip())))
    return spans


def _context(section: Section, count: Count, limit: int) -> str:
    """The heading path, without its outermost headings where it is too long for the encoder."""
    headings = list(section.headings)
    while headings:
        context = CONTEXT_JOINT.join(headings)
        if count(context) <= limit * CONTEXT_SHARE:
            return context
        headings.pop(0)
    return ""


def _pack(text: str, section: Section, count: Count, room: int) -> list[Span]:
    """Spans that hold whole sentences of one paragraph, of about even size and at most `room`."""
    spans: list[Span] = []
    for start, end in section.paragraphs:
        parts = [(start + a, start + b) for a, b in sentences(text[start:end])]
        parts = [piece for part in parts for piece in _cut(text, part, count, room)]
        sizes = [count(text[a:b]) for a, b in parts]
        passages = -(-sum(sizes) // room)
        target = sum(sizes) / max(passages, 1)
        begun = len(spans)
        for (a, b), size in zip(parts, sizes, strict=True):
            filled = count(text[spans[-1][0] : b]) if len(spans) > begun else room + 1
            if filled <= room and filled - size / 2 <= target:
                spans[-1] = (spans[-1][0], b)
            else:
                spans.append((a, b))
    return spans


def _cut(text: str, span: Span, count: Count, room: int) -> list[Span]:
    """A sentence too long for the encoder, halved at the white space nearest to its middle."""
    start, end = span
    if count(text[start:end]) <= room or end - start < 2:
        return [span]
    middle = (start + end) // 2
    spaces = [match.start() + start for match in re.finditer(r"\s+", text[start:end])]
    at = min(spaces, key=lambda space: abs(space - middle), default=middle)
    return [
        piece
        for a, b in ((start, at), (at, end))
        if text[a:b].strip()
        for piece in _cut(text, _strip(text, a, b), count, room)
    ]


def _strip(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
