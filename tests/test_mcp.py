"""The MCP server, asked by the SDK's own client: over standard input and output of a real process, and over HTTP."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import httpx
import pytest
import uvicorn
from anyio.from_thread import BlockingPortal, start_blocking_portal
from conftest import QA
from fakes import WordEncoder
from mcp import Client, MCPError, StdioServerParameters, stdio_client
from mcp_types import CallToolResult, TextContent
from new_edition import publish
from starlette.applications import Starlette

from qa.answers import Assistant
from qa.contract import AnswerBody, VerdictBody, answer_body
from qa.index import build_index, open_index
from qa.integrations.mcp import create_mcp, http_route
from qa.settings import Settings
from qa.types import Document, Matrix, Role

HOST = "qa.example.org"
COMMAND = (*QA, "mcp")
HELLO = {
    "jsonrpc": "2.0",
    "id": "hello",
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
# What every request of this version of the protocol carries, instead of a handshake before it.
NEWEST = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": NEWEST,
    "io.modelcontextprotocol/clientCapabilities": {},
}
JSON = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}

Ask = Callable[..., CallToolResult]


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(scope="module")
def endpoint(assistant: Assistant) -> Iterator[str]:
    """The address of the server on a real HTTP server."""
    route, lifespan = http_route(create_mcp(assistant), [HOST])
    with listening(Starlette(routes=[route], lifespan=lifespan)) as address:
        yield f"{address}/mcp"


@pytest.fixture(scope="module", params=["stdio", "http", "http with a handshake"])
def client(
    request: pytest.FixtureRequest, portal: BlockingPortal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """The SDK's client: the newest protocol over both ways, and the one with a handshake, as older clients speak it."""
    if request.param == "stdio":
        errors = tmp_path_factory.mktemp("stdio") / "errors"
        process = StdioServerParameters(
            command=COMMAND[0], args=list(COMMAND[1:]), env=request.getfixturevalue("environment")
        )
        with errors.open("w") as file, entered(portal, Client(stdio_client(process, file))) as client:
            yield client
        assert errors.read_text() == ""
    else:
        mode = "auto" if request.param == "http" else "legacy"
        with entered(portal, Client(request.getfixturevalue("endpoint"), mode=mode)) as client:
            yield client


@pytest.fixture(scope="module")
def ask(client: Client, portal: BlockingPortal) -> Ask:
    """Calls a tool."""
    return asking(client, portal)


def asking(client: Client, portal: BlockingPortal) -> Ask:
    def ask(tool: str, **arguments: Any) -> CallToolResult:
        result: CallToolResult = portal.call(client.call_tool, tool, arguments)
        return result

    return ask


@contextmanager
def entered(portal: BlockingPortal, client: Client) -> Iterator[Client]:
    with portal.wrap_async_context_manager(client) as inside:
        yield inside


@contextmanager
def listening(app: Starlette) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def running(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A real process that was greeted, for what the SDK's client would not send."""
    with subprocess.Popen(COMMAND, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment) as process:
        try:
            write(process, json.dumps(HELLO).encode())
            assert json.loads(read(process))["result"]["serverInfo"]["name"] == "factsheet-qa"
            yield process
        finally:
            process.kill()


def write(process: subprocess.Popen[bytes], *lines: bytes) -> None:
    assert process.stdin
    process.stdin.write(b"".join(line + b"\n" for line in lines))
    process.stdin.flush()


def read(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout
    return process.stdout.readline()


def body(result: CallToolResult) -> dict[str, Any]:
    """What a tool answered, which is the same as an object and as text."""
    assert not result.is_error, result.content
    (content,) = result.content
    assert isinstance(content, TextContent)
    answer: dict[str, Any] = json.loads(content.text)
    assert result.structured_content == answer
    return answer


def refusal(result: CallToolResult) -> str:
    """The sentence with which a call was refused."""
    (content,) = result.content
    assert isinstance(content, TextContent)
    assert (result.is_error, result.structured_content) == (True, None)
    assert 10 < len(content.text) < 300
    assert "\n" not in content.text
    assert "Traceback" not in content.text
    return content.text


def call(tool: str, arguments: str) -> bytes:
    """A request whose arguments are written by hand."""
    params = f'{{"name": "{tool}", "arguments": {arguments}, "_meta": {{}}}}'
    return f'{{"jsonrpc": "2.0", "id": "{tool}", "method": "tools/call", "params": {params}}}'.encode()


def test_the_server_says_what_it_is_for(client: Client) -> None:
    assert client.server_info
    assert client.server_info.name == "factsheet-qa"
    assert client.instructions
    assert (
        "- factsheet-2025: Factsheet of AI Safety in Japan 2025 (content as of March 13, 2026)" in client.instructions
    )
    assert (client.server_capabilities.prompts, client.server_capabilities.resources) == (None, None)


def test_the_tools_say_what_they_take_and_give(client: Client, portal: BlockingPortal) -> None:
    tools = {tool.name: tool for tool in portal.call(client.list_tools).tools}
    assert list(tools) == ["search", "get_passage", "list_sections", "verify"]
    for tool in tools.values():
        assert tool.annotations
        hints = tool.annotations
        assert (hints.read_only_hint, hints.idempotent_hint, hints.destructive_hint, hints.open_world_hint) == (
            True, True, False, False,
        )  # fmt: skip
        assert tool.input_schema["additionalProperties"] is False
        assert all("description" in field for field in tool.input_schema["properties"].values())
        assert tool.title
        assert tool.description
    assert {name: tool.input_schema.get("required", []) for name, tool in tools.items()} == {
        "search": ["question"], "get_passage": ["place"], "list_sections": [], "verify": ["quote"],
    }  # fmt: skip
    assert list(tools["search"].input_schema["properties"]) == ["question", "k", "document", "history"]
    assert tools["search"].output_schema == AnswerBody.model_json_schema(mode="serialization")
    assert tools["verify"].output_schema == VerdictBody.model_json_schema(mode="serialization")


@pytest.mark.parametrize(
    "asked",
    [
        {"question": "Which laws regulate drones?", "k": 3},
        {"question": "AI推進法はいつ全面施行されましたか", "document": "factsheet-2025"},
        {"question": "And who heads it?", "history": ["What is the AI Strategic Headquarters?"], "k": 1},
        {"question": "recipe for apple pie"},
    ],
    ids=["drones", "Japanese", "follow-up", "declined"],
)
def test_search_answers_as_the_api_does(ask: Ask, assistant: Assistant, asked: dict[str, Any]) -> None:
    expected = assistant.ask(asked["question"], asked.get("k"), asked.get("document"), asked.get("history", ()))
    assert body(ask("search", **asked)) == answer_body(expected).model_dump(mode="json")


def test_a_passage_is_read_by_its_id_its_section_and_its_permalink(ask: Ask, factsheet: Document) -> None:
    found = body(ask("search", question="Which laws regulate drones?", k=1))["results"][0]
    one = body(ask("get_passage", place=found["id"]))
    (passage,) = one["passages"]
    assert {key: passage[key] for key in passage if key != "retired"} == {
        key: found[key] for key in found if key not in ("marks", "score")
    }
    assert factsheet.text[passage["start"] : passage["end"]] == passage["text"]
    assert (passage["retired"], one["changed"]) == (None, False)
    for link in (found["permalink"], f"https://{HOST}/below{found['permalink']}"):
        assert body(ask("get_passage", place=link)) == one
    section = body(ask("get_passage", place="factsheet-2025/1.3.5"))["passages"]
    assert passage in section
    assert [other["start"] for other in section] == sorted(other["start"] for other in section)


def test_the_sections_lead_to_every_passage(ask: Ask, assistant: Assistant, factsheet: Document) -> None:
    listed = body(ask("list_sections"))
    assert [document["id"] for document in listed["documents"]] == ["factsheet-2025"]
    assert [(one["section"], one["label"], one["headings"], one["page"]) for one in listed["sections"]] == [
        (one.number, one.label, list(one.headings), one.page) for one in factsheet.sections
    ]
    places = {one["place"] for one in listed["sections"]} - {None}
    read = [passage["id"] for place in places for passage in body(ask("get_passage", place=place))["passages"]]
    assert sorted(read) == sorted(passage.id for passage in assistant.index.passages)
    near = body(ask("search", question="recipe for apple pie"))["nearest"]
    assert {one["permalink"] for one in near} <= {one["permalink"] for one in listed["sections"]}
    assert body(ask("list_sections", document="factsheet-2025")) == listed


def test_a_quotation_is_verified_or_told_apart(ask: Ask, factsheet: Document) -> None:
    words = "was fully enforced on September 1"
    verdict = body(ask("verify", quote=words))
    assert (verdict["verified"], verdict["section"], verdict["page"]) == (True, "1.3.1.a", 4)
    assert factsheet.text[verdict["start"] : verdict["end"]] == words
    altered = body(ask("verify", quote=words.replace("1", "2"), document="factsheet-2025"))
    assert (altered["verified"], altered["difference"]) == (False, {"at": 32, "quoted": "2", "printed": "1"})


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("search", {}, "question: "),
    ("search", {"question": 5}, "question: "),
    ("search", {"question": None}, "question: "),
    ("search", {"question": " \n"}, "the question is empty"),
    ("search", {"question": "x" * 501}, "has 501 characters"),
    ("search", {"question": "x", "k": 0}, "k: "),
    ("search", {"question": "x", "k": 21}, "k: "),
    ("search", {"question": "x", "k": 10**30}, "k: "),
    ("search", {"question": "x", "k": "3"}, "k: "),
    ("search", {"question": "x", "k": True}, "k: "),
    ("search", {"question": "x", "k": 1.5}, "k: "),
    ("search", {"question": "x", "history": "y"}, "history: "),
    ("search", {"question": "x", "history": [{"a": [1]}]}, "history.0: "),
    ("search", {"question": "x", "history": ["y"] * 51}, "history: "),
    ("search", {"question": "x", "document": "none"}, "there is no document 'none': there are factsheet-2025"),
    ("search", {"question": "x", "top_k": 3}, "top_k: "),
    ("get_passage", {"place": "factsheet-2025/9.9/9"}, "there is no passage at 'factsheet-2025/9.9/9'"),
    ("get_passage", {"place": ""}, "there is no passage at ''"),
    ("get_passage", {"place": "/p/../../etc/passwd?at=1-2&sha256=0"}, "there is no passage at '../../etc/passwd'"),
    ("get_passage", {"place": "http://[/p/%ff%00"}, "there is no passage at "),
    ("get_passage", {"place": "/p/" * 15_000}, "there is no passage at "),
    ("list_sections", {"document": "x" * 50_000}, "there is no document 'xxx"),
    ("list_sections", {"document": ["factsheet-2025"]}, "document: "),
    ("verify", {"quote": " "}, "the quotation has 0 characters"),
    ("verify", {"quote": "x" * 5_001}, "the quotation has 5001 characters"),
    ("verify", {"quote": "x", "document": "none"}, "there is no document 'none'"),
]


@pytest.mark.parametrize(("tool", "arguments", "words"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_answered_is_told_in_a_sentence(
    ask: Ask, tool: str, arguments: dict[str, Any], words: str
) -> None:
    assert words in refusal(ask(tool, **arguments))


def test_another_tool_is_an_error_of_the_protocol(ask: Ask) -> None:
    with pytest.raises(MCPError, match="there is no tool 'delete': there are search, get_passage"):
        ask("delete")


def test_calls_at_once_get_their_own_answers(client: Client, portal: BlockingPortal, assistant: Assistant) -> None:
    questions = [example for document in assistant.documents for example in document.examples]
    futures = [portal.start_task_soon(client.call_tool, "search", {"question": question}) for question in questions]
    assert [body(future.result(60))["question"] for future in futures] == questions


def test_what_is_no_message_stops_no_process(environment: dict[str, str]) -> None:
    with running(environment) as process:
        write(
            process,
            b"", b"no JSON", b"\xff\xfe", b"[" * 10_000, b"[]", b"null", b'{"jsonrpc": "2.0"}',
            call("search", '{"question": "\\ud800"}'),
            call("search", '{"question": "x", "k": ' + "9" * 10_000 + "}"),
            call("search", '{"question": "x", "history": ' + "[" * 10_000 + "]" * 10_000 + "}"),
            call("search", "[]"),
            call("verify", '{"quote": "x", "quo\\u0000te": ""}'),
            call("list_sections", json.dumps({"document": "x" * 100_000})),
        )  # fmt: skip
        answers: dict[str, Any] = {}
        while not {"search", "verify", "list_sections"} <= answers.keys():
            message = json.loads(read(process))
            answers[message["id"]] = message
        assert answers["search"]["error"]["code"] == -32602
        assert answers["verify"]["result"]["isError"] is True
        assert answers["list_sections"]["result"]["isError"] is True
        output, errors = process.communicate(timeout=20)
        assert (process.returncode, output, errors) == (0, b"", b"")


def test_a_person_or_a_client_ends_it_in_silence(environment: dict[str, str]) -> None:
    with running(environment) as process:
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == -signal.SIGINT
        assert process.stderr
        assert process.stderr.read() == b""
    with running(environment) as process:
        assert process.stdout
        process.stdout.close()
        write(process, call("verify", '{"quote": "x"}'), call("verify", '{"quote": "y"}'))
        assert process.stdin
        process.stdin.close()
        assert process.wait(20) == 0
        assert process.stderr
        assert process.stderr.read() == b""


def test_http_keeps_nothing_open(endpoint: str) -> None:
    with httpx.Client(trust_env=False, headers=JSON) as http:
        for method in ("GET", "DELETE", "PUT"):
            assert http.request(method, endpoint).status_code == 405
        response = http.post(endpoint, json=HELLO)
        assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
        assert "mcp-session-id" not in response.headers
        # Without a handshake before it.
        listed = http.post(endpoint, json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
        assert len(listed.json()["result"]["tools"]) == 4


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:1"}, 200),
        ({"Host": "localhost", "Origin": "http://localhost:6274"}, 200),
        ({"Host": HOST, "Origin": f"https://{HOST}"}, 200),
        ({"Host": f"{HOST}:8443"}, 200),
        ({"Host": "rebound.example.com"}, 421),
        ({"Host": f"{HOST}.example.com"}, 421),
        ({"Origin": "https://example.com"}, 403),
        ({"Origin": "null"}, 403),
        ({"Content-Type": "text/plain"}, 400),
    ],
    ids=range(9),
)
def test_only_its_own_names_are_answered(endpoint: str, headers: dict[str, str], status: int) -> None:
    response = httpx.post(endpoint, json=HELLO, headers={**JSON, **headers}, trust_env=False)
    assert response.status_code == status


@pytest.mark.parametrize("version", ["2025-06-18", NEWEST])
@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[" * 10_000, b"\xff\xfe", b"[]", b"null", call("search", '{"question": "\\ud800"}'),
        call("search", '{"question": "x", "\\ud800": 1}'), call("verify", '{"quote": "\\udc00"}'),
        call("get_passage", '{"place": "\\ud800"}'), call("list_sections", '{"document": "\\ud800"}'),
        call("s\\ud800", "{}"), call("search", '{"question": "x", "k": ' + "9" * 10_000 + "}"),
        call("search", json.dumps({"question": "x" * 100_000})),
    ],
    ids=range(14),
)  # fmt: skip
def test_hostile_requests_get_an_error(endpoint: str, content: bytes, version: str) -> None:
    if version == NEWEST:
        content = content.replace(b'"_meta": {}', b'"_meta": ' + json.dumps(META).encode())
    name = re.search('"name": "(.*?)"', content.decode("utf-8", "replace"))
    headers = {**JSON, "MCP-Protocol-Version": version, "Mcp-Method": "tools/call", "Mcp-Name": name[1] if name else ""}
    response = httpx.post(endpoint, content=content, headers=headers, trust_env=False)
    assert response.status_code in (200, 400, 404, 413)
    assert "Traceback" not in response.text
    if response.status_code == 200:
        assert "error" in response.json() or response.json()["result"]["isError"]


class BrokenEncoder(WordEncoder):
    """An encoder with a bug."""

    def encode(self, texts: Sequence[str], role: Role) -> Matrix:
        if role == "query":
            raise RuntimeError("secret of this machine")
        return super().encode(texts, role)


@pytest.fixture(scope="module")
def another(corpus: Path, tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal) -> Iterator[Ask]:
    """A server over the next edition of the factsheet, whose encoder fails at questions."""
    folder = tmp_path_factory.mktemp("edition")
    published = publish(corpus, folder)
    build_index(published, folder / "index", BrokenEncoder())
    index = open_index(published, folder / "index", BrokenEncoder())
    with entered(portal, Client(create_mcp(Assistant(index, BrokenEncoder(), Settings())))) as client:
        yield asking(client, portal)


def test_a_bug_is_logged_and_not_told(another: Ask, caplog: pytest.LogCaptureFixture) -> None:
    assert refusal(another("search", question="Which laws regulate drones?")) == (
        "Something went wrong here; it has been logged."
    )
    assert "secret of this machine" in caplog.text
    # Whatever needs no encoder is answered as before.
    assert body(another("verify", quote="drones"))["verified"]


def test_what_left_the_document_is_marked(another: Ask) -> None:
    (gone,) = body(another("get_passage", place="factsheet-2025/1.2.3/4"))["passages"]
    assert "25 organizations" in gone["text"]
    assert gone["retired"]["published"] == "March 31, 2026"
    assert gone["retired"]["now"] == "/p/factsheet-2025/1.2.4"
    assert body(another("get_passage", place=gone["retired"]["now"]))["passages"][0]["retired"] is None
    # The words of the old link are nowhere, and those at its place are of the edition before.
    stale = gone["permalink"].replace("sha256=", "sha256=0")
    assert body(another("get_passage", place=stale))["changed"] is True
