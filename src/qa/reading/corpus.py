"""The corpus: files and what their metadata say of them -> documents."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

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
    """What is known of a document beside its text; "" for what is not. Dates are as printed."""

    id: str
    title: str
    publisher: str = ""
    published: str = ""
    content_as_of: str = ""
    language: str = "en"
    notice: str = ""
    homepage: str = ""
    sha256: str = ""


def find_documents(folder: Path) -> list[Path]:
    """The documents of a corpus folder, by name. Raises DocumentError where there are none."""
    paths = sorted(p for p in folder.glob("*") if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []
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
    data = _read_bytes(path)
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
        homepage=metadata.homepage, sha256=checksum, text=text, sections=sections, notes=tuple(notes),
        references=tuple(builder.references), links=tuple(builder.links), pages=tuple(builder.pages),
        contents_entries=len(outline.entries), findings=tuple(findings),
    )  # fmt: skip


def _read_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > BYTES_AT_MOST:
            raise DocumentError(f"{path.name} has {size:,} bytes; at most {BYTES_AT_MOST:,} are read: split it")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}") from None


def _read_metadata(path: Path, lines: list[Line], front_matter: dict[str, str]) -> Metadata:
    """What the .toml says, then the file's own front matter, then its first heading, then its name."""
    names = [field.name for field in fields(Metadata)]
    # An id or a checksum in a file's own front matter are another program's.
    values = {name: front_matter[name] for name in names if name in front_matter and name not in ("id", "sha256")}
    values.setdefault("published", front_matter.get("date", ""))
    values |= _read_toml(path.with_suffix(".toml"), names)
    values.setdefault("id", re.sub(r"[^a-z0-9.]+", "-", path.stem.lower()).strip("-."))
    values.setdefault("title", _title(lines) or path.stem)
    if not IDENTIFIER.fullmatch(values["id"]):
        raise DocumentError(f"{path.name} has the id {values['id']!r}: write one of a-z, 0-9, - and . into its .toml")
    return Metadata(**values)


def _read_toml(path: Path, names: list[str]) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DocumentError(f"{path.name} is no TOML file: {error}") from None
    for name, value in table.items():
        if name not in names or not isinstance(value, str):
            raise DocumentError(f"{path.name} has {name} = {value!r}: allowed are texts for {', '.join(names)}")
    return table


def _title(lines: list[Line]) -> str:
    """The first heading, if it has no number and stands above all others: alone on its level, or among numbers."""
    headings = [line for line in lines if line.role == "heading" and fold(line.text) not in NAMES]
    outermost = min((line.level for line in headings), default=0)
    peers = [line for line in headings if line.level == outermost]
    if not peers or peers[0] is not headings[0] or cues(peers[0].text):
        return ""
    return peers[0].text if len(peers) == 1 or cues(peers[1].text) else ""
