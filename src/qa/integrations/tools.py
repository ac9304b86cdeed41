"""What a language model may ask of the assistant: tools that only read, with what each takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote

from pydantic import BaseModel, ConfigDict, Field

from qa.addresses import Linked
from qa.answers import Assistant
from qa.contract import ONLY_DOCUMENT, AnswerBody, VerdictBody, answer_body, verdict_body
from qa.contract_places import PassagesBody, SectionsBody, passages_body, sections_body
from qa.settings import MOST_PASSAGES, QUESTION_LENGTH
from qa.verification import QUOTE_LENGTH, Verifier

SEARCH = """\
Finds the passages of the documents that answer a question, best first. Each `text` is the document word for word: \
quote it exactly, with its `label`, `page` and `sources`. Unless `status` is "answered" the documents do not say; \
accept that, tell the reader the `message`, and offer the sections in `nearest`."""
GET_PASSAGE = """\
Reads a passage, or all passages of a section, word for word, with their official links. One that is no longer in the \
document says under `retired` which earlier edition it is of: tell the reader when you quote it."""
LIST_SECTIONS = """\
Lists the documents and all their sections: number, headings, page, permalink, and the `place` to read each by."""
VERIFY = """\
Says whether a quotation stands in a document word for word, and where. If not, `difference` is the first character \
that differs and `text` is what is printed there: correct the quotation by it, or do not give it as one."""


class Arguments(BaseModel):
    """What a tool takes. A misspelt name is told, not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SearchArguments(Arguments):
    """A question. `history` is for a follow-up."""

    question: str = Field(description=f"As the reader put it, 1 to {QUESTION_LENGTH} characters.")
    k: Annotated[int, Field(strict=True, ge=1, le=MOST_PASSAGES)] | None = Field(None, description="How many passages.")
    document: str | None = Field(None, description=ONLY_DOCUMENT)
    history: list[str] = Field([], max_length=50, description="The reader's questions before it, oldest first.")


class PlaceArguments(Arguments):
    """Where to read."""

    place: str = Field(
        description='The id of a passage ("factsheet-2025/1.3.5/2"), the place of a section ("factsheet-2025/1.3.5"), '
        "or the permalink of either."
    )


class SectionsArguments(Arguments):
    """Whose sections to list."""

    document: str | None = Field(None, description="The id of the only document; without it all are listed.")


class QuoteArguments(Arguments):
    """What to check."""

    quote: str = Field(description=f"The words alone, 1 to {QUOTE_LENGTH} characters.")
    document: str | None = Field(None, description="The id of the only document to look into.")


@dataclass(frozen=True, slots=True)
class Tool:
    """`call` takes the `arguments` and gives the `body`; it raises QAError."""

    title: str
    description: str
    arguments: type[Arguments]
    body: type[BaseModel]
    call: Callable[[Any], BaseModel]


def create_tools(assistant: Assistant) -> dict[str, Tool]:
    """The tools by name. Safe to share between threads."""
    verifier = Verifier(assistant.documents)

    def search(asked: SearchArguments) -> AnswerBody:
        return answer_body(assistant.ask(asked.question, asked.k, asked.document, asked.history))

    def get_passage(asked: PlaceArguments) -> PassagesBody:
        return passages_body(_follow(asked.place, assistant))

    def list_sections(asked: SectionsArguments) -> SectionsBody:
        return sections_body(assistant.index, asked.document)

    def verify(asked: QuoteArguments) -> VerdictBody:
        return verdict_body(verifier.verify(asked.quote, asked.document))

    return {
        "search": Tool("Search the documents", SEARCH, SearchArguments, AnswerBody, search),
        "get_passage": Tool("Read a passage or section", GET_PASSAGE, PlaceArguments, PassagesBody, get_passage),
        "list_sections": Tool("List the sections", LIST_SECTIONS, SectionsArguments, SectionsBody, list_sections),
        "verify": Tool("Check a quotation", VERIFY, QuoteArguments, VerdictBody, verify),
    }


def _follow(place: str, assistant: Assistant) -> Linked:
    """What stands at an id or a place, or at a permalink, with or without the address of the service before it."""
    before, root, link = place.partition("/p/")
    if not root or not (before == "" or before.startswith(("http://", "https://"))):
        return assistant.addresses.follow(place)
    name, _, query = link.partition("#")[0].partition("?")
    words = parse_qs(query)
    at, digits = (words.get(key, [""])[0] for key in ("at", "sha256"))
    return assistant.addresses.follow(unquote(name), at, digits)
