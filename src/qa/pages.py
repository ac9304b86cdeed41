"""The pages without scripts, and the widget's file."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

import qa.ui
from qa.addresses import passage_link
from qa.answers import Assistant
from qa.asgi import root_of
from qa.citations import Form
from qa.errors import QuestionError
from qa.linking import cite_passage, follow
from qa.observing import Metrics
from qa.ui.plain import document_page, passage_page, search_page
from qa.wording import LABELS, sentence

WIDGET = Path(qa.ui.__path__[0]) / "widget" / "widget.js"
# Documents whose pages are kept ready; each takes some 100 kB.
PAGES_KEPT = 64
# How the forms of a citation are called.
FORMS: Mapping[Form, str] = {
    "text": "Text", "markdown": "Markdown", "bibtex": "BibTeX", "ris": "RIS", "csl-json": "CSL-JSON"
}  # fmt: skip
ELSEWHERE = {
    # Pages of other sites load it: as a module, by CORS, whoever they are.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
HOUR, YEAR = 3_600, 31_536_000


def add_pages(app: FastAPI, assistant: Assistant, metrics: Metrics) -> None:
    """Add /search, /p/ and /d/, which need no scripts."""
    documents = assistant.index.documents
    keep = lru_cache(PAGES_KEPT)(document_page)

    @_page(app, "/search")
    def search(
        request: Request, q: str = "", document: str = "", k: Annotated[int | None, Query()] = None
    ) -> HTMLResponse:
        root, language = root_of(request.scope), _language(request)
        if not q.strip():
            return _html(search_page(root, documents, only=document, language=language))
        try:
            answer = metrics.answered(assistant.ask(q, k, document or None))
        except QuestionError as error:
            # What was asked may hold half a character, which no page can.
            asked = q.encode("utf-8", "replace").decode("utf-8")
            return _html(search_page(root, documents, asked, document, trouble=sentence(error)), 422)
        return _html(search_page(root, documents, answer.question, document, answer))

    @_page(app, "/p/{place:path}")
    def passage(request: Request, place: str, at: str = "", sha256: str = "") -> HTMLResponse:
        linked = follow(assistant, place, at, sha256)
        citation, forms = "", []
        if len(linked.passages) == 1:
            address = passage_link(linked.passages[0]).replace("/p/", "/api/passages/", 1)
            forms = [(name, f"{address}&format={form}") for form, name in FORMS.items()]
            citation = cite_passage(assistant, linked, "text", request)
        root, language = root_of(request.scope), _language(request)
        return _html(passage_page(root, linked, documents, language, citation, forms))

    @_page(app, "/d/{document}")
    def whole(request: Request, document: str) -> HTMLResponse:
        if document not in documents:
            raise HTTPException(404, f"There is no document {document[:100]!r}.")
        return _html(keep(root_of(request.scope), documents[document], _language(request)))


def add_widget(app: FastAPI, url: str) -> None:
    """Add /widget.js, and the same file under a name that never means another; `url` is the service's own, if known."""
    content = WIDGET.read_bytes()
    digest = b64encode(hashlib.sha384(content).digest()).decode("ascii")
    lasting = f"/widget-{hashlib.sha256(content).hexdigest()[:12]}.js"

    def send(seconds: int, more: str = "") -> Callable[[], Response]:
        cached = {"Cache-Control": f"public, max-age={seconds}{more}", **ELSEWHERE}
        return lambda: FileResponse(WIDGET, media_type="text/javascript", headers=cached)

    app.add_api_route("/widget.js", send(HOUR), include_in_schema=False)
    app.add_api_route(lasting, send(YEAR, ", immutable"), include_in_schema=False)

    @app.get("/api/widget", summary="The widget's lasting address and its checksum, for a script tag with integrity")
    async def widget() -> dict[str, str]:
        return {"address": f"{url}{lasting}", "integrity": f"sha384-{digest}"}

    @app.get("/widget-{other}.js", include_in_schema=False)
    def gone(other: str) -> None:
        raise HTTPException(404, f"The widget {other[:20]!r} is of another version: /api/widget names this one's.")


def _page(app: FastAPI, path: str) -> Callable[..., Callable[..., HTMLResponse]]:
    return app.get(path, response_class=HTMLResponse, include_in_schema=False)


def _html(page: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(page, status, {"Cache-Control": "no-cache", "Vary": "Accept-Language"})


def _language(request: Request) -> str:
    """The first language the reader's browser asks for that there are words in."""
    ranges = request.headers.get("accept-language", "").lower().split(",")
    asked = (re.split("[-;]", wished.strip())[0] for wished in ranges)
    return next((code for code in asked if code in LABELS), "en")
