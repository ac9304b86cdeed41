"""The service: the API, the passages' own pages, and the chat page, behind the guard."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from typing import Annotated, Any

import uvicorn
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from qa.answers import Assistant
from qa.contract import (
    API_VERSION,
    ONLY_DOCUMENT,
    AnswerBody,
    ErrorBody,
    FeedbackRequest,
    SearchRequest,
    VerdictBody,
    VerifyRequest,
    answer_body,
    permalink,
    verdict_body,
)
from qa.errors import QuestionError, SettingError
from qa.feedback import FeedbackFile
from qa.guard import Guard
from qa.settings import MOST_PASSAGES, QUESTION_LENGTH
from qa.ui.page import mount_page
from qa.ui.passage import passage_page
from qa.verification import Verifier

# Example questions shown, of all that the documents' metadata offer.
EXAMPLES_SHOWN = 6
# Seconds a stopping server waits for requests that are still open.
GRACE = 5
# Requests at once; each that waits costs memory, and the last of so many would wait some seconds.
CONCURRENT = 200
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "The body is no JSON."},
    413: {"model": ErrorBody, "description": "The request is too large."},
    422: {"model": ErrorBody, "description": "A value cannot be used; the message says which and why."},
}
CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 422: "bad_request"}


def create_app(assistant: Assistant) -> Guard:
    """The whole service as one ASGI app."""
    app = FastAPI(
        title="Factsheet QA",
        version=API_VERSION,
        description="Passages of a published document that answer a question, word for word.",
        docs_url=None,  # that page would load its scripts from elsewhere
        redoc_url=None,
    )
    _add_api(app, assistant)
    _add_errors(app)
    examples = [example for document in assistant.documents for example in document.examples][:EXAMPLES_SHOWN]
    mount_page(
        app,
        lambda question, document, history: assistant.ask(question, None, document, history),
        assistant.documents,
        examples,
        permalink,
        votes=assistant.settings.feedback is not None,
    )
    return Guard(app, prefixes=("/p/",))


def serve(assistant: Assistant, host: str, port: int, announce: Callable[[], None]) -> None:
    """Serve until interrupted or terminated; `announce` is called when the address is taken.

    Raises SettingError when the address cannot be used.
    """
    app = create_app(assistant)
    # No access log: its lines would hold people's questions and addresses.
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE, limit_concurrency=CONCURRENT
    )
    server = uvicorn.Server(config)
    # Having finished its requests, uvicorn sends itself the signal that stopped it, which would kill the process
    # before its temporary files are gone.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _listen(host, port) as listener, contextlib.suppress(KeyboardInterrupt):
        announce()
        server.run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise SettingError(f"{host}:{port} cannot be served at ({error}): choose another --host or --port") from None


def _add_api(app: FastAPI, assistant: Assistant) -> None:
    @app.head("/api/search", include_in_schema=False)
    @app.get("/api/search", responses=REFUSALS, summary="Ask a question")
    def get_search(
        q: Annotated[str, Query(description=f"The question, 1 to {QUESTION_LENGTH} characters.")],
        k: Annotated[int | None, Query(ge=1, le=MOST_PASSAGES, description="How many passages.")] = None,
        document: Annotated[str | None, Query(description=ONLY_DOCUMENT, examples=["factsheet-2025"])] = None,
    ) -> AnswerBody:
        return answer_body(assistant.ask(q, k, document))

    @app.post("/api/search", responses=REFUSALS, summary="Ask a question")
    def post_search(request: SearchRequest) -> AnswerBody:
        return answer_body(assistant.ask(request.question, request.k, request.document, request.history))

    verifier = Verifier(assistant.documents)

    @app.post("/api/verify", responses=REFUSALS, summary="Check a quotation")
    def post_verify(request: VerifyRequest) -> VerdictBody:
        return verdict_body(verifier.verify(request.quote, request.document))

    if assistant.settings.feedback is not None:
        candidates = FeedbackFile(assistant.settings.feedback)

        @app.post("/api/feedback", responses=REFUSALS, summary="Say whether an answer was right")
        def post_feedback(request: FeedbackRequest) -> dict[str, bool]:
            answer = assistant.ask(request.question, None, request.document, request.history)
            return {"kept": candidates.add(answer, request.right)}

    # Not in a thread: it must answer when all of those wait for the model.
    @app.get("/healthz", summary="Whether the service is up")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.api_route("/api/{rest:path}", methods=["GET", "HEAD", "POST"], include_in_schema=False)
    def nothing(rest: str) -> None:
        # Without it Gradio, mounted at the root, would answer in its own words.
        raise HTTPException(404, f"There is no /api/{rest[:100]}.")

    @app.api_route("/p/{place:path}", methods=["GET", "HEAD"], response_class=HTMLResponse, include_in_schema=False)
    def passage(place: str) -> HTMLResponse:
        try:
            passages = assistant.passages_at(place)
        except QuestionError as error:
            raise HTTPException(404, str(error)) from None
        index = assistant.index
        return HTMLResponse(passage_page(passages, index.documents, index.archive.passages, permalink))


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(QuestionError)
    def bad_question(_: Request, error: QuestionError) -> JSONResponse:
        return _refusal(422, str(error))

    @app.exception_handler(RequestValidationError)
    def bad_request(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return _refusal(400, "The body is no JSON: /openapi.json says what to send.")
        if first["loc"] == ("body",):
            return _refusal(422, "Send a JSON object with Content-Type: application/json.")
        where = ".".join(str(part) for part in first["loc"][1:])
        return _refusal(422, f"{where}: {first['msg']}" if where else str(first["msg"]))

    @app.exception_handler(HTTPException)
    def no_such_page(_: Request, error: HTTPException) -> JSONResponse:
        return _refusal(error.status_code, str(error.detail))

    @app.exception_handler(Exception)
    def bug(_: Request, __: Exception) -> JSONResponse:
        # The traceback is for the log, which Starlette writes; the reader gets a sentence.
        return _refusal(500, "Something went wrong here; it has been logged.")


def _refusal(status: int, message: str) -> JSONResponse:
    code = CODES.get(status, "error" if status < 500 else "internal_error")
    return JSONResponse({"error": {"code": code, "message": message}}, status)
