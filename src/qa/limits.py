"""How much may be asked: from one address in a minute, of all at once, and how long an answer may take."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import logging
import math
import re
from urllib.parse import parse_qs

from starlette.responses import Response
from throttled import MemoryStore, Throttled, per_min

from qa.asgi import CHAT_EVENTS, App, Message, Receive, Scope, Send, body_of, path_of, replay
from qa.observing import Metrics, route_of
from qa.refusals import refusal
from qa.settings import TURNS_KEPT, Settings

ASKING = re.compile(rf"/api/(?:search|verify|feedback)|/search|{CHAT_EVENTS}|/mcp")
"""What makes the model or the whole text be read. All else is files and look-ups."""

BURST = 30
"""Questions at once before the rate counts, if half of the rate is not more: the widget while one types, an office."""

ADDRESSES = 50_000
"""Remembered; the one not seen for longest is forgotten first. Each takes some 300 bytes."""

SOON = 2
"""Seconds after which to try again where too many ask at once."""

NETWORK_BITS = 64
"""Of an IPv6 address: a household has as many as these leave, and one of them is one asker."""

log = logging.getLogger(__name__)


class Limiter:
    """An ASGI app around another one: who asks too much is told when to come again."""

    def __init__(self, app: App, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self.settings = settings
        self.metrics = metrics
        # GCRA, which is a token bucket counted in time (ITU-T I.371): no rounding, one number an address.
        self.burst = min(settings.rate, max(BURST, settings.rate // 2))
        quota = per_min(settings.rate, burst=self.burst)
        self.buckets = Throttled(using="gcra", quota=quota, store=MemoryStore(options={"MAX_SIZE": ADDRESSES}))
        self.waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = path_of(scope) if scope["type"] == "http" else ""
        if path == "/readyz" and self.settings.limits == "on" and self.waiting >= self.settings.waiting:
            await _busy(scope)(scope, receive, send)
        elif not ASKING.fullmatch(path) or scope["method"] == "OPTIONS" or self.settings.limits == "off":
            await self.app(scope, receive, send)
        else:
            await self._ask(scope, receive, send)

    async def _ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await body_of(receive)
        receive = replay(body, receive)
        wait = self._spend(asker_of(scope), _questions(scope, body))
        if wait and self._limited("rate", scope):
            message = f"Too many questions from your address: try again in {wait} second{'' if wait == 1 else 's'}."
            await refusal(scope, 429, "too_many", message, {"retry-after": str(wait)})(scope, receive, send)
        elif self.waiting >= self.settings.waiting and self._limited("waiting", scope):
            await _busy(scope)(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _spend(self, asker: str, questions: int) -> int:
        """Seconds until the asker may ask so many; 0 for now."""
        if not questions:
            return 0
        result = self.buckets.limit(asker, cost=min(questions, self.burst))
        return math.ceil(result.state.retry_after) or 1 if result.limited else 0

    def _limited(self, reason: str, scope: Scope) -> bool:
        """Tell of a limit that is reached; whether it is kept to."""
        self.metrics.limited.labels(reason).inc()
        told = {"limit": reason, "route": route_of(scope), "kept": self.settings.limits == "on"}
        log.info("limit reached", extra=told)
        return self.settings.limits == "on"

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; if it takes too long say so, and let the work end unheard.

        A thread cannot be stopped, so it counts among those that wait until it is done.
        """
        reply = _Reply(send)
        self._count(1)
        work = asyncio.ensure_future(self.app(scope, receive, reply))
        work.add_done_callback(lambda _: self._count(-1))
        done, _ = await asyncio.wait({work}, timeout=self.settings.seconds if self.settings.limits == "on" else None)
        if done or reply.begun:
            await work
            return
        reply.heard = False
        self._limited("seconds", scope)
        work.add_done_callback(lambda task: task.cancelled() or task.exception())
        await _busy(scope)(scope, receive, send)

    def _count(self, change: int) -> None:
        self.waiting += change
        self.metrics.waiting.set(self.waiting)


class _Reply:
    """What the app sends, as long as someone waits for it."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.begun = False
        self.heard = True

    async def __call__(self, message: Message) -> None:
        if self.heard:
            self.begun = True
            await self.send(message)


def _questions(scope: Scope, body: bytes) -> int:
    """How many a request has answered: the chat page's, those of its conversation too; as it loads, its address's."""
    if path_of(scope) != CHAT_EVENTS:
        return 1
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
        values = json.loads(body)["data"]
        if values == []:
            return int("q" in parse_qs(scope["query_string"].decode("latin-1")))
        conversation = next((value for value in values if isinstance(value, list)), [])
        return min(len(conversation) + 1, TURNS_KEPT)
    return 1


def asker_of(scope: Scope) -> str:
    """The address a request is from, as one asker: of IPv6 the network."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), NETWORK_BITS), strict=False))
    return str(address)


def _busy(scope: Scope) -> Response:
    message = "Too many questions are being answered at the moment: try again in a few seconds."
    return refusal(scope, 503, "busy", message, {"retry-after": str(SOON)})
