"""What an index is made from, and whether it still is."""

from __future__ import annotations

import hashlib
from pathlib import Path

from qa.encoder import Encoder
from qa.errors import IndexStale
from qa.hints import find_hints
from qa.passages import PASSAGE_PIECES
from qa.reading.corpus import find_documents, read_bytes
from qa.retired import find_retired
from qa.settings import PACKAGE
from qa.store import FORMAT, Build, Fingerprint


def check_fresh(build: Build, wanted: Fingerprint, index: Path) -> None:
    """Raises IndexStale, saying what changed."""
    built = build.fingerprint
    if built == wanted:
        return
    if (built.model, built.model_checksum) != (wanted.model, wanted.model_checksum):
        other = wanted.model if wanted.model != built.model else f"{wanted.model} with other files"
        raise IndexStale(f"{index} was built by {built.model}, QA_MODEL asks for {other}: run qa index")
    changed = {name for name, _ in set(built.corpus.items()) ^ set(wanted.corpus.items())}
    what = f"{', '.join(sorted(changed))} changed" if changed else "another version of this program built it"
    raise IndexStale(f"{index} is out of date, {what}: run qa index")


def fingerprint(corpus: Path, encoder: Encoder, hints: bool = True) -> Fingerprint:
    """What an index of this corpus by this encoder is made from, with or without its hints."""
    texts = [*find_documents(corpus), *find_retired(corpus)]
    paths = [file for path in texts for file in (path, path.with_suffix(".toml")) if file.exists()]
    paths += find_hints(corpus) if hints else []
    checksums = {path.relative_to(corpus).as_posix(): hashlib.sha256(read_bytes(path)).hexdigest() for path in paths}
    return fingerprint_of(checksums, encoder)


def fingerprint_of(checksums: dict[str, str], encoder: Encoder) -> Fingerprint:
    """What an index of files with these SHA-256, by name, is made from."""
    settings: dict[str, int | str] = {"passage_pieces": PASSAGE_PIECES, "reader": _reader_checksum()}
    return Fingerprint(FORMAT, encoder.name, encoder.checksum, settings, checksums)


def _reader_checksum() -> str:
    """A SHA-256 over the source of all that turns a file into passages and terms: other code, other index."""
    total = hashlib.sha256()
    modules = (
        "passages",
        "lexical",
        "hints",
        "scripts",
        "collections",
        "types",
        "edits",
        "editions",
        "retired",
        "permalinks",
    )
    for path in sorted([*(PACKAGE / "reading").rglob("*.py"), *(PACKAGE / f"{name}.py" for name in modules)]):
        total.update(path.read_bytes())
    return total.hexdigest()
