"""What a running service tells of itself: figures for Prometheus, and a log without questions or addresses."""

from __future__ import annotations

import logging
import re
import secrets
import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from pythonjsonlogger.json import JsonFormatter
from starlette.responses import Response

from qa.asgi import CHAT_EVENTS, NOTHING, App, Message, Receive, Scope, Send, path_of, security
from qa.types import Answer

ROUTE = re.compile(
    r"/api/(?:search|verify|feedback|passages|sections|widget)(?=/|$)"
    rf"|(?:/(?:search|p|d|mcp|healthz|readyz|openapi\.json)|{CHAT_EVENTS})(?=/|$)|/widget(?=[-.])|/$"
)
"""What paths are told by: never the whole, which holds what people read."""

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
"""Upper ends of the classes in which times are counted."""

log = logging.getLogger(__name__)


class Metrics:
    """The figures of one service; they outlive a change of its index."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "qa_requests",
            "Requests by route, method and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "qa_request_seconds", "How long requests took.", ("route",), registry=self.registry, buckets=SECONDS
        )
        self.answers = Counter(
            "qa_answers", "Answers to the API and the search page, by status.", ("status",), registry=self.registry
        )
        self.limited = Counter("qa_limited", "Requests over a limit.", ("limit",), registry=self.registry)
        self.waiting = Gauge("qa_waiting", "Questions being answered.", registry=self.registry)
        self.passages = Gauge("qa_passages", "Passages that are searched.", registry=self.registry)
        self.reloads = Counter("qa_reloads", "Changes of the index by outcome.", ("outcome",), registry=self.registry)
        # From nought on, so that the first is seen as a rise.
        for outcome in ("done", "failed"):
            self.reloads.labels(outcome)
        for limit in ("rate", "waiting", "seconds"):
            self.limited.labels(limit)

    def answered(self, answer: Answer) -> Answer:
        """Count an answer, and give it back."""
        self.answers.labels(answer.status).inc()
        return answer


class Observer:
    """An ASGI app around another one: counts and times what passes, and serves the figures to who knows the token."""

    def __init__(self, app: App, metrics: Metrics, token: str = "") -> None:
        self.app = app
        self.metrics = metrics
        self.token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif self.token and path_of(scope) == "/metrics" and self._knows(scope):
            body = generate_latest(self.metrics.registry)
            told = Response(body, headers=security(NOTHING), media_type=CONTENT_TYPE_LATEST)
            await told(scope, receive, send)
        else:
            await self._observe(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return secrets.compare_digest(given, f"Bearer {self.token}".encode())

    async def _observe(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - started
            route = route_of(scope)
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "OPTIONS") else "other"
            self.metrics.requests.labels(route, method, status).inc()
            self.metrics.seconds.labels(route).observe(seconds)
            told = {"route": route, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
            log.info("request", extra=told)


def route_of(scope: Scope) -> str:
    """What a request is told by, in figures and log."""
    found = ROUTE.match(path_of(scope))
    return found[0] if found else "other"


def log_as_json() -> None:
    """Write the log as JSON, one object a line, on standard error: requests, reloads, limits, faults."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S%z"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("qa").setLevel(logging.INFO)
