"""The service: the API, the pages and the chat page, behind what guards, limits and observes them."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute
from uvicorn.config import LOGGING_CONFIG

from qa.answers import Assistant
from qa.asgi import App
from qa.contract import API_VERSION
from qa.errors import PackageMissing, QuestionError, SettingError
from qa.guard import Guard
from qa.limits import Limiter
from qa.live import Live
from qa.observing import Metrics, Observer, log_as_json
from qa.pages import add_pages, add_widget
from qa.refusals import refusal
from qa.routes import add_api
from qa.settings import Settings
from qa.ui.page import mount_page
from qa.wording import sentence

# Example questions shown, of all that the documents' metadata offer.
EXAMPLES_SHOWN = 6
# Seconds a stopping server waits for requests that are still open.
GRACE = 5
# Connections at once, also those that say nothing: each takes a file of the process, which has 1,024.
CONCURRENT = 500
NO_JSON = "The body is no JSON: /openapi.json says what to send."
CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 422: "bad_request"}


def create_app(assistant: Assistant, reopen: Callable[[], Assistant] | None = None) -> App:
    """The whole service as one ASGI app; `reopen` opens the index anew when it is told to."""
    settings, metrics = assistant.settings, Metrics()
    live = Live(assistant, lambda one: _build(one, metrics), metrics, reopen)
    limited: App = Limiter(live, settings, metrics)
    if settings.origins:
        # Around the limits, so that a page elsewhere can read when to ask again.
        limited = CORSMiddleware(
            limited,
            allow_origins=settings.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type"],
            expose_headers=["Retry-After"],
        )
    return Observer(Guard(limited, shared=bool(settings.origins)), metrics, settings.metrics_token)


def serve(
    assistant: Assistant,
    host: str,
    port: int,
    announce: Callable[[], None],
    reopen: Callable[[], Assistant] | None = None,
) -> None:
    """Serve until interrupted or terminated; `announce` is called when the address is taken.

    A hang-up signal has `reopen` open the index anew.

    Raises SettingError when the address cannot be used.
    """
    settings = assistant.settings
    if settings.log:
        log_as_json()
    server = uvicorn.Server(configure(create_app(assistant, reopen), settings))
    # Having finished its requests, uvicorn sends itself the signal that stopped it, which would kill the process
    # before its temporary files are gone.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _listen(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        announce()
        server.run(sockets=[listener])


def configure(app: App, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves the app."""
    return uvicorn.Config(
        app,
        # No access log: its lines would hold people's questions and addresses.
        access_log=False,
        log_level="warning",
        log_config=None if settings.log else LOGGING_CONFIG,
        root_path=settings.root_path,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=CONCURRENT,
        server_header=False,
    )


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise SettingError(f"{host}:{port} cannot be served at ({error}): choose another --host or --port") from None


def _build(assistant: Assistant, metrics: Metrics) -> FastAPI:
    """The app over one index."""
    route, lifespan = _mcp(assistant)
    app = FastAPI(
        title="Factsheet QA",
        version=API_VERSION,
        description="Passages of a published document that answer a question, word for word.",
        docs_url=None,  # that page would load its scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        routes=route,
    )
    add_pages(app, assistant, metrics)
    add_widget(app, assistant.settings.url)
    add_api(app, assistant, metrics)
    _add_errors(app)
    examples = [example for document in assistant.documents for example in document.examples][:EXAMPLES_SHOWN]
    mount_page(
        app,
        lambda question, document, history: assistant.ask(question, None, document, history),
        assistant.documents,
        examples,
        assistant.settings.feedback is not None,
    )
    return app


def _mcp(assistant: Assistant) -> tuple[list[BaseRoute], Callable[[object], AbstractAsyncContextManager[None]] | None]:
    """The route of the Model Context Protocol and its lifespan, if its package is installed."""
    try:
        from qa.integrations.mcp import create_mcp, http_route
    except PackageMissing:
        return [], None
    host = urlsplit(assistant.settings.url).hostname or ""
    names = [f"[{host}]" if ":" in host else host] if host else []
    route, lifespan = http_route(create_mcp(assistant), names)
    return [route], lifespan


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(QuestionError)
    def bad_question(request: Request, error: QuestionError) -> Response:
        return _refusal(request, 422, sentence(error))

    @app.exception_handler(RequestValidationError)
    def bad_request(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return _refusal(request, 400, NO_JSON)
        if first["loc"] == ("body",):
            return _refusal(request, 422, "Send a JSON object with Content-Type: application/json.")
        where = ".".join(str(part) for part in first["loc"][1:])
        return _refusal(request, 422, f"{where}: {first['msg']}" if where else str(first["msg"]))

    @app.exception_handler(HTTPException)
    def no_such_page(request: Request, error: HTTPException) -> Response:
        # FastAPI's own words for a body that it cannot read have no remedy.
        return _refusal(request, error.status_code, NO_JSON if error.status_code == 400 else str(error.detail))

    @app.exception_handler(Exception)
    def bug(request: Request, _: Exception) -> Response:
        # The traceback is for the log, which Starlette writes; the reader gets a sentence.
        return _refusal(request, 500, "Something went wrong here; it has been logged.")


def _refusal(request: Request, status: int, message: str) -> Response:
    return refusal(request.scope, status, CODES.get(status, "error" if status < 500 else "internal_error"), message)
