"""Fusion: bounds, order, agreement with a sum by hand; what a query names comes first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fakes import WordEncoder

from qa import retrieval
from qa.hint_index import COUNTED
from qa.index import Index, build_index, open_index
from qa.retrieval import CLEAR, DEPTH, SHARES, search
from qa.types import Hit


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Index:
    folder = tmp_path_factory.mktemp("index")
    build_index(corpus, folder, WordEncoder())
    return open_index(corpus, folder, WordEncoder())


def find(index: Index, query: str, k: int, document: str | None = None) -> tuple[Hit, ...]:
    return search(index, WordEncoder(), query, k, document).hits


@pytest.mark.parametrize("query", ["AI Act enforced", "drones", "zzz", "?", "日本", "a " * 250, 'OR AND ( "', "\0"])
def test_bounds_and_order(index: Index, query: str) -> None:
    hits = find(index, query, 5)
    assert len(hits) == 5
    assert len({hit.passage.id for hit in hits}) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert -1e-6 <= hit.score <= 1 + 1e-6
        assert 0 <= hit.lexical <= 1
        assert hit.sentence is None or hit.sentence in hit.passage.sentences


def test_a_sentence_is_named_where_it_is_clearly_the_nearest(index: Index) -> None:
    query = "large-scale platform operators removal requests"
    vector, clear = WordEncoder().encode([query], "query")[0], []
    for hit in find(index, query, len(index.passages)):
        row, spans = index.passages.index(hit.passage), hit.passage.sentences
        cosines = index.sentences.vectors(index.sentence_starts[row], len(spans)) @ vector
        first, second = sorted([*cosines, -1.0], reverse=True)[:2]
        clear.append(first - second >= CLEAR)
        assert hit.sentence == (spans[int(cosines.argmax())] if clear[-1] else None)
    assert set(clear) == {True, False}


def by_hand(index: Index, query: str) -> dict[str, float]:
    """Every passage's score, best first, from one look at each."""
    vector = WordEncoder().encode([query], "query")[0]
    lexical = dict(index.lexical.rank(query, len(index.passages)))
    ceiling = index.lexical.ceiling(query)
    scores = {}
    for row, passage in enumerate(index.passages):
        sentences = index.sentences.vectors(index.sentence_starts[row], len(passage.sentences)) @ vector
        dense = (float(index.dense.vectors(row, 1)[0] @ vector) + float(sentences.max())) / 2
        hints = [n for n, hint in enumerate(index.hints.hints) if row in hint.rows]
        cosines = sorted((float(index.hints.dense.vectors(n, 1)[0] @ vector) for n in hints), reverse=True)
        hint = sum(cosines[:COUNTED]) / len(cosines[:COUNTED]) if hints else None
        scores[passage.id] = SHARES.fuse(dense, lexical.get(row, 0.0) / ceiling, hint)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def test_scores_are_the_sum_by_hand(index: Index) -> None:
    query = "large-scale platform operators removal requests"
    hits = find(index, query, len(index.passages))
    assert list(by_hand(index, query).values()) == pytest.approx([hit.score for hit in hits], abs=1e-6)


def test_the_same_question_gives_the_same_hits(index: Index) -> None:
    first, second = (find(index, "guideline for business", 10) for _ in range(2))
    assert first == second


def test_a_longer_list_begins_with_the_shorter(index: Index) -> None:
    assert find(index, "guidelines", 20)[:3] == find(index, "guidelines", 3)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Index:
    """The factsheet, five documents of other makers, and one so long and loud that it takes every first place."""
    folder = tmp_path_factory.mktemp("several")
    for path in (*corpus.glob("factsheet-2025.*"), *(Path(__file__).parent / "data" / "shapes").glob("*.md")):
        shutil.copy(path, folder)
    loud = "\n\n".join(f"Fees for sheds, drones and permits: rule {n}." for n in range(3 * DEPTH))
    (folder / "loud.md").write_text(f"# Loud\n\n{loud}\n", encoding="utf-8")
    build_index(folder, folder / "index", WordEncoder())
    return open_index(folder, folder / "index", WordEncoder())


@pytest.mark.parametrize("query", ["fees for sheds", "permits", "rules on drones and generative AI", "the record"])
def test_one_document_is_ranked_as_if_all_were_and_its_passages_kept(several: Index, query: str) -> None:
    scores = by_hand(several, query)
    for document in several.documents:
        hits = find(several, query, DEPTH, document)
        assert {hit.passage.document for hit in hits} == {document}
        kept = {id: score for id, score in scores.items() if id.startswith(f"{document}/")}
        assert [hit.score for hit in hits] == pytest.approx(list(kept.values())[:DEPTH], abs=1e-6)
        # In the same order, but for those the sum by hand cannot tell apart.
        for hit in hits:
            assert hit.score == pytest.approx(kept[hit.passage.id], abs=1e-6)


def test_a_document_that_never_comes_first_answers_when_asked_alone(several: Index) -> None:
    query = "fees for sheds"
    assert {hit.passage.document for hit in find(several, query, DEPTH)} == {"loud"}
    (best,) = find(several, query, 1, "bylaw")
    assert best.passage.text == "Greenhouses are treated as sheds."


@pytest.mark.parametrize("document", [None, "factsheet-2025", "bylaw"])
def test_a_score_does_not_depend_on_what_else_was_looked_at(
    several: Index, monkeypatch: pytest.MonkeyPatch, document: str | None
) -> None:
    query = "rules on drones and generative AI"
    scores = by_hand(several, query)
    monkeypatch.setattr(retrieval, "DEPTH", 3)
    hits = find(several, query, 20, document)
    assert len(hits) >= 3
    for hit in hits:
        assert hit.score == pytest.approx(scores[hit.passage.id], abs=1e-6)


def test_a_document_without_text_has_no_hit(tmp_path: Path) -> None:
    (tmp_path / "bare.md").write_text("# Only a heading\n", encoding="utf-8")
    (tmp_path / "full.md").write_text("# Full\n\nSome words.\n", encoding="utf-8")
    build_index(tmp_path, tmp_path / "index", WordEncoder())
    index = open_index(tmp_path, tmp_path / "index", WordEncoder())
    assert find(index, "words", 5, "bare") == ()
    assert len(find(index, "words", 5, "full")) == 1


@pytest.mark.parametrize(
    ("query", "section"), [("1.5 5)", "1.5.5"), ("section 1.4.3, please", "1.4.3"), ("DS-310", "1.5.5")]
)
def test_what_a_query_names_comes_first(index: Index, query: str, section: str) -> None:
    found = search(index, WordEncoder(), query, 5)
    assert found.named
    assert found.hits[0].passage.section.number == section


def test_a_passage_without_hints_is_judged_by_what_it_has() -> None:
    assert SHARES.fuse(1, 1, None) == SHARES.fuse(1, 1, 1) == pytest.approx(1)
    assert SHARES.fuse(0.4, 0.4, None) == pytest.approx(0.4)
