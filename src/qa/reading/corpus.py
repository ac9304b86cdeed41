"""The corpus: files and what is known of them -> documents."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import DocumentError
from qa.reading.checks import check_contents, check_kept, check_notes
from qa.reading.lines import Line, fold
from qa.reading.markdown import NestedTooDeeply, read_markdown
from qa.reading.metadata import facts_of_pdf, read_metadata
from qa.reading.notes import number_notes, read_note
from qa.reading.outline import build_outline
from qa.reading.pdf.sandbox import read_in_child
from qa.reading.text import TextBuilder
from qa.settings import PdfLimits, Settings
from qa.types import Document, Metadata

if TYPE_CHECKING:
    from qa.reading.pdf.reader import PdfReading

MARKDOWN, PDF = (".md", ".markdown"), ".pdf"
SUFFIXES = (*MARKDOWN, PDF)
# A long law has 2 MB of text, 50 MB would take minutes and gigabytes to parse; a PDF carries its pictures.
BYTES_AT_MOST = {suffix: 200_000_000 if suffix == PDF else 10_000_000 for suffix in SUFFIXES}
LIMITS = Settings().pdf_limits


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as read: its lines, what it says of itself, and (of a PDF) its pages and what was lost on them.

    `sha256` is that of the file.
    """

    lines: list[Line]
    own: dict[str, str]
    sha256: str = ""
    pages: int = 0
    letters: int = 0
    kept: int = 0
    findings: list[str] = field(default_factory=list)


def find_documents(folder: Path) -> list[Path]:
    """The documents of a corpus folder, by name. Raises DocumentError where there are none."""
    names = sorted(folder.glob("*")) if folder.is_dir() else []
    paths = [p for p in names if p.suffix.lower() in SUFFIXES and p.is_file() and not p.name.startswith(".")]
    if not paths:
        raise DocumentError(f"{folder} holds no document: put a Markdown or PDF file ({', '.join(SUFFIXES)}) there")
    return paths


def read_corpus(folder: Path, limits: PdfLimits = LIMITS) -> list[Document]:
    """Every document of a corpus folder, by name. Raises DocumentError, also when two share an id."""
    documents: dict[str, Document] = {}
    for path in find_documents(folder):
        document = read_document(path, limits)
        if document.id in documents:
            raise DocumentError(f"{path.name} has the id {document.id} of another document: change it in its .toml")
        documents[document.id] = document
    return list(documents.values())


def read_document(path: Path, limits: PdfLimits = LIMITS) -> Document:
    """One file as a document; its metadata are in the .toml of the same name, or drawn from the file itself.

    Raises DocumentError for a file that cannot be read, is empty, too large, not what its name says, or not
    the one its metadata describe.
    """
    read = read_file(path, limits)
    metadata = read_metadata(path, read.lines, read.own)
    if metadata.sha256 not in ("", read.sha256):
        raise DocumentError(
            f"{path.name} has SHA-256 {read.sha256[:12]}…, its .toml says {metadata.sha256[:12]}…: "
            "restore the file, or write the new edition's facts into the .toml"
        )
    return assemble(read, metadata)


def read_file(path: Path, limits: PdfLimits = LIMITS) -> Reading:
    """The lines of a file. Raises DocumentError for one that is empty, too large, or not what its name says."""
    data = read_bytes(path)
    checksum = hashlib.sha256(data).hexdigest()
    if path.suffix.lower() == PDF:
        return replace(reading_of_pdf(read_in_child(path, limits)), sha256=checksum)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path.name} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
    if not text.strip() or "\0" in text:
        raise DocumentError(f"{path.name} {'holds a NUL byte' if text.strip() else 'is empty'}: it is no Markdown text")
    try:
        return Reading(*read_markdown(text), checksum)
    except NestedTooDeeply:
        raise DocumentError(f"{path.name} nests lists or quotes too deeply to be read: flatten it") from None


def reading_of_pdf(pdf: PdfReading) -> Reading:
    """What was read of a PDF, as of any file."""
    own = facts_of_pdf(pdf.lines, pdf.title, pdf.author)
    return Reading(pdf.lines, own, "", pdf.pages, pdf.letters, pdf.kept, pdf.findings)


def read_bytes(path: Path) -> bytes:
    """A file of the corpus. Raises DocumentError when it cannot be read or is too large."""
    most = BYTES_AT_MOST.get(path.suffix.lower(), max(BYTES_AT_MOST.values()))
    try:
        size = path.stat().st_size
        if size > most:
            raise DocumentError(f"{path.name} has {size:,} bytes; at most {most:,} are read: split it")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}") from None


def assemble(read: Reading, metadata: Metadata) -> Document:
    """The document that lines and metadata make."""
    said = (metadata.title, metadata.publisher, metadata.published, metadata.notice)
    outline = build_outline(read.lines, fold(metadata.title), frozenset(fold(words) for words in said if words))
    numbers = number_notes(outline.notes, (line for node in outline.nodes for line in (node.heading, *node.body)))
    builder = TextBuilder(numbers)
    sections = tuple(builder.section(node) for node in outline.nodes)
    text = builder.finish()
    defined = {line.mark: line for line in reversed(outline.notes)}
    notes = sorted((read_note(line, numbers[mark]) for mark, line in defined.items()), key=lambda note: note.number)
    contents_found, contents_findings = check_contents(outline.entries, sections, text)
    findings = [
        *read.findings,
        *check_kept(read.letters, read.kept),
        *check_notes(outline.notes, notes, builder.references),
        *contents_findings,
    ]
    return Document(
        **asdict(replace(metadata, sha256=read.sha256)),
        text=text, sections=sections, notes=tuple(notes), references=tuple(builder.references),
        links=tuple(builder.links), pages=tuple(builder.pages),
        contents_entries=len(outline.entries), contents_found=contents_found, findings=tuple(findings),
        sheets=read.pages, letters=read.letters, kept=read.kept,
    )  # fmt: skip
