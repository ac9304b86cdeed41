"""What the network may reach: an allow-list of paths, a limit on bodies, and security headers.

A mounted Gradio page brings some sixty routes along (uploads, files by path, a proxy, monitoring). The chat
page needs a dozen, so everything else is answered with 404 before Gradio sees it. Headers which Gradio
would believe from anyone are taken off the request, and its answers to other origins off the response.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping

from qa.asgi import (
    CHAT_EVENTS,
    NOTHING,
    PLAIN,
    App,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    added,
    path_of,
    replay,
    security,
)
from qa.refusals import refusal

BODY_MAX = 64 * 1024
"""Bytes of a request body. A question has at most a few hundred characters, a conversation a few thousand."""

LENGTH_DIGITS = 9
"""Of a Content-Length worth reading; Python refuses to read a number of thousands of digits."""

BODY_SECONDS = 10
"""For a whole body to arrive; 64 KiB in it is slower than any telephone line."""

READ = ("GET", "HEAD")
ASKED = {
    r"/healthz|/readyz|/openapi\.json|/widget(-[0-9a-f]{12})?\.js": READ,
    r"/api/(sections|widget|passages/.+)": READ,
    r"/api/search": (*READ, "POST"),
    r"/api/(verify|feedback)|/mcp": ("POST",),
    r"/search|/p/.+|/d/[^/]+": READ,
}
"""The service's own addresses, and how each is asked. Other sites ask first (OPTIONS) where they may ask at all."""

PLAIN_PAGES = re.compile(r"/search|/p/.+|/d/[^/]+", re.DOTALL)

PAGE = "/"
PAGE_ASKED = {
    r"/|/(config|theme\.css|manifest\.json|favicon\.ico|style\.css|page\.js)"
    r"|/assets/[^/]+|/static/(fonts|js|img)/.+|/gradio_api/startup-events": READ,
    CHAT_EVENTS: ("POST",),
}
"""Those that the chat page needs."""

HASHED_NAME = re.compile(r"/assets/[^/]+-[\w-]{8,}\.\w+")
"""Gradio's build writes a hash of the content into these names: what they name never changes."""

INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

BELIEVED_HEADERS = frozenset({b"x-forwarded-host", b"x-gradio-server"})
"""From these Gradio takes the address it tells the browser to talk to. A proxy sets Host, which it also reads."""


class Guard:
    """An ASGI app around another one: only known paths, small bodies, safe headers.

    An app's own Content-Security-Policy, Cache-Control and the like are kept where it sets them. `shared` says that
    pages of other sites may ask the API, which it has to judge itself.
    """

    def __init__(self, app: App, body_max: int = BODY_MAX, shared: bool = False) -> None:
        self.app = app
        self.body_max = body_max
        self.shared = shared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._guard(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope)
        own = _methods(path, ASKED)
        methods = own or _methods(path, PAGE_ASKED)
        if self.shared and path.startswith("/api/") and _is_preflight(scope):
            methods += ("OPTIONS",)
        # A refusal gets its headers here too.
        guarded = _PageSend(send) if path == PAGE else _Send(send, path, bool(own), _policy(path))
        if _climbs(path) or not methods:
            refused = refusal(scope, 404, "not_found", "Nothing is served at this address.")
            await refused(scope, receive, guarded)
        elif scope["method"] not in methods:
            message = f"This address takes {' and '.join(methods)} only."
            refused = refusal(scope, 405, "method_not_allowed", message, {"allow": ", ".join(methods)})
            await refused(scope, receive, guarded)
        elif scope["method"] == "HEAD":
            # What GET says, without its body: not every route below knows it.
            headers_of = _headers_only(send)
            guarded = _PageSend(headers_of) if path == PAGE else _Send(headers_of, path, bool(own), _policy(path))
            await self._pass({**scope, "method": "GET"}, receive, guarded, path)
        else:
            await self._pass(scope, receive, guarded, path)

    async def _pass(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await self._body(scope, receive)
        except TimeoutError:
            message = f"The request took more than {BODY_SECONDS} seconds: try again."
            await refusal(scope, 408, "body_too_slow", message)(scope, receive, send)
            return
        except ConnectionError:
            return
        if body is None:
            message = f"The request is larger than {self.body_max} bytes: send less."
            await refusal(scope, 413, "body_too_large", message)(scope, receive, send)
        else:
            believable = {**scope, "headers": _believable(scope["headers"], path)}
            await self.app(believable, replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body, or None when it is too large. Held here, so that no app sees half of one.

        Raises ConnectionError when the client goes before it is whole.
        """
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > LENGTH_DIGITS or int(length) > self.body_max:
            return None
        if length == b"0" and b"transfer-encoding" not in headers:
            return b""
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionError
            chunk: bytes = message.get("body", b"")
            body += chunk
            if len(body) > self.body_max:
                return None
            if not message.get("more_body"):
                return body


class _Send:
    """Adds to each response the headers its path calls for."""

    def __init__(self, send: Send, path: str, own: bool, policy: str) -> None:
        self.send = send
        self.path = path
        self.own = own
        self.policy = policy

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            if not self.own:
                headers = _without_origins(headers)
                if message["status"] == 200 and HASHED_NAME.fullmatch(self.path):
                    headers = added(headers, {"cache-control": "public, max-age=31536000, immutable"})
            message = {**message, "headers": added(headers, security(self.policy))}
        await self.send(message)


class _PageSend:
    """Holds the page back until it is whole, to name its inline scripts by hash: no other one may run."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if message["type"] != "http.response.body":
            await self.send(message)
            return
        self.body += message.get("body", b"")
        if message.get("more_body", False):
            return
        wished = {**security(_page_policy(self.body), "SAMEORIGIN"), "cache-control": "no-cache"}
        headers = added(_without_origins(list(self.start.get("headers", []))), wished)
        await self.send({**self.start, "headers": headers})
        await self.send({"type": "http.response.body", "body": self.body})


def _methods(path: str, asked: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    found = (methods for pattern, methods in asked.items() if re.fullmatch(pattern, path, re.DOTALL))
    return next(found, ())


def _is_preflight(scope: Scope) -> bool:
    return any(name.lower() == b"access-control-request-method" for name, _ in scope["headers"])


def _headers_only(send: Send) -> Send:
    async def headers_only(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return headers_only


def _policy(path: str) -> str:
    return PLAIN if PLAIN_PAGES.fullmatch(path) else NOTHING


def _climbs(path: str) -> bool:
    return ".." in path.split("/") or "\\" in path or "\0" in path


def _believable(headers: Iterable[tuple[bytes, bytes]], path: str) -> Headers:
    # The page comes uncompressed, because its scripts are read on the way out.
    dropped = BELIEVED_HEADERS | {b"accept-encoding"} if path == PAGE else BELIEVED_HEADERS
    return [(name, value) for name, value in headers if name.lower() not in dropped]


def _without_origins(headers: Headers) -> Headers:
    """Gradio lets any origin in, with credentials; the page is only ever asked from its own."""
    return [(name, value) for name, value in headers if not name.lower().startswith(b"access-control-")]


def _page_policy(page: bytes) -> str:
    digests = (hashlib.sha256(script).digest() for script in INLINE_SCRIPT.findall(page))
    hashes = "".join(f" 'sha256-{b64encode(digest).decode('ascii')}'" for digest in digests)
    # Gradio sets style attributes and inserts style elements, hence 'unsafe-inline' for styles alone.
    return (
        f"default-src 'none'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "base-uri 'self'; form-action 'none'; frame-ancestors 'self'"
    )
