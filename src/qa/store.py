"""The files of an index: written whole, checked by checksum, replaced in one step.

    index/manifest.json           which build is in use, what it was made from, its checksums
    index/build-x7k2/             documents.jsonl  passages.jsonl  vectors.faiss  terms/

A build is written into a folder of its own; then the manifest that names it replaces the old one by
rename, so whoever opens the index sees the old or the new one, whenever the writer dies.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from qa.errors import IndexDamaged, IndexMissing, IndexStale, IndexUnusable

MANIFEST = "manifest.json"
# Raised whenever files of an older build would be misread.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What an index is made from: equal fingerprints, equal index. `corpus` maps file names to SHA-256."""

    format: int
    model: str
    model_checksum: str
    settings: dict[str, int | str]
    corpus: dict[str, str]


@dataclass(frozen=True, slots=True)
class Build:
    """A finished build, verified."""

    folder: Path
    fingerprint: Fingerprint
    dimension: int


def write_build(index: Path, fingerprint: Fingerprint, dimension: int, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a new folder, then put it in use; the build before it is kept, older ones go.

    Raises IndexUnusable when another process is building or the folder cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        with FileLock(index / ".lock", timeout=0):
            before = _named(index)
            folder = Path(tempfile.mkdtemp(prefix="build-", dir=index))
            folder.chmod(0o755)
            write(folder)
            manifest = {"build": folder.name, "fingerprint": asdict(fingerprint), "dimension": dimension}
            manifest["files"] = {path.relative_to(folder).as_posix(): _sha256(path) for path in _files(folder)}
            _replace(index / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
            for old in index.glob("build-*"):
                if old.name not in (before, folder.name):
                    shutil.rmtree(old)
            return folder
    except Timeout:
        raise IndexUnusable(f"{index} is being built by another process: wait for it, then try again") from None
    except OSError as error:
        raise IndexUnusable(f"{index} cannot be written ({error.strerror}): set QA_INDEX to another folder") from error


def open_build(index: Path) -> Build:
    """The build in use, every file compared with its checksum. Raises IndexMissing, IndexStale or IndexDamaged."""
    manifest = _read_manifest(index)
    try:
        if manifest["fingerprint"]["format"] != FORMAT:
            raise IndexStale(
                f"{index} has format {manifest['fingerprint']['format']}, wanted is {FORMAT}: run qa index"
            )
        folder = index / manifest["build"]
        fingerprint = Fingerprint(**manifest["fingerprint"])
        build = Build(folder, fingerprint, int(manifest["dimension"]))
        for name, checksum in manifest["files"].items():
            if not (folder / name).is_file():
                raise IndexDamaged(f"{folder / name} is missing: run qa index")
            if _sha256(folder / name) != checksum:
                raise IndexDamaged(f"{folder / name} is not the file that was written (checksum): run qa index")
    except (KeyError, TypeError, ValueError, AttributeError):
        raise IndexDamaged(f"{index / MANIFEST} cannot be understood: run qa index") from None
    return build


def copy_index(source: Path, target: Path) -> bool:
    """Copy an index to a folder that has none; False where `source` is no index. Raises IndexUnusable."""
    if not (source / MANIFEST).is_file():
        return False
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
    except OSError as error:
        raise IndexUnusable(f"{target} cannot be written ({error.strerror}): set QA_INDEX to another folder") from error
    return True


def _read_manifest(index: Path) -> dict[str, Any]:
    path = index / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(f"{index} holds no index: run qa index") from None
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path} cannot be read ({error}): run qa index") from None
    return manifest


def _named(index: Path) -> str:
    """The build that the manifest names, "" where there is none to keep."""
    try:
        return str(_read_manifest(index).get("build", ""))
    except (IndexUnusable, AttributeError):
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
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
