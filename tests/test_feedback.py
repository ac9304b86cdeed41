"""Readers' votes become lines of a question set, whole ones, and hold nothing else."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa import feedback
from qa.answers import Assistant
from qa.feedback import FeedbackFile
from qa.question_checks import check_questions
from qa.questions import read_questions
from qa.server import create_app

ASKED = "When was the AI Act fully enforced?"


@pytest.fixture
def candidates(tmp_path: Path) -> Path:
    return tmp_path / "candidates.jsonl"


@pytest.fixture
def client(assistant: Assistant, candidates: Path) -> TestClient:
    settings = replace(assistant.settings, feedback=candidates)
    return TestClient(create_app(Assistant(assistant.index, assistant.encoder, settings)))


def test_a_vote_is_a_candidate_question(client: TestClient, candidates: Path, assistant: Assistant) -> None:
    for right in (True, False):
        answer = client.post("/api/feedback", json={"question": ASKED, "right": right})
        assert (answer.status_code, answer.json()) == (200, {"kept": True})
    yes, no = read_questions(candidates)
    assert (yes.kind, no.kind) == ("candidate_right", "candidate_wrong")
    assert yes.asked == no.asked == ASKED
    assert yes.sections == ("1.3.1.a",)
    assert (no.evidence, no.status) == ((), "not_in_document")
    assert check_questions({"votes": [yes]}, assistant.documents) == []
    fields = {"id", "kind", "language", "question", "evidence", "sections", "urls", "status"}
    assert all(set(json.loads(line)) == fields for line in candidates.read_text(encoding="utf-8").splitlines())


def test_a_vote_on_a_follow_up_keeps_what_it_was_read_with(client: TestClient, candidates: Path) -> None:
    history = ["What is the Hiroshima code of conduct for organizations developing advanced AI?"]
    voted = client.post("/api/feedback", json={"question": "Mandatory?", "history": history, "right": True})
    assert voted.json() == {"kept": True}
    (candidate,) = read_questions(candidates)
    assert candidate.turns == (*history, "Mandatory?")
    assert candidate.sections == ("1.2.3",)


@pytest.mark.parametrize(
    "body", [{}, {"question": ASKED}, {"question": "", "right": True}, {"question": ASKED, "right": "maybe"},
             {"question": ASKED, "right": True, "document": "nowhere"}]
)  # fmt: skip
def test_what_is_no_vote_is_refused(client: TestClient, candidates: Path, body: dict[str, object]) -> None:
    answer = client.post("/api/feedback", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]
    assert not candidates.exists()


def test_without_the_setting_there_is_no_vote(assistant: Assistant) -> None:
    with TestClient(create_app(assistant)) as client:
        assert client.post("/api/feedback", json={"question": ASKED, "right": True}).status_code == 404
        assert "feedback" not in client.get("/openapi.json").text


def test_votes_at_once_are_whole_lines(assistant: Assistant, candidates: Path) -> None:
    file, answer = FeedbackFile(candidates), assistant.ask(ASKED)
    threads = [threading.Thread(target=file.add, args=(answer, n % 2 == 0)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_questions(candidates)) == 40


def test_a_full_file_and_one_that_cannot_be_written_keep_nothing(
    assistant: Assistant, candidates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = assistant.ask(ASKED)
    assert not FeedbackFile(candidates.parent).add(answer, True)
    assert FeedbackFile(candidates).add(answer, True)
    before = candidates.read_bytes()
    monkeypatch.setattr(feedback, "BYTES_AT_MOST", len(before))
    assert not FeedbackFile(candidates).add(answer, True)
    assert candidates.read_bytes() == before
