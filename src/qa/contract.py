"""The API's contract: the one answer object that the API, the page's widget and `qa ask --json` share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from qa.addresses import passage_link, section_link
from qa.settings import MOST_PASSAGES
from qa.types import Answer, Document, Passage, Quote, Section, Status
from qa.verification import Verdict
from qa.wording import language_of, status_words

# Raised by its middle number when a field is added, by its first when one changes or goes.
API_VERSION = "1.5.0"
# What is said of the parameter wherever it is taken.
ONLY_DOCUMENT = "The id of the only document to search; without it all are searched."
# Probabilities and scores are given to four places: more would only look exact.
PLACES = 4


class Body(BaseModel):
    """What the contract's objects have in common."""

    model_config = ConfigDict(frozen=True)


class SourceBody(Body):
    """A link that a footnote of the passage, or the passage itself (footnote null), gives."""

    footnote: int | None
    url: str
    note: str | None = Field(description='What the document says of the link, such as "Japanese Only".')


class DocumentBody(Body):
    """A document as its publisher names and dates it."""

    id: str
    title: str
    published: str
    content_as_of: str
    notice: str
    sha256: str = Field(description="Of the file the document was read from.")


class PlaceBody(Body):
    """A place in a document."""

    document: str = Field(description="The id of the document.")
    section: str = Field(description='Canonical number, such as "1.3.5"; empty in a document without numbers.')
    label: str = Field(description='The number as printed, such as "1.3 › 5)".')
    title: str = Field(description="The heading without its number; empty for what stands before the first one.")
    headings: list[str] = Field(description="From the outermost heading to that of the place.")
    page: int | None = Field(description="As printed; null where the document has no pages.")


class PassageBody(PlaceBody):
    """A passage, word for word: `text` is its document's text from `start` to `end` (code points)."""

    id: str
    text: str
    start: int
    end: int
    sources: list[SourceBody]
    permalink: str


class ResultBody(PassageBody):
    """A passage found for a question."""

    marks: list[tuple[int, int]] = Field(description="Spans within `text` (code points) nearest to the question.")
    score: float


class NearestBody(PlaceBody):
    """A section that comes near the question."""

    permalink: str


class AnswerBody(Body):
    """`results` is the answer, best first; unless the status is "answered" it is empty and `nearest` has sections."""

    question: str
    status: Status
    message: str = Field(description="What to tell the reader of it.")
    language: str = Field(description='That of the message, which is that of the question: "en" or "ja".')
    confidence: float = Field(ge=0, le=1, description="Estimated probability that the document answers the question.")
    history: list[str] = Field(description="The questions before it that it was read with; empty if none was needed.")
    document: DocumentBody | None = Field(description="The document that the best passage is from.")
    results: list[ResultBody]
    nearest: list[NearestBody]


class DifferenceBody(Body):
    """The first character that differs."""

    at: int = Field(description="Its place in the quotation (code points).")
    quoted: str
    printed: str = Field(description="What the document has there; empty at its end.")


class VerdictBody(Body):
    """Whether a quotation stands in a document word for word. If not, the place it comes nearest to, if any."""

    quote: str
    verified: bool
    document: str | None
    section: str | None
    label: str | None
    page: int | None
    start: int | None
    end: int | None
    text: str | None = Field(description="The document's text from `start` to `end`.")
    difference: DifferenceBody | None
    permalink: str | None = Field(description="Of the section; null where it has no text of its own.")


class VerifyRequest(BaseModel):
    """A quotation of 1 to 5,000 characters; `document` is the id of the only one to look into."""

    quote: str = Field(min_length=1, examples=["was fully enforced on September 1"])
    document: str | None = Field(default=None, description=ONLY_DOCUMENT, examples=["factsheet-2025"])


class ErrorDetail(Body):
    code: str
    message: str


class ErrorBody(Body):
    """What every refusal looks like."""

    error: ErrorDetail


class SearchRequest(BaseModel):
    """A question of 1 to 500 characters. `history` are the questions before it, oldest first."""

    question: str = Field(min_length=1, examples=["And who heads it?"])
    history: list[str] = Field(default=[], max_length=50, examples=[["What is the AI Strategic Headquarters?"]])
    k: Annotated[int, Field(strict=True, ge=1, le=MOST_PASSAGES)] | None = Field(default=None, examples=[5])
    document: str | None = Field(default=None, description=ONLY_DOCUMENT, examples=["factsheet-2025"])


class FeedbackRequest(BaseModel):
    """Whether the answer to a question was right, as a reader sees it; `history` are the questions before it."""

    question: str = Field(min_length=1, examples=["When was the AI Act fully enforced?"])
    history: list[str] = Field(default=[], max_length=50, examples=[[]])
    right: bool = Field(examples=[True])
    document: str | None = Field(default=None, description=ONLY_DOCUMENT, examples=["factsheet-2025"])


def answer_body(answer: Answer) -> AnswerBody:
    """An answer as the contract has it."""
    document = answer.document
    return AnswerBody(
        question=answer.question,
        status=answer.status,
        message=" ".join(status_words(answer).values()),
        language=language_of(answer.question),
        confidence=round(answer.confidence, PLACES),
        history=list(answer.history),
        document=document_body(document) if document else None,
        results=[_result(quote) for quote in answer.quotes],
        nearest=[_nearest(passage) for passage in answer.nearest],
    )


def verdict_body(verdict: Verdict) -> VerdictBody:
    """A verdict as the contract has it."""
    document, section, difference = verdict.document, verdict.section, verdict.difference
    return VerdictBody(
        quote=verdict.quote,
        verified=verdict.verified,
        document=document.id if document else None,
        section=section.number if section else None,
        label=section.label if section else None,
        page=verdict.page,
        start=verdict.start,
        end=verdict.end,
        text=document.text[verdict.start : verdict.end] if document else None,
        difference=DifferenceBody(at=difference.at, quoted=difference.quoted, printed=difference.printed)
        if difference
        else None,
        permalink=section_link(document.id, section) if document and section and section.paragraphs else None,
    )


def document_body(document: Document) -> DocumentBody:
    """What is known of a document, as the contract has it."""
    return DocumentBody(
        id=document.id,
        title=document.title,
        published=document.published,
        content_as_of=document.content_as_of,
        notice=document.notice,
        sha256=document.sha256,
    )


def place_facts(document: str, section: Section, page: int | None) -> dict[str, Any]:
    """The fields of a PlaceBody, of a section of the document of this id."""
    return {
        "document": document,
        "section": section.number,
        "label": section.label,
        "title": section.title,
        "headings": list(section.headings),
        "page": page,
    }


def passage_facts(passage: Passage) -> dict[str, Any]:
    """The fields of a PassageBody."""
    return place_facts(passage.document, passage.section, passage.page) | {
        "id": passage.id,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "sources": [SourceBody(footnote=one.footnote, url=one.url, note=one.remark) for one in passage.sources],
        "permalink": passage_link(passage),
    }


def _result(quote: Quote) -> ResultBody:
    facts = passage_facts(quote.hit.passage)
    return ResultBody(**facts, marks=list(quote.marks), score=round(quote.hit.score, PLACES))


def _nearest(passage: Passage) -> NearestBody:
    document, section = passage.document, passage.section
    return NearestBody(**place_facts(document, section, section.page), permalink=section_link(document, section))
