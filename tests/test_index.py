"""The index on disk: round trips, what is kept, what is refused, what survives a killed builder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fakes import WordEncoder

from qa.answers import Assistant
from qa.contract import answer_body
from qa.encoder import Encoder
from qa.errors import IndexDamaged, IndexMissing, IndexStale, IndexUnusable
from qa.freshness import fingerprint
from qa.index import Index, build_index, open_index, refresh_index
from qa.passages import embedded_sentences
from qa.retrieval import search
from qa.settings import Settings
from qa.store import copy_index, write_build

QUERIES = ["When was the AI Act enforced?", "drones", "copyright and generative AI", "DS-310"]


@pytest.fixture
def folders(tmp_path: Path, corpus: Path) -> tuple[Path, Path]:
    """A corpus of its own and a place for its index."""
    copy = tmp_path / "corpus"
    copy.mkdir()
    for path in corpus.glob("factsheet-2025.*"):
        if path.is_file():
            shutil.copy(path, copy)
    return copy, tmp_path / "index"


def ids(index: Index, encoder: Encoder) -> list[list[tuple[str, float]]]:
    return [[(hit.passage.id, hit.score) for hit in search(index, encoder, query, 5).hits] for query in QUERIES]


def test_build_then_open_gives_the_same_hits(folders: tuple[Path, Path]) -> None:
    encoder = WordEncoder()
    summary = build_index(*folders, encoder)
    first, second = (open_index(*folders, encoder) for _ in range(2))
    assert ids(first, encoder) == ids(second, encoder)
    assert summary.passages == len(first.passages)
    assert summary.coverage == 1.0
    assert first.documents == second.documents
    assert first.passages == second.passages


def test_stored_vectors_are_those_of_the_texts(folders: tuple[Path, Path]) -> None:
    encoder = WordEncoder()
    build_index(*folders, encoder)
    index = open_index(*folders, encoder)
    for i in (0, 7, len(index.passages) - 1):
        passage = index.passages[i]
        sentence = embedded_sentences(passage)[-1]
        assert sentence.endswith("\n" + passage.text[slice(*passage.sentences[-1])])
        row = index.sentence_starts[i] + len(passage.sentences) - 1
        assert np.allclose(index.sentences.vectors(row, 1)[0], encoder.encode([sentence], "passage")[0])


def test_only_changed_texts_are_embedded_again(folders: tuple[Path, Path]) -> None:
    encoder = WordEncoder()
    whole = build_index(*folders, encoder)
    assert whole.kept == 0
    path = folders[0] / "factsheet-2025.md"
    text = path.read_text(encoding="utf-8").replace(
        "As of March 2026, 25 organizations", "As of April 2026, 26 organizations"
    )
    path.write_text(text, encoding="utf-8")
    toml = folders[0] / "factsheet-2025.toml"
    toml.write_text(re.sub("sha256.*", "", toml.read_text(encoding="utf-8")), encoding="utf-8")
    encoder.encoded.clear()
    again = build_index(*folders, encoder)
    assert all("April 2026" in embedded for embedded in encoder.encoded)
    assert (again.embedded, again.kept) == (2, whole.embedded - 2)
    fresh = WordEncoder()
    build_index(folders[0], folders[1].with_name("fresh"), fresh)
    kept, made = open_index(*folders, encoder), open_index(folders[0], folders[1].with_name("fresh"), fresh)
    assert ids(kept, encoder) == ids(made, fresh)


def test_progress_ends_at_the_whole(folders: tuple[Path, Path]) -> None:
    seen: list[tuple[int, int]] = []
    build_index(*folders, WordEncoder(), lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0
    assert seen == sorted(seen)


def test_no_index_is_said(folders: tuple[Path, Path]) -> None:
    with pytest.raises(IndexMissing, match="run qa index"):
        open_index(*folders, WordEncoder())


def test_a_changed_corpus_is_stale(folders: tuple[Path, Path]) -> None:
    build_index(*folders, WordEncoder())
    toml = folders[0] / "factsheet-2025.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    with pytest.raises(IndexStale, match=r"factsheet-2025\.toml changed: run qa index"):
        open_index(*folders, WordEncoder())


def test_another_model_is_stale(folders: tuple[Path, Path]) -> None:
    build_index(*folders, WordEncoder())
    other = WordEncoder()
    other.name = "other-words"
    with pytest.raises(IndexStale, match="was built by words, QA_MODEL asks for other-words: run qa index"):
        open_index(*folders, other)
    other.name, other.checksum = "words", "1"
    with pytest.raises(IndexStale, match="words with other files"):
        open_index(*folders, other)
    assert build_index(*folders, other).kept == 0


def build_folder(index: Path) -> Path:
    return index / str(json.loads((index / "manifest.json").read_text(encoding="utf-8"))["build"])


@pytest.mark.parametrize(
    "name", ["passages.faiss", "sentences.faiss", "passages.jsonl", "documents.jsonl", "terms/meta.json"]
)
def test_a_flipped_byte_is_found_and_cured(folders: tuple[Path, Path], name: str) -> None:
    build_index(*folders, WordEncoder())
    path = build_folder(folders[1]) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(IndexDamaged, match=Path(name).name):
        open_index(*folders, WordEncoder())
    build_index(*folders, WordEncoder())
    open_index(*folders, WordEncoder())


@pytest.mark.parametrize(
    "manifest",
    ["", "{", "[]", "{}", '{"build": 1, "fingerprint": {"format": 3}}', "\0", '{"fingerprint": {"format": 3}}'],
)
def test_a_broken_manifest_is_found_and_cured(folders: tuple[Path, Path], manifest: str) -> None:
    build_index(*folders, WordEncoder())
    (folders[1] / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(IndexDamaged, match="run qa index"):
        open_index(*folders, WordEncoder())
    build_index(*folders, WordEncoder())
    open_index(*folders, WordEncoder())


def test_a_missing_file_is_found(folders: tuple[Path, Path]) -> None:
    build_index(*folders, WordEncoder())
    (build_folder(folders[1]) / "passages.faiss").unlink()
    with pytest.raises(IndexDamaged, match=r"passages\.faiss is missing"):
        open_index(*folders, WordEncoder())


def test_another_format_is_stale(folders: tuple[Path, Path]) -> None:
    build_index(*folders, WordEncoder())
    path = folders[1] / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"format": 3', '"format": 0'), encoding="utf-8")
    with pytest.raises(IndexStale, match="format 0"):
        open_index(*folders, WordEncoder())


def test_files_of_another_version_are_stale_and_cured(folders: tuple[Path, Path]) -> None:
    build_index(*folders, WordEncoder())
    manifest = folders[1] / "manifest.json"
    path = build_folder(folders[1]) / "documents.jsonl"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_text(path.read_text(encoding="utf-8").replace('"sections":', '"parts":'), encoding="utf-8")
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(IndexDamaged, match="cannot be understood"):
        open_index(*folders, WordEncoder())
    assert refresh_index(Settings(*folders), WordEncoder()).kept == 0
    assert refresh_index(Settings(*folders), WordEncoder()).embedded == 0


def test_a_build_that_fails_leaves_nothing_behind(folders: tuple[Path, Path]) -> None:
    def write(folder: Path) -> None:
        (folder / "half").write_text("x", encoding="utf-8")
        raise RuntimeError("no space left on device")

    build_index(*folders, WordEncoder())
    with pytest.raises(IndexUnusable, match="no space left"):
        write_build(folders[1], fingerprint(folders[0], WordEncoder()), 256, write)
    assert len(list(folders[1].glob("build-*"))) == 1
    open_index(*folders, WordEncoder())


def test_a_copied_index_is_one(folders: tuple[Path, Path]) -> None:
    encoder = WordEncoder()
    assert not copy_index(folders[1], folders[1].with_name("copy"))
    build_index(*folders, encoder)
    assert copy_index(folders[1], folders[1].with_name("copy"))
    copied = open_index(folders[0], folders[1].with_name("copy"), encoder)
    assert ids(copied, encoder) == ids(open_index(*folders, encoder), encoder)


def test_nearest_and_results_name_their_documents(tmp_path: Path) -> None:
    for name, word in (("cats", "purr"), ("dogs", "bark")):
        (tmp_path / f"{name}.md").write_text(f"# {name}\n\n## Noise\n\nThey {word} all day.\n", encoding="utf-8")
    build_index(tmp_path, tmp_path / "index", WordEncoder())
    index = open_index(tmp_path, tmp_path / "index", WordEncoder())
    assistant = Assistant(index, WordEncoder(), Settings())
    answered = answer_body(assistant.ask("They purr all day"))
    assert [result.document for result in answered.results] == ["cats", "dogs"]
    declined = answer_body(assistant.ask("zzz"))
    assert [near.permalink for near in declined.nearest] == ["/p/cats/noise", "/p/dogs/noise"]


def test_old_builds_go_but_the_last(folders: tuple[Path, Path]) -> None:
    for _ in range(4):
        build_index(*folders, WordEncoder())
    assert len(list(folders[1].glob("build-*"))) == 2


def test_a_corpus_that_is_put_back_has_its_build_again(folders: tuple[Path, Path]) -> None:
    corpus, index = folders
    settings = Settings(*folders)
    (corpus / "factsheet-2025.toml").unlink()
    text = corpus / "factsheet-2025.md"
    words = text.read_text(encoding="utf-8")
    in_use = []
    for change in ("", "\n\nOne more paragraph.\n", "", "\n\nOne more paragraph.\n"):
        text.write_text(words + change, encoding="utf-8")
        encoder = WordEncoder()
        refresh_index(settings, encoder)
        in_use.append(json.loads((index / "manifest.json").read_text(encoding="utf-8"))["build"])
        # Only what was never there is embedded.
        assert (len(encoder.encoded) > 0) == (len(in_use) < 3)
        assert ids(open_index(*folders, encoder), encoder)
    assert in_use[0] == in_use[2] != in_use[1] == in_use[3]
    # A kept build that was damaged is not put in use.
    text.write_text(words, encoding="utf-8")
    (index / in_use[0] / "passages.jsonl").write_text("", encoding="utf-8")
    refresh_index(settings, WordEncoder())
    assert json.loads((index / "manifest.json").read_text(encoding="utf-8"))["build"] not in in_use
    open_index(*folders, WordEncoder())


def test_an_unwritable_place_is_said(folders: tuple[Path, Path]) -> None:
    folders[1].write_text("a file", encoding="utf-8")
    with pytest.raises(IndexUnusable, match="cannot be written"):
        build_index(*folders, WordEncoder())


SLOW_BUILD = """
import sys, time
from pathlib import Path
from fakes import WordEncoder
from qa.index import build_index
import qa.store
def wait(path, text):
    print("building", flush=True)
    time.sleep(60)
qa.store._replace = wait
build_index(Path(sys.argv[1]), Path(sys.argv[2]), WordEncoder())
"""


def test_a_killed_builder_leaves_the_old_index_whole(folders: tuple[Path, Path]) -> None:
    encoder = WordEncoder()
    build_index(*folders, encoder)
    before = ids(open_index(*folders, encoder), encoder)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", SLOW_BUILD, *map(str, folders)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as builder:
        assert builder.stdout is not None
        # Everything is written now, and not yet in use.
        assert builder.stdout.readline() == b"building\n"
        with pytest.raises(IndexUnusable, match="another process"):
            build_index(*folders, encoder)
        builder.send_signal(signal.SIGKILL)
        assert builder.wait(10) == -signal.SIGKILL
    assert ids(open_index(*folders, encoder), encoder) == before
    # Neither the dead builder's lock nor its folder stays in the way.
    build_index(*folders, encoder)
    assert len(list(folders[1].glob("build-*"))) == 2
