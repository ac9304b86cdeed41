"""The same question and index give the same answer, whatever process and however many threads find it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from threadpoolctl import threadpool_limits

from qa.answers import Assistant
from qa.contract import answer_body
from qa.encoder import SentenceEncoder
from qa.index import open_index
from qa.settings import Settings

ASKED = [
    ("Who heads the AI Strategic Headquarters?", ()),
    ("AI法はいつ全面施行されましたか", ()),
    ("And how do banks deal with it?", ("How do hospitals deal with generative AI?",)),
    ("What does the headquarters cost a year?", ()),
]


@pytest.fixture(scope="module")
def served(service: str) -> list[str]:
    """What another process says, asked twice."""
    answers = []
    for question, history in ASKED:
        body = {"question": question, "history": list(history)}
        twice = {httpx.post(f"{service}/api/search", json=body, trust_env=False).text for _ in range(2)}
        answers.append(twice.pop())
        assert not twice
    return answers


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_to_the_byte(
    served: list[str], index_folder: Path, corpus: Path, encoder: SentenceEncoder, threads: int
) -> None:
    with threadpool_limits(threads):
        assistant = Assistant(open_index(corpus, index_folder, encoder), encoder, Settings(index=index_folder))
        found = [assistant.ask(question, history=history) for question, history in ASKED]
    assert [answer_body(answer).model_dump_json() for answer in found] == served
