"""What the layers of the service share: the shape of a request, its path, and the security headers of a response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

# As the ASGI specification has them, version 3.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

# Where the chat page sends its events.
CHAT_EVENTS = "/gradio_api/run/predict"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# For pages without scripts, which have a form.
PLAIN = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; style-src 'self'; img-src 'self'"
)


def root_of(scope: Scope) -> str:
    """What a proxy takes off the path, without a slash at its end."""
    return str(scope.get("root_path", "")).rstrip("/")


def path_of(scope: Scope) -> str:
    """The path below the root; servers put both into `path`."""
    path, root = str(scope["path"]), root_of(scope)
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


async def body_of(receive: Receive) -> bytes:
    """The whole body of a request."""
    body = b""
    while True:
        message = await receive()
        chunk: bytes = message.get("body", b"")
        body += chunk
        if not message.get("more_body"):
            return body


def replay(body: bytes, receive: Receive) -> Receive:
    """A body that was read, once more; then whatever the server says: that the client has gone."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


def security(policy: str, framing: str = "DENY") -> dict[str, str]:
    """What goes with a Content-Security-Policy."""
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": framing,
        "cross-origin-resource-policy": "same-origin",
    }


def added(headers: Headers, wished: Mapping[str, str]) -> Headers:
    """The headers with those wished for that are not among them."""
    present = {name.lower() for name, _ in headers}
    more = ((name.encode("latin-1"), value.encode("latin-1")) for name, value in wished.items())
    return headers + [(name, value) for name, value in more if name not in present]
