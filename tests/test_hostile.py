"""Broken and hostile PDF files: one sentence each, or what can be read of them; never a traceback, never for long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fakes import WordEncoder
from hostile import HOSTILE, OWNER_LOCKED, write

from qa.errors import DocumentError
from qa.index import build_index, open_index
from qa.reading.corpus import read_document
from qa.settings import PdfLimits

# Little, so that those that never end are soon done with.
LIMITS = PdfLimits(seconds=4, megabytes=768)
# Starting the process and stopping it take their time, on a busy machine more.
GRACE = 10
REFUSED = {
    "empty": "is empty",
    "html": "is no PDF file",
    "text": "is no PDF file",
    "cut_off": "is damaged",
    "zero_pages": "has no pages",
    "image_only": "run text recognition",
    "user_password": "is locked with a password",
    "cyclic_page_tree": "is damaged",
    "self_parent": "is damaged",
    "parent_loop": "could not be read",
    "deep_page_tree": "asks for more than a document needs",
    "deep_arrays_object": "is damaged",
    "missing_objects": "within 4 seconds",
    "slow_content": "within 4 seconds",
    "zlib_bomb": "could not be read",
    "nested_flate_bomb": "could not be read",
    "ascii85_bomb": "could not be read",
    "run_length_bomb": "could not be read",
    "text_bomb": "QA_PDF_",
    "font_bomb": "QA_PDF_",
    "many_pages": "asks for more than a document needs",
    "huge_font_widths": "could not be read",
    "odd_font_widths": "could not be read",
    "huge_tounicode": "could not be read",
}


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_what_cannot_be_read_is_refused_in_one_sentence(kind: str, tmp_path: Path) -> None:
    path = write(kind, tmp_path)
    started = time.monotonic()
    with pytest.raises(DocumentError, match=REFUSED[kind]) as caught:
        read_document(path, LIMITS)
    sentence = str(caught.value)
    assert sentence.startswith(path.name)
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    assert "fault of this program" not in sentence
    assert time.monotonic() - started < LIMITS.seconds + GRACE


@pytest.mark.parametrize("kind", sorted(set(HOSTILE) - set(REFUSED)))
def test_what_can_be_read_is_read_as_far_as_it_goes(kind: str, tmp_path: Path) -> None:
    document = read_document(write(kind, tmp_path))
    assert document.text.strip()
    # Whatever is shown to a person can be written and sent.
    document.text.encode()
    document.title.encode()
    assert not any(ord(character) < 32 and character not in "\n\t" for character in document.text + document.title)
    assert all(source.url.startswith("http") for note in document.notes for source in note.sources)
    assert all(link.url.startswith("http") for link in document.links)


@pytest.mark.parametrize(
    ("kind", "finding"),
    [
        ("deep_arrays", "Page 2 of the file could not be read"),
        ("nan_matrices", "Page 3 of the file could not be read"),
        ("odd_operands", "Page 3 of the file could not be read"),
        ("cut_off_update", "a part of it may be missing"),
    ],
)
def test_a_page_that_failed_is_named(kind: str, finding: str, tmp_path: Path) -> None:
    assert any(finding in sentence for sentence in read_document(write(kind, tmp_path)).findings)


def test_a_file_locked_against_copying_only_is_read(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(OWNER_LOCKED())
    assert "locked against copying only" in read_document(path).text


def test_the_index_before_stays_whole(corpus: Path, tmp_path: Path) -> None:
    folder, index = tmp_path / "corpus", tmp_path / "index"
    folder.mkdir()
    for name in ("factsheet-2025.md", "factsheet-2025.toml"):
        (folder / name).write_bytes((corpus / name).read_bytes())
    build_index(folder, index, WordEncoder())
    before = {path: path.read_bytes() for path in index.rglob("*") if path.is_file()}
    hostile = write("slow_content", folder)
    with pytest.raises(DocumentError, match=hostile.name):
        build_index(folder, index, WordEncoder(), limits=PdfLimits(2, 512))
    assert {path: path.read_bytes() for path in before} == before
    hostile.unlink()
    assert open_index(folder, index, WordEncoder()).documents.keys() == {"factsheet-2025"}
