"""`qa eval` as a maintainer runs it: its files, its exit codes, and what it says of bad input."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result
from warm import run_qa

from qa.cli import app
from qa.errors import QAError

SET: list[dict[str, object]] = [
    {"id": "act", "question": "When was the AI Act fully enforced?", "sections": ["1.3.1.a"], "kind": "fact",
     "evidence": ["and was fully enforced on September 1"]},
    {"id": "drone", "question": "drone law", "sections": ["1.3.5"], "evidence": ["In addition to the Civil"]},
    {"id": "hard", "question": "Who may fly a drone?", "sections": ["1.3.3"],
     "evidence": ["The purpose of the Copyright Act"]},
    {"id": "cake", "question": "How long does a cake bake?", "kind": "far"},
]  # fmt: skip


def run(environment: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_qa("eval", "--output", str(folder / "out"), *arguments, env=environment, cwd=folder)


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "set.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in SET), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def first(questions: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run(environment, questions.parent, str(questions))


def test_it_prints_a_table_and_writes_everything(first: subprocess.CompletedProcess[str], questions: Path) -> None:
    assert first.returncode == 0, first.stderr
    assert "section" in first.stdout
    assert "report:" in first.stdout
    written = {path.name for path in (questions.parent / "out").iterdir()}
    assert written == {
        "report.html", "evaluation.json", "junit.xml",
        "passages.run", "passages.qrels", "sections.run", "sections.qrels",
    }  # fmt: skip
    record = json.loads((questions.parent / "out" / "evaluation.json").read_text(encoding="utf-8"))
    assert [question["id"] for question in record["questions"]] == ["act", "drone", "hard", "cake"]


@pytest.fixture
def call(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`qa eval` in this process; what `main` would print as one line is the exception of its result."""
    monkeypatch.setenv("QA_INDEX", environment["QA_INDEX"])
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["eval", *arguments])


@pytest.mark.usefixtures("first")
def test_the_gate_holds_and_fails(questions: Path, call: Callable[..., Result], tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    baseline.write_bytes((questions.parent / "out" / "evaluation.json").read_bytes())
    arguments = [str(questions), "--baseline", str(baseline)]
    held = call(*arguments, "--fail-under", "success@5=0.5", "--fail-under", "en.far/refusal.recall=1")
    assert held.exit_code == 0, held.output
    assert "No figure differs from the baseline." in held.stdout
    failed = call(*arguments, "--fail-under", "success@1=1")
    assert failed.exit_code == 3
    assert failed.stderr == "success@1 is 0.667, wanted is at least 1\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.jsonl"], "none.jsonl cannot be read"),
        (["--split", "nowhere"], "has no question set of the split nowhere"),
        (["--topics", "some.tsv"], "--topics and --qrels belong together"),
        (["--qrels", "some.tsv"], "--topics and --qrels belong together"),
        (["--beir", "nowhere"], "corpus.jsonl cannot be read"),
        (["--beir", "nowhere", "--check"], "--check is for question sets"),
        (["SET", "--beir", "nowhere"], "one of the three at a time"),
        (["SET", "SET"], "is named twice"),
        (["SET", "--fail-under", "success@5"], "--fail-under success@5 cannot be read"),
        (["SET", "--fail-under", "success@5=nan"], "--fail-under success@5=nan cannot be read"),
        (["SET", "--fail-under", "success@9=1"], "success@9 is no figure of all"),
        (["SET", "--fail-under", "xx/success@5=1"], "xx/success@5 names no group: there are all, en"),
        (["SET", "--baseline", "SET"], "is no evaluation"),
        (["SET", "--baseline", "OTHER"], "has no question of set.jsonl"),
        (["SET", "--ablations", "--fail-under", "success@5=1"], "--ablations only prints a table"),
        (["SET", "--output", "SET/here"], "cannot be written"),
    ],
)
def test_bad_input_gets_one_sentence(
    arguments: list[str], said: str, questions: Path, call: Callable[..., Result], tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"name": "another set", "questions": [{"identity": "0", "rank": 1, "values": {}}]}')
    words = {"SET": str(questions), "OTHER": str(other), "SET/here": f"{questions}/here"}
    done = call(*(words.get(word, word) for word in arguments))
    assert isinstance(done.exception, QAError)
    assert said in str(done.exception)
    assert "\n" not in str(done.exception)
    assert not (tmp_path / "evaluation" / "report.html").exists()


def test_a_set_is_checked_alone(questions: Path, call: Callable[..., Result], tmp_path: Path) -> None:
    good = call(str(questions), "--check")
    assert (good.exit_code, good.stdout) == (0, "Nothing is wrong.\n")
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps(SET[0] | {"evidence": ["not in it"]}) + "\n", encoding="utf-8")
    checked = call(str(bad), "--check")
    assert checked.exit_code == 3
    assert checked.stdout == "bad.jsonl: act: its evidence does not stand in 1.3.1.a: 'not in it'\n" + (
        "bad.jsonl: act: section 1.3.1.a holds none of its evidence\n"
    )
    asked = call(str(bad))
    assert "(and 1 more, which --check lists)" in str(asked.exception)


def test_a_collection_is_indexed_once(
    call: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    qas = [{"id": "a", "question": "What makes honey?"}, {"id": "b", "question": "Who won?", "is_impossible": True}]
    article = {"title": "Bees", "paragraphs": [{"context": "Bees make honey.", "qas": qas}]}
    (tmp_path / "squad.json").write_text(json.dumps({"data": [article]}), encoding="utf-8")
    for _ in range(2):
        done = call("squad.json")
        assert done.exit_code == 0, done.exception
        assert "document" in done.stdout
    assert len(list((tmp_path / "cache").glob("factsheet-qa/collections/*/build-*"))) == 1
