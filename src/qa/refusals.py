"""What is said to a request that is not served: a page to a person, JSON to a program."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import HTMLResponse, JSONResponse, Response

from qa.asgi import PLAIN, Scope, path_of, root_of, security
from qa.ui.plain import error_page

TITLES = {404: "Nothing is here", 429: "Too many questions", 503: "Please try again"}


def refusal(
    scope: Scope,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """The response to a request, with one sentence that says what is wrong."""
    accepted = dict(scope["headers"]).get(b"accept", b"")
    if b"text/html" in accepted and not path_of(scope).startswith(("/api/", "/gradio_api/", "/mcp")):
        page = error_page(root_of(scope), TITLES.get(status, "This does not work"), message)
        return HTMLResponse(page, status, {**security(PLAIN), **headers})
    return JSONResponse({"error": {"code": code, "message": message}}, status, dict(headers))
