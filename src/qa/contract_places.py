"""The API's contract for reading without a question: passages at an address, and the sections of documents."""

from __future__ import annotations

from collections.abc import Set

from pydantic import Field

from qa.addresses import Linked, section_link
from qa.contract import (
    Body,
    DocumentBody,
    PassageBody,
    PlaceBody,
    document_body,
    passage_facts,
    place_facts,
)
from qa.index import Index
from qa.passages import place_of
from qa.types import Passage, Retired, Section
from qa.verification import check_document


class RetiredBody(Body):
    """The earlier edition that a passage is of, as it is no longer in the document."""

    published: str
    content_as_of: str
    now: str | None = Field(description="The permalink of what its section is today; null where there is none.")


class ReadBody(PassageBody):
    """A passage of a document, or of an earlier edition of it."""

    retired: RetiredBody | None = Field(description="Null for a passage of the current edition.")


class PassagesBody(Body):
    """The passage of an id, or those of a section in their order."""

    passages: list[ReadBody]
    changed: bool = Field(description="Whether the words that a permalink was made for are nowhere any more.")


class SectionBody(PlaceBody):
    """A section; `place` and `permalink` are null where it has no text of its own."""

    place: str | None
    permalink: str | None


class SectionsBody(Body):
    """The documents, and their sections in the order of the text."""

    documents: list[DocumentBody]
    sections: list[SectionBody]


def passages_body(linked: Linked) -> PassagesBody:
    """What a link leads to, as the contract has it."""
    passages = [_passage(passage, linked.retired.get(passage.id)) for passage in linked.passages]
    return PassagesBody(passages=passages, changed=linked.changed)


def sections_body(index: Index, document: str | None = None) -> SectionsBody:
    """The sections of all documents, or of the one of this id. Raises QuestionError when there is none."""
    check_document(document, index.documents)
    places = {place_of(passage.document, passage.section) for passage in index.passages}
    documents = [one for one in index.documents.values() if document in (None, one.id)]
    return SectionsBody(
        documents=[document_body(one) for one in documents],
        sections=[_section(section, one.id, places) for one in documents for section in one.sections],
    )


def _passage(passage: Passage, retired: Retired | None) -> ReadBody:
    return ReadBody(**passage_facts(passage), retired=_retired(retired) if retired else None)


def _retired(retired: Retired) -> RetiredBody:
    now = retired.now
    return RetiredBody(
        published=retired.edition.published,
        content_as_of=retired.edition.content_as_of,
        now=section_link(retired.passage.document, now) if now else None,
    )


def _section(section: Section, document: str, places: Set[str]) -> SectionBody:
    place = place_of(document, section)
    return SectionBody(
        **place_facts(document, section, section.page),
        place=place if place in places else None,
        permalink=section_link(document, section) if place in places else None,
    )
