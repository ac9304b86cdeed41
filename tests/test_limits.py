"""Who asks too much is told when to come again: through plain ASGI messages, and once over a real connection."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from services import small_service

from qa.asgi import App, Message, Receive, Scope, Send
from qa.limits import BURST, Limiter, asker_of
from qa.observing import Metrics, Observer
from qa.settings import Settings


class Slow:
    """An app that answers when it is let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.done = 0

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        await self.go.wait()
        self.done += 1
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})


async def quick(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def ask(
    app: App,
    path: str = "/api/search",
    host: str = "192.0.2.1",
    accept: bytes = b"*/*",
    method: str = "GET",
    body: bytes = b"",
    query: bytes = b"",
) -> tuple[int, dict[str, str], bytes]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    scope = {"type": "http", "method": method, "path": path, "query_string": query, "client": (host, 1)}
    await app({**scope, "headers": [(b"accept", accept)]}, receive, send)
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], names, b"".join(message.get("body", b"") for message in sent[1:])


def limiter(app: App = quick, **settings: Any) -> Limiter:
    return Limiter(app, replace(Settings(), **settings), Metrics())


def test_one_address_has_a_burst_and_then_its_rate() -> None:
    async def run() -> None:
        app = limiter(rate=60)
        for _ in range(BURST):
            assert (await ask(app))[0] == 200
        status, headers, body = await ask(app)
        assert (status, headers["retry-after"]) == (429, "1")
        assert json.loads(body)["error"] == {
            "code": "too_many", "message": "Too many questions from your address: try again in 1 second."
        }  # fmt: skip
        # Another one is not concerned, nor is what costs nothing.
        assert (await ask(app, host="192.0.2.2"))[0] == 200
        for path in ("/", "/p/x", "/d/x", "/style.css", "/healthz", "/api/passages/x"):
            assert (await ask(app, path))[0] == 200
        for path in ("/search", "/api/verify", "/gradio_api/run/predict", "/mcp"):
            assert (await ask(app, path))[0] == 429
        assert (await ask(app, method="OPTIONS"))[0] == 200
        await asyncio.sleep(1.05)
        assert [(await ask(app))[0] for _ in range(3)] == [200, 429, 429]

    asyncio.run(run())


def test_a_conversation_counts_as_its_questions_and_loading_the_page_as_none() -> None:
    async def run() -> None:
        turns = [["laws", None]] * 20
        for data, query, answered in (
            ([], b"", 40), ([], b"q=laws", 4), (["laws", [], ""], b"", 4), (["laws", turns[:1], ""], b"", 2),
            ([turns, ""], b"", 1), ("no event", b"", 4), (["laws", None, ""], b"", 4),
            (["laws", turns[:1], ""], b"q=x", 2), ([], b"%71=laws", 4), ([], b"seq=1", 40),
        ):  # fmt: skip
            app = limiter(rate=4)
            body = json.dumps({"fn_index": 0, "data": data}).encode()
            statuses = [
                (await ask(app, "/gradio_api/run/predict", method="POST", body=body, query=query))[0] for _ in range(40)
            ]
            assert statuses.count(200) == answered

    asyncio.run(run())


def test_a_rate_below_the_burst_is_all_there_is() -> None:
    async def run() -> None:
        app = limiter(rate=2)
        answers = [await ask(app) for _ in range(3)]
        assert [status for status, _, _ in answers] == [200, 200, 429]
        assert 29 <= int(answers[2][1]["retry-after"]) <= 30

    asyncio.run(run())


def test_people_are_told_by_a_page() -> None:
    async def run() -> None:
        app = limiter(rate=1)
        await ask(app, "/search")
        status, headers, body = await ask(app, "/search", accept=b"text/html,*/*;q=0.8")
        assert (status, headers["content-type"]) == (429, "text/html; charset=utf-8")
        assert b"Too many questions from your address: try again in 60 seconds." in body
        assert "script-src" not in headers["content-security-policy"]

    asyncio.run(run())


def test_limits_can_be_told_of_only_or_left_out() -> None:
    async def run() -> None:
        for limits, counted in (("log", 2.0), ("off", 0.0)):
            app = limiter(rate=1, limits=limits)
            assert [(await ask(app))[0] for _ in range(3)] == [200, 200, 200]
            assert app.metrics.registry.get_sample_value("qa_limited_total", {"limit": "rate"}) == counted

    asyncio.run(run())


def test_no_more_wait_than_may() -> None:
    async def run() -> None:
        slow = Slow()
        app = limiter(slow, waiting=2)
        first = [asyncio.create_task(ask(app, host=f"192.0.2.{n}")) for n in range(2)]
        await asyncio.sleep(0)
        status, headers, body = await ask(app)
        assert (status, headers["retry-after"], json.loads(body)["error"]["code"]) == (503, "2", "busy")
        assert (await ask(app, "/readyz"))[0] == 503
        slow.go.set()
        assert [(await task)[0] for task in first] == [200, 200]
        assert (await ask(app))[0] == 200
        assert (await ask(app, "/readyz"))[0] == 200

    asyncio.run(run())


def test_who_has_waited_too_long_is_let_go_and_the_work_still_counts() -> None:
    async def run() -> None:
        slow = Slow()
        app = limiter(slow, waiting=1, seconds=0.05)
        status, headers, _ = await ask(app)
        assert (status, headers["retry-after"]) == (503, "2")
        # The thread that answers goes on, and the next is not let in before it is done.
        assert (app.waiting, (await ask(app))[0]) == (1, 503)
        slow.go.set()
        await asyncio.sleep(0.01)
        assert (app.waiting, slow.done, (await ask(app))[0]) == (0, 1, 200)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_an_asker_is_an_address_or_a_network(host: str, expected: str) -> None:
    assert asker_of({"client": (host, 1)}) == expected
    assert asker_of({"client": None}) == ""


def test_the_figures_are_for_who_knows_the_token_and_hold_no_question() -> None:
    async def run() -> None:
        observer = Observer(quick, Metrics(), "0123456789abcdef")
        for path in ("/api/search", "/p/factsheet-2025/1.3.5", "/d/secret", "/secret", "/api/passages/secret", "/"):
            await ask(observer, path)
        assert (await ask(observer, "/metrics"))[2] == b"ok"
        for given in (b"Bearer 0123456789abcdeF", b"0123456789abcdef", b"Bearer ", b"\xff"):
            assert await figures(observer, given) == b"ok"
        shown = (await figures(observer, b"Bearer 0123456789abcdef")).decode()
        assert 'qa_requests_total{method="GET",route="/api/search",status="200"} 1.0' in shown
        assert 'route="/p",' in shown
        assert "secret" not in shown
        assert await figures(Observer(quick, Metrics()), b"Bearer ") == b"ok"

    asyncio.run(run())


LOGGED = """
import asyncio
from qa.observing import Metrics, Observer, log_as_json

async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})

async def send(message):
    pass

log_as_json()
scope = {"type": "http", "method": "GET", "query_string": b"q=secret", "client": ("192.0.2.1", 1)}
for path in ("/api/search", "/p/secret", "/secret"):
    asyncio.run(Observer(app, Metrics())({**scope, "path": path, "headers": [(b"referer", b"secret")]}, None, send))
"""


def test_the_log_is_for_programs_and_holds_neither_question_nor_address() -> None:
    # In a process of its own, because a log is set up once.
    shown = subprocess.run([sys.executable, "-c", LOGGED], capture_output=True, text=True, check=True)
    told = [json.loads(line) for line in shown.stderr.splitlines()]
    assert [(one["message"], one["route"], one["method"], one["status"]) for one in told] == [
        ("request", route, "GET", 200) for route in ("/api/search", "/p", "other")
    ]
    assert all(one["ms"] >= 0 and one["asctime"] for one in told)
    for word in ("secret", "192.0.2"):
        assert word not in shown.stderr


async def figures(app: App, authorization: bytes) -> bytes:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"authorization", authorization)]
    await app({"type": "http", "method": "GET", "path": "/metrics", "headers": headers}, None, send)  # type: ignore[arg-type]
    return b"".join(message.get("body", b"") for message in sent)


@contextmanager
def client_of(folder: Path, **settings: Any) -> Iterator[httpx.Client]:
    with small_service(folder, **settings) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def test_another_site_may_ask_if_it_is_named_and_can_read_when_to_come_again(tmp_path: Path) -> None:
    with client_of(tmp_path, origins=("https://www.example.org",), rate=1) as client:
        query = {"q": "Which laws regulate drones?", "k": "1"}
        answers = [
            client.get("/api/search", params=query, headers={"Origin": f"https://{site}.example.org"})
            for site in ("www", "www", "other")
        ]
        assert [answer.status_code for answer in answers] == [200, 429, 429]
        for answer in answers[:2]:
            assert answer.headers["access-control-allow-origin"] == "https://www.example.org"
            assert answer.headers["access-control-expose-headers"] == "Retry-After"
            assert "access-control-allow-credentials" not in answer.headers
        assert "access-control-allow-origin" not in answers[2].headers
        # No address forwarded is believed where no proxy is named.
        forged = client.get("/api/search", params=query, headers={"X-Forwarded-For": "203.0.113.9"})
        assert forged.status_code == 429
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        for site, status in (("www", 200), ("other", 400)):
            headers = {**asked, "Origin": f"https://{site}.example.org"}
            assert client.options("/api/search", headers=headers).status_code == status
        widget = client.get("/widget.js", headers={"Origin": "https://any.example"})
        assert widget.headers["access-control-allow-origin"] in ("*", "https://any.example")


def test_behind_a_named_proxy_the_forwarded_address_counts(tmp_path: Path) -> None:
    with client_of(tmp_path, proxies=("127.0.0.0/8",), rate=1) as client:
        statuses = [
            client.get("/api/search", params={"q": "drones"}, headers={"X-Forwarded-For": forwarded}).status_code
            # What the asker claims stands before what the proxy adds.
            for forwarded in ("203.0.113.1", "203.0.113.2", "203.0.113.1", "198.51.100.7, 203.0.113.2")
        ]
    assert statuses == [200, 200, 429, 429]
