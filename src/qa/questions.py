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
from pathlib import Path
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa.errors import EvaluationError
from qa.scripts import is_japanese, is_whole
from qa.settings import QUESTION_LENGTH
from qa.types import Document, GoldStatus, Passage, Section

# Between the values of one cell of a CSV file.
CELL_JOINT = " | "


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


# What is said of a field instead of pydantic's own words.
WISHES = {
    "extra_forbidden": "there is no such field",
    "list_type": 'wanted is a list of texts, such as ["..."]',
    "string_pattern_mismatch": "an id has no spaces, a language two letters, a kind letters, digits, spaces, _ . and -",
}


class Occurrence(NamedTuple):
    """Where a quotation stands in a document."""

    document: Document
    section: Section
    start: int
    end: int

    def part_of(self, passage: Passage) -> tuple[int, int] | None:
        """The span of the passage that belongs to it; None when none does."""
        if passage.document != self.document.id or self.end <= passage.start or passage.end <= self.start:
            return None
        return max(self.start, passage.start) - passage.start, min(self.end, passage.end) - passage.start


Text = Annotated[str, Field(min_length=1)]
Turn = Annotated[str, Field(min_length=1, max_length=QUESTION_LENGTH)]


class _Line(BaseModel):
    """One line of a question set."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(None, min_length=1, pattern=r"^\S+$")
    # It names a group of figures, in a file and on the command line.
    kind: str = Field("question", pattern=r"^\w[\w .-]*$")
    language: str | None = Field(None, pattern="^[a-z]{2}$")
    question: Turn | None = None
    turns: list[Turn] | None = Field(None, min_length=1)
    evidence: list[Text] = []
    sections: list[Text] = []
    urls: list[Text] = []
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
            row = parse_json(line, f"{path.name}, line {number}")
            if not isinstance(row, dict):
                raise EvaluationError(f"{path.name}, line {number} is no JSON object: write {{…}}")
            yield number, row


def parse_json(text: str, where: str) -> Any:
    """A value that can be written again. Raises EvaluationError."""
    try:
        value = json.loads(text)
        written = json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"{where} is no JSON ({str(error)[:80]})") from None
    if not is_whole(written):
        raise EvaluationError(f"{where} holds half a character (a lone surrogate): write it whole")
    return value


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


def _question(path: Path, number: int, row: Mapping[str, Any]) -> Question:
    try:
        line = _Line.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = f"{'.'.join(str(part) for part in first['loc'])}: " if first["loc"] else ""
        said = WISHES.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise EvaluationError(f"{path.name}, line {number}: {where}{said}") from None
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
    columns = reader.fieldnames or ()
    unknown = [name for name in columns if name not in known]
    if unknown or "question" not in columns:
        wrong = f"has the column {unknown[0]!r}" if unknown else "has no column question"
        raise EvaluationError(
            f"{path.name}, line 1 {wrong}: wanted are question, evidence and, if you like, "
            f"{', '.join(sorted(known - {'question', 'evidence'}))}, with commas between them"
        )
    for row in _rows(reader, path):
        if None in row or None in row.values():
            raise EvaluationError(
                f"{path.name}, line {reader.line_num} lacks a cell or has too many: put texts with commas in quotes"
            )
        several = {name: row[name].split(CELL_JOINT) for name in ("evidence", "sections", "urls") if row.get(name)}
        single = {name: row[name] for name in ("id", "kind", "language", "question", "status") if row.get(name)}
        yield reader.line_num, single | several


def _rows(reader: csv.DictReader[str], path: Path) -> Iterator[dict[str, Any]]:
    try:
        yield from reader
    except csv.Error as error:
        raise EvaluationError(f"{path.name}, line {reader.line_num} is no row of a table: {error}") from None


def _places(text: str, quote: str, section: Section) -> Iterator[int]:
    at = text.find(quote, section.start, section.end)
    while at >= 0:
        yield at
        at = text.find(quote, at + 1, section.end)
