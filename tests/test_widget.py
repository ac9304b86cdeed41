"""The widget in a real browser on pages of another origin; what the service says is made up, but for one test."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha384
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import HTMLResponse, JSONResponse
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from services import small_service
from test_page import NASTY, Asked, serving

from qa.contract import answer_body
from qa.types import Answer, Document

ROOT = Path(__file__).parents[1]
WIDGET = ROOT / "ui" / "widget"
DATA = Path(__file__).parent / "data" / "widget"
BUILT = WIDGET / "widget.js"
AXE = WIDGET / "node_modules" / "axe-core" / "axe.min.js"
SIZE_MAX = 8_000
"""Bytes of the widget, gzipped."""
STRICT = "default-src 'none'; script-src {0}; connect-src {0}; require-trusted-types-for 'script'; trusted-types 'none'"


class Service:
    """The service as the widget knows it, also below a prefix; remembers what it was asked."""

    def __init__(self, ask: Asked) -> None:
        self.ask = ask
        self.asked: list[dict[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.origin = ""

    def app(self, host: str) -> FastAPI:
        app = FastAPI()
        app.add_middleware(CORSMiddleware, allow_origins=[host], expose_headers=["Retry-After"])
        for prefix in ("/qa", ""):
            app.get(f"{prefix}/api/search", response_model=None)(self.search)
            app.get(f"{prefix}/{{name:path}}", response_model=None)(self.file)
        return app

    def search(self, q: str, request: Request) -> Response:
        self.asked.append(dict(request.query_params))
        self.headers.append(dict(request.headers))
        if "slow" in q:
            time.sleep(1.2)
        if "down" in q:
            return Response("the proxy is down", status_code=502)
        if "busy" in q and len([asked for asked in self.asked if asked["q"] == q]) == 1:
            return Response(status_code=429, headers={"Retry-After": "1"})
        if len(q) > 500:
            message = f"The question has {len(q)} characters: at most 500 are read."
            return JSONResponse({"error": {"code": "question", "message": message}}, 422)
        return JSONResponse(answer_body(self.answer(q)).model_dump(mode="json"))

    def answer(self, question: str) -> Answer:
        answer = self.ask(question, None, [])
        if "two" not in question:
            return answer
        first, second, *others = answer.quotes
        other = replace(second.hit.passage, document="by-law")
        return replace(answer, quotes=(first, replace(second, hit=replace(second.hit, passage=other)), *others))

    def url(self, question: str, at: int) -> str:
        """Where the option at that place leads to."""
        body = answer_body(self.answer(question))
        permalinks = [place.permalink for place in body.results] + [place.permalink for place in body.nearest]
        return f"{self.origin}/qa{permalinks[at]}"

    def file(self, name: str) -> Response:
        if name in ("widget.js", "widget-again.js"):
            headers = {"Access-Control-Allow-Origin": "*"}
            return Response(BUILT.read_bytes(), media_type="text/javascript", headers=headers)
        if name == "search" or name.startswith("p/"):
            return HTMLResponse(f"<!doctype html><title>{name}</title>")
        return Response(status_code=204 if name == "favicon.ico" else 404)


class Hosts:
    """The pages of another origin that the widget is put on."""

    def __init__(self) -> None:
        self.service = ""
        self.prefix = "/qa"

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/{name:path}", response_model=None)(self.file)
        return app

    def file(self, name: str, request: Request) -> Response:
        path = ROOT / "ui" / name if name in ("demo.html", "widget/demo.css") else DATA / name
        if not path.is_file():
            return Response(status_code=204 if name == "favicon.ico" else 404)
        if path.suffix == ".css":
            return Response(path.read_text(encoding="utf-8"), media_type="text/css")
        digest = b64encode(sha384(BUILT.read_bytes()).digest()).decode()
        text = path.read_text(encoding="utf-8")
        given = {"SCRIPT": "widget.js", "LANGUAGE": "en", "DIRECTION": "ltr", "ATTRIBUTES": "", "STYLE": ""}
        given |= {"SERVICE": f"{self.service}{self.prefix}", "INTEGRITY": f"sha384-{digest}"}
        for word, meant in (given | dict(request.query_params)).items():
            text = text.replace(f"{{{word}}}", meant)
        text = text.replace("http://127.0.0.1:7860", self.service)
        headers = {"Content-Security-Policy": STRICT.format(self.service)} if "strict" in name else {}
        return HTMLResponse(text, headers=headers)


@pytest.fixture(scope="module")
def ask(factsheet: Document) -> Asked:
    return Asked(factsheet)


@pytest.fixture(scope="module")
def places(ask: Asked) -> Iterator[tuple[Service, str]]:
    """The service, and the address of another origin with the host pages."""
    hosts, service = Hosts(), Service(ask)
    with serving(hosts.app()) as port:
        host = f"http://localhost:{port}"
        with serving(service.app(host)) as service_port:
            service.origin = f"http://127.0.0.1:{service_port}"
            hosts.service = service.origin
            yield service, host


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1024, "height": 768})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the console of the page said until now."""
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    return said


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which no error may go uncaught."""
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    page.close()
    assert errors == []


def box_of(page: Page) -> Locator:
    return page.get_by_role("combobox")


def options_of(page: Page) -> Locator:
    return page.locator("qa-search [role=option]")


def status_of(page: Page) -> Locator:
    return page.locator("qa-search [role=status]")


def ask_for(page: Page, question: str) -> None:
    """Ask as a person with a keyboard does."""
    box_of(page).fill(question)
    page.keyboard.press("Enter")


def go(page: Page, places: tuple[Service, str], path: str) -> list[dict[str, str]]:
    """Open a page of the other origin; returns what the service is asked from then on."""
    service, host = places
    service.asked = []
    page.goto(f"{host}/{path}")
    page.locator("qa-search:defined").first.wait_for(state="attached")
    return service.asked


def needs_node(path: Path) -> Path:
    """On a build server a missing tool is a failure, on a desk a skip that says so."""
    if not path.exists():
        missing = f"{path.name} is missing: run npm ci --ignore-scripts in ui/widget"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return path


def test_a_locked_down_page_is_searched_by_keyboard(
    page: Page, said: list[str], places: tuple[Service, str], ask: Asked
) -> None:
    asked = go(page, places, "strict.html")
    assert page.get_by_text("Search the document on its own page").is_hidden()
    page.get_by_role("link", name="A link before").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    box = box_of(page)
    expect(box).to_be_focused()
    expect(box).to_have_accessible_name("Your question")
    assert (asked, box.get_attribute("aria-expanded")) == ([], "false")
    page.keyboard.type("laws?", delay=5)
    expect(options_of(page)).to_have_count(3)
    assert asked == [{"q": "laws?"}]
    assert not {"cookie", "referer"} & places[0].headers[-1].keys()
    assert status_of(page).text_content() == "3 passages. Strong match."
    # What is shown is a slice of the passage, to the letter, with the marks where they are.
    texts = page.locator("qa-search [part=text] > span:not([aria-hidden])").all_text_contents()
    assert texts == [passage.text for passage in ask.passages]
    marks = page.locator("qa-search mark").all_text_contents()
    assert marks == [NASTY[start:end] for start, end in ask.marks]
    assert page.locator("qa-search [part=text]").first.get_attribute("lang") == "en"
    labels = [passage.section.label for passage in ask.passages]
    assert page.locator("qa-search [part=section]").all_text_contents() == labels
    headings = [passage.section.title for passage in ask.passages]
    assert page.locator("qa-search [part=heading]").all_text_contents() == headings
    assert page.locator("qa-search [part=page]").first.text_content() == "Page 7"
    assert options_of(page).locator("a, button").count() == 0
    assert page.get_by_role("listbox", name="Passages").get_by_role("option").count() == 3
    # No option is active until an arrow key makes it so, and typing or Home goes back to the text.
    expanded = {"aria-expanded": "true", "aria-controls": "list", "aria-autocomplete": "list"}
    assert {name: box.get_attribute(name) for name in expanded} == expanded
    assert box.get_attribute("aria-activedescendant") is None
    steps = ("ArrowDown", "option-0"), ("ArrowUp", "option-2"), ("ArrowDown", "option-0"), ("ArrowDown", "option-1")
    for key, active in (*steps, ("Home", None), ("ArrowUp", "option-2"), ("a", None), ("ArrowDown", "option-0")):
        page.keyboard.press(key)
        assert box.get_attribute("aria-activedescendant") == active, key
        selected = page.locator("qa-search [aria-selected=true]")
        assert [option.get_attribute("id") for option in selected.all()] == ([active] if active else [])
    expect(box).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(places[0].url("laws?", 1))
    assert said == []


def test_the_real_service_serves_and_answers_it(page: Page, said: list[str], tmp_path: Path) -> None:
    hosts = Hosts()
    with serving(hosts.app()) as port, small_service(tmp_path, origins=(f"http://localhost:{port}",)) as service:
        hosts.service, hosts.prefix = service, ""
        page.goto(f"http://localhost:{port}/strict.html")
        page.get_by_role("button").first.click()
        ask_for(page, "drones fly by day")
        expect(page.locator("qa-search [part=text]")).to_have_text("Drones fly by day. They land by night.")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".qa-text")).to_have_text("Drones fly by day. They land by night.")
        assert page.url.startswith(f"{service}/p/rules/1/1?at=")
        page.go_back()
        page.get_by_role("button").first.click()
        ask_for(page, "x" * 501)
        expect(status_of(page)).to_have_text("The question has 501 characters: at most 500 are read.")
    assert said == [line for line in said if "422" in line]


def test_a_dialog_gives_the_focus_back(page: Page, said: list[str], places: tuple[Service, str]) -> None:
    go(page, places, "strict.html")
    link = page.get_by_role("link", name="A link behind")
    dialog = page.get_by_role("dialog", name="Search the document")
    for closing in ("Escape", "Close"):
        link.focus()
        page.keyboard.press("Control+k")
        expect(box_of(page)).to_be_focused()
        page.keyboard.press("Control+k")
        ask_for(page, "laws")
        expect(options_of(page)).to_have_count(3)
        page.keyboard.press("ArrowDown")
        if closing == "Escape":
            page.keyboard.press("Escape")
        else:
            page.get_by_role("button", name=closing).click()
        expect(dialog).to_be_hidden()
        expect(link).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Shift+K")
    assert dialog.is_hidden()
    assert said == []


def test_a_box_in_the_page_folds_its_list(page: Page, said: list[str], places: tuple[Service, str]) -> None:
    # The page loads the widget from two addresses, too.
    go(page, places, "inline.html?ATTRIBUTES=inline")
    assert page.locator("qa-search [role=combobox]").count() == 1
    box = box_of(page)
    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    ask_for(page, "laws")
    expect(options_of(page).first).to_be_visible()
    for key, expanded in (
        ("Escape", "false"),
        ("ArrowDown", "true"),
        ("Alt+ArrowUp", "false"),
        ("Alt+ArrowDown", "true"),
    ):
        page.keyboard.press(key)
        assert box.get_attribute("aria-expanded") == expanded, key
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="All results")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="A link behind")).to_be_focused()
    expect(options_of(page).first).to_be_hidden()
    box.click()
    expect(options_of(page).first).to_be_visible()
    page.get_by_role("heading").click()
    expect(options_of(page).first).to_be_hidden()
    box.press("Escape")
    expect(box).to_have_value("")
    assert said == []


def test_an_answer_to_an_earlier_question_is_dropped(page: Page, said: list[str], places: tuple[Service, str]) -> None:
    asked = go(page, places, "inline.html?ATTRIBUTES=inline")
    page.evaluate("addEventListener('qa-results', ({ detail }) => (window.last = [...(window.last ?? []), detail]))")
    ask_for(page, "slow weather")
    expect(status_of(page)).to_have_text("Searching…")
    ask_for(page, "laws")
    expect(options_of(page)).to_have_count(3)
    page.wait_for_timeout(1_000)
    assert [one["q"] for one in asked] == ["slow weather", "laws"]
    assert page.evaluate("window.last") == [{"question": "laws", "status": "answered", "count": 3}]
    assert status_of(page).text_content() == "3 passages. Strong match."
    assert said == []


def test_a_question_that_is_not_answered_leads_to_the_nearest_sections(
    page: Page, places: tuple[Service, str], ask: Asked
) -> None:
    go(page, places, "inline.html?ATTRIBUTES=inline")
    ask_for(page, "the weather")
    sections = [passage.section for passage in ask.passages]
    expect(page.locator("qa-search [part=heading]")).to_have_text([section.title for section in sections])
    assert page.locator("qa-search [part=text]").count() == 0
    expect(status_of(page)).to_contain_text("does not say. You could ask in other words")
    options_of(page).last.click()
    page.wait_for_url(places[0].url("the weather", -1))


def test_whatever_goes_wrong_is_one_plain_sentence(page: Page, said: list[str], places: tuple[Service, str]) -> None:
    asked = go(page, places, "inline.html?ATTRIBUTES=inline")
    ask_for(page, "laws")
    expect(options_of(page)).to_have_count(3)
    ask_for(page, "down")
    away = "The search cannot be reached right now. Please try again in a few minutes."
    expect(status_of(page)).to_have_text(away)
    assert options_of(page).count() == 0
    ask_for(page, "busy")
    expect(status_of(page)).to_have_text("Too many questions at once. Seconds until yours is asked: 1.")
    expect(options_of(page)).to_have_count(3)
    ask_for(page, "x" * 501)
    expect(status_of(page)).to_have_text("The question has 501 characters: at most 500 are read.")
    for nowhere in ("http://127.0.0.1:9", "http://", f"{places[0].origin}/qa/search"):
        page.locator("qa-search").evaluate("(element, url) => element.setAttribute('service', url)", nowhere)
        ask_for(page, "laws")
        expect(status_of(page)).to_have_text(away)
    assert [one["q"] for one in asked][:4] == ["laws", "down", "busy", "busy"]
    # The browser tells of requests that failed; the widget says nothing.
    assert all("Failed to load resource" in line or "CORS policy" in line for line in said), said


def test_without_scripts_or_without_the_file_the_link_of_the_page_stays(
    browser: Browser, page: Page, places: tuple[Service, str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.goto(f"{places[1]}/strict.html")
    assert plain.get_by_role("link", name="Search the document on its own page").is_visible()
    context.close()
    page.goto(f"{places[1]}/styled.html?SCRIPT=missing.js")
    assert page.get_by_role("link", name="Search on a page of its own").first.is_visible()


COMPUTED = """() => [...document.querySelectorAll(":not(qa-search, qa-search *, script)")].map(element => {
    const style = getComputedStyle(element);
    return [element.tagName, ...[...style].map(name => `${name}: ${style.getPropertyValue(name)}`)];
})"""
INSIDE = """() => [...document.querySelectorAll("qa-search")].flatMap(element =>
    [...element.shadowRoot.querySelectorAll("*")].map(inner => {
        const style = getComputedStyle(inner);
        const moved = /^--|-size$|width|height|origin|inset|^(top|left|right|bottom|perspective)/;
        return [inner.tagName, ...[...style].filter(name => !moved.test(name))
            .map(name => `${name}: ${style.getPropertyValue(name)}`)];
    }))"""


def test_neither_page_nor_widget_changes_the_style_of_the_other(page: Page, places: tuple[Service, str]) -> None:
    inside = []
    for style in ("places.css", "bootstrap-reboot.css", "tailwind-preflight.css", "hostile.css"):
        page.goto(f"{places[1]}/styled.html?SCRIPT=missing.js&STYLE={style}")
        without = page.evaluate(COMPUTED)
        go(page, places, f"styled.html?STYLE={style}")
        assert page.evaluate(COMPUTED) == without
        page.keyboard.press("Control+k")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("combobox").fill("laws")
        expect(dialog.get_by_role("option")).to_have_count(3)
        assert page.evaluate(COMPUTED) == without
        inside.append(page.evaluate(INSIDE))
    assert inside[1:] == inside[:1] * 3
    assert len(without) > 15


def test_keys_of_an_input_method_ask_nothing(page: Page, context: BrowserContext, places: tuple[Service, str]) -> None:
    asked = go(page, places, "inline.html?ATTRIBUTES=inline&LANGUAGE=ja")
    box_of(page).focus()
    typing = context.new_cdp_session(page)
    for text in ("ほ", "ほう", "法律"):
        typing.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert asked == []
    typing.send("Input.insertText", {"text": "法律"})
    expect(options_of(page)).to_have_count(3)
    assert asked == [{"q": "法律"}]
    assert page.locator("qa-search [part=page]").first.text_content() == "7ページ"
    assert (status_of(page).text_content(), status_of(page).get_attribute("lang")) == ("3件の記載。一致度：高", "ja")


def test_attributes_say_what_is_asked_and_in_which_words(page: Page, places: tuple[Service, str]) -> None:
    given = "document=factsheet-2025 results=2 label-button=Chercher document-lang=fr lang=fr shortcut=alt+s"
    asked = go(page, places, f"inline.html?ATTRIBUTES={given.replace(' ', '%20').replace('+', '%2B')}")
    button = page.get_by_role("button", name="Chercher")
    assert button.get_attribute("aria-keyshortcuts") == "Alt+S"
    page.keyboard.press("Control+k")
    assert page.get_by_role("dialog").is_hidden()
    page.keyboard.press("Alt+s")
    box_of(page).fill("of two")
    expect(options_of(page)).to_have_count(3)
    assert asked == [{"q": "of two", "k": "2", "document": "factsheet-2025"}]
    names = page.locator("qa-search [part=document]").all_text_contents()
    assert names == ["Factsheet of AI Safety in Japan 2025", "by-law", "Factsheet of AI Safety in Japan 2025"]
    assert page.locator("qa-search [part=text]").first.get_attribute("lang") == "fr"
    link = page.get_by_role("link", name="All results")
    assert link.get_attribute("href") == f"{places[0].origin}/qa/search?q=of+two&document=factsheet-2025"


def test_a_page_hears_what_is_done_and_may_stop_it(page: Page, places: tuple[Service, str], ask: Asked) -> None:
    go(page, places, "inline.html")
    page.evaluate("""() => {
        window.heard = [];
        window.typed = [];
        document.addEventListener("keydown", ({ key }) => typed.push(key));
        for (const name of ["qa-open", "qa-select"]) document.addEventListener(name, event => {
            heard.push([name, event.detail]);
            if (heard.length !== 2) event.preventDefault();
        });
    }""")
    button = page.get_by_role("button")
    button.click()
    assert page.get_by_role("dialog").is_hidden()
    button.click()
    ask_for(page, "laws")
    options_of(page).first.click()
    selected = {"question": "laws", "id": ask.passages[0].id, "url": places[0].url("laws", 0), "newTab": False}
    assert page.evaluate("heard") == [["qa-open", {}], ["qa-open", {}], ["qa-select", selected]]
    assert page.url.startswith(places[1])
    # Keys that a page has for itself, such as "s" for its own search, are not pressed by typing here.
    box_of(page).press("s")
    box_of(page).press("Control+s")
    assert page.evaluate("typed").count("s") == 1


@pytest.mark.parametrize("by", ["Control and click", "middle click", "Control and Enter"])
def test_a_new_tab_opens_on_request(page: Page, context: BrowserContext, places: tuple[Service, str], by: str) -> None:
    go(page, places, "inline.html?ATTRIBUTES=inline")
    ask_for(page, "laws")
    second = options_of(page).nth(1)
    expect(second).to_be_visible()
    with context.expect_page() as opened:
        if by == "Control and click":
            second.click(modifiers=["Control"])
        elif by == "middle click":
            second.click(button="middle")
        else:
            for key in ("ArrowDown", "ArrowDown", "Control+Enter"):
                page.keyboard.press(key)
    expect(opened.value).to_have_url(places[0].url("laws", 1))
    assert opened.value.evaluate("[opener, document.referrer]") == [None, ""]
    opened.value.close()
    assert page.url.startswith(places[1])


def test_the_list_stays_while_another_window_is_used(
    page: Page, context: BrowserContext, places: tuple[Service, str]
) -> None:
    go(page, places, "inline.html?ATTRIBUTES=inline")
    ask_for(page, "laws")
    expect(options_of(page)).to_have_count(3)
    page.evaluate("addEventListener('blur', () => (window.left = true))")
    # The driver else tells every page that it has the focus.
    context.new_cdp_session(page).send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    other = context.new_page()
    other.bring_to_front()
    page.wait_for_function("() => window.left")
    assert box_of(page).get_attribute("aria-expanded") == "true"
    other.close()


def test_recent_questions_are_kept_only_where_the_page_asks_for_it(page: Page, places: tuple[Service, str]) -> None:
    go(page, places, "inline.html?ATTRIBUTES=inline")
    ask_for(page, "laws")
    expect(options_of(page)).to_have_count(3)
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    for question in ("laws", "the weather", "laws"):
        asked = go(page, places, "inline.html?ATTRIBUTES=recent")
        page.keyboard.press("Control+k")
        ask_for(page, question)
        expect(options_of(page)).to_have_count(3)
    box_of(page).fill("")
    expect(options_of(page)).to_have_text(["laws", "the weather"])
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(status_of(page)).to_contain_text("does not say")
    assert asked == [{"q": "laws"}, {"q": "the weather"}]
    box_of(page).fill("")
    page.get_by_role("button", name="Forget them").click()
    expect(options_of(page)).to_have_count(0)
    expect(box_of(page)).to_be_focused()
    assert page.evaluate("sessionStorage.length") == 0


def test_where_nothing_can_be_stored_questions_are_asked_all_the_same(page: Page, places: tuple[Service, str]) -> None:
    page.goto(f"{places[1]}/sandbox.html")
    frame = page.frame_locator("iframe")
    box = frame.get_by_role("combobox")
    box.fill("laws")
    box.press("Enter")
    # A page in a sandbox has no origin that a service could allow.
    expect(frame.locator("qa-search [role=status]")).to_have_text(
        "The search cannot be reached right now. Please try again in a few minutes."
    )


def test_a_narrow_page_scrolls_in_one_direction_and_is_easy_to_hit(page: Page, places: tuple[Service, str]) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for attributes in ("recent", "inline%20recent"):
        go(page, places, f"inline.html?ATTRIBUTES={attributes}")
        page.keyboard.press("Control+k")
        ask_for(page, "laws")
        expect(options_of(page)).to_have_count(3)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        cut_off = "e => e.getBoundingClientRect().right > 320 || e.scrollWidth > e.clientWidth + 1"
        parts = page.locator("qa-search :is(dialog, .box, p, [role], [part=text])")
        assert parts.evaluate_all(f"all => all.filter({cut_off}).length") == 0
        for target in page.locator("qa-search :is(button, a, input, [role=option])").all():
            area = target.bounding_box()
            assert area is None or min(area["width"], area["height"]) >= 24
    go(page, places, "inline.html")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog").bounding_box()
    assert dialog
    assert (dialog["x"], dialog["width"]) == (0, 320)


def test_a_page_from_right_to_left_is_mirrored_but_for_its_english(page: Page, places: tuple[Service, str]) -> None:
    sides = {}
    for direction in ("ltr", "rtl"):
        go(page, places, f"inline.html?DIRECTION={direction}")
        page.keyboard.press("Control+k")
        ask_for(page, "laws")
        expect(options_of(page)).to_have_count(3)
        title, close = page.locator("qa-search label"), page.get_by_role("button", name="Close")
        boxes = title.bounding_box(), close.bounding_box()
        assert boxes[0]
        assert boxes[1]
        sides[direction] = boxes[0]["x"] < boxes[1]["x"]
        for text in (page.locator("qa-search [part=text]").first, status_of(page)):
            assert text.evaluate("element => getComputedStyle(element).direction") == "ltr"
    assert sides == {"ltr": True, "rtl": False}


def test_the_active_option_is_seen_in_forced_colours(page: Page, places: tuple[Service, str]) -> None:
    page.emulate_media(forced_colors="active")
    go(page, places, "inline.html?ATTRIBUTES=inline")
    ask_for(page, "laws")
    page.keyboard.press("ArrowDown")
    expect(options_of(page)).to_have_count(3)
    page.keyboard.press("ArrowDown")
    outlines = options_of(page).evaluate_all("all => all.map(e => getComputedStyle(e).outlineStyle)")
    assert sorted(outlines) == ["none", "none", "solid"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["inline.html", "inline.html?ATTRIBUTES=inline%20recent", "demo.html"])
def test_axe_finds_nothing(page: Page, places: tuple[Service, str], path: str, scheme: str) -> None:
    part = "html" if path == "demo.html" else "qa-search"
    axe = needs_node(AXE).read_text(encoding="utf-8")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    go(page, places, path)

    def violations() -> list[str]:
        # Of the bare page only the widget is its matter.
        found = page.evaluate("async (part) => JSON.stringify((await axe.run(part)).violations)", part)
        return [f"{one['id']}: {node['html']}" for one in json.loads(found) for node in one["nodes"]]

    page.evaluate(axe)
    assert violations() == []
    page.keyboard.press("Control+k")
    assert violations() == []
    box = page.locator("qa-search:not([inline]) [role=combobox]" if "inline%20" not in path else "[role=combobox]")
    for question in ("laws", "the weather"):
        box.fill(question)
        box.press("Enter")
        expect(page.locator("[aria-expanded=true] ~ [part=panel] [role=option]")).to_have_count(3)
        box.press("ArrowDown")
        assert violations() == []


def test_the_demo_runs_under_its_own_policy(page: Page, said: list[str], places: tuple[Service, str]) -> None:
    go(page, places, "demo.html")
    page.keyboard.press("Control+k")
    box = page.get_by_role("dialog").get_by_role("combobox")
    box.fill("laws")
    expect(page.get_by_role("dialog").get_by_role("option")).to_have_count(3)
    box.press("Escape")
    inline = page.locator("qa-search[inline] [role=combobox]")
    inline.fill("the weather")
    expect(page.locator("qa-search[inline] [role=option]")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert said == []


def test_the_file_is_small() -> None:
    assert len(gzip.compress(BUILT.read_bytes(), 9, mtime=0)) <= SIZE_MAX


def test_the_file_is_built_from_the_source_to_the_byte(tmp_path: Path) -> None:
    needs_node(WIDGET / "node_modules")
    subprocess.run([shutil.which("node") or "node", WIDGET / "build.mjs", tmp_path / "widget.js"], check=True)
    assert (tmp_path / "widget.js").read_bytes() == BUILT.read_bytes()


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_source_passes_its_own_checks(script: str) -> None:
    needs_node(WIDGET / "node_modules")
    done = subprocess.run(["npm", "run", script], cwd=WIDGET, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
