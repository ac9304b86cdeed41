"""Whether a quotation stands in a document word for word, and if not, where it begins to differ."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from qa.errors import QuestionError
from qa.scripts import is_whole, is_wide
from qa.types import Document, Section

# A long paragraph has 1,600 characters; a quotation of some pages is a copy.
QUOTE_LENGTH = 5_000
# So many characters in common are no accident, so the quotation is of that place.
COMMON_LENGTH = 12
# What print and keyboards write in several ways, and no reader calls a difference.
# What may stand around a quotation and be none of its words.
PAIRS = ("“”", "„“", "«»", "‘’", "「」", "『』", '""', "''")
ALIKE = str.maketrans("“”„‟«»‘’‚‛`´‐‑‒–—―−", '""""""' + "''''''" + "-------")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first character that differs: its place in the quotation, what is quoted, and what is printed there."""

    at: int
    quoted: str
    printed: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`verified`: the words stand in `document.text[start:end]`.

    Otherwise that is the place they come nearest to, with the first difference; all are None where no
    piece of the quotation worth the name stands anywhere.
    """

    quote: str
    verified: bool
    document: Document | None
    section: Section | None
    page: int | None
    start: int | None
    end: int | None
    difference: Difference | None


@dataclass(frozen=True, slots=True)
class Folded:
    """A text for comparing: `offsets[i]` is where its character i stands in the original."""

    text: str
    offsets: tuple[int, ...]


class Verifier:
    """Looks quotations up in documents. Safe to share between threads."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._folded = {document.id: (document, fold(document.text)) for document in documents}

    def verify(self, quote: str, document: str | None = None) -> Verdict:
        """Look a quotation up, after folding quotation marks, dashes, width, and white space with page breaks.

        `document` is the id of the only one to look into. Raises QuestionError for a quotation of no or
        too many characters, or a document that there is not.
        """
        if not 1 <= len(quote.strip()) <= QUOTE_LENGTH:
            raise QuestionError(f"the quotation has {len(quote.strip())} characters: wanted are 1 to {QUOTE_LENGTH}")
        if not is_whole(quote):
            raise QuestionError("the quotation holds half a character (a lone surrogate): copy it again")
        check_document(document, self._folded)
        texts = [text for id, text in self._folded.items() if document in (None, id)]
        words = _unquoted(quote)
        for folded in (fold(quote), fold(words)):
            for whole, text in texts:
                found = text.text.find(folded.text)
                if found >= 0 and folded.text:
                    return _verdict(quote, whole, text, found, found + len(folded.text), None)
        verdict = _nearest(words, fold(words), texts)
        before = quote.index(words)
        difference = verdict.difference and replace(verdict.difference, at=verdict.difference.at + before)
        return replace(verdict, quote=quote, difference=difference)


def check_document(document: str | None, known: Collection[str]) -> None:
    """Raises QuestionError for the id of a document that there is not. None stands for all of them."""
    if document is not None and document not in known:
        raise QuestionError(f"there is no document {document[:100]!r}: there are {', '.join(known)}")


def _unquoted(quote: str) -> str:
    """A quotation without the marks that whoever quotes puts around it."""
    words = quote.strip()
    inner = words[1:-1].strip()
    return inner if len(words) > 2 and inner and words[0] + words[-1] in PAIRS else quote


def fold(text: str) -> Folded:
    """One space for any white space, and none beside a wide character; plain quotes, dashes and widths."""
    characters: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character.translate(ALIKE)).translate(ALIKE)
        for piece in re.sub(r"\s+", " ", plain):
            if piece == " " and (not characters or characters[-1] == " " or is_wide(characters[-1])):
                continue
            if is_wide(piece) and characters and characters[-1] == " ":
                characters.pop()
                offsets.pop()
            characters.append(piece)
            offsets.append(offset)
    while characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return Folded("".join(characters), tuple(offsets))


def _nearest(quote: str, folded: Folded, texts: Sequence[tuple[Document, Folded]]) -> Verdict:
    """The place of the longest run of the quotation that stands in a document; a run from its beginning goes first."""
    best: tuple[int, int, int, int] = (0, 0, 0, 0)
    for number, (_, text) in enumerate(texts):
        for start in (0, *(match.end() for match in re.finditer(r"\s", folded.text))):
            length, place = _longest_run(folded.text, start, text.text)
            if length >= COMMON_LENGTH:
                best = max(best, (length + (len(folded.text) if start == 0 else 0), -start, number, place))
    if not best[0]:
        return Verdict(quote, False, None, None, None, None, None, None)
    document, text = texts[best[2]]
    begin = max(best[3] + best[1], 0)
    end = min(begin + len(folded.text), len(text.text))
    at = next(i for i, piece in enumerate(folded.text) if text.text[begin + i : begin + i + 1] != piece)
    printed = document.text[text.offsets[begin + at]] if begin + at < len(text.text) else ""
    difference = Difference(folded.offsets[at], quote[folded.offsets[at]], printed)
    return _verdict(quote, document, text, begin, end, difference)


def _longest_run(quote: str, start: int, text: str) -> tuple[int, int]:
    """Length and place of the longest piece of the quotation from `start` on that stands in the text."""
    low, high, place = 0, len(quote) - start, -1
    while low < high:
        middle = (low + high + 1) // 2
        found = text.find(quote[start : start + middle])
        if found < 0:
            high = middle - 1
        else:
            low, place = middle, found
    return low, place


def _verdict(
    quote: str, document: Document, text: Folded, start: int, end: int, difference: Difference | None
) -> Verdict:
    begin, stop = text.offsets[start], text.offsets[end - 1] + 1
    section = next(section for section in reversed(document.sections) if section.start <= begin)
    page = next((page for offset, page in reversed(document.pages) if offset <= begin), None)
    return Verdict(quote, difference is None, document, section, page, begin, stop, difference)
