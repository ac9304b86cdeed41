"""What passes the guard, with which headers, and what does not: each through plain ASGI messages."""

from __future__ import annotations

import asyncio
import hashlib
import json
from base64 import b64encode
from typing import Any

import pytest

from qa.guard import BODY_MAX, Guard

Message = dict[str, Any]

PAGE = b"<script src='a.js'></script><script>let a = 1;</script><script type='module'>\nb()</script>"


class Recorder:
    """An app that remembers what reached it and answers with what it was told to."""

    def __init__(self, body: bytes = b"ok", headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
        self.answer, self.headers = body, headers
        self.scope: Message = {}
        self.body: bytes | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.body = scope, b""
        more = True
        while more:
            message = await receive()
            self.body += message["body"]
            more = message["more_body"]
        await send({"type": "http.response.start", "status": 200, "headers": list(self.headers)})
        half = len(self.answer) // 2
        await send({"type": "http.response.body", "body": self.answer[:half], "more_body": True})
        await send({"type": "http.response.body", "body": self.answer[half:]})


class Reply:
    def __init__(self, sent: list[Message]) -> None:
        self.status: int = sent[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        self.body = b"".join(message["body"] for message in sent[1:])


def request(
    app: Recorder,
    path: str,
    method: str = "GET",
    headers: tuple[tuple[bytes, bytes], ...] = (),
    chunks: tuple[bytes, ...] = (b"",),
    root_path: str = "",
    shared: bool = False,
) -> Reply:
    sent: list[Message] = []
    coming = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": root_path + path, "root_path": root_path}
    asyncio.run(Guard(app, shared=shared)({**scope, "headers": list(headers)}, receive, send))
    return Reply(sent)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api/search",
        "/healthz",
        "/readyz",
        "/search",
        "/d/factsheet-2025",
        "/widget.js",
        "/widget-0123456789ab.js",
        "/openapi.json",
        "/config",
        "/theme.css",
        "/favicon.ico",
        "/page.js",
        "/assets/index-DphvyggB.js",
        "/static/fonts/x/y.woff2",
        "/gradio_api/startup-events",
        "/p/factsheet-2025/1.3.5/2",
    ],
)
def test_what_the_page_and_the_api_need_passes(path: str) -> None:
    assert request(Recorder(), path).status == 200
    assert request(Recorder(), path, root_path="/qa").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file/etc/passwd",
        "/gradio_api/upload",
        "/gradio_api/proxy=https://example.org/",
        "/gradio_api/queue/join",
        "/gradio_api/queue/data",
        "/gradio_api/call/reply",
        "/gradio_api/component_server",
        "/gradio_api/info",
        "/gradio_api/run/predict/",
        "/monitoring/summary",
        "/login",
        "/docs",
        "/p/",
        "/widget-1.js",
        "/metrics",
        "/api",
        "/apiary",
        "/assets/../gradio_api/info",
        "/static/js/../../config",
        "/api/../gradio_api/info",
        "//gradio_api/info",
        "/config\n",
    ],
)
def test_nothing_else_reaches_the_app(path: str) -> None:
    app = Recorder()
    reply = request(app, path)
    assert (reply.status, json.loads(reply.body)["error"]["code"], app.body) == (404, "not_found", None)


def test_the_page_is_read_with_get_and_asked_with_post() -> None:
    assert request(Recorder(), "/gradio_api/run/predict", "POST").status == 200
    for path, method in (("/gradio_api/run/predict", "GET"), ("/", "POST"), ("/config", "OPTIONS"), ("/p/x", "POST")):
        assert request(Recorder(), path, method).status == 405
    assert request(Recorder(), "/api/search", "POST").status == 200
    assert request(Recorder(), "/api/search", "OPTIONS").status == 405
    assert request(Recorder(), "/api/verify").status == request(Recorder(), "/api/sections", "POST").status == 405


def test_other_sites_ask_first_where_they_may_ask_at_all() -> None:
    asks = ((b"Access-Control-Request-Method", b"POST"),)
    for path, headers, shared, status in (
        ("/api/search", asks, True, 200), ("/api/search", asks, False, 405), ("/api/search", (), True, 405),
        ("/mcp", asks, True, 405), ("/", asks, True, 405),
    ):  # fmt: skip
        assert request(Recorder(), path, "OPTIONS", headers, shared=shared).status == status


def test_head_is_get_without_the_body() -> None:
    app = Recorder(b"words", ((b"content-length", b"5"),))
    reply = request(app, "/api/search", "HEAD")
    assert (app.scope["method"], reply.status, reply.headers["content-length"], reply.body) == ("GET", 200, "5", b"")


def test_a_websocket_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    asyncio.run(Guard(Recorder())({"type": "websocket", "path": "/api/x", "headers": []}, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_a_body_reaches_the_app_whole_up_to_the_limit() -> None:
    app = Recorder()
    half = b"x" * (BODY_MAX // 2)
    declared = ((b"content-length", str(BODY_MAX).encode()),)
    for headers in (declared, ((b"transfer-encoding", b"chunked"),)):
        assert request(app, "/api/search", "POST", headers, (half, half)).status == 200
        assert app.body == half + half


@pytest.mark.parametrize(
    ("headers", "chunks"),
    [
        (((b"content-length", str(BODY_MAX + 1).encode()),), ()),
        (((b"transfer-encoding", b"chunked"),), (b"x" * BODY_MAX, b"x", b"never read")),
        (((b"content-length", b"10"),), (b"x" * (BODY_MAX + 1),)),
        (((b"content-length", b"-1"),), ()),
    ],
)
def test_a_larger_body_does_not(headers: tuple[tuple[bytes, bytes], ...], chunks: tuple[bytes, ...]) -> None:
    app = Recorder()
    reply = request(app, "/api/search", "POST", headers, chunks)
    error = json.loads(reply.body)["error"]
    assert (reply.status, error["code"], app.body) == (413, "body_too_large", None)
    assert str(BODY_MAX) in error["message"]


def test_every_response_has_security_headers() -> None:
    for path in ("/", "/api/search", "/assets/index-DphvyggB.js", "/gradio_api/file=x"):
        headers = request(Recorder(), path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == ("SAMEORIGIN" if path == "/" else "DENY")
        assert f"frame-ancestors {'self' if path == '/' else 'none'}" in headers["content-security-policy"].replace(
            "'", ""
        )
    assert request(Recorder(), "/api/search").headers["content-security-policy"].startswith("default-src 'none'; ")


def test_a_further_page_may_have_a_style_and_no_scripts() -> None:
    policy = request(Recorder(), "/p/x").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "style-src 'self'" in policy
    assert "script-src" not in policy


def test_what_an_app_says_itself_is_kept() -> None:
    app = Recorder(headers=((b"Content-Security-Policy", b"default-src 'self'"),))
    headers = request(app, "/p/x").headers
    assert headers["Content-Security-Policy"] == "default-src 'self'"
    assert "content-security-policy" not in headers


def test_the_page_runs_its_own_scripts_and_no_others() -> None:
    reply = request(Recorder(PAGE), "/")
    assert reply.body == PAGE
    hashes = [b64encode(hashlib.sha256(script).digest()).decode() for script in (b"let a = 1;", b"\nb()")]
    allowed = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    assert f"script-src {allowed};" in reply.headers["content-security-policy"]


def test_only_files_named_by_their_content_are_kept_for_good() -> None:
    for path in ("/assets/index-DphvyggB.js", "/assets/Blocks-0aNuD791.css"):
        assert request(Recorder(), path).headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/assets/index.js", "/static/js/x-DphvyggB.js", "/api/assets/index-DphvyggB.js", "/theme.css"):
        assert "cache-control" not in request(Recorder(), path).headers


def test_headers_that_gradio_would_believe_do_not_reach_it() -> None:
    app = Recorder()
    forged = ((b"X-Forwarded-Host", b"evil.example"), (b"x-gradio-server", b"https://evil.example"))
    request(app, "/config", headers=(*forged, (b"host", b"here")))
    assert app.scope["headers"] == [(b"host", b"here")]


def test_the_page_answers_its_own_origin_only_and_the_api_whom_it_will() -> None:
    open_to_all = ((b"Access-Control-Allow-Origin", b"https://evil.example"), (b"content-type", b"a/b"))
    for path in ("/", "/config"):
        assert "Access-Control-Allow-Origin" not in request(Recorder(headers=open_to_all), path).headers
    assert "Access-Control-Allow-Origin" in request(Recorder(headers=open_to_all), "/api/search").headers
