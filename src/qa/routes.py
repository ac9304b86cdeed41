"""The API: questions, passages, quotations and votes."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import FastAPI, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from qa.answers import Assistant
from qa.citations import FORMATS, Form
from qa.contract import (
    ONLY_DOCUMENT,
    AnswerBody,
    ErrorBody,
    FeedbackRequest,
    SearchRequest,
    VerdictBody,
    VerifyRequest,
    answer_body,
    verdict_body,
)
from qa.contract_places import PassagesBody, SectionsBody, passages_body, sections_body
from qa.errors import QuestionError
from qa.feedback import FeedbackFile
from qa.linking import cite_passage, follow
from qa.observing import Metrics
from qa.settings import MOST_PASSAGES, QUESTION_LENGTH
from qa.verification import Verifier

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": description}
    for status, description in {
        400: "The body is no JSON.",
        408: "The request took too long to arrive.",
        413: "The request is too large.",
        422: "A value cannot be used; the message says which and why.",
        429: "Too many questions from one address; Retry-After says when to come again.",
        503: "Too many questions at once; Retry-After says when to come again.",
    }.items()
}
FROM_LINK = "As a permalink has it; with both, its words are looked for where they went."
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "There is no such passage."}}


def add_api(app: FastAPI, assistant: Assistant, metrics: Metrics) -> None:
    """Add the routes below /api/, and those that say whether the service is up."""
    _add_search(app, assistant, metrics)
    _add_passages(app, assistant)
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

    # Not in threads: they must answer when all of those wait for the model.
    @app.get("/healthz", summary="Whether the service is up")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", summary="Whether it can take more questions", responses={503: REFUSALS[503]})
    async def readyz() -> dict[str, str]:
        return {"status": "ready"}

    @app.api_route("/api/{rest:path}", methods=["GET", "POST"], include_in_schema=False)
    def nothing(rest: str) -> None:
        # Without it Gradio, mounted at the root, would answer in its own words.
        raise HTTPException(404, f"There is no /api/{rest[:100]}.")


def _add_search(app: FastAPI, assistant: Assistant, metrics: Metrics) -> None:
    @app.get("/api/search", responses=REFUSALS, summary="Ask a question")
    def get_search(
        q: Annotated[
            str,
            Query(
                min_length=1,
                description=f"The question, 1 to {QUESTION_LENGTH} characters.",
                examples=["When was the AI Act fully enforced?"],
            ),
        ],
        k: Annotated[int | None, Query(ge=1, le=MOST_PASSAGES, description="How many passages.", examples=[5])] = None,
        document: Annotated[str | None, Query(description=ONLY_DOCUMENT, examples=["factsheet-2025"])] = None,
    ) -> AnswerBody:
        return answer_body(metrics.answered(assistant.ask(q, k, document)))

    @app.post("/api/search", responses=REFUSALS, summary="Ask a question")
    def post_search(request: SearchRequest) -> AnswerBody:
        answer = assistant.ask(request.question, request.k, request.document, request.history)
        return answer_body(metrics.answered(answer))


def _add_passages(app: FastAPI, assistant: Assistant) -> None:
    media: dict[str, Any] = {FORMATS[form].media_type: {"schema": {"type": "string"}} for form in FORMATS}
    media[FORMATS["csl-json"].media_type] = {"schema": {"type": "array", "items": {"type": "object"}}}

    @app.get(
        "/api/passages/{place:path}",
        summary="A passage or a section, or how to cite a passage",
        responses={**MISSING, 422: REFUSALS[422], 200: {"model": PassagesBody, "content": media}},
    )
    def get_passages(
        request: Request,
        place: Annotated[
            str,
            Path(description="The id of a passage, or the place of a section.", examples=["factsheet-2025/1.3.5/2"]),
        ],
        format: Annotated[
            Form | None, Query(description="A citation of the passage, in this form.", examples=["bibtex"])
        ] = None,
        at: Annotated[str, Query(description=FROM_LINK, max_length=30, examples=["547-761"])] = "",
        sha256: Annotated[str, Query(description=FROM_LINK, max_length=64, examples=["dc8d295eb838"])] = "",
    ) -> Response:
        linked = follow(assistant, place, at, sha256)
        if format is None:
            return Response(passages_body(linked).model_dump_json(), media_type="application/json")
        if len(linked.passages) > 1:
            raise QuestionError(f"the section {place} has {len(linked.passages)} passages: cite one of them by its id")
        name = linked.passages[0].id.replace("/", "-") + FORMATS[format].extension
        saved = {"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}"}
        cited = cite_passage(assistant, linked, format, request)
        return Response(cited, media_type=FORMATS[format].media_type, headers=saved)

    @app.get("/api/sections", responses={422: REFUSALS[422]}, summary="The documents and their sections")
    def get_sections(
        document: Annotated[str | None, Query(description=ONLY_DOCUMENT, examples=["factsheet-2025"])] = None,
    ) -> SectionsBody:
        return sections_body(assistant.index, document)
