"""Files taken into the corpus: drafts, next editions, several documents, and what is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from fakes import WordEncoder
from hostile import write
from pdf_files import DATA
from warm import run_qa

from qa.errors import DocumentError
from qa.index import build_index, open_index
from qa.intake import draft_missing, take_in
from qa.reading.corpus import read_corpus, read_document
from qa.settings import Settings

LIMITS = Settings().pdf_limits
JAPANESE = DATA / "pdf" / "japanese.pdf"
LEGAL = DATA / "pdf" / "legal.pdf"


@pytest.fixture
def folder(tmp_path: Path, corpus: Path) -> Path:
    """A corpus of the factsheet alone."""
    copy = tmp_path / "corpus"
    copy.mkdir()
    for name in ("factsheet-2025.md", "factsheet-2025.toml"):
        shutil.copy(corpus / name, copy)
    return copy


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_document_gets_a_draft_of_its_metadata(folder: Path) -> None:
    done = take_in(LEGAL, folder, None, LIMITS)
    assert done == ((folder / "legal.toml",), None)
    assert (folder / "legal.pdf").read_bytes() == LEGAL.read_bytes()
    drafted = tomllib.loads((folder / "legal.toml").read_text(encoding="utf-8"))
    assert drafted["id"] == "legal"
    assert drafted["title"] == "Act on the Protection of Old Trees"
    assert drafted["language"] == "en"
    assert (folder / "legal.toml").read_text(encoding="utf-8").startswith("# Drafted from legal.pdf")
    assert read_document(folder / "legal.pdf").title == drafted["title"]
    # Once is enough.
    assert take_in(LEGAL, folder, None, LIMITS) == ((), None)


def test_a_draft_tells_japanese(folder: Path) -> None:
    take_in(JAPANESE, folder, None, LIMITS)
    drafted = tomllib.loads((folder / "japanese.toml").read_text(encoding="utf-8"))
    assert (drafted["language"], drafted["title"]) == ("ja", "地域図書館運営指針")


def test_a_draft_knows_the_date_printed_in_front(tmp_path: Path) -> None:
    (tmp_path / "rule.md").write_text('# A "Rule" \\ more\n\nPublished 3 May 2021\n\n## 1 Scope\n\nText.\n', "utf-8")
    assert draft_missing(tmp_path, LIMITS) == (tmp_path / "rule.toml",)
    drafted = tomllib.loads((tmp_path / "rule.toml").read_text(encoding="utf-8"))
    assert (drafted["published"], drafted["title"]) == ("3 May 2021", 'A "Rule" \\ more')
    assert draft_missing(tmp_path, LIMITS) == ()


def test_the_next_edition_retires_the_one_before(folder: Path, tmp_path: Path) -> None:
    before = read_document(folder / "factsheet-2025.md")
    rendition = tmp_path / "factsheet-2026.pdf"
    shutil.copy(DATA / "renditions" / "factsheet-word.pdf", rendition)
    done = take_in(rendition, folder, "factsheet-2025", LIMITS)
    assert done.retired == folder / "retired" / "factsheet-2025.001.md"
    assert names(folder) == [
        "factsheet-2026.pdf",
        "factsheet-2026.toml",
        "retired/factsheet-2025.001.md",
        "retired/factsheet-2025.001.toml",
    ]
    after = read_document(folder / "factsheet-2026.pdf")
    assert (after.id, after.publisher, after.homepage) == (before.id, before.publisher, before.homepage)
    build_index(folder, folder / "index", WordEncoder())
    index = open_index(folder, folder / "index", WordEncoder())
    ids = {passage.id for passage in index.passages} | set(index.archive.passages)
    assert "factsheet-2025/1.3.5/1" in ids


def test_a_changed_file_of_the_same_name_is_the_next_edition(folder: Path, tmp_path: Path) -> None:
    changed = tmp_path / "factsheet-2025.md"
    changed.write_text((folder / "factsheet-2025.md").read_text("utf-8").replace("drones", "kites"), "utf-8")
    for count in (1, 2):
        done = take_in(changed, folder, None, LIMITS)
        assert done.retired == folder / "retired" / f"factsheet-2025.{count:03}.md"
        assert "kites" in read_document(folder / "factsheet-2025.md").text
        changed.write_text(changed.read_text("utf-8") + "\nOne more.\n", "utf-8")


def test_several_documents_are_searched_together_and_never_clash(folder: Path) -> None:
    take_in(LEGAL, folder, None, LIMITS)
    take_in(JAPANESE, folder, None, LIMITS)
    documents = read_corpus(folder)
    assert [document.id for document in documents] == ["factsheet-2025", "japanese", "legal"]
    build_index(folder, folder / "index", WordEncoder())
    passages = open_index(folder, folder / "index", WordEncoder()).passages
    assert len({passage.id for passage in passages}) == len(passages)
    (folder / "legal.toml").write_text('id = "japanese"\n', "utf-8")
    with pytest.raises(DocumentError, match="has the id japanese of another document"):
        read_corpus(folder)


@pytest.mark.parametrize(
    ("name", "content", "replaces", "sentence"),
    [
        ("missing.pdf", None, None, "is no file that can be read"),
        ("notes.docx", b"x", None, "is no file that can be read"),
        ("empty.pdf", b"", None, "is empty"),
        ("new.md", b"# A\n\nText.\n", "nothing", "nothing is the id of no document: known are factsheet-2025"),
    ],
)
def test_what_cannot_be_taken_in_changes_nothing(
    folder: Path, tmp_path: Path, name: str, content: bytes | None, replaces: str | None, sentence: str
) -> None:
    before = {name: (folder / name).read_bytes() for name in names(folder)}
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DocumentError, match=sentence):
        take_in(tmp_path / name, folder, replaces, LIMITS)
    assert {name: (folder / name).read_bytes() for name in names(folder)} == before


def qa(folder: Path, index: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QA_CORPUS": str(folder), "QA_INDEX": str(index), "QA_PDF_SECONDS": "4"}
    return run_qa(*arguments, env=environment)


def test_the_command_says_what_it_did_and_what_told_each_heading(
    folder: Path, tmp_path: Path, index_folder: Path
) -> None:
    # The vectors of the factsheet are kept.
    index = shutil.copytree(index_folder, tmp_path / "index")
    done = qa(folder, index, "index", str(LEGAL), "--explain")
    assert done.returncode == 0, done.stderr
    assert "Drafted" in done.stdout
    assert "legal.toml from the file: check every line of it." in done.stdout
    assert "100.00% of their" in done.stdout
    assert "Article 1  Purpose  p. 1  [type, number]" in done.stdout
    assert "1.1  Principles, Strategies  p. 1  [markup, contents, number]" in done.stdout


def test_the_command_refuses_a_hostile_file_in_one_line(folder: Path, tmp_path: Path) -> None:
    hostile = write("slow_content", tmp_path)
    done = qa(folder, tmp_path / "index", "index", str(hostile))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "slow_content.pdf was not read within 4 seconds" in done.stderr
    assert names(folder) == ["factsheet-2025.md", "factsheet-2025.toml"]
