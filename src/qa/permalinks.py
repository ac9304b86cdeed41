"""Editions -> ids that last: a passage whose text stays keeps its id, and one that left still answers by it.

An id never names two texts, in whatever edition.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, fields, replace
from itertools import count
from pathlib import Path

from pydantic import TypeAdapter

from qa.editions import pair_equal, pair_sections
from qa.passages import place_of
from qa.store import read_lines, write_lines
from qa.types import Document, Metadata, Passage, Retired

PASSAGES = "retired.jsonl"
SECTIONS = "retired-sections.jsonl"
RETIRED = TypeAdapter(Retired)
Cut = Callable[[Document], list[Passage]]


@dataclass(frozen=True, slots=True)
class Archive:
    """What left the documents: passages by id, and for each section's place that is gone the ids of its passages.

    Such a passage may be in a document still, under another number.
    """

    passages: dict[str, Retired]
    sections: dict[str, tuple[str, ...]]


class Lineage:
    """The editions of one document, followed from the first on."""

    def __init__(self) -> None:
        # Of each id, in the order they were given: the last passage that had it, with its edition.
        self.passages: dict[str, tuple[Passage, Document]] = {}
        # Of each section's place: the ids in the last edition that had it.
        self.sections: dict[str, tuple[str, ...]] = {}
        self.newest: Document | None = None

    def follow(self, edition: Document, passages: Sequence[Passage]) -> list[Passage]:
        """The passages of the next edition with the ids they had, else with ids that no other text ever had."""
        # What stands in the edition before goes first, then what left earlier and may return.
        standing = {id: last is self.newest for id, (_, last) in self.passages.items()}
        kept: dict[int, str] = {}
        for stands in (True, False):
            ids = [id for id in self.passages if standing[id] == stands]
            rest = [j for j in range(len(passages)) if j not in kept]
            known = [self.passages[id][0] for id in ids]
            kept |= {rest[j]: ids[i] for i, j in pair_equal(_said(known), _said([passages[j] for j in rest]))}
        self.newest = edition
        named: list[Passage] = []
        places: defaultdict[str, list[str]] = defaultdict(list)
        for j, passage in enumerate(passages):
            named.append(replace(passage, id=kept.get(j) or self._free(passage.id)))
            self.passages[named[-1].id] = named[-1], edition
            places[place_of(named[-1].document, named[-1].section)].append(named[-1].id)
        self.sections |= {place: tuple(found) for place, found in places.items()}
        return named

    def _free(self, id: str) -> str:
        """The id, or that of the next ordinal that no text ever had."""
        place, ordinal = id.rsplit("/", 1)
        ids = (f"{place}/{n}" for n in count(int(ordinal)))
        return next(id for id in ids if id not in self.passages)


def keep_ids(documents: Sequence[Document], retired: Sequence[Document], cut: Cut) -> tuple[list[Passage], Archive]:
    """The passages of all documents with ids that last, and what left them since their retired editions.

    The editions of one document are in order, the oldest first; `cut` makes the passages of one.
    """
    earlier: dict[str, list[Document]] = {document.id: [] for document in documents}
    for edition in retired:
        earlier.setdefault(edition.id, []).append(edition)
    today = {document.id: document for document in documents}
    passages: list[Passage] = []
    archive = Archive({}, {})
    for id, editions in earlier.items():
        lineage = Lineage()
        for edition in editions:
            lineage.follow(edition, cut(edition))
        document = today.get(id)
        kept = lineage.follow(document, cut(document)) if document else []
        passages += kept
        places = {place_of(passage.document, passage.section) for passage in kept}
        archive.sections.update({place: ids for place, ids in lineage.sections.items() if place not in places})
        for edition in editions:
            left = [passage for passage, last in lineage.passages.values() if last is edition]
            archive.passages.update({gone.passage.id: gone for gone in _retire(left, edition, document, places)})
    return passages, archive


def write_archive(archive: Archive, folder: Path) -> None:
    """Write the archive's files into a build; none where nothing left the documents."""
    if archive.sections or archive.passages:
        write_lines(folder / PASSAGES, (RETIRED.dump_python(gone, mode="json") for gone in archive.passages.values()))
        write_lines(folder / SECTIONS, ({"place": place, "ids": ids} for place, ids in archive.sections.items()))


def read_archive(folder: Path) -> Archive:
    """The archive of a build."""
    if not (folder / PASSAGES).exists():
        return Archive({}, {})
    left = map(RETIRED.validate_python, read_lines(folder / PASSAGES))
    sections = {record["place"]: tuple(record["ids"]) for record in read_lines(folder / SECTIONS)}
    return Archive({gone.passage.id: gone for gone in left}, sections)


def _retire(
    passages: Sequence[Passage], edition: Document, document: Document | None, places: Set[str]
) -> Iterator[Retired]:
    """Passages that left, with where their section is today: what it became, else what has its number now."""
    facts = Metadata(**{field.name: getattr(edition, field.name) for field in fields(Metadata)})
    sections = document.sections if document else ()
    numbered = {section.place: section for section in reversed(sections)}
    became = {edition.sections[i]: sections[j] for i, j in pair_sections(edition, document)} if document else {}
    for passage in passages:
        today = became.get(passage.section), numbered.get(passage.section.place)
        shown = (section for section in today if section and place_of(edition.id, section) in places)
        yield Retired(passage, facts, next(shown, None))


def _said(passages: Sequence[Passage]) -> list[tuple[str, str]]:
    """What passages say, and where."""
    return [(passage.text, passage.section.place) for passage in passages]
