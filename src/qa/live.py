"""A service whose index is replaced while it runs: the new one takes over when it is ready, and no request is lost."""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable

from fastapi import FastAPI

from qa.answers import Assistant
from qa.asgi import Receive, Scope, Send
from qa.errors import QAError
from qa.observing import Metrics

log = logging.getLogger(__name__)


class Live:
    """An ASGI app that passes on to the newest of several; `make` builds one, `reopen` its assistant.

    A hang-up signal has it look for a new index. One that cannot be opened is told of in the log, and the old stays.
    """

    def __init__(
        self,
        assistant: Assistant,
        make: Callable[[Assistant], FastAPI],
        metrics: Metrics,
        reopen: Callable[[], Assistant] | None = None,
    ) -> None:
        self.make, self.reopen, self.metrics = make, reopen, metrics
        self.current = _Edition(assistant, make)
        self._tell()
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self.current.serve(scope, receive, send)

    async def reload(self) -> None:
        """Put the index of today in the place of the one that is served, once no request reads that any more."""
        if self.reopen is None:
            return
        async with self._reloading:
            try:
                new = await asyncio.to_thread(self._open, self.reopen)
                await new.start()
            # Whatever it is, the old index has to stay in service.
            except Exception as error:
                self.metrics.reloads.labels("failed").inc()
                bug = not isinstance(error, QAError)
                log.error("the new index cannot be used, the old one stays: %s", error, exc_info=bug)
                return
            old, self.current = self.current, new
            self._tell()
            self.metrics.reloads.labels("done").inc()
            log.info("the new index is served")
        # Who reads slowly keeps the old one, but no further change.
        await old.stop()
        # FastAPI and Gradio keep what belonged to an app.
        old.assistant.close()

    def _open(self, reopen: Callable[[], Assistant]) -> _Edition:
        return _Edition(reopen(), self.make)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.current.start()
        # Whatever it is: uvicorn takes a fault here for an app without a lifespan, and would serve on.
        except Exception as error:
            log.exception("the service cannot start")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        # Signals reach the main thread alone.
        if self.reopen and threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hang_up)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.current.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _hang_up(self) -> None:
        task = asyncio.create_task(self.reload())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tell(self) -> None:
        self.metrics.passages.set(len(self.current.assistant.index.passages))


class _Edition:
    """One app with its lifespan, and the requests that it still has."""

    def __init__(self, assistant: Assistant, make: Callable[[Assistant], FastAPI]) -> None:
        self.assistant = assistant
        self.app = make(assistant)
        self.requests = 0
        self._started, self._free, self._end = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._free.set()
        self._task: asyncio.Task[None] | None = None

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.requests += 1
        self._free.clear()
        try:
            await self.app(scope, receive, send)
        finally:
            self.requests -= 1
            if not self.requests:
                self._free.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        begun = asyncio.create_task(self._started.wait())
        await asyncio.wait({self._task, begun}, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            begun.cancel()
            self._task.result()

    async def stop(self) -> None:
        """End it when its last request has ended."""
        await self._free.wait()
        self._end.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        # A lifespan has to end in the task that began it.
        async with self.app.router.lifespan_context(self.app):
            self._started.set()
            await self._end.wait()
