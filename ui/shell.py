"""The page around the chat page as Gradio writes it, put right: its icon, and nothing said of Gradio in its name."""

from __future__ import annotations

import re

from qa.asgi import App, Message, Receive, Scope, Send, path_of

PREVIEW = re.compile(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*')
"""What other sites show of a link to the page: Gradio's own title, author and picture."""

BASE = re.compile(rb"<base [^>]*>")
ICON = b'<link rel="icon" href="favicon.ico" type="image/svg+xml" />'
MANIFEST = b'href="/manifest.json"', b'href="manifest.json"'
"""Below a path, it is not at the root."""


class Shell:
    """An ASGI app around another one, of which it changes the page at the root alone."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or path_of(scope) != "/":
            await self.app(scope, receive, send)
            return
        start: Message = {}
        page = b""

        async def collect(message: Message) -> None:
            nonlocal start, page
            if message["type"] == "http.response.start":
                start = message
            elif message["type"] == "http.response.body":
                page += message.get("body", b"")
                if not message.get("more_body"):
                    await _send(start, _put_right(page), send)

        await self.app(scope, receive, collect)


def _put_right(page: bytes) -> bytes:
    page = PREVIEW.sub(b"", page).replace(*MANIFEST)
    return BASE.sub(lambda base: base[0] + ICON, page, count=1)


async def _send(start: Message, page: bytes, send: Send) -> None:
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    await send({**start, "headers": [*headers, (b"content-length", str(len(page)).encode())]})
    await send({"type": "http.response.body", "body": page})
