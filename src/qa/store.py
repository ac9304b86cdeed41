"""The files of an index: written whole, checked by checksum, replaced in one step.

    index/manifest.json           which build is in use, what it was made from, its checksums
    index/build-x7k2/             documents.jsonl  passages.jsonl  passages.faiss  sentences.faiss  terms/,
                                  with retired editions also retired.jsonl  retired-sections.jsonl
                                  manifest.json, by which it can be put in use again

A build is written into a folder of its own; then the manifest that names it replaces the old one by
rename, so whoever opens the index sees the old or the new one, whenever the writer dies. The build before it is kept:
a server may have it open, and a corpus that is put back has its index again at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from qa.errors import IndexDamaged, IndexMissing, IndexStale, IndexUnusable

MANIFEST = "manifest.json"
# Raised whenever files of an older build would be misread.
FORMAT = 3


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an index is made from: equal fingerprints, equal index. `corpus` maps file names to SHA-256."""

    format: int
    model: str
    model_checksum: str
    settings: dict[str, int | str]
    corpus: dict[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Which build is in use: its folder, what it was made from, and the SHA-256 of its files by name."""

    build: str
    fingerprint: Fingerprint
    dimension: int
    files: dict[str, str]


@dataclass(frozen=True, slots=True)
class Build:
    """A finished build whose files are as they were written."""

    folder: Path
    fingerprint: Fingerprint


def write_build(index: Path, fingerprint: Fingerprint, dimension: int, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a new folder, then put it in use; the build before it is kept, older ones go.

    Raises IndexUnusable when another process is building or the folder cannot be written.
    """
    with _building(index) as folder:
        write(folder)
        files = {path.relative_to(folder).as_posix(): _sha256(path) for path in _files(folder)}
        before = _named(index)
        manifest = Manifest(folder.name, fingerprint, dimension, files)
        _write_manifest(folder, manifest)
        _write_manifest(index, manifest)
        for old in index.glob("build-*"):
            if old.name not in (before, folder.name):
                shutil.rmtree(old)
    return folder


def make_folder(index: Path) -> None:
    """Make the folder of an index, so that a long build need not fail at its end. Raises IndexUnusable."""
    try:
        index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(index, error) from error


def copy_index(source: Path, target: Path) -> bool:
    """Copy the build in use to an index that has none; False where `source` is no index. Raises IndexUnusable."""
    if not (source / MANIFEST).is_file():
        return False
    manifest = _read_manifest(source)
    with _building(target) as folder:
        shutil.copytree(source / manifest.build, folder, dirs_exist_ok=True)
        manifest = replace(manifest, build=folder.name)
        _write_manifest(folder, manifest)
        _write_manifest(target, manifest)
    return True


def reuse_build(index: Path, wanted: Fingerprint) -> bool:
    """Put the build in use again that is kept and was made from that; False where there is none, or it is damaged.

    Raises IndexUnusable when another process is building.
    """
    for folder in sorted(index.glob("build-*")):
        try:
            manifest = _read_manifest(folder)
            if manifest.fingerprint == wanted and manifest.build == folder.name:
                _check_files(folder, manifest)
                with _locked(index):
                    _write_manifest(index, manifest)
                return True
        except (IndexMissing, IndexStale, IndexDamaged):
            continue
    return False


def open_build(index: Path) -> Build:
    """The build in use, every file compared with its checksum. Raises IndexMissing, IndexStale or IndexDamaged."""
    manifest = _read_manifest(index)
    folder = index / manifest.build
    _check_files(folder, manifest)
    return Build(folder, manifest.fingerprint)


def _check_files(folder: Path, manifest: Manifest) -> None:
    for name in manifest.files:
        if not (folder / name).is_file():
            raise IndexDamaged(f"{folder / name} is missing: run qa index")
    for path in _files(folder):
        if manifest.files.get(path.relative_to(folder).as_posix()) != _sha256(path):
            raise IndexDamaged(f"{path} is not the file that was written (checksum): run qa index")


def write_lines(path: Path, records: Iterable[Any]) -> None:
    """Records as JSON, one a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def read_lines(path: Path) -> list[Any]:
    """The records of a file that `write_lines` wrote."""
    # Not splitlines(): that breaks a line at U+2028 too, which JSON leaves as it is.
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


@contextmanager
def _building(index: Path) -> Iterator[Path]:
    """A new folder for a build, alone in the index; it goes again if the build fails."""
    folder = None
    try:
        index.mkdir(parents=True, exist_ok=True)
        with _locked(index):
            folder = Path(tempfile.mkdtemp(prefix="build-", dir=index))
            folder.chmod(0o755)
            yield folder
            folder = None
    except (OSError, RuntimeError) as error:
        # FAISS tells of a full disk by a RuntimeError.
        raise _unwritable(index, error) from error
    finally:
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(index: Path) -> Iterator[None]:
    try:
        with FileLock(index / ".lock", timeout=0):
            yield
    except Timeout:
        raise IndexUnusable(f"{index} is being built by another process: wait for it, then try again") from None
    except OSError as error:
        raise _unwritable(index, error) from error


def _unwritable(index: Path, error: OSError | RuntimeError) -> IndexUnusable:
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    return IndexUnusable(f"{index} cannot be written ({reason}): make room or set QA_INDEX to another folder")


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    _replace(folder / MANIFEST, json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n")


def _read_manifest(index: Path) -> Manifest:
    path = index / MANIFEST
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        form = written["fingerprint"]["format"]
        if form != FORMAT:
            raise IndexStale(f"{index} has format {form}, wanted is {FORMAT}: run qa index")
        return TypeAdapter(Manifest).validate_python(written)
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(f"{index} holds no index: run qa index") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise IndexDamaged(f"{path} cannot be read or understood: run qa index") from None


def _named(index: Path) -> str:
    """The build that the manifest names, "" where there is none to keep."""
    try:
        return _read_manifest(index).build
    except IndexUnusable:
        return ""


def _replace(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _files(folder: Path) -> list[Path]:
    # Lock files are empty and their presence says nothing.
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return sorted(path for path in files if path.name != MANIFEST)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
