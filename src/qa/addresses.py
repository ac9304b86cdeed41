"""An address -> what stands there: a passage or a section by its id, and the very words that a link was made for."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import quote, urlencode

from qa.errors import QuestionError
from qa.index import Index
from qa.passages import Places, place_of
from qa.types import Document, Passage, Retired, Section

# Of a checksum's 64 digits so many are in a link: by chance one passage of 2^48 has them too.
DIGITS = 12
CHECKSUM = re.compile(f"[0-9a-f]{{{DIGITS}}}")
SPAN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link leads to; `retired` has, by id, those of the passages that left the document, and `changed` says that
    the words it was made for are nowhere any more.
    """

    passages: tuple[Passage, ...]
    retired: Mapping[str, Retired] = field(default_factory=dict)
    changed: bool = False


class Addresses:
    """All places of an index, today's and those of editions before."""

    def __init__(self, index: Index) -> None:
        self._retired = index.archive.passages
        self._passages: defaultdict[str, list[Passage]] = defaultdict(list)
        for passage in index.passages:
            self._passages[passage.id].append(passage)
            self._passages[place_of(passage.document, passage.section)].append(passage)
        for id, gone in index.archive.passages.items():
            self._passages[id].append(gone.passage)
        for place, ids in index.archive.sections.items():
            self._passages[place] += [self._passages[id][0] for id in ids]
        left = (gone.passage for gone in index.archive.passages.values())
        self._by_checksum = {checksum(passage.text): passage for passage in (*left, *index.passages)}
        # Headings without numbers share the place of the numbered one above them.
        self._sections: defaultdict[str, list[tuple[Document, Section]]] = defaultdict(list)
        for document in index.documents.values():
            for section in document.sections:
                self._sections[place_of(document.id, section)].append((document, section))

    def passages(self, place: str) -> tuple[Passage, ...]:
        """The passage of an id ("factsheet-2025/1.3.5/2"), or all of a section's ("factsheet-2025/1.3.5").

        Those that left the document are found too: their ids are in `index.archive.passages`. Raises QuestionError
        when there is none.
        """
        if place not in self._passages:
            raise QuestionError(f"there is no passage at {place[:100]!r}")
        return tuple(self._passages[place])

    def follow(self, place: str, at: str = "", digits: str = "") -> Linked:
        """What a link was made for: `at` is the span of its words in the section, "120-388" (code points), and
        `digits` are the first of their checksum.

        The passage of that id, if it still has these words; else the words where they were in the section, which may
        be split otherwise today; else a passage that has them elsewhere; else what is at the place now. Raises
        QuestionError when nothing is.
        """
        here = tuple(self._passages.get(place, ()))
        # What a sentence adds to a link, or a mail cuts off, tells nothing of the document.
        whole = CHECKSUM.match(digits.lower())
        digits = whole[0] if whole else ""
        if not digits or any(checksum(passage.text) == digits for passage in here):
            return self._linked(self.passages(place))
        # It stands in today's text, whatever passage had its id before.
        if standing := self._slice(place, at, digits):
            return Linked((standing,))
        elsewhere = self._by_checksum.get(digits)
        return self._linked((elsewhere,)) if elsewhere else self._linked(self.passages(place), changed=True)

    def _linked(self, passages: tuple[Passage, ...], changed: bool = False) -> Linked:
        left = {passage.id: self._retired[passage.id] for passage in passages if passage.id in self._retired}
        return Linked(passages, left, changed)

    def _slice(self, place: str, at: str, digits: str) -> Passage | None:
        span = SPAN.fullmatch(at)
        if not span:
            return None
        for document, section in self._sections.get(place.rpartition("/")[0], ()):
            start, end = (section.start + int(offset) for offset in span.groups())
            if end <= section.end and checksum(document.text[start:end]) == digits:
                return Places(document).passage(section, place, "", (start, end), ())
        return None


def checksum(words: str) -> str:
    """The first digits of the SHA-256 of words, as links have them."""
    return sha256(words.encode("utf-8")).hexdigest()[:DIGITS]


def section_link(document: str, section: Section) -> str:
    """The address of a section of the document of this id, below the root of the service."""
    return f"/p/{quote(place_of(document, section))}"


def passage_link(passage: Passage) -> str:
    """The address of a passage, below the root of the service, with what tells its words from others."""
    start = passage.section.start
    words = {"at": f"{passage.start - start}-{passage.end - start}", "sha256": checksum(passage.text)}
    return f"/p/{quote(passage.id)}?{urlencode(words)}"
