"""Two editions of a document -> what changed: section by section, and the links of its footnotes and its text."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

from qa.edits import WORDS, Edit, find_edits
from qa.types import Document, Section

ChangeKind = Literal["unchanged", "changed", "moved", "added", "removed"]
CitationKind = Literal["changed", "added", "removed"]

# The share of word pairs two sections must have in common to be one section reworded.
ALIKE = 0.5
# How alike the headings of two sections of the same number must be, by difflib's ratio, when their texts are not.
HEADINGS_ALIKE = 0.75
# A word pair that stands in more sections than this says nothing of which is which.
RARE = 10


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section in both editions, or in one. `edits` are those of a changed one, from heading to last word."""

    kind: ChangeKind
    old: Section | None
    new: Section | None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A footnote with its links, or a link in the text (`footnote` is None): its words, and the section citing it."""

    footnote: int | None
    words: str
    urls: tuple[str, ...]
    section: Section | None


@dataclass(frozen=True, slots=True)
class CitationChange:
    """A footnote or link that is in one edition only, or whose words or addresses changed."""

    kind: CitationKind
    old: Citation | None
    new: Citation | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of every section, in the order of the new edition, removed ones where they stood; and of the links.

    A section is moved when its text is the same and its number, place or order is not.
    """

    old: Document
    new: Document
    sections: tuple[SectionChange, ...]
    citations: tuple[CitationChange, ...]

    @property
    def same(self) -> bool:
        """Whether the text, its order and its links are the same to the character."""
        return not self.citations and all(change.kind == "unchanged" for change in self.sections)


def compare(old: Document, new: Document) -> Comparison:
    """What changed from one edition to another."""
    pairs = pair_sections(old, new)
    in_order = _longest_rise([i for i, _ in pairs])
    met = {j: _change(old, new, i, j, i in in_order) for i, j in pairs}
    rows = [(j, -1, met.get(j) or SectionChange("added", None, section)) for j, section in enumerate(new.sections)]
    # A removed section goes behind the one that stood before it.
    became, behind = dict(pairs), -1
    for i, section in enumerate(old.sections):
        if i in became:
            behind = became[i]
        else:
            rows.append((behind, i, SectionChange("removed", section, None)))
    sections = tuple(change for _, _, change in sorted(rows, key=lambda row: row[:2]))
    return Comparison(old, new, sections, tuple(_compare_citations(old, new, became)))


def pair_sections(old: Document, new: Document) -> list[tuple[int, int]]:
    """Which section became which, by index, in the order of the new edition.

    The same text comes first, then the same number with a like heading, then a like text.
    """
    pairs = pair_equal(_contents(old), _contents(new))
    before, after = dict(enumerate(old.sections)), dict(enumerate(new.sections))
    for i, j in pairs:
        del before[i], after[j]
    for _, i, j in sorted(_candidates(old, before, new, after)):
        if i in before and j in after:
            pairs.append((i, j))
            del before[i], after[j]
    return sorted(pairs, key=lambda pair: pair[1])


def pair_equal(
    old: Sequence[tuple[Hashable, Hashable]], new: Sequence[tuple[Hashable, Hashable]]
) -> list[tuple[int, int]]:
    """The indices of equal things in two lists of (thing, place), each used once: at the same place, else in order."""
    pairs: list[tuple[int, int]] = []
    for place_counts in (True, False):
        met, kept = ({pair[side] for pair in pairs} for side in (0, 1))
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for i, (thing, place) in enumerate(old):
            if i not in met:
                waiting[(thing, place) if place_counts else thing].append(i)
        for j, (thing, place) in enumerate(new):
            if j not in kept and (left := waiting[(thing, place) if place_counts else thing]):
                pairs.append((left.popleft(), j))
    return pairs


def _contents(document: Document) -> list[tuple[Hashable, Hashable]]:
    """Each section's title and body, below which titles: its numbers, which are no part of them, may change."""
    titles = {section.headings: section.title for section in document.sections}
    return [
        (_content(document, section), tuple(titles.get(section.headings[:n]) for n in range(len(section.headings))))
        for section in document.sections
    ]


def _content(document: Document, section: Section) -> tuple[str, str]:
    return section.title, document.text[section.heading_end : section.end].rstrip()


def _change(old: Document, new: Document, i: int, j: int, in_order: bool) -> SectionChange:
    before, after = old.sections[i], new.sections[j]
    texts = _text(old, before), _text(new, after)
    if _content(old, before) == _content(new, after) and before.place != after.place:
        return SectionChange("moved", before, after)
    if texts[0] == texts[1]:
        return SectionChange("unchanged" if in_order else "moved", before, after)
    return SectionChange("changed", before, after, find_edits(*texts, before.start, after.start))


def _text(document: Document, section: Section) -> str:
    return document.text[section.start : section.end].rstrip()


def _candidates(
    old: Document, before: Mapping[int, Section], new: Document, after: Mapping[int, Section]
) -> Iterator[tuple[float, int, int]]:
    """Sections that may be one reworded, likest first when sorted; looked at are those that share something rare."""
    features = {i: _features(old, section) for i, section in before.items()}
    having: defaultdict[Hashable, list[int]] = defaultdict(list)
    for i, found in features.items():
        for feature in found:
            having[feature].append(i)
    for j, section in after.items():
        found = _features(new, section)
        for i in sorted({i for feature in found if len(having[feature]) <= RARE for i in having[feature]}):
            shared = 2 * len(found & features[i]) / (len(found) + len(features[i]))
            numbered = before[i].place == section.place
            heading = SequenceMatcher(None, before[i].title, section.title, autojunk=False).ratio() if numbered else 0
            if heading >= HEADINGS_ALIKE:
                # Before any that are alike by their text alone.
                yield -1 - heading, i, j
            elif shared >= ALIKE:
                yield -shared, i, j


def _features(document: Document, section: Section) -> set[Hashable]:
    """What tells sections apart: the place, and the pairs of neighbouring words."""
    words = [word.strip() for word in WORDS.findall("\n".join(_content(document, section)).strip())]
    return {section.place, *pairwise(words)}


def _longest_rise(numbers: Sequence[int]) -> set[int]:
    """The longest series of these different numbers that only rises: whatever is not in it has been passed."""
    # The last number of the best series of each length, and the number before each.
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(ends, number)
        before[number] = ends[length - 1] if length else None
        ends[length : length + 1] = [number]
    series: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        series.add(last)
        last = before[last]
    return series


def _compare_citations(old: Document, new: Document, became: Mapping[int, int]) -> list[CitationChange]:
    """The notes and links that changed. The first of a section is the first of what it became, whatever its number."""
    # The sections that cite them, as they are counted in the new edition; no section there is counted -1.
    before = [(citation, became.get(home, -1) if home is not None else None) for citation, home in _citations(old)]
    after = list(_citations(new))
    left, came = dict(enumerate(before)), dict(enumerate(after))
    changes: list[tuple[int, CitationChange]] = []
    for i, j in pair_equal(*([(_said(c), home) for c, home in side] for side in (before, after))):
        del left[i], came[j]
    rest, others = list(left), list(came)
    for a, b in pair_equal(*([(_anchor(c, home), c.footnote) for c, home in d.values()] for d in (left, came))):
        i, j = rest[a], others[b]
        changes.append((j, CitationChange("changed", left.pop(i)[0], came.pop(j)[0])))
    changes += [(j, CitationChange("added", None, citation)) for j, (citation, _) in came.items()]
    removed = [CitationChange("removed", citation, None) for citation, _ in left.values()]
    return [change for _, change in sorted(changes, key=lambda pair: pair[0])] + removed


def _citations(document: Document) -> Iterator[tuple[Citation, int | None]]:
    """Every note and every link in the text, with the index of the first section that cites it."""
    starts = [section.start for section in document.sections]
    cited: dict[int, int] = {}
    for reference in document.references:
        cited.setdefault(reference.note, bisect_right(starts, reference.offset) - 1)
    for note in document.notes:
        home = cited.get(note.number)
        section = document.sections[home] if home is not None else None
        yield Citation(note.number, note.text, tuple(source.url for source in note.sources), section), home
    for link in document.links:
        home = bisect_right(starts, link.start) - 1
        yield Citation(None, document.text[link.start : link.end], (link.url,), document.sections[home]), home


def _said(citation: Citation) -> Hashable:
    return citation.footnote is None, citation.words, citation.urls


def _anchor(citation: Citation, home: int | None) -> Hashable:
    """What a changed note or link is known by: its section, or its number where none cites it."""
    return citation.footnote if home is None else (citation.footnote is None, home)
