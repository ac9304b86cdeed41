"""Links that last: whatever the splitting or the edition, a link leads to the words it was made for, or says so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from fakes import WordEncoder
from hypothesis import given
from hypothesis import strategies as st
from new_edition import publish

from qa.addresses import Addresses, Linked, checksum, passage_link, section_link
from qa.errors import QuestionError
from qa.freshness import fingerprint_of
from qa.index import Index, build_index, index_documents, open_index, open_index_of
from qa.passages import split
from qa.types import Document, Passage

Make = Callable[[int], Index]


def follow(addresses: Addresses, link: str) -> Linked:
    """As a server does that is asked for it."""
    parts = urlsplit(link)
    words = parse_qs(parts.query)
    place = unquote(parts.path).removeprefix("/p/")
    return addresses.follow(place, words.get("at", [""])[0], words.get("sha256", [""])[0])


@pytest.fixture(scope="module")
def make(factsheet: Document, tmp_path_factory: pytest.TempPathFactory) -> Make:
    def make(words: int) -> Index:
        """The factsheet in passages of at most so many words."""
        folder, made_from = tmp_path_factory.mktemp("index"), fingerprint_of({}, WordEncoder())

        def cut(document: Document) -> list[Passage]:
            return split(document, lambda text: len(text.split()), words)

        index_documents([factsheet], (), made_from, folder, WordEncoder(), cut=cut)
        return open_index_of(made_from, folder)

    return make


@pytest.fixture(scope="module")
def index(make: Make) -> Index:
    return make(200)


@pytest.mark.parametrize("words", [40, 90, 100_000])
def test_a_link_outlives_another_splitting(make: Make, index: Index, words: int) -> None:
    other = make(words)
    assert {passage.text for passage in other.passages} != {passage.text for passage in index.passages}
    addresses = Addresses(other)
    for passage in index.passages:
        linked = follow(addresses, passage_link(passage))
        (found,) = linked.passages
        assert (found.text, found.section, found.page) == (passage.text, passage.section, passage.page)
        assert (found.notes, found.sources, linked.changed) == (passage.notes, passage.sources, False)


def test_a_link_without_words_leads_to_the_place(index: Index) -> None:
    addresses = Addresses(index)
    for passage in index.passages:
        assert follow(addresses, f"/p/{passage.id}") == Linked((passage,))
        here = follow(addresses, section_link(passage.document, passage.section)).passages
        assert passage in here
        assert {other.section.place for other in here} == {passage.section.place}


def test_words_that_moved_or_left_are_found_in_another_edition(corpus: Path, index: Index, tmp_path: Path) -> None:
    published = publish(corpus, tmp_path)
    build_index(published, tmp_path / "index", WordEncoder())
    newer = open_index(published, tmp_path / "index", WordEncoder())
    addresses = Addresses(newer)
    for passage in index.passages:
        linked = follow(addresses, passage_link(passage))
        assert ([one.text for one in linked.passages], linked.changed) == ([passage.text], False)
        assert set(linked.retired) == {passage.id} & newer.archive.passages.keys()
    # The words of today are of today, also where a passage that left has the id of the link.
    (document,) = newer.documents.values()
    section = next(one for one in document.sections if one.place == "1.2.3" and one.paragraphs)
    start, end = section.paragraphs[0]
    assert "factsheet-2025/1.2.3/4" in newer.archive.passages
    words, span = document.text[start:end], f"{start - section.start}-{end - section.start}"
    linked = addresses.follow("factsheet-2025/1.2.3/4", span, checksum(words))
    assert ([one.text for one in linked.passages], linked.retired, linked.changed) == ([words], {}, False)


def test_words_that_are_nowhere_are_said_to_have_changed(index: Index) -> None:
    addresses, passage = Addresses(index), index.passages[3]
    altered = replace(passage, text=passage.text.replace("a", "e"))
    assert follow(addresses, passage_link(altered)) == Linked((passage,), changed=True)
    # What was elsewhere leads there, whatever the place says.
    other = replace(index.passages[9], id=passage.id)
    assert follow(addresses, passage_link(other)).passages == (index.passages[9],)
    with pytest.raises(QuestionError, match=r"there is no passage at 'factsheet-2025/9\.9/1'"):
        addresses.follow("factsheet-2025/9.9/1", "0-10", checksum("nothing"))


def test_what_stands_around_a_link_tells_nothing_of_the_document(index: Index) -> None:
    addresses, passage = Addresses(index), index.passages[3]
    whole = sha256(passage.text.encode()).hexdigest()
    at = passage_link(passage).partition("at=")[2].partition("&")[0]
    for digits in (whole, whole.upper(), f"{whole[:12]},", whole[:6], "", "no checksum"):
        assert addresses.follow(passage.id, at, digits) == Linked((passage,)), digits


@given(st.text(max_size=50), st.text(max_size=20), st.text(max_size=20))
def test_any_address_leads_somewhere_or_is_refused(index: Index, place: str, at: str, digits: str) -> None:
    addresses = Addresses(index)
    for named in (place, f"factsheet-2025/{place}", "factsheet-2025/1.3.5/2"):
        with suppress(QuestionError):
            assert addresses.follow(named, at, digits).passages
