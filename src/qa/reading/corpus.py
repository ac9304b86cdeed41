"""The corpus: files and what their metadata say of them -> documents."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from qa.errors import DocumentError
from qa.reading.checks import check_contents, check_notes
from qa.reading.contents import NAMES
from qa.reading.lines import Line, fold
from qa.reading.markdown import NestedTooDeeply, read_markdown
from qa.reading.notes import number_notes, read_note
from qa.reading.numbering import cues
from qa.reading.outline import build_outline
from qa.reading.text import TextBuilder
from qa.types import Document

SUFFIXES = (".md", ".markdown")
# A long law has 2 MB of text; 50 MB would take minutes and gigabytes to parse.
BYTES_AT_MOST = 10_000_000
IDENTIFIER = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of a document beside its text; "" for what is not. Dates are as printed.

    `examples` are questions to offer to a reader.
    """

    id: str
    title: str
    publisher: str = ""
    published: str = ""
    content_as_of: str = ""
    language: str = "en"
    notice: str = ""
    homepage: str = ""
    examples: tuple[str, ...] = ()
    sha256: str = ""


TEXTS = frozenset(field.name for field in fields(Metadata)) - {"examples"}


def find_documents(folder: Path) -> list[Path]:
    """The documents of a corpus folder, by name. Raises DocumentError where there are none."""
    names = sorted(folder.glob("*")) if folder.is_dir() else []
    paths = [p for p in names if p.suffix.lower() in SUFFIXES and p.is_file() and not p.name.startswith(".")]
    if not paths:
        raise DocumentError(f"{folder} holds no document: put a Markdown file ({', '.join(SUFFIXES)}) there")
    return paths


def read_corpus(folder: Path) -> list[Document]:
    """Every document of a corpus folder, by name. Raises DocumentError, also when two share an id."""
    documents: dict[str, Document] = {}
    for path in find_documents(folder):
        document = read_document(path)
        if document.id in documents:
            raise DocumentError(f"{path.name} has the id {document.id} of another document: change it in its .toml")
        documents[document.id] = document
    return list(documents.values())


def read_document(path: Path) -> Document:
    """One file as a document; its metadata are in the .toml of the same name, or drawn from the file itself.

    Raises DocumentError for a file that cannot be read, is empty, too large, not text, or not the one
    its metadata describe.
    """
    data = read_bytes(path)
    try:
        source = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path.name} is not UTF-8 text (byte {error.start}): save it as UTF-8") from None
    if not source.strip() or "\0" in source:
        raise DocumentError(
            f"{path.name} {'holds a NUL byte' if source.strip() else 'is empty'}: it is no Markdown text"
        )
    try:
        lines, front_matter = read_markdown(source)
    except NestedTooDeeply:
        raise DocumentError(f"{path.name} nests lists or quotes too deeply to be read: flatten it") from None
    checksum = hashlib.sha256(data).hexdigest()
    metadata = _read_metadata(path, lines, front_matter)
    if metadata.sha256 not in ("", checksum):
        raise DocumentError(
            f"{path.name} has SHA-256 {checksum[:12]}…, its .toml says {metadata.sha256[:12]}…: "
            "restore the file, or write the new edition's facts into the .toml"
        )
    return _assemble(lines, metadata, checksum)


def read_bytes(path: Path) -> bytes:
    """A file of the corpus. Raises DocumentError when it cannot be read or is too large."""
    try:
        size = path.stat().st_size
        if size > BYTES_AT_MOST:
            raise DocumentError(f"{path.name} has {size:,} bytes; at most {BYTES_AT_MOST:,} are read: split it")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}") from None


def _assemble(lines: list[Line], metadata: Metadata, checksum: str) -> Document:
    said = (metadata.title, metadata.publisher, metadata.published, metadata.notice)
    outline = build_outline(lines, fold(metadata.title), frozenset(fold(words) for words in said if words))
    numbers = number_notes(outline.notes, (line for node in outline.nodes for line in (node.heading, *node.body)))
    builder = TextBuilder(numbers)
    sections = tuple(builder.section(node) for node in outline.nodes)
    text = builder.finish()
    defined = {line.mark: line for line in reversed(outline.notes)}
    notes = sorted((read_note(line, numbers[mark]) for mark, line in defined.items()), key=lambda note: note.number)
    findings = check_notes(outline.notes, notes, builder.references) + check_contents(outline.entries, sections, text)
    return Document(
        id=metadata.id, title=metadata.title, publisher=metadata.publisher, published=metadata.published,
        content_as_of=metadata.content_as_of, language=metadata.language, notice=metadata.notice,
        homepage=metadata.homepage, examples=metadata.examples, sha256=checksum,
        text=text, sections=sections, notes=tuple(notes), references=tuple(builder.references),
        links=tuple(builder.links), pages=tuple(builder.pages),
        contents_entries=len(outline.entries), findings=tuple(findings),
    )  # fmt: skip


def _read_metadata(path: Path, lines: list[Line], front_matter: dict[str, str]) -> Metadata:
    """What the .toml says, then the file's own front matter, then its first heading, then its name."""
    # An id or a checksum in a file's own front matter are another program's.
    values: dict[str, Any] = {name: front_matter[name] for name in (TEXTS - {"id", "sha256"}) & front_matter.keys()}
    values.setdefault("published", front_matter.get("date", ""))
    values |= _read_toml(path.with_suffix(".toml"))
    values.setdefault("id", re.sub(r"[^a-z0-9.]+", "-", path.stem.lower()).strip("-."))
    values.setdefault("title", _title(lines) or path.stem)
    if not IDENTIFIER.fullmatch(values["id"]):
        raise DocumentError(f"{path.name} has the id {values['id']!r}: write one of a-z, 0-9, - and . into its .toml")
    return Metadata(**values)


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(read_bytes(path).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DocumentError(f"{path.name} is no TOML file: {error}") from None
    for name, value in table.items():
        texts = value if name == "examples" and isinstance(value, list) else [value]
        if name not in TEXTS | {"examples"} or not all(isinstance(text, str) for text in texts):
            raise DocumentError(
                f"{path.name} has {name} = {value!r}: allowed are texts for {', '.join(sorted(TEXTS))}, "
                "and a list of texts for examples"
            )
    return table | {"examples": tuple(table.get("examples", ()))}


def _title(lines: list[Line]) -> str:
    """The first heading, if it has no number and stands above all others: alone on its level, or among numbers."""
    headings = [line for line in lines if line.role == "heading" and fold(line.text) not in NAMES]
    outermost = min((line.level for line in headings), default=0)
    peers = [line for line in headings if line.level == outermost]
    if not peers or peers[0] is not headings[0] or cues(peers[0].text):
        return ""
    return peers[0].text if len(peers) == 1 or cues(peers[1].text) else ""
