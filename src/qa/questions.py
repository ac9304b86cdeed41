"""Question sets: what people ask, and the words of the document that answer it.

A set is JSON Lines or CSV; corpus/questions/README.md describes the fields. Gold evidence quotes the document and
never names passages, so another way of splitting is measured by the same questions.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa.errors import EvaluationError
from qa.scripts import is_japanese
from qa.settings import QUESTION_LENGTH
from qa.types import Document, Section

GoldStatus = Literal[
    "answered", "not_in_document", "after_cutoff", "advice_requested", "too_vague", "small_talk", "not_a_question"
]
# Between the values of one cell of a CSV file.
CELL_JOINT = " | "
# Two questions whose characters are as alike as this, of 100, ask the same in the same words.
ALIKE = 90


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks (the last of `turns`, after the ones before it) and what should come of it.

    `evidence` are quotations of the document that answer it, together; `sections` the numbers of the sections they
    stand in, which tell equal words apart; `urls` links that belong into the answer. A question that is not
    answered has none of the three.
    """

    id: str
    kind: str
    language: str
    turns: tuple[str, ...]
    evidence: tuple[str, ...]
    sections: tuple[str, ...]
    urls: tuple[str, ...]
    status: GoldStatus

    @property
    def asked(self) -> str:
        """The question that is to be answered."""
        return self.turns[-1]


class Occurrence(NamedTuple):
    """Where a quotation stands in a document."""

    document: Document
    section: Section
    start: int
    end: int


class _Line(BaseModel):
    """One line of a question set."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(None, min_length=1, pattern=r"^\S+$")
    kind: str = Field("question", min_length=1)
    language: str | None = Field(None, pattern="^[a-z]{2}$")
    question: str | None = Field(None, min_length=1, max_length=QUESTION_LENGTH)
    turns: list[str] | None = Field(None, min_length=1)
    evidence: list[str] = []
    sections: list[str] = []
    urls: list[str] = []
    status: GoldStatus | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.question is None) == (self.turns is None):
            raise ValueError("give either question or turns")
        if any(not turn.strip() for turn in self.turns or [self.question or ""]):
            raise ValueError("the question is empty")
        if self.status is not None and (self.status == "answered") != bool(self.evidence):
            raise ValueError('a question has evidence if and only if its status is "answered"')
        return self


def read_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a .jsonl or .csv file. Raises EvaluationError that names the file, the line and the remedy."""
    rows = _csv_rows(path) if path.suffix.lower() == ".csv" else read_json_lines(path)
    questions: dict[str, Question] = {}
    for number, row in rows:
        question = _question(path, number, row)
        if question.id in questions:
            raise EvaluationError(f"{path.name}, line {number}: the id {question.id} is taken: write another")
        questions[question.id] = question
    if not questions:
        raise EvaluationError(f"{path} holds no question: write one a line")
    return tuple(questions.values())


def read_json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The number and the object of each line. Raises EvaluationError."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise EvaluationError(f"{path.name}, line {number} is no JSON ({error}): one object a line") from None
            if not isinstance(row, dict):
                raise EvaluationError(f"{path.name}, line {number} is no JSON object: write {{…}}")
            yield number, row


def read_text(path: Path) -> str:
    """A file of a question set or a collection. Raises EvaluationError."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvaluationError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None


def occurrences(question: Question, documents: Iterable[Document]) -> list[Occurrence]:
    """Every place where the evidence stands in the sections that are named, or anywhere where none is."""
    return [
        Occurrence(document, section, at, at + len(quote))
        for document in documents
        for quote in question.evidence
        for section in document.sections
        if not question.sections or section.number in question.sections
        for at in _places(document.text, quote, section)
    ]


def check_questions(sets: Mapping[str, Iterable[Question]], documents: Iterable[Document]) -> list[str]:
    """What is wrong with question sets that are used together, one sentence each; nothing when all is well."""
    documents = list(documents)
    named = [(name, question) for name, questions in sets.items() for question in questions]
    complaints = [
        f"{name}: {question.id}: {complaint}"
        for name, question in named
        for complaint in _check_gold(question, documents)
    ]
    homes: dict[str, str] = {}
    for name, question in named:
        if question.id in homes:
            complaints.append(f"{name}: {question.id}: {homes[question.id]} has that id too")
        homes.setdefault(question.id, name)
    return complaints + list(_check_alike(named))


def _question(path: Path, number: int, row: Mapping[str, Any]) -> Question:
    try:
        line = _Line.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise EvaluationError(
            f"{path.name}, line {number}: {f'{where}: ' if where else ''}{first['msg'].removeprefix('Value error, ')}"
        ) from None
    turns = tuple(line.turns or [line.question or ""])
    return Question(
        id=line.id or f"{path.stem}-{number}",
        kind=line.kind,
        language=line.language or ("ja" if is_japanese(turns[-1]) else "en"),
        turns=turns,
        evidence=tuple(line.evidence),
        sections=tuple(line.sections),
        urls=tuple(line.urls),
        status=line.status or ("answered" if line.evidence else "not_in_document"),
    )


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rows of a table with a header; a cell of several values has " | " between them."""
    reader = csv.DictReader(io.StringIO(read_text(path)))
    known = set(_Line.model_fields) - {"turns"}
    unknown = set(reader.fieldnames or ()) - known
    if unknown or "question" not in (reader.fieldnames or ()):
        raise EvaluationError(
            f"{path.name}, line 1 names the columns {', '.join(reader.fieldnames or ())}: wanted are question, "
            f"evidence and, if you like, {', '.join(sorted(known - {'question', 'evidence'}))}"
        )
    for row in reader:
        if None in row or None in row.values():
            raise EvaluationError(f"{path.name}, line {reader.line_num} has not one cell for each column: quote commas")
        several = {name: row[name].split(CELL_JOINT) for name in ("evidence", "sections", "urls") if row.get(name)}
        single = {name: row[name] for name in ("id", "kind", "language", "question", "status") if row.get(name)}
        yield reader.line_num, single | several


def _places(text: str, quote: str, section: Section) -> Iterator[int]:
    at = text.find(quote, section.start, section.end)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1, section.end)


def _check_gold(question: Question, documents: list[Document]) -> Iterator[str]:
    found = occurrences(question, documents)
    stands = {document.text[start:end] for document, _, start, end in found}
    for quote in question.evidence:
        if quote not in stands:
            yield f"its evidence does not stand in {', '.join(question.sections) or 'the documents'}: {quote[:80]!r}"
    for number in set(question.sections) - {section.number for _, section, _, _ in found}:
        yield f"section {number} holds none of its evidence"
    links = {source.url for d in documents for note in d.notes for source in note.sources}
    links |= {link.url for document in documents for link in document.links}
    for url in set(question.urls) - links:
        yield f"no document gives the link {url}"


def _check_alike(named: list[tuple[str, Question]]) -> Iterator[str]:
    """Questions that are nearly the same, in one set or in two."""
    from rapidfuzz import fuzz, process

    texts = [" / ".join(question.turns).casefold() for _, question in named]
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE)
    for i, j in combinations(range(len(named)), 2):
        if alike[i, j]:
            yield f"{named[j][0]}: {named[j][1].id}: is nearly {named[i][1].id} of {named[i][0]}: {texts[j][:80]!r}"
