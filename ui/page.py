"""The chat page: a question in, passages word for word out.

Importing this module imports Gradio (seconds, 130 MB): import it where it is used.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse

from qa.errors import QAError, QuestionError
from qa.settings import QUESTION_LENGTH, TURNS_KEPT
from qa.types import Answer, Document
from qa.wording import sentence

from .cards import answer_html, document_html, escape, notice_html, question_html, vote_html
from .events import Events, checks_of
from .shell import Shell

# Gradio reads these while it is imported: nothing is sent or looked up, and what it caches lies in a folder
# of this process's own.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_TEMP_DIR"] = tempfile.mkdtemp(prefix="qa-page-")

import gradio as gr

atexit.register(shutil.rmtree, os.environ["GRADIO_TEMP_DIR"], ignore_errors=True)

Ask = Callable[[str, str | None, Sequence[str]], Answer]
"""From a question, the id of the only document to search or None, and the questions before it, to its answer."""

Turn = tuple[str, str | None]
"""What was asked: the question and the document."""

Show = Callable[[Answer, int, str | None], str]
"""From an answer, its turn from 1, and the only document that was searched, to HTML."""

Message = dict[str, str]

HERE = Path(__file__).parent

EVENT: dict[str, Any] = {"queue": False, "api_visibility": "private"}
"""How every event is sent: by a request of its own. Gradio's queue answers over a stream, which its page closes
when one event is done, and an event sent at that moment (Enter, just after the page has loaded) is never answered."""

UNAVAILABLE = "The document cannot be searched right now. Please try again in a few minutes."

log = logging.getLogger(__name__)


def mount_page(
    app: FastAPI,
    ask: Ask,
    documents: Sequence[Document],
    examples: Sequence[str],
    votes: bool = False,
) -> FastAPI:
    """Serve the chat page at "/", below the routes the app already has. Wrap the app in `qa.guard.Guard`.

    With `votes` each answer asks whether it was right, and posts that to /api/feedback.
    """
    page = build_page(ask, documents, examples, votes)
    # Only launch() sets this, and without it a mounted page copies any file a request names into its cache.
    page.has_launched = True
    app.add_middleware(Events, checks=checks_of(page))
    app.add_middleware(Shell)
    app.add_api_route("/style.css", _file("style.css", "text/css"), include_in_schema=False)
    app.add_api_route("/page.js", _file("page.js", "text/javascript"), include_in_schema=False)
    app.add_api_route("/favicon.ico", _file("favicon.svg", "image/svg+xml"), include_in_schema=False)
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        max_file_size=0,
        theme=_theme(),
        # Not `css=`: Gradio rewrites every selector of that, and breaks `:is()` and what stands in @media.
        head='<link rel="stylesheet" href="style.css"><script src="page.js"></script>',
    )
    return app


def build_page(
    ask: Ask,
    documents: Sequence[Document],
    examples: Sequence[str],
    votes: bool = False,
) -> gr.Blocks:
    """The page as Gradio blocks.

    The browser sends the questions asked so far, never the answers: every passage shown comes from `ask`
    and thus from the document, and a long conversation stays a small request.
    """
    by_id = {document.id: document for document in documents}

    def show(answer: Answer, turn: int, only: str | None) -> str:
        return answer_html(answer, turn, by_id, ".", vote_html(answer.question, only) if votes else "")

    def reply(question: str | None, asked: object, only: str | None) -> tuple[Any, Any, Any]:
        text = _whole(question or "").strip()
        if not text:
            return gr.skip(), gr.skip(), gr.update(info="Type a question first.")
        turns = [*_earlier(asked), (text, only or None)]
        return (*_conversation(ask, show, turns, by_id), gr.update(value="", info=""))

    def reply_to_address(request: gr.Request) -> tuple[Any, Any, Any, Any]:
        text = str(request.query_params.get("q", "")).strip()
        only = request.query_params.get("document") or None
        chosen = gr.update(value=only) if only in by_id else gr.skip()
        if not text:
            return gr.skip(), gr.skip(), gr.skip(), chosen
        return (*_conversation(ask, show, [(text, only)], by_id), gr.update(value=text), chosen)

    page = gr.Blocks(title=_title(documents))
    with page:
        gr.Markdown(_introduction(documents), latex_delimiters=[], elem_id="introduction")
        chat = gr.Chatbot(
            elem_id="answers",
            show_label=False,
            container=False,
            height=None,
            autoscroll=False,
            latex_delimiters=[],
            buttons=[],
            feedback_options=None,
            allow_tags=False,
            layout="panel",
        )
        asked = gr.JSON(value=[], visible=False)
        with gr.Row(elem_id="question", equal_height=False):
            choice = gr.Dropdown(
                _choices(documents),
                value="",
                label="Search in",
                filterable=False,
                elem_id="document",
                visible=len(documents) > 1,
            )
            # The browser's limit is a convenience: the server is the judge.
            box = gr.Textbox(
                label="Your question", max_length=QUESTION_LENGTH, lines=1, max_lines=4, scale=1, min_width=0
            )
            button = gr.Button("Ask", variant="primary", scale=0, min_width=0)
        outputs = [chat, asked, box]
        gr.on([box.submit, button.click], reply, [box, asked, choice], outputs, show_progress="minimal", **EVENT)
        if examples:
            gr.Markdown("<h2>Examples</h2>", elem_id="examples-title")
            with gr.Row(elem_id="examples"):
                for example in examples:
                    gr.Button(example, size="sm", min_width=0).click(
                        partial(reply, example), [asked, choice], outputs, show_progress="minimal", **EVENT
                    )
        page.load(reply_to_address, None, [*outputs, choice], show_progress="hidden", **EVENT)
    return page


def _conversation(
    ask: Ask, show: Show, turns: list[Turn], documents: Mapping[str, Document]
) -> tuple[list[Message], list[Turn]]:
    kept = turns[-TURNS_KEPT:]
    messages: list[Message] = []
    for number, (question, only) in enumerate(kept, start=1):
        before = [earlier for earlier, _ in kept[: number - 1]]
        named = documents.get(only) if only and len(documents) > 1 else None
        messages.append({"role": "user", "content": question_html(question, named)})
        messages.append({"role": "assistant", "content": _answer(ask, show, (question, only), number, before)})
    return messages, kept


def _answer(ask: Ask, show: Show, asked: Turn, turn: int, before: Sequence[str]) -> str:
    try:
        return show(ask(*asked, before), turn, asked[1])
    except QuestionError as error:
        return notice_html(sentence(error), turn)
    except QAError:
        # What is wrong with the index is for the log; a reader can only wait.
        log.exception("the page could not answer a question")
        return notice_html(UNAVAILABLE, turn)


def _earlier(asked: object) -> list[Turn]:
    # It comes from a browser, so it may be anything.
    turns: list[Turn] = []
    for turn in asked if isinstance(asked, list) else []:
        match turn:
            case [str(question), str() | None as only]:
                turns.append((_whole(question), _whole(only) if only else None))
    return turns


def _whole(text: str) -> str:
    # Half a character (a lone surrogate) cannot be sent back.
    return text.encode("utf-8", "replace").decode("utf-8")


def _choices(documents: Sequence[Document]) -> list[tuple[str, str]]:
    """All documents, or one: what is shown and its id. Documents of one title are told apart by their ids."""
    titles = [document.title for document in documents]
    return [
        ("All documents", ""),
        *((d.title if titles.count(d.title) == 1 else f"{d.title} ({d.id})", d.id) for d in documents),
    ]


def _title(documents: Sequence[Document]) -> str:
    return documents[0].title if len(documents) == 1 else "Ask the documents"


def _introduction(documents: Sequence[Document]) -> str:
    return (
        '<div><a class="qa-skip" href="#question">Skip to the question box</a>'
        f"<h1>{escape(_title(documents))}</h1>"
        '<p class="qa-lead">Ask a question. The answer is quoted word for word, '
        "with its section, page and official sources. Nothing is rewritten.</p>"
        f"{''.join(document_html(document, len(documents) > 1, root='.') for document in documents)}</div>"
    )


def _file(name: str, media_type: str) -> Callable[[], FileResponse]:
    def file() -> FileResponse:
        return FileResponse(HERE / name, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return file


def _theme() -> gr.themes.Base:
    # Names only: no font is downloaded. style.css puts system-ui first, which Gradio would quote.
    return gr.themes.Base(font=["Helvetica Neue", "Arial", "sans-serif"], font_mono=["monospace"])
