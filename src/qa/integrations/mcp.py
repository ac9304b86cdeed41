"""The assistant as a server of the Model Context Protocol, over standard input and output or over HTTP."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from pydantic import ValidationError

from qa import __version__
from qa.answers import Assistant
from qa.errors import PackageMissing, QAError
from qa.guard import BODY_MAX
from qa.integrations.tools import Tool, create_tools
from qa.types import Document

try:
    import anyio
    import mcp_types as types
    from mcp.server.lowlevel import Server
    from mcp.server.stdio import stdio_server
    from mcp.server.streamable_http_manager import StreamableHTTPASGIApp, StreamableHTTPSessionManager
    from mcp.server.transport_security import TransportSecuritySettings
    from mcp.shared.exceptions import MCPError
    from starlette.routing import Route
except ModuleNotFoundError as error:
    raise PackageMissing("the MCP server needs the package mcp, 2 or newer: pip install 'factsheet-qa[mcp]'") from error

PATH = "/mcp"
# Documents named in the instructions, which a model reads before every conversation.
TITLES = 20
# The names of this machine itself.
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
INSTRUCTIONS = """\
Answers questions about published documents with passages of them, word for word; nothing is generated.
Quote `text` exactly, and give section label, page and source links with it. Check a quotation with `verify`.
When `status` is not "answered", the documents do not say: tell the reader so, offer the sections in `nearest`, and do \
not answer from elsewhere as if a document had said it.
A permalink is a path below the address of the service.
The documents are:"""

log = logging.getLogger(__name__)


def create_mcp(assistant: Assistant) -> Server[Any]:
    """The server. Its tools only read, and run in threads."""
    tools = create_tools(assistant)
    listed = types.ListToolsResult(tools=[_describe(name, tool) for name, tool in tools.items()])

    async def list_tools(_: object, __: object) -> types.ListToolsResult:
        return listed

    async def call_tool(_: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        if asked.name not in tools:
            known = ", ".join(tools)
            raise MCPError(types.INVALID_PARAMS, f"there is no tool {asked.name[:100]!r}: there are {known}")
        return await anyio.to_thread.run_sync(_call, tools[asked.name], asked.arguments or {})

    return Server(
        "factsheet-qa",
        title="Factsheet QA",
        version=__version__,
        instructions="\n".join([INSTRUCTIONS, *map(_name, assistant.documents[:TITLES])]),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def run_stdio(assistant: Assistant) -> None:
    """Serve the client at the other end of standard input and output until it closes them.

    Nothing but the protocol is written to standard output; what anything here prints goes to standard error.
    """
    server = create_mcp(assistant)
    # The first question would otherwise wait for the model. The client is answered meanwhile.
    threading.Thread(target=_warm, args=(assistant,), daemon=True).start()

    async def serve() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    # Python's own handler waits for the next line of standard input.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        anyio.run(serve)
    except* BrokenPipeError:
        log.info("The client has gone")


def http_route(
    server: Server[Any], hosts: Sequence[str] = ()
) -> tuple[Route, Callable[[object], AbstractAsyncContextManager[None]]]:
    """The server's route, and the lifespan that the app around it must have; each is used once.

    A request stands alone: JSON in, JSON out, no session, nothing kept open. `hosts` are the names by which the
    service is reached, beside this machine's own. A request to any other name, or sent by a page of any other, is
    refused, so that no page can make a browser read from here by pointing its own name to this machine (DNS rebinding).
    """
    forms = [form for name in (*LOOPBACK, *hosts) for form in (name, f"{name}:*")]
    manager = StreamableHTTPSessionManager(
        server,
        json_response=True,
        stateless=True,
        max_request_body_size=BODY_MAX,
        security_settings=TransportSecuritySettings(
            allowed_hosts=forms,
            allowed_origins=[f"{scheme}://{form}" for scheme in ("http", "https") for form in forms],
        ),
    )
    # A GET would open a stream for messages of the server's own, of which there are none.
    return Route(PATH, StreamableHTTPASGIApp(manager), methods=["POST"]), lambda _: manager.run()


def _describe(name: str, tool: Tool) -> types.Tool:
    return types.Tool(
        name=name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        output_schema=tool.body.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _call(tool: Tool, arguments: dict[str, Any]) -> types.CallToolResult:
    """What a tool answers, as an object and, for clients that know no objects, as its JSON; else one sentence."""
    try:
        body = tool.call(tool.arguments.model_validate(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        return _refusal(f"{where}: {first['msg']}" if where else first["msg"])
    except QAError as error:
        return _refusal(str(error))
    # A bug is told to the log alone; the client gets a sentence, and the next call its answer.
    except Exception:
        log.exception("A tool failed")
        return _refusal("Something went wrong here; it has been logged.")
    return types.CallToolResult(
        content=[types.TextContent(text=body.model_dump_json())], structured_content=body.model_dump(mode="json")
    )


def _refusal(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text=sentence)], is_error=True)


def _name(document: Document) -> str:
    date = f" (content as of {document.content_as_of})" if document.content_as_of else ""
    return f"- {document.id}: {document.title}{date}"


def _warm(assistant: Assistant) -> None:
    # Whoever asks next is told what is wrong.
    with contextlib.suppress(QAError):
        assistant.ask("ready")
