"""The API's contract, against a real server."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from qa.types import Document


@pytest.fixture(scope="module")
def client(service: str) -> httpx.Client:
    return httpx.Client(base_url=service, trust_env=False)


def ask(client: httpx.Client, question: str, **parameters: Any) -> dict[str, Any]:
    response = client.get("/api/search", params={"q": question, **parameters})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def test_an_answer_has_the_whole_contract(client: httpx.Client, factsheet: Document) -> None:
    answer = ask(client, "Which laws regulate drones?", k=3)
    assert list(answer) == [
        "question", "status", "message", "language", "confidence", "history", "document", "results", "nearest"
    ]  # fmt: skip
    assert (answer["message"], answer["language"]) == ("3 passages. Strong match.", "en")
    assert (answer["question"], answer["status"], answer["nearest"]) == ("Which laws regulate drones?", "answered", [])
    assert 0 <= answer["confidence"] <= 1
    assert answer["document"] == {
        "id": "factsheet-2025",
        "title": "Factsheet of AI Safety in Japan 2025",
        "published": "March 31, 2026",
        "content_as_of": "March 13, 2026",
        "notice": "Please refer to the original text for accuracy",
        "sha256": factsheet.sha256,
    }
    assert len(answer["results"]) == 3
    for result in answer["results"]:
        assert factsheet.text[result["start"] : result["end"]] == result["text"]
        assert all(0 <= start < end <= len(result["text"]) for start, end in result["marks"])
        assert client.get(result["permalink"]).status_code == 200
    second = next(r for r in answer["results"] if r["id"] == "factsheet-2025/1.3.5/2")
    assert (second["section"], second["label"], second["page"]) == ("1.3.5", "1.3 › 5)", 8)
    assert second["title"] == "Civil Aeronautics Act"
    assert second["headings"] == [
        "1 Major AI Strategies, Action Plans, and Institutions",
        "1.3 Regulations",
        "5) Laws and regulations related to drones",
        "Civil Aeronautics Act",
    ]
    assert second["sources"] == [
        {"footnote": 23, "url": "https://www.japaneselawtranslation.go.jp/ja/laws/view/4039", "note": None}
    ]
    scores = [result["score"] for result in answer["results"]]
    assert scores == sorted(scores, reverse=True)


def test_remarks_on_links_come_along(client: httpx.Client) -> None:
    answer = ask(client, "How many organizations have submitted responses to the Reporting Framework?", k=1)
    assert [(s["footnote"], s["note"]) for s in answer["results"][0]["sources"]] == [(9, "Japanese Only"), (9, None)]


def test_a_declined_question_offers_sections(client: httpx.Client) -> None:
    answer = ask(client, "recipe for apple pie")
    assert (answer["status"], answer["results"]) == ("not_in_document", [])
    assert 1 <= len(answer["nearest"]) <= 3
    for near in answer["nearest"]:
        assert list(near) == ["document", "section", "label", "title", "headings", "page", "permalink"]
        assert client.get(near["permalink"]).status_code == 200


def test_get_and_post_agree_to_the_byte(client: httpx.Client) -> None:
    got = client.get("/api/search", params={"q": " What is J-AISI? ", "k": 2})
    posted = client.post("/api/search", json={"question": "What is J-AISI?", "history": ["hi"], "k": 2})
    assert got.content == posted.content


BAD_QUERIES = [
    {}, {"q": ""}, {"q": "  "}, {"q": "x" * 501}, {"q": "x", "k": "0"}, {"q": "x", "k": "21"}, {"q": "x", "k": "many"},
    {"q": "x", "k": "1.5"}, {"q": "x", "k": ""}, {"q": "x", "k": "9" * 400},
]  # fmt: skip
BAD_BODIES = [
    b"", b"{", b"null", b"[]", b'"x"', b"{}", b'{"question": 5}', b'{"question": ""}', b'{"question": null}',
    b'{"question": "x", "k": 0}', b'{"question": "x", "k": "3"}', b'{"question": "x", "k": true}',
    b'{"question": "x", "history": "y"}', b'{"question": "x", "history": [1]}', b'{"question": "\\ud800"}',
    b'{"question": "x", "history": [' + b'"a",' * 60 + b'"b"]}', b"\xff\xfe", b"[" * 5000,
]  # fmt: skip


def check_refusal(response: httpx.Response, status: int = 422) -> None:
    assert response.status_code == status
    error = response.json()["error"]
    assert set(error) == {"code", "message"}
    assert error["message"]
    assert "Traceback" not in response.text


@pytest.mark.parametrize("query", BAD_QUERIES, ids=range(len(BAD_QUERIES)))
def test_bad_queries_are_refused(client: httpx.Client, query: dict[str, str]) -> None:
    check_refusal(client.get("/api/search", params=query))


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_bad_bodies_are_refused(client: httpx.Client, body: bytes) -> None:
    response = client.post("/api/search", content=body, headers={"Content-Type": "application/json"})
    # 400 for what is no JSON at all.
    check_refusal(response, 400 if response.status_code == 400 else 422)


@pytest.mark.parametrize(
    "question", ["\0", "\x1b[31m", "\u202e\u200b\ufeff", "<script>alert(1)</script>", "{{7*7}}", "💥" * 100]
)
def test_odd_characters_are_questions(client: httpx.Client, question: str) -> None:
    response = client.post("/api/search", json={"question": question})
    assert response.status_code in (200, 422)
    if response.status_code == 200:
        assert response.headers["content-type"] == "application/json"
        assert response.json()["question"] == question.strip()


def test_other_addresses_and_methods_are_refused(client: httpx.Client) -> None:
    check_refusal(client.get("/api/nothing"), 404)
    check_refusal(client.get("/p/factsheet-2025/9.9/9"), 404)
    check_refusal(client.delete("/api/search"), 405)
    assert client.put("/healthz").headers["allow"] == "GET, HEAD"
    assert client.head("/api/search", params={"q": "drones"}).status_code == 200
    assert client.head("/p/factsheet-2025/1.3.5").status_code == 200
    check_refusal(client.get("/docs"), 404)


def test_health_and_description(client: httpx.Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    description = client.get("/openapi.json").json()
    assert description["info"]["version"] == "1.5.0"
    assert list(description["paths"]) == [
        "/api/widget",
        "/api/search",
        "/api/passages/{place}",
        "/api/sections",
        "/api/verify",
        "/healthz",
        "/readyz",
    ]
    assert "AnswerBody" in description["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(description["paths"])


def test_a_quotation_is_verified_or_told_apart(client: httpx.Client, factsheet: Document) -> None:
    words = "was fully enforced on September 1"
    verdict = client.post("/api/verify", json={"quote": words}).json()
    assert (verdict["verified"], verdict["section"], verdict["page"]) == (True, "1.3.1.a", 4)
    assert factsheet.text[verdict["start"] : verdict["end"]] == verdict["text"] == words
    altered = client.post("/api/verify", json={"quote": words.replace("1", "2"), "document": "factsheet-2025"}).json()
    assert altered["verified"] is False
    assert altered["difference"] == {"at": 32, "quoted": "2", "printed": "1"}
    assert client.get(altered["permalink"]).status_code == 200
    # A heading with nothing below it but other headings has no page of its own.
    bare = client.post("/api/verify", json={"quote": "Principles, Strategies"}).json()
    assert (bare["verified"], bare["section"], bare["permalink"]) == (True, "1.1", None)
    check_refusal(client.post("/api/verify", json={"quote": " "}))
    check_refusal(
        client.post("/api/verify", content=b'{"quote": "\\ud800"}', headers={"Content-Type": "application/json"})
    )
    check_refusal(client.post("/api/verify", json={"quote": "x", "document": "none"}))


def test_a_passages_own_page(client: httpx.Client) -> None:
    response = client.get("/p/factsheet-2025/1.3.5/2")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "script" not in response.headers["content-security-policy"].replace("default-src 'none'", "")
