"""Questions as index entries (doc2query: Nogueira et al. 2019): what people ask, beside the words that answer it.

They are curated, used to find and to decline, and never shown. corpus/hints/<id>.jsonl has those of a document, one a
line: what a passage answers, with the words of the section that do,
{"section": "2.1", "quote": "composed of the Prime Minister as its head", "language": "en", "text": "who chairs it"}
or what the document does not answer, with why not and, for whoever maintains the file, the section it is near to:
{"status": "not_in_document", "near": "2.1", "language": "en", "text": "how much does the headquarters cost"}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa.errors import DocumentError
from qa.types import Document, GoldStatus, Passage

FOLDER = "hints"


@dataclass(frozen=True, slots=True)
class Hint:
    """What somebody may ask of a document, and the rows of the passages that answer it, or why none does."""

    document: str
    text: str
    status: GoldStatus
    rows: tuple[int, ...] = ()


class Line(BaseModel):
    """One line of a file of hints."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str = Field(min_length=1)
    language: str = Field(pattern="^[a-z]{2}$")
    section: str = ""
    quote: str = ""
    status: GoldStatus = "answered"
    near: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Line:
        if (self.status == "answered") != bool(self.quote):
            raise ValueError('give either a quote, or a status other than "answered"')
        return self


def find_hints(corpus: Path) -> list[Path]:
    """The files of hints of a corpus, by name."""
    return sorted((corpus / FOLDER).glob("*.jsonl"))


def read_hints(corpus: Path) -> dict[str, list[Line]]:
    """Document id -> its hints. Raises DocumentError that names file and line."""
    return {path.stem: [_line(path, *line) for line in _lines(path)] for path in find_hints(corpus)}


def place_hints(
    hints: Mapping[str, Sequence[Line]], documents: Sequence[Document], passages: Sequence[Passage]
) -> list[Hint]:
    """The hints, document by document, first of these documents.

    One whose quotation its section does not hold (any more) is left out: it may be true of an earlier edition. Those of
    documents that are not there find nothing, but tell how people ask for what is said and what is not.
    """
    placed: list[Hint] = []
    rows: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row, passage in enumerate(passages):
        rows[passage.document, passage.section.number].append(row)
    for document in documents:
        for line in hints.get(document.id, ()):
            among = rows[document.id, line.section] if line.quote else ()
            holding = tuple(row for row in among if _holds(document, passages[row], line))
            if holding or line.status != "answered":
                placed.append(Hint(document.id, line.text, line.status, holding))
    for id in sorted(hints.keys() - {document.id for document in documents}):
        placed += [Hint(id, line.text, line.status) for line in hints[id]]
    return placed


def _holds(document: Document, passage: Passage, line: Line) -> bool:
    """Whether the passage has a part of the quotation, as it stands in its section."""
    at = document.text.find(line.quote, passage.section.start, passage.section.end)
    return at >= 0 and at < passage.end and passage.start < at + len(line.quote)


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path} cannot be read ({error}): mend or remove it") from None
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def _line(path: Path, number: int, line: str) -> Line:
    try:
        return Line.model_validate_json(line)
    except ValidationError as error:
        what = error.errors()[0]
        field = ".".join(map(str, what["loc"]))
        raise DocumentError(
            f"{path}, line {number}: {f'{field}: ' if field else ''}{what['msg']}: mend or delete that line"
        ) from None
