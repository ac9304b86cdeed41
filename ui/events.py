"""What a browser may send to the chat page: its own events, as the page sends them. Nothing else reaches Gradio.

Gradio answers a body that it does not expect with a fault of its own, logs what was sent, and keeps something of each
session that a request names; the page needs no session.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

import gradio as gr
from starlette.responses import JSONResponse

from qa.asgi import CHAT_EVENTS, App, Receive, Scope, Send, body_of, path_of, replay

REFUSED = "This is nothing that the page sends: load it again."

Check = Callable[[object], bool]


class Events:
    """An ASGI app around another one; `checks` are, of each event by its number, those of its inputs."""

    def __init__(self, app: App, checks: Mapping[int, Sequence[Check]]) -> None:
        self.app = app
        self.checks = checks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or path_of(scope) != CHAT_EVENTS:
            await self.app(scope, receive, send)
            return
        event = self._read(await body_of(receive))
        if event is None:
            refused = JSONResponse({"error": {"code": "bad_request", "message": REFUSED}}, 422)
            await refused(scope, receive, send)
            return
        kept = (b"content-length", b"content-type", b"transfer-encoding")
        headers = [(name, value) for name, value in scope["headers"] if name.lower() not in kept]
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(event)).encode())]
        await self.app({**scope, "headers": headers}, replay(event, receive), send)

    def _read(self, body: bytes) -> bytes | None:
        """The event alone, without what else the body holds; None where it is none."""
        try:
            sent = json.loads(body, parse_constant=_refuse)
            number, values = sent["fn_index"], sent["data"]
            checks = self.checks[number]
            whole = type(number) is int and isinstance(values, list) and len(values) == len(checks)
            if whole and all(check(value) for check, value in zip(checks, values, strict=True)):
                return json.dumps({"fn_index": number, "data": values}).encode()
        except (ValueError, KeyError, TypeError, RecursionError):
            pass
        return None


def checks_of(page: gr.Blocks) -> dict[int, tuple[Check, ...]]:
    """What each input of each event of the page may be."""
    return {number: tuple(map(_check, function.inputs)) for number, function in page.fns.items()}


def _check(component: object) -> Check:
    if isinstance(component, gr.Textbox):
        return lambda value: value is None or isinstance(value, str)
    if isinstance(component, gr.Dropdown):
        offered = [None, *(value for _, value in component.choices)]
        return lambda value: value in offered
    return _is_plain


def _is_plain(value: object, depth: int = 0) -> bool:
    """Lists of words: an object could be taken for a file."""
    if isinstance(value, list):
        return depth < 2 and all(_is_plain(item, depth + 1) for item in value)
    return not isinstance(value, dict)


def _refuse(constant: str) -> None:
    raise ValueError(constant)
