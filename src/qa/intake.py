"""Takes a file into the corpus: as one more document, or as the next edition of one."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from qa.errors import DocumentError
from qa.reading.corpus import SUFFIXES, Reading, find_documents, read_file
from qa.reading.metadata import draft_metadata, read_metadata
from qa.retired import FOLDER
from qa.settings import PdfLimits
from qa.types import Metadata


class Intake(NamedTuple):
    """What taking in did: the files drafted for the maintainer to check, and the edition that was retired."""

    drafted: tuple[Path, ...]
    retired: Path | None = None


def take_in(file: Path, corpus: Path, replaces: str | None, limits: PdfLimits) -> Intake:
    """Copy a file into the corpus, with its .toml or the draft of one.

    With `replaces`, or where the corpus has a document of that name or id, it is the next edition of it,
    and the old one goes to the retired ones. Raises DocumentError for a file that cannot be read; nothing
    is changed then.
    """
    if file.suffix.lower() not in SUFFIXES or not file.is_file():
        raise DocumentError(f"{file} is no file that can be read: give one that ends in {', '.join(SUFFIXES)}")
    reading = read_file(file, limits)
    metadata = read_metadata(file, reading.lines, reading.own)
    target = corpus / file.name
    old = _edition_before(target, replaces or metadata.id, bool(replaces), corpus)
    if target.exists() and file.read_bytes() == target.read_bytes():
        return Intake(draft_missing(corpus, limits))
    if target.exists() and (old is None or old[0] != target):
        raise DocumentError(f"{corpus} has another file named {file.name}: rename one of them")
    if old and file.with_suffix(".toml").exists() and metadata.id != old[1].id:
        raise DocumentError(f"{file.stem}.toml says the id is {metadata.id}: write {old[1].id}, which it replaces")
    arrived = target.with_name(f".{target.name}.new")
    try:
        corpus.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, arrived)
        retired = _retire(*old, corpus, limits) if old else None
        arrived.replace(target)
        if file.with_suffix(".toml").exists():
            shutil.copyfile(file.with_suffix(".toml"), target.with_suffix(".toml"))
    except OSError as error:
        raise DocumentError(f"{corpus} cannot be written ({error.strerror}): set QA_CORPUS to another folder") from None
    finally:
        with suppress(OSError):
            arrived.unlink()
    if not target.with_suffix(".toml").exists():
        draft_metadata(target, _heir(metadata, old[1]) if old else metadata, reading.lines)
        return Intake((target.with_suffix(".toml"), *draft_missing(corpus, limits)), retired)
    return Intake(draft_missing(corpus, limits), retired)


def draft_missing(corpus: Path, limits: PdfLimits) -> tuple[Path, ...]:
    """Draft a .toml for each document of the corpus that has none. Returns the drafts. Raises DocumentError."""
    return tuple(
        _draft(path, read_file(path, limits))
        for path in find_documents(corpus)
        if not path.with_suffix(".toml").exists()
    )


def _draft(path: Path, reading: Reading) -> Path:
    return draft_metadata(path, read_metadata(path, reading.lines, reading.own), reading.lines)


def _edition_before(target: Path, id: str, must_be: bool, corpus: Path) -> tuple[Path, Metadata] | None:
    """The file that a new one takes the place of, that of the id, else that of its name; and what its .toml says."""
    paths = find_documents(corpus) if corpus.is_dir() and any(corpus.iterdir()) else []
    known = [(path, read_metadata(path, (), {})) for path in paths]
    editions = {metadata.id: (path, metadata) for path, metadata in known}
    if must_be and id not in editions:
        raise DocumentError(f"{id} is the id of no document: known are {', '.join(editions)}")
    same_name = (edition for edition in editions.values() if edition[0] == target)
    return editions.get(id) or next(same_name, None)


def _retire(path: Path, metadata: Metadata, corpus: Path, limits: PdfLimits) -> Path:
    """Move a document and its .toml to the retired editions, under a name that tells their order."""
    if not path.with_suffix(".toml").exists():
        _draft(path, read_file(path, limits))
    folder = corpus / FOLDER
    folder.mkdir(exist_ok=True)
    count = sum(other.stem.startswith(f"{metadata.id}.") for other in folder.glob("*.toml"))
    moved = folder / f"{metadata.id}.{count + 1:03}{path.suffix}"
    path.with_suffix(".toml").replace(moved.with_suffix(".toml"))
    path.replace(moved)
    return moved


def _heir(metadata: Metadata, before: Metadata) -> Metadata:
    """What is known of a new edition, with what stays the same from the one before it."""
    return replace(
        metadata,
        id=before.id,
        publisher=metadata.publisher or before.publisher,
        homepage=metadata.homepage or before.homepage,
        notice=metadata.notice or before.notice,
    )
