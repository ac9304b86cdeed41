"""Collections in the forms others publish them; a bad row is named by file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import WordEncoder

from qa.answers import Assistant
from qa.collections import Collection, read_beir, read_squad, read_trec, record
from qa.errors import EvaluationError
from qa.evaluation import evaluate
from qa.figures import ALL, Evaluation
from qa.freshness import fingerprint_of
from qa.index import coverage, index_documents, open_index_of
from qa.measures import RANKING_OF_COLLECTIONS
from qa.settings import Settings

CORPUS = [
    {"_id": "d1", "title": "Kites", "text": "A kite flies in the wind.\n\nIts string is of flax.", "metadata": {}},
    {"_id": "d2", "title": "", "text": "Bees live in hives and make honey."},
    {"_id": "d3", "title": "Empty lakes", "text": ""},
]
QUERIES = [
    {"_id": "q1", "text": "what is the string of a kite"},
    {"_id": "q2", "text": "who makes honey in hives"},
    {"_id": "q3", "text": "a query nobody judged"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td2\t1\nq2\td3\t-1\n"


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    for name, rows in (("corpus", CORPUS), ("queries", QUERIES)):
        lines = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    (folder / "qrels" / "test.tsv").write_text(QRELS, encoding="utf-8")
    return folder


def assistant_over(collection: Collection, folder: Path) -> Assistant:
    encoder = WordEncoder()
    made_from = fingerprint_of({collection.name: collection.sha256}, encoder)
    index_documents(collection.documents, (), made_from, folder, encoder)
    return Assistant(open_index_of(made_from, folder), encoder, Settings())


def test_a_beir_folder_is_indexed_and_measured(beir: Path, tmp_path: Path) -> None:
    collection = read_beir(beir)
    assert [question.id for question in collection.questions] == ["q1", "q2"]
    assert collection.qrels == {"q1": {"document": {"d1": 2, "d2": 0}}, "q2": {"document": {"d2": 1, "d3": 0}}}
    assistant = assistant_over(collection, tmp_path / "index")
    outcomes = evaluate(assistant, collection.questions, collection.qrels)
    figures = Evaluation("tiny", outcomes, names=RANKING_OF_COLLECTIONS).figures[ALL]
    assert figures["document.success@1"].value == figures["document.r@100"].value == 1.0


def test_a_record_is_a_document_whose_passages_cover_it() -> None:
    for title, text in (("Kites", "A kite.\n\nIts string."), ("", "Bees."), ("Empty lakes", "")):
        document = record("d", title, text)
        (section,) = document.sections
        assert (section.start, section.end) == (0, len(document.text))
        # A record of a title alone has it for its text.
        assert [document.text[a:b] for a, b in section.paragraphs] == (text or title).split("\n\n")


def test_every_word_of_a_collection_is_searched(beir: Path, tmp_path: Path) -> None:
    index = assistant_over(read_beir(beir), tmp_path / "index").index
    assert coverage(list(index.documents.values()), index.passages) == 1.0


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("corpus.jsonl", '{"_id": "d1", "text": 5}\n', r"corpus\.jsonl, line 1 has text = 5"),
        ("corpus.jsonl", '{"_id": "d 1", "text": ""}\n', r"corpus\.jsonl, line 1 has _id = 'd 1'"),
        ("corpus.jsonl", '{"_id": "d1", "text": "x"}\n' * 2, r"corpus\.jsonl, line 2: the _id d1 is taken"),
        ("corpus.jsonl", '{"_id": "d9", "text": "x"}\n', r"test\.tsv judges d1 for query q1: corpus\.jsonl has none"),
        ("corpus.jsonl", "", "holds no document"),
        ("queries.jsonl", '{"_id": "q1"}\n', r"queries\.jsonl, line 1 has text = None"),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}\n', r"test\.tsv judges query q2: queries\.jsonl has none"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\n", r"test\.tsv, line 2 is 'q1\\td1'"),
        ("qrels/test.tsv", "q1\td1\t1\nq2\td2\thigh\n", r"test\.tsv, line 2 is"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t0\n", "judges nothing relevant"),
    ],
)
def test_a_bad_row_of_a_folder_is_named(beir: Path, name: str, text: str, said: str) -> None:
    (beir / name).write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=said):
        read_beir(beir)


def test_a_folder_without_its_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"corpus\.jsonl cannot be read: No such file"):
        read_beir(tmp_path)


def test_squad_asks_for_paragraphs_and_knows_the_impossible(tmp_path: Path) -> None:
    qas = [
        {"id": "a", "question": "What makes honey?", "answers": [{"text": "Bees", "answer_start": 0}]},
        {"id": "b", "question": "What makes cheese?", "answers": [], "is_impossible": True},
    ]
    path = tmp_path / "squad.json"
    article = {"title": "Bees_and_hives", "paragraphs": [{"context": "Bees make honey.", "qas": qas}]}
    path.write_text(json.dumps({"version": "v2.0", "data": [article]}), encoding="utf-8")
    collection = read_squad(path)
    assert [document.title for document in collection.documents] == ["Bees and hives"]
    assert [question.status for question in collection.questions] == ["answered", "not_in_document"]
    assert collection.qrels == {"a": {"document": {"1.1": 1}}, "b": {}}
    for text, said in (
        ("[]", "no SQuAD file"),
        ('{"data": [{"paragraphs": [{}]}]}', "has context = None"),
        ('{"data": [{"paragraphs": [{"context": "x"}]}]}', "no SQuAD file"),
        ('{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a b"}]}]}]}', "has id = 'a b'"),
        ('{"data": []}', "holds no question"),
        ("{", "no JSON"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(EvaluationError, match=rf"^squad\.json .*{said}"):
            read_squad(path)


TOPICS = "<top>\n<num> Number: 7\n<title> Topic: AI Act\n enforcement\n<desc> Description:\nlong words\n</top>\n"


@pytest.mark.parametrize("text", [TOPICS, "7\tAI Act enforcement\n"])
@pytest.mark.parametrize(
    ("id", "level"),
    [("factsheet-2025/1.3.1.a/1", "passage"), ("factsheet-2025/1.3.1.a", "section"), ("factsheet-2025", "document")],
)
def test_topics_are_judged_by_what_the_qrels_name(
    assistant: Assistant, tmp_path: Path, text: str, id: str, level: str
) -> None:
    (tmp_path / "topics").write_text(text, encoding="utf-8")
    (tmp_path / "qrels").write_text(f"7 0 {id} 1\n8 0 {id} 1\n", encoding="utf-8")
    questions, gold = read_trec(tmp_path / "topics", tmp_path / "qrels", assistant.index)
    assert [(question.id, question.asked) for question in questions] == [("7", "AI Act enforcement")]
    assert gold["7"] == {level: {id: 1}}


def test_topics_and_qrels_that_do_not_fit_are_named(assistant: Assistant, tmp_path: Path) -> None:
    topics, qrels = tmp_path / "topics", tmp_path / "qrels"
    topics.write_text("7\tAI Act\n", encoding="utf-8")
    for text, said in (
        ("7 0 nowhere 1\n", "qrels judges nowhere"),
        ("7 0 factsheet-2025 1\n7 0 factsheet-2025/1.3.1.a 1\n", "ids must all be"),
        ("8 0 factsheet-2025 1\n", "have no topic in common"),
        ("7 factsheet-2025 1\n", "line 1 is '7 factsheet-2025 1'"),
    ):
        qrels.write_text(text, encoding="utf-8")
        with pytest.raises(EvaluationError, match=said):
            read_trec(topics, qrels, assistant.index)
    qrels.write_text("7 0 factsheet-2025 1\n", encoding="utf-8")
    for text, said in (("7 AI Act\n", "line 1 is '7 AI Act'"), ("<top><num>7</top>", "topic 1 lacks")):
        topics.write_text(text, encoding="utf-8")
        with pytest.raises(EvaluationError, match=said):
            read_trec(topics, qrels, assistant.index)
