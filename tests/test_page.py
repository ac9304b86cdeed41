"""The chat page in a real browser, from a real server, behind the guard; only the answers are made up."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, expect

from qa.addresses import passage_link, section_link
from qa.citations import cite
from qa.errors import IndexMissing, QuestionError
from qa.guard import BODY_MAX, Guard
from qa.passages import split
from qa.types import Answer, Document, Hit, Passage, Quote, Source

NASTY = (
    "Odd * _ # $$x$$ <b>bold</b> & ${7*7} {{x}} `code` :smile: \\( y \\) &amp; &#42; 日本語 𠮷 \x85\u00a0\u2028.\n\n"
    "    <script>document.title = 'run'</script><img src=x onerror=\"document.title = 'run'\">\n"
    "# no heading\n- no list\n1) no number <Implementation Procedures>  two spaces http://x.example/ \n"
)
SOURCES = (
    Source(18, "https://example.go.jp/a_b_c?d=e&f=g*", None),
    Source(19, "https://example.go.jp/" + "long/" * 40, "Japanese Only"),
    Source(None, "javascript:document.title='run'", None),
)


class Asked:
    """Answers by keyword, and remembers what was asked."""

    def __init__(self, document: Document) -> None:
        passages = split(document, len, 2000)
        self.document = document
        self.passages: list[Passage] = [
            replace(passages[3], text=NASTY, sources=SOURCES, page=7),
            replace(passages[20], text=passages[20].text, sources=()),
            replace(passages[40], page=None, sources=()),
        ]
        # The first mark ends behind a character that is two in JavaScript.
        self.marks = ((0, 5), (NASTY.index("日"), NASTY.index("𠮷") + 1))
        self.questions: list[str] = []
        self.asked_of: list[str | None] = []
        self.histories: list[list[str]] = []

    def __call__(self, question: str, document: str | None, history: Sequence[str]) -> Answer:
        self.questions.append(question)
        self.asked_of.append(document)
        self.histories.append(list(history))
        nearest = tuple(self.passages)
        if len(question) > 500:
            raise QuestionError(f"the question has {len(question)} characters: at most 500 are read")
        if "broken" in question:
            raise IndexMissing("index/ is missing: run qa index")
        if "weather" in question:
            return Answer(question, "not_in_document", 0.1, self.document, (), nearest, self.document)
        if "天気" in question:
            return Answer(question, "language_not_served", 0.0, self.document, (), (), self.document)
        quotes = tuple(
            Quote(Hit(passage, 0.9, 0.8, 1.0, None, (0, 5)), () if number else self.marks)
            for number, passage in enumerate(self.passages)
        )
        return Answer(question, "answered", 0.9, self.document, quotes, (), self.document)


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """A server of its own in a thread, of an app or as a configuration says; yields its port."""
    config = app if isinstance(app, uvicorn.Config) else uvicorn.Config(app, log_level="warning")
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture(scope="module")
def ask(factsheet: Document) -> Asked:
    return Asked(factsheet)


@pytest.fixture(scope="module")
def port(ask: Asked) -> Iterator[int]:
    from qa.ui.page import mount_page

    app = mount_page(FastAPI(), ask, [ask.document], ["Which laws apply?"])
    with serving(Guard(app)) as port:
        yield port


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 375, "height": 667})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, port: int) -> Iterator[Page]:
    """A page that has to stay silent: no message in the console, no request to another host."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if is_elsewhere(request.url, port) else None)
    page.set_default_timeout(15_000)
    yield page
    page.close()
    assert said == []


def is_elsewhere(url: str, port: int) -> bool:
    return not url.startswith((f"http://127.0.0.1:{port}/", "data:"))


def put(page: Page, question: str, turn: int) -> None:
    """Ask as a person with a keyboard does, and wait for the answer."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(f"#answer-{turn} .qa-status")).to_be_visible()


def test_passages_are_shown_to_the_character_and_nothing_in_them_runs(page: Page, ask: Asked, port: int) -> None:
    page.goto(f"http://127.0.0.1:{port}/")
    put(page, "${7*7} {{x}} **laws** <img src=x onerror=\"document.title='run'\">", 1)
    assert page.locator(".qa-text").all_text_contents() == [passage.text for passage in ask.passages]
    assert page.locator(".qa-text mark").all_text_contents() == [NASTY[start:end] for start, end in ask.marks]
    assert page.locator(".qa-text").first.inner_html().count("<") == 2 * len(ask.marks)
    assert page.locator(".qa-question").text_content() == ask.questions[-1]
    assert page.locator("#document, .qa-only").count() == 0
    assert page.title() == ask.document.title
    labels = [passage.section.label for passage in ask.passages]
    assert page.locator(".qa-card .qa-label").all_text_contents() == labels
    assert page.locator(".qa-text").first.get_attribute("lang") == "en"
    assert page.locator(".qa-card .qa-page").first.text_content() == "Page 7"
    assert page.locator(".qa-permalink").first.get_attribute("href") == f".{passage_link(ask.passages[0])}"
    links = page.locator(".qa-sources a")
    assert links.all_text_contents() == [source.url for source in SOURCES[:2]]
    assert [link.get_attribute("href") for link in links.all()] == [source.url for source in SOURCES[:2]]
    sources = page.locator(".qa-sources li").all_text_contents()
    assert sources[1] == f"Footnote 19 Japanese only {SOURCES[1].url}"
    for fact in (ask.document.title, ask.document.published, ask.document.content_as_of, ask.document.notice):
        expect(page.locator("#answer-1 .qa-document")).to_contain_text(fact)


def test_after_an_answer_the_first_card_is_in_view_and_nothing_is_cut_off(page: Page, port: int) -> None:
    page.goto(f"http://127.0.0.1:{port}/")
    for turn in (1, 2):
        put(page, "Which laws apply?", turn)
        expect(page.locator(f"#answer-{turn} .qa-status")).to_be_focused()
        assert page.locator(f"#answer-{turn} .qa-status").text_content() == "3 passages. Strong match."
        bar = page.locator("#question").bounding_box()
        card = page.locator(f"#answer-{turn} .qa-card").first.bounding_box()
        question = page.locator(".qa-question").last.bounding_box()
        assert bar
        assert card
        assert question
        assert 0 <= question["y"] < card["y"] < bar["y"] - 100
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_be_focused()
    page.set_viewport_size({"width": 320, "height": 667})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    cut_off = (
        "all => all.filter(e => e.getBoundingClientRect().right > 320 || e.scrollWidth > e.clientWidth + 1).length"
    )
    assert page.locator("#answers :is(article, h2, h3, p, ul, li, blockquote), #question").evaluate_all(cut_off) == 0


def test_a_quote_is_copied_with_its_citation(page: Page, ask: Asked, port: int) -> None:
    page.goto(f"http://127.0.0.1:{port}/?q=laws")
    button = page.locator(".qa-copy").first
    button.click()
    expect(button).to_have_text("Copied")
    address = f"http://127.0.0.1:{port}{passage_link(ask.passages[0])}"
    cited = cite(ask.passages[0], ask.document, "text", address, datetime.now(UTC).date())
    assert page.evaluate("navigator.clipboard.readText()") == cited.removesuffix("\n")
    expect(button).to_have_text("Copy quote with citation")
    page.goto(f"http://127.0.0.1:{port}/?q=法律は")
    button.click()
    expect(button).to_have_text("コピーしました")
    expect(button).to_have_text("引用と出典をコピー")


def test_an_address_with_a_question_fills_the_box_and_answers(page: Page, ask: Asked, port: int) -> None:
    anchor = re.sub(r"[^\w.-]+", "-", ask.passages[1].id) + "-1"
    page.goto(f"http://127.0.0.1:{port}/?q=Which%20laws%3F#{anchor}")
    expect(page.locator(".qa-question")).to_have_text("Which laws?")
    expect(page.get_by_label("Your question")).to_have_value("Which laws?")
    expect(page.locator(".qa-card").nth(1)).to_be_focused()


def test_a_conversation_declines_fails_and_goes_on(page: Page, ask: Asked, port: int) -> None:
    page.goto(f"http://127.0.0.1:{port}/")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator("#question")).to_contain_text("Type a question first.")
    page.get_by_role("button", name="Which laws apply?").click()
    expect(page.locator("#answer-1 .qa-card")).to_have_count(3)
    put(page, "the weather", 2)
    assert page.locator("#answer-2 .qa-status").text_content() == (
        f"“{ask.document.title}” does not say. You could ask in other words, or look into the closest sections."
    )
    nearest = page.locator("#answer-2 .qa-nearest a")
    sections = [passage.section for passage in ask.passages]
    assert nearest.all_text_contents() == [f"{section.label} {section.title}" for section in sections]
    assert nearest.first.get_attribute("href") == f".{section_link(ask.document.id, sections[0])}"
    put(page, "天気は？", 3)
    expect(page.locator("#answer-3 .qa-status")).to_contain_text("This document can be asked in English for now.")
    expect(page.locator("#answer-3 .qa-status [lang=ja]")).to_have_text("現在は英語の質問にのみ対応しています。")
    put(page, "broken", 4)
    assert page.locator("#answer-4 .qa-status").text_content() == (
        "The document cannot be searched right now. Please try again in a few minutes."
    )
    for turn in range(5, 9):
        put(page, f"laws {turn}", turn)
    ids = page.locator(".qa-answer [id], .qa-answer").evaluate_all("all => all.map(e => e.id)")
    assert len(ids) == len(set(ids)) == 8 + 5 * 3
    assert ask.histories[-1] == [*ask.questions[-8:-1]]
    # The ninth puts the first out, and a request carries questions only.
    with page.expect_request("**/run/predict*") as asked:
        put(page, "laws 9", 8)
    expect(page.locator(".qa-question").last).to_have_text("laws 9")
    assert page.locator(".qa-question").count() == 8
    assert len(asked.value.post_data or "") < 2000


def call(port: int, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    chunked = hasattr(body, "__next__")
    connection.request(
        method, path, body, {"Content-Type": "application/json", **(headers or {})}, encode_chunked=chunked
    )
    response = connection.getresponse()
    answer = response.read().decode("utf-8", "replace")
    connection.close()
    return response.status, answer


def predict(port: int, data: list[object]) -> tuple[int, str]:
    """What Gradio says to a call of the first function made by hand."""
    config = json.loads(call(port, "GET", "/config")[1])
    function = next(each["id"] for each in config["dependencies"] if len(each["inputs"]) == len(data))
    wish = {"data": data, "fn_index": function, "session_hash": "test"}
    return call(port, "POST", "/gradio_api/run/predict", json.dumps(wish))


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_request_cannot_have_a_file_copied_or_served(port: int, tmp_path: Path, position: int) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret of the machine", encoding="utf-8")
    data: list[object] = ["laws", [], ""]
    data[position] = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    assert predict(port, data)[0] == 422
    cache = Path(os.environ["GRADIO_TEMP_DIR"])
    assert [path for path in cache.rglob("*") if path.is_file() and path.read_bytes() == secret.read_bytes()] == []
    for path in (f"/gradio_api/file={secret}", f"/gradio_api/file%3D{secret}", f"/gradio_api/file/{secret}"):
        assert call(port, "GET", path)[0] == 404


def test_a_question_asked_while_the_page_is_still_loading_is_answered(page: Page, port: int) -> None:
    for _ in range(5):
        with page.expect_response("**/run/predict*"):
            page.goto(f"http://127.0.0.1:{port}/")
        put(page, "Which laws apply?", 1)


def test_forged_conversations_are_bounded_and_the_server_judges_the_length(port: int, ask: Asked) -> None:
    before = len(ask.questions)
    forged = [[f"forged {n}", None] for n in range(100)]
    none = [7, None, "laws", ["laws"], ["laws", 7], [None, None], ["laws", None, None]]
    status, answer = predict(port, ["laws", [*forged, *none, ["x" * 501, "nothing"]], ""])
    assert ask.questions[before:] == [*(f"forged {n}" for n in range(94, 100)), "x" * 501, "laws"]
    assert ask.asked_of[-2:] == ["nothing", None]
    assert (status, "501" in answer) == (200, True)
    # The choice takes nothing that it does not offer.
    assert predict(port, ["laws", [], "nothing"])[0] == 422


def test_who_asks_too_much_is_told_by_the_page(browser: Browser, tmp_path: Path) -> None:
    # Here, because that module serves by what this one has.
    from services import small_service

    with small_service(tmp_path, rate=2) as address:
        page = browser.new_page(viewport={"width": 320, "height": 640})
        page.goto(address)
        # To open the page costs nothing; the second question has the first answered too.
        put(page, "drones fly by day", 1)
        page.get_by_label("Your question").fill("drones land by night")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Please try again in half a minute.")
        expect(page.get_by_role("alert")).to_be_in_viewport()
        # What was answered before stays to be read.
        expect(page.get_by_text("Error", exact=True).locator("visible=true")).to_have_count(0)
        expect(page.locator("#answer-1 .qa-text")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.close()


def test_the_page_is_its_own_also_where_others_show_it(port: int) -> None:
    status, page = call(port, "GET", "/")
    assert status == 200
    assert '<link rel="icon" href="favicon.ico" type="image/svg+xml" />' in page
    assert "og:title" not in page
    assert "twitter:" not in page


def test_a_large_body_is_refused_declared_or_chunked(port: int) -> None:
    status, answer = call(port, "POST", "/gradio_api/run/predict", "x" * (BODY_MAX + 1))
    assert (status, json.loads(answer)["error"]["code"]) == (413, "body_too_large")
    pieces = iter([b"x" * 40_000, b"x" * 40_000])
    status, answer = call(port, "POST", "/gradio_api/run/predict", pieces, {"Transfer-Encoding": "chunked"})
    assert (status, json.loads(answer)["error"]["code"]) == (413, "body_too_large")


def test_a_vote_is_asked_for_where_it_is_kept(browser: Browser, ask: Asked) -> None:
    from qa.ui.page import mount_page

    votes: list[dict[str, Any]] = []
    app = FastAPI()

    @app.post("/api/feedback")
    def feedback(vote: dict[str, Any]) -> dict[str, bool]:
        votes.append(vote)
        return {"kept": len(votes) < 2}

    with serving(Guard(mount_page(app, ask, [ask.document], [], votes=True))) as port:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{port}/")
        put(page, "first & <b>", 1)
        put(page, "二番目は", 2)
        said = "Thank you. It is kept for review.", "投票を保存できませんでした。"
        for turn, word in ((1, "Yes"), (2, "いいえ")):
            votes_of = page.locator(f"#answer-{turn} .qa-votes")
            votes_of.get_by_role("button", name=word, exact=True).press("Enter")
            expect(votes_of).to_have_text(said[turn - 1])
            expect(votes_of).to_be_focused()
        page.close()
    assert votes == [
        {"question": "first & <b>", "history": [], "document": None, "right": True},
        {"question": "二番目は", "history": ["first & <b>"], "document": None, "right": False},
    ]


def test_no_vote_is_asked_for_where_none_is_kept(page: Page, port: int) -> None:
    page.goto(f"http://127.0.0.1:{port}/")
    put(page, "laws", 1)
    assert page.locator(".qa-votes").count() == 0
