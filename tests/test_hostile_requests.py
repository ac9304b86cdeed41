"""Requests that mean no good, or are broken: each is answered at once and cleanly, and the next one as ever."""

from __future__ import annotations

import asyncio
import html
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import pytest
import requests_of as odd
import schemathesis
from conftest import Served
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from requests_of import HTML, PATIENCE, Reply, chunked, connect, framed, memory_of, post, request, send
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from qa.addresses import Linked
from qa.contract import SearchRequest, VerifyRequest
from qa.errors import SettingError
from qa.guard import BODY_MAX, BODY_SECONDS, Guard
from qa.passages import split
from qa.reading.corpus import read_document
from qa.settings import MOST_PASSAGES, READERS, read_settings
from qa.types import Document
from qa.ui.plain import document_page, passage_page, search_page

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
ALL = list(HealthCheck)
T = TypeVar("T")
NORMAL = "/api/search?q=Which+laws+regulate+drones&k=1"
MARKUP = (
    "</title><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' autofocus onfocus=alert(1) x='",
    "{{7*7}}", "<!--", "&lt;b&gt;&#60;", "{% raw %}", "</main><form action=//evil.example>",
    "a\u2028<svg/onload=alert(1)>",
)  # fmt: skip


@pytest.fixture(scope="module")
def slow(service: str) -> Iterator[list[socket.socket]]:
    """Connections that begin a body and do not go on, beside all other tests."""
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(service)) for _ in range(100)]
        for connection in connections:
            connection.sendall(framed("Content-Length: 60000", b"{"))
        yield connections


@pytest.fixture
def address(service: str, slow: list[socket.socket]) -> Iterator[str]:  # noqa: ARG001 (they have to be open)
    """The address of a service that answers a normal question right after whatever a test did to it."""
    yield service
    check_normal(service)


def check_normal(address: str) -> None:
    answer = json.loads(send(address, request("GET", NORMAL)).body)
    assert answer["results"][0]["section"] == "1.3.5"


def read(address: str, target: str, status: int | None = None) -> Page:
    """The page at an address."""
    reply = send(address, request("GET", target, HTML))
    check(reply, reply.status if status is None else status)
    return Page(reply.body.decode() if ("content-type", "text/html; charset=utf-8") in reply.headers else "")


def check(reply: Reply, status: int) -> None:
    """Answered in time, with that status, one set of headers, and if refused in one sentence without innards."""
    assert (reply.status, reply.seconds < PATIENCE) == (status, True)
    names = [name for name, _ in reply.headers]
    assert "set-cookie" not in names
    assert b"Traceback" not in reply.body
    if b"Invalid HTTP request received." in reply.body:
        return  # what is no HTTP does not get as far as the service
    assert len(names) == len(set(names))
    assert ("x-content-type-options", "nosniff") in reply.headers
    if status >= 400 and ("content-type", "application/json") in reply.headers:
        error = json.loads(reply.body)["error"]
        assert set(error) == {"code", "message"}
        assert error["message"]
        assert "\n" not in error["message"]
        assert len(error["message"]) < 400


@pytest.mark.parametrize("question", odd.QUESTIONS.values(), ids=odd.QUESTIONS)
def test_an_odd_question_is_a_question(address: str, question: str) -> None:
    replies = [
        send(address, request("GET", f"/api/search?q={quote(question)}")),
        send(address, post("/api/search", {"question": question})),
        send(address, request("GET", f"/search?q={quote(question)}")),
    ]
    for reply in replies:
        check(reply, 200)
    page = send(address, post("/gradio_api/run/predict", {"data": [question, [question], None], "fn_index": 0}))
    check(page, 200)
    shown = [message["content"][0]["text"] for message in json.loads(page.body)["data"][0]]
    assert not Page("".join(shown)).runs
    assert replies[0].body == replies[1].body
    assert json.loads(replies[0].body)["question"] == question.strip()
    assert Page(replies[2].body.decode()).values["q"] == question.strip()


@pytest.mark.parametrize("quotation", [*odd.QUESTIONS.values(), "of the " * 700, "\ufdfa" * 5000, "\u0301", "\u115f"])
def test_an_odd_quotation_is_looked_up(address: str, quotation: str) -> None:
    reply = send(address, post("/api/verify", {"quote": quotation}))
    check(reply, 200)
    assert json.loads(reply.body)["quote"] == quotation


@pytest.mark.parametrize(("body", "status"), odd.BODIES.values(), ids=odd.BODIES)
def test_an_odd_body(address: str, body: bytes, status: int) -> None:
    check(send(address, post("/api/search", body)), status)
    check(send(address, chunked("/api/search", body[: len(body) // 2], body[len(body) // 2 :])), status)
    other = send(address, post("/mcp", body, "Accept: application/json"))
    assert (other.status, json.loads(other.body)["jsonrpc"]) == (400, "2.0")


@pytest.mark.parametrize(("target", "status"), odd.TARGETS.items(), ids=lambda value: str(value)[:40])
def test_an_odd_address(address: str, target: str, status: int) -> None:
    check(send(address, request("GET", target)), status)
    assert not read(address, target, status).runs


@pytest.mark.parametrize("lines", odd.HEADERS.values(), ids=odd.HEADERS)
def test_odd_headers_change_nothing(address: str, lines: str) -> None:
    assert send(address, request("GET", NORMAL, lines)).body == send(address, request("GET", NORMAL)).body
    for target in ("/", "/search?q=drones", f"/p/{odd.PLACE}", f"/api/passages/{odd.PLACE}?format=text"):
        reply = send(address, request("GET", target, lines))
        check(reply, 200)
        assert b"evil" not in reply.body
    for target in ("/style.css", "/widget.js"):
        reply = send(address, request("GET", target, lines))
        assert reply.status in (200, 206)
        assert len(reply.body) < 100_000


@pytest.mark.parametrize("host", odd.HOSTS)
def test_a_host_that_is_none_is_written_nowhere(address: str, host: str) -> None:
    for target in ("/", "/config", f"/p/{odd.PLACE}", f"/api/passages/{odd.PLACE}?format=bibtex"):
        reply = send(address, request("GET", target).replace(b"Host: 127.0.0.1", f"Host: {host}".encode()))
        check(reply, 200)
        assert host.encode() not in reply.body


@pytest.mark.parametrize(("data", "status"), odd.FRAMES.values(), ids=odd.FRAMES)
def test_an_odd_frame(address: str, data: bytes, status: int) -> None:
    reply = send(address, data)
    if reply.reset and len(data) > BODY_MAX:
        assert reply.statuses in ([], [status])
    else:
        check(reply, status)


def test_requests_in_one_connection_are_kept_apart(address: str) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    last = request("GET", "/healthz")
    assert send(address, one * 100 + last).statuses == [200] * 101
    assert send(address, one * 5 + b"nonsense\r\n\r\n").statuses == [200] * 5 + [400]
    # What stands in a body is no request, even where nobody reads the body.
    refused = b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b" % (len(one), one)
    assert send(address, refused + last).statuses in ([404], [404, 200])


def test_a_slow_body_is_given_up(slow: list[socket.socket]) -> None:
    for connection in slow:
        connection.settimeout(BODY_SECONDS + PATIENCE)
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_what_is_refused_leaves_nothing_in_memory(address: str, service: Served) -> None:
    def flood(turn: int) -> None:
        for number in range(40):
            unique = f"{turn}.{number}." * 5000
            assert send(address, post("/api/search", {"question": unique})).status == 422
            assert send(address, request("GET", f"/p/{unique[:50_000]}")).status == 404
            assert send(address, framed("Content-Length: 5000000", odd.MEGABYTES)).statuses in ([], [413])

    flood(0)
    before = memory_of(service.process)
    flood(1)
    # 200 MB went in.
    assert memory_of(service.process) - before < 20


@pytest.mark.parametrize("words", MARKUP)
def test_nothing_is_written_back_but_as_text(address: str, words: str) -> None:
    for target, status in (("/search?k=0&q=", 422), ("/search?q=x&document=", 422), ("/?q=", 200), ("/p/", 404)):
        page, harmless = (read(address, target + quote(sent, safe=""), status) for sent in (words, "x"))
        assert page.shape == harmless.shape
    answered = read(address, f"/search?q=drones+{quote(words)}", 200)
    assert answered.values["q"] == f"drones {words}"
    assert not answered.runs
    reply = send(address, request("GET", f"/api/passages/{quote(words, safe='')}", HTML))
    check(reply, 404)
    assert json.loads(reply.body)["error"]["message"] == f"There is no passage at {words!r}."


@pytest.mark.parametrize("body", odd.PAGE_BODIES)
def test_an_odd_body_for_the_page(address: str, body: bytes) -> None:
    reply = send(address, post("/gradio_api/run/predict", body))
    check(reply, reply.status)
    assert 400 <= reply.status < 500


def test_a_document_that_there_is_not_is_refused_as_any_page(address: str) -> None:
    assert read(address, "/d/a/b", 404).shape == read(address, "/d/a", 404).shape


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/style.css", "/config", "/api/sections", "/api/widget"])
def test_head_answers_as_get_does_without_a_body(address: str, target: str) -> None:
    got, head = (send(address, request(method, target)) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (got.status, b"")


@pytest.mark.parametrize(("method", "target"), [("GET", "/api/verify"), ("POST", "/api/sections")])
def test_a_method_that_a_route_does_not_have_is_named_as_such(address: str, method: str, target: str) -> None:
    check(send(address, request(method, target)), 405)


@pytest.mark.parametrize("body", [odd.BODIES["nested deeply"][0], odd.BODIES["a number of 5,000 digits"][0]])
def test_what_cannot_be_read_is_told_what_to_send(address: str, body: bytes) -> None:
    assert b"/openapi.json says what to send" in send(address, post("/api/search", body)).body


def test_names_of_sessions_leave_nothing_in_memory(address: str, service: Served) -> None:
    def flood(turn: int) -> None:
        for number in range(150):
            named = {"data": ["drones", [], None], "fn_index": 0, "session_hash": f"{turn}.{number}." * 8000}
            assert send(address, post("/gradio_api/run/predict", named)).status == 200

    flood(0)
    before = memory_of(service.process)
    flood(1)
    assert memory_of(service.process) - before < 4


def test_half_a_body_reaches_nobody() -> None:
    coming = [{"type": "http.request", "body": b"{}", "more_body": True}, {"type": "http.disconnect"}]
    assert not passes("/api/feedback", coming, (b"content-length", b"60"))


@given(odd.whole_text.filter(str.strip))
@settings(deadline=None, max_examples=60)
def test_pages_show_any_text_as_text(bylaw: Document, words: str) -> None:
    for page, harmless in zip(pages(filled(bylaw, words), words), pages(filled(bylaw, "x"), "x"), strict=True):
        assert Page(page).shape == Page(harmless).shape
        assert seen(words) in seen(Page(page).words)


@given(
    st.dictionaries(st.sampled_from(["question", "history", "k", "document", "\ud800"]), odd.any_json)
    | st.fixed_dictionaries({"question": odd.any_text}, optional={"history": st.lists(odd.any_text), "k": odd.any_json})
)
@example({"question": "x", "k": True})
@example({"question": "x", "k": "3"})
@settings(deadline=None)
def test_what_the_contract_takes_is_what_it_says(body: dict[str, Any]) -> None:
    sentence, asked = outcome(lambda: SearchRequest.model_validate(body), ValidationError)
    if asked is None:
        assert sentence.encode()
        return
    assert {**body, **asked.model_dump(include=set(body))} == body
    assert asked.k is None or (type(body["k"]) is int and 1 <= asked.k <= MOST_PASSAGES)
    assert VerifyRequest(quote=asked.question).quote == asked.question


@given(st.sampled_from(list(READERS)), odd.any_text | st.sampled_from(odd.VALUES))
def test_a_setting_is_read_or_refused_by_name(name: str, value: str) -> None:
    sentence, chosen = outcome(lambda: read_settings({name: value}), SettingError)
    assert name in sentence or chosen == read_settings({name: value})


@pytest.mark.parametrize("name", ["QA_URL", "QA_ORIGINS"])
def test_an_address_of_several_lines_is_refused(name: str) -> None:
    with pytest.raises(SettingError):
        read_settings({name: "https://qa.example\r\nSet-Cookie: x=1"})


@given(st.lists(st.sampled_from(odd.PIECES), max_size=6).map("/".join) | odd.any_text)
@settings(max_examples=300)
@example("gradio_api/run/predict")
def test_no_other_address_passes_the_guard(path: str) -> None:
    passed = passes(f"/{path}")
    parts = path.split("/")
    assert not passed or ".." not in parts
    assert not passed or not parts[0].startswith(("metrics", "monitoring", "gradio_api")) or path in GRADIO
    assert passed or path not in GRADIO


@pytest.fixture(scope="module")
def description(service: str) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{service}/openapi.json")


@pytest.mark.parametrize("mode", GenerationMode)
def test_what_is_drawn_from_the_description_is_answered_as_it_says(
    address: str,  # noqa: ARG001 (it is asked a normal question in the end)
    description: BaseSchema,
    mode: GenerationMode,
) -> None:
    answered: set[tuple[str, int]] = set()
    for result in description.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query or operation.path_parameters):
            continue  # nothing can be wrong

        @given(operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=30, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
        )
        def answer(case: Case[Any]) -> None:
            response = case.call_and_validate(checks=CHECKS, timeout=PATIENCE)
            answered.add((case.operation.label, response.status_code))

        answer()
    wished = 200 if mode is GenerationMode.POSITIVE else 422
    assert {("GET /api/search", wished), ("POST /api/search", wished), ("POST /api/verify", wished)} <= answered


@pytest.mark.parametrize("form", ["text", "markdown", "bibtex", "ris", "csl-json"])
def test_a_citation_is_as_described(description: BaseSchema, form: str) -> None:
    operation = description["/api/passages/{place}"]["GET"]
    case = operation.Case(path_parameters={"place": odd.PLACE}, query={"format": form})
    assert case.call_and_validate(checks=CHECKS).status_code == 200


def test_whatever_can_be_sent_has_an_example(service: str) -> None:
    described = json.loads(send(service, request("GET", "/openapi.json")).body)
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    sent = [parameter["schema"] for operation in operations for parameter in operation.get("parameters", [])]
    for name in ("SearchRequest", "VerifyRequest"):
        sent += described["components"]["schemas"][name]["properties"].values()
    assert [one["title"] for one in sent if not one.get("examples") and not one.get("default")] == []


def test_all_refusals_of_a_body_are_described(service: str) -> None:
    described = json.loads(send(service, request("GET", "/openapi.json")).body)
    for path in ("/api/search", "/api/verify"):
        assert {"400", "408", "413", "422", "429", "503"} <= set(described["paths"][path]["post"]["responses"])


class Page(HTMLParser):
    """What an HTML parser makes of a page: its elements with the names of their attributes, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.shape: list[tuple[str, tuple[str, ...]]] = []
        self.words = ""
        self.values: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.shape.append((tag, tuple(name for name, _ in attributes)))
        named = dict(attributes)
        self.values[named.get("name") or tag] = named.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.words += data

    @property
    def runs(self) -> list[str]:
        """What would run: scripts, handlers of events."""
        return [
            tag for tag, names in self.shape if tag in ("script", "iframe") or any(n.startswith("on") for n in names)
        ]


@pytest.fixture(scope="module")
def bylaw() -> Document:
    return read_document(Path(__file__).parent / "data" / "shapes" / "bylaw.md")


def filled(document: Document, words: str) -> Document:
    """The same document with other words in all places."""
    again = words * (len(document.text) // len(words) + 1)
    sections = tuple(replace(one, title=words, headings=(words,) * len(one.headings)) for one in document.sections)
    notes = tuple(replace(note, text=words) for note in document.notes)
    about: dict[str, Any] = dict.fromkeys(("title", "publisher", "published", "content_as_of", "notice"), words)
    return replace(document, text=again[: len(document.text)], sections=sections, notes=notes, **about)


def pages(document: Document, words: str) -> list[str]:
    documents, passage = {document.id: document}, split(document, len, 2000)[3]
    return [
        search_page("", documents, words, words, trouble=words, language="en"),
        passage_page("", Linked((passage,)), documents, "en", words, [(words, words)]),
        document_page("", document, "en"),
    ]


def seen(text: str) -> str:
    """Without what the parser of the standard library leaves out where it stands as a reference."""
    return "".join(character for character in text if html.unescape(f"&#{ord(character)};") == character)


GRADIO = ("gradio_api/run/predict", "gradio_api/startup-events")


def passes(path: str, coming: Sequence[Any] = ({"type": "http.request"},), *headers: tuple[bytes, bytes]) -> bool:
    """Whether a path gets through the guard with one of its methods."""
    reached: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 (the shape of an app)
        reached.append(scope["path"])

    async def send(_: Any) -> None:
        pass

    for method in ("GET", "POST"):
        left = list(coming)

        async def receive(left: list[Any] = left) -> Any:
            return left.pop(0)

        scope = {"type": "http", "path": path, "method": method, "headers": list(headers)}
        asyncio.run(Guard(app)(scope, receive, send))
    return bool(reached)


def outcome(call: Callable[[], T], refusal: type[Exception]) -> tuple[str, T | None]:
    """What a call gives, or the sentence it is refused with."""
    try:
        return "", call()
    except refusal as error:
        return str(error), None
