"""A cross-encoder's order of the first passages: its own scores, no passage lost, what is named stays first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sentence_transformers import CrossEncoder
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

from qa.answers import Assistant
from qa.errors import ModelError
from qa.passages import embedded
from qa.records import made_with
from qa.reranking import RERANKED, CrossReranker

QUESTION = "Who heads the AI Strategic Headquarters?"


def make_model(folder: Path, labels: int) -> Path:
    """A cross-encoder that nobody trained, of two small layers: as real as any, and its order is its own."""
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "abcdefghijklmno")]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = BertConfig.from_dict({"vocab_size": len(words), "num_labels": labels, "initializer_range": 1.0} | size)
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer.from_pretrained(str(folder)).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "cross-encoder", 1)


@pytest.fixture(scope="module")
def reranking(assistant: Assistant, model: Path) -> Assistant:
    return Assistant(assistant.index, assistant.encoder, replace(assistant.settings, reranker=model))


def test_the_first_passages_are_in_the_order_of_its_scores(
    assistant: Assistant, reranking: Assistant, model: Path
) -> None:
    before, after = (one.find(QUESTION, (), 40).hits for one in (assistant, reranking))
    reference = CrossEncoder(str(model), device="cpu", local_files_only=True)
    scores = reference.predict([(QUESTION, embedded(hit.passage)) for hit in after[:RERANKED]])
    assert list(scores) == sorted(scores, reverse=True)
    assert after[:RERANKED] != before[:RERANKED]
    assert set(after[:RERANKED]) == set(before[:RERANKED])
    assert after[RERANKED:] == before[RERANKED:]


def test_an_answer_shows_that_order(reranking: Assistant) -> None:
    answer = reranking.ask(QUESTION)
    assert [quote.hit for quote in answer.quotes] == list(reranking.find(QUESTION, (), RERANKED).hits[:5])


def test_an_evaluation_says_what_it_was_made_with(assistant: Assistant, reranking: Assistant, model: Path) -> None:
    assert made_with(reranking)["reranker"] == str(model)
    assert "reranker" not in made_with(assistant)


def test_what_a_question_names_stays_first(assistant: Assistant, reranking: Assistant) -> None:
    assert reranking.ask("section 2.1").quotes == assistant.ask("section 2.1").quotes


def test_by_default_there_is_none(assistant: Assistant) -> None:
    assert assistant.reranker is None


def test_a_folder_that_is_no_cross_encoder(tmp_path: Path) -> None:
    for folder, reason in (
        (tmp_path / "nowhere", "is no CrossEncoder: there is no such folder"),
        (tmp_path, "is no CrossEncoder"),
        (make_model(tmp_path / "two", 2), "gives 2 scores a pair: wanted is one"),
    ):
        with pytest.raises(ModelError, match=reason) as caught:
            CrossReranker(folder).score("a", ["b"])
        assert "\n" not in str(caught.value)
