"""Ids that last: what stays keeps its id, what left still answers by it, no id ever names two texts."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import WordEncoder
from hypothesis import given, settings
from hypothesis import strategies as st
from new_edition import CONVENTION, publish
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient
from test_page import serving

from qa.answers import Assistant
from qa.errors import DocumentError, IndexStale, QuestionError
from qa.freshness import fingerprint
from qa.index import Index, build_index, open_index, refresh_index
from qa.passages import split
from qa.permalinks import Archive, keep_ids
from qa.reading.corpus import read_document
from qa.retired import read_edition
from qa.server import create_app
from qa.settings import Settings
from qa.types import Document, Passage

MARK = "As of the edition of March 31, 2026; this passage is no longer in the document."


def words(text: str) -> int:
    return len(text.split())


def cut(document: Document) -> list[Passage]:
    return split(document, words, 200)


def build(corpus: Path) -> Index:
    index = corpus.with_name("index")
    build_index(corpus, index, WordEncoder())
    return open_index(corpus, index, WordEncoder())


@pytest.fixture(scope="module")
def published(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with the new edition, and the old one retired."""
    return publish(corpus, tmp_path_factory.mktemp("edition"))


@pytest.fixture(scope="module")
def index(published: Path) -> Index:
    return build(published)


@pytest.fixture(scope="module")
def client(index: Index) -> TestClient:
    return TestClient(create_app(Assistant(index, WordEncoder(), Settings())), follow_redirects=False)


def page(client: TestClient, place: str) -> str:
    """What a reader sees of a permalink's page, tags and all references resolved."""
    response = client.get(f"/p/{place}")
    assert response.status_code == 200
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), response.text)


def test_passages_that_stay_keep_their_ids(index: Index, factsheet: Document) -> None:
    before = {passage.id: passage.text for passage in cut(factsheet)}
    now = {passage.id: passage.text for passage in index.passages}
    assert len(now) == len(index.passages)
    # All but one were not touched, though most of section 1.2 has other numbers now.
    assert (
        before.keys() - now.keys()
        == index.archive.passages.keys()
        == {"factsheet-2025/1.2.3/4", "factsheet-2025/1.5.12/1"}
    )
    assert all(now[id] == text for id, text in before.items() if id in now)
    assert sorted(now.keys() - before.keys()) == ["factsheet-2025/1.2.2/2", "factsheet-2025/1.2.4/4"]
    (added,) = (passage for passage in index.passages if passage.id == "factsheet-2025/1.2.2/2")
    assert (added.text, added.section.number) == (CONVENTION, "1.2.2")


def test_what_left_is_stored_as_it_stood(index: Index, factsheet: Document) -> None:
    before = {passage.id: passage for passage in cut(factsheet)}
    for id, gone in index.archive.passages.items():
        assert gone.passage == before[id]
        assert gone.passage.text in factsheet.text
        assert (gone.edition.published, gone.edition.content_as_of) == ("March 31, 2026", "March 13, 2026")
        assert (gone.edition.title, gone.edition.sha256) == (factsheet.title, factsheet.sha256)


def test_what_left_is_not_found_by_a_question(index: Index) -> None:
    assistant = Assistant(index, WordEncoder(), Settings())
    for gone in index.archive.passages.values():
        hits = assistant.ask(gone.passage.text[:400], 20).quotes
        assert gone.passage.id not in {quote.hit.passage.id for quote in hits}


def test_an_old_link_shows_the_old_words_marked(client: TestClient, index: Index) -> None:
    shown = page(client, "factsheet-2025/1.2.3/4")
    assert index.archive.passages["factsheet-2025/1.2.3/4"].passage.text in shown
    assert "As of March 2026, 25 organizations" in shown
    assert MARK in shown
    assert "Published March 31, 2026" in shown
    # Its section has another number now.
    assert re.search(r'<a href="/p/factsheet-2025/1.2.4" lang="en">1.2 › 4\) Finalization of the “Reporting', shown)
    assert "As of March 2027, 31 organizations" in page(client, "factsheet-2025/1.2.4")


def test_the_mark_is_seen_and_leads_on_in_a_narrow_window(browser: Browser, index: Index) -> None:
    with serving(create_app(Assistant(index, WordEncoder(), Settings()))) as port:
        page = browser.new_page(viewport={"width": 320, "height": 640})
        page.goto(f"http://127.0.0.1:{port}/p/factsheet-2025/1.2.3/4")
        expect(page.locator(".qa-retired")).to_be_in_viewport()
        expect(page.locator(".qa-retired")).to_contain_text(MARK)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.locator(".qa-retired a").click()
        expect(page.locator(".qa-retired")).to_have_count(0)
        expect(page.locator(".qa-text").last).to_contain_text("As of March 2027, 31 organizations")
        page.close()


def test_a_link_to_what_stays_bears_no_mark(client: TestClient) -> None:
    for place in ("factsheet-2025/1.2.3/1", "factsheet-2025/1.2.4", "factsheet-2025/1.3.2.a/1"):
        assert "no longer" not in page(client, place)
        assert "Published March 31, 2027" in page(client, place)


def test_a_section_that_vanished_answers(client: TestClient) -> None:
    shown = page(client, "factsheet-2025/1.5.12")
    assert MARK in shown
    assert "Guidelines for Technical Measures to Ensure AI Security" in shown
    # Nothing has its number today.
    assert "In the current edition" not in shown


def test_a_place_that_never_was_is_not_found(client: TestClient, index: Index) -> None:
    assert client.get("/p/factsheet-2025/1.5.12/2").status_code == 404
    with pytest.raises(QuestionError, match="there is no passage at"):
        Assistant(index, WordEncoder(), Settings()).addresses.passages("factsheet-2025/9.9")


def test_the_same_corpus_gives_the_same_index(published: Path, index: Index, tmp_path: Path) -> None:
    copy = tmp_path / "corpus"
    shutil.copytree(published, copy)
    again = build(copy)
    assert (again.passages, again.archive) == (index.passages, index.archive)


def test_a_changed_retired_folder_is_stale(published: Path, tmp_path: Path) -> None:
    copy, folder = tmp_path / "corpus", tmp_path / "index"
    shutil.copytree(published, copy)
    summary = build_index(copy, folder, WordEncoder())
    assert summary.retired == 2
    assert refresh_index(Settings(copy, folder), WordEncoder()).retired == 2
    toml = copy / "retired" / "factsheet-2025.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    with pytest.raises(IndexStale, match=r"retired/factsheet-2025\.toml changed: run qa index"):
        open_index(copy, folder, WordEncoder())
    shutil.rmtree(copy / "retired")
    with pytest.raises(IndexStale, match=r"retired/factsheet-2025\.md, retired"):
        open_index(copy, folder, WordEncoder())
    assert build_index(copy, folder, WordEncoder()).retired == 0


def test_nothing_retired_changes_nothing(corpus: Path, tmp_path: Path, factsheet: Document) -> None:
    copy = tmp_path / "corpus"
    copy.mkdir()
    for path in corpus.glob("factsheet-2025.*"):
        shutil.copy(path, copy)
    without = fingerprint(copy, WordEncoder())
    (copy / "retired").mkdir()
    (copy / "retired" / ".gitkeep").touch()
    assert fingerprint(copy, WordEncoder()) == without
    (copy / "retired" / "notes.txt").touch()
    with pytest.raises(DocumentError, match="retired holds no document"):
        fingerprint(copy, WordEncoder())
    (copy / "retired" / "notes.txt").unlink()
    index = build(copy)
    assert list(index.passages) == cut(factsheet)
    assert index.archive == Archive({}, {})
    manifest = json.loads((tmp_path / "index" / "manifest.json").read_text(encoding="utf-8"))
    assert not [name for name in manifest["files"] if "retired" in name]


def write(folder: Path, name: str, text: str, published: str) -> Document:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    path.with_suffix(".toml").write_text(
        f'id = "rules"\ntitle = "Rules"\npublished = "{published}"\n', encoding="utf-8"
    )
    return read_document(path)


def test_a_document_retired_as_a_whole_answers(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    write(corpus / "retired", "rules-2024", "# Rules\n\n## 1 Cats\n\nThey purr.\n\n## 2 Dogs\n\nThey bark.\n", "2024")
    write(corpus / "retired", "rules-2025", "# Rules\n\n## 1 Cats\n\nThey meow.\n\n## 2 Dogs\n\nThey bark.\n", "2025")
    (corpus / "other.md").write_text("# Other\n\n## 1 Birds\n\nThey sing.\n", encoding="utf-8")
    index = build(corpus)
    assert [passage.text for passage in index.passages] == ["They sing."]
    client = TestClient(create_app(Assistant(index, WordEncoder(), Settings())))
    assert "As of the edition of 2024; this" in page(client, "rules/1/1")
    assert "As of the edition of 2025; this" in page(client, "rules/1/2")
    assert "They bark." in page(client, "rules/2")
    assert read_edition("rules", corpus).published == "2025"
    assert read_edition("other", corpus).title == "Other"
    with pytest.raises(DocumentError, match="nowhere is neither a file nor a document: documents are rules, other"):
        read_edition("nowhere", corpus)


def test_a_text_that_returns_has_its_first_id_again(tmp_path: Path) -> None:
    texts = ("They purr.", "They meow.", "They purr.")
    editions = [write(tmp_path, str(n), f"# Rules\n\n## 1 Cats\n\n{text}\n", str(n)) for n, text in enumerate(texts)]
    passages, archive = keep_ids(editions[-1:], editions[:-1], cut)
    assert [(passage.id, passage.text) for passage in passages] == [("rules/1/1", "They purr.")]
    assert {id: gone.passage.text for id, gone in archive.passages.items()} == {"rules/1/2": "They meow."}


def test_a_section_whose_text_went_elsewhere_leads_there(tmp_path: Path) -> None:
    old = write(tmp_path, "old", "# Rules\n\n## 1 Cats\n\nThey purr.\n\n## 2 Dogs\n\nThey bark.\n", "2024")
    new = write(tmp_path, "new", "# Rules\n\n## 1 Dogs\n\nThey bark.\n", "2025")
    passages, archive = keep_ids([new], [old], cut)
    assert [(passage.id, passage.section.number) for passage in passages] == [("rules/2/1", "1")]
    assert archive.sections == {"rules/2": ("rules/2/1",)}
    assert archive.passages["rules/1/1"].now == new.sections[-1]


SENTENCES = st.lists(st.sampled_from(["They purr.", "They bark.", "They sing.", "They swim.", "They run."]), max_size=3)
EDITIONS = st.lists(st.lists(SENTENCES, min_size=1, max_size=4), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(EDITIONS)
def test_an_id_never_names_two_texts_and_always_answers(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[list[list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("rules")
    texts = [
        "# Rules\n"
        + "".join(f"\n## {n} Rule\n\n" + "\n\n".join(section) + "\n" for n, section in enumerate(edition, 1))
        for edition in drawn
    ]
    editions = [replace(write(folder, str(n), text, str(n)), id="rules") for n, text in enumerate(texts)]
    named: dict[str, str] = {}
    given: set[str] = set()
    before: list[Passage] = []
    for n, edition in enumerate(editions):
        passages, archive = keep_ids([edition], editions[:n], cut)
        now = {passage.id: passage.text for passage in passages}
        assert [replace(p, id="") for p in passages] == [replace(p, id="") for p in cut(edition)]
        assert len(now) == len(passages)
        given |= now.keys()
        assert now.keys() | archive.passages.keys() == given
        assert not now.keys() & archive.passages.keys()
        for id, text in (now | {id: gone.passage.text for id, gone in archive.passages.items()}).items():
            assert named.setdefault(id, text) == text
        # As many passages of a text as stood before keep their ids.
        kept = Counter(passage.text for passage in before if passage.id in now)
        stood, stand = (Counter(passage.text for passage in side) for side in (before, passages))
        assert kept == stood & stand
        for place, ids in archive.sections.items():
            assert ids
            assert place not in {f"rules/{passage.section.place}" for passage in passages}
            assert set(ids) <= given
        before = passages
