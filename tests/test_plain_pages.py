"""The pages without scripts: what they say, to the character, and in whose language."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser, expect
from test_widget import AXE, needs_node

from qa.reading.corpus import read_document
from qa.types import Document
from qa.ui.plain import document_page, search_page

SHAPES = sorted((Path(__file__).parent / "data" / "shapes").glob("*.md"))


class Reader(HTMLParser):
    """The words of a page by the classes of the elements around them, and all its links and anchors."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        self.links += [named["href"] or ""] if tag == "a" else []
        self.ids += [named["id"] or ""] if "id" in named else []
        if tag not in ("meta", "link", "input"):
            self.open.append(named.get("class") or tag)
            self.words.setdefault(self.open[-1], []).append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (the base class gives it)
        self.open.pop()

    def handle_data(self, data: str) -> None:
        # What cites a footnote is not among the words of a paragraph.
        inside = self.open[self.open.index("qa-reference") :] if "qa-reference" in self.open else self.open
        for name in set(inside):
            self.words[name][-1] += data


@pytest.fixture(scope="module")
def client(service: str) -> httpx.Client:
    return httpx.Client(base_url=service, trust_env=False, headers={"Accept": "text/html"})


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_a_document_is_shown_whole(path: Path) -> None:
    check_whole(read_document(path))


def test_the_factsheet_is_shown_whole(factsheet: Document) -> None:
    page = check_whole(factsheet)
    assert [link for link in page.links if link.startswith("#qa-note-")] == [
        f"#qa-note-{number}" for number in cited_in_order(factsheet)
    ]
    for source in (source for note in factsheet.notes for source in note.sources):
        assert source.url in page.links


def check_whole(document: Document) -> Reader:
    page = Reader(document_page("", document, "en"))
    paragraphs = [document.text[a:b] for section in document.sections for a, b in section.paragraphs]
    assert page.words.get("qa-paragraph", []) == paragraphs
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert not link.startswith("#") or link[1:] in page.ids
    return page


def cited_in_order(document: Document) -> list[int]:
    cited: list[int] = []
    for section in document.sections:
        cited += section.heading_notes
        for start, end in section.paragraphs:
            cited += [reference.note for reference in document.references if start <= reference.offset <= end]
    return cited


def test_all_that_a_document_page_leads_to_is_there(client: httpx.Client, factsheet: Document) -> None:
    page = Reader(client.get(f"/d/{factsheet.id}").text)
    own = [link for link in page.links if link.startswith("/")]
    assert len(own) > len(factsheet.sections) / 2
    for link in own:
        assert client.get(link).status_code == 200, link


def test_a_passage_stands_marked_in_its_section(client: httpx.Client, factsheet: Document) -> None:
    section = next(section for section in factsheet.sections if section.title == "Civil Aeronautics Act")
    (first, _), (_, last) = section.paragraphs[0], section.paragraphs[-1]
    page = Reader(client.get("/p/factsheet-2025/1.3.5/2").text)
    assert page.words["qa-text"] == [factsheet.text[first:last]]
    (marked,) = page.words["mark"]
    assert marked.startswith("In addition to the Civil Aeronautics Act, drone operations")
    # Below the heading of the same number it is the second.
    assert "/d/factsheet-2025#1.3.5-2" in page.links
    (citation,) = page.words["qa-citation"]
    assert citation.startswith(f"“{marked}” — Japan AI Safety Institute (J-AISI), {factsheet.title} (published ")
    forms = [link for link in page.links if "format=" in link]
    assert len(forms) == 5
    for link in forms:
        cited = client.get(link)
        assert cited.status_code == 200
        assert "dc8d295eb838" in cited.text
        assert cited.headers["content-disposition"].startswith("inline; filename*=UTF-8''factsheet-2025-1.3.5-2.")


def test_a_link_whose_words_are_gone_says_so(client: httpx.Client) -> None:
    page = Reader(client.get("/p/factsheet-2025/1.3.5/2?at=0-10&sha256=000000000000").text)
    assert page.words["qa-retired"] == ["The words that this link was made for are no longer in the document. "
                                        "This is what stands here now."]  # fmt: skip


def test_a_search_answers_declines_and_refuses(client: httpx.Client) -> None:
    page = Reader(client.get("/search").text)
    assert "qa-status" not in page.words
    page = Reader(client.get("/search", params={"q": "Which laws regulate drones?", "k": "2"}).text)
    assert page.words["qa-status"][0].startswith("2 passages. ")
    assert len(page.words["qa-text"]) == 2
    assert not [name for name in page.words if "copy" in name or ("skip" in name and name != "qa-skip")]
    for link in (link for link in page.links if link.startswith("/p/")):
        assert client.get(link).status_code == 200
    page = Reader(client.get("/search", params={"q": "recipe for apple pie"}).text)
    assert page.words["qa-status"][0].startswith("“Factsheet of AI Safety in Japan 2025” does not say.")
    assert len([link for link in page.links if link.startswith("/p/")]) == 3
    for query, words in (
        ({"q": "x" * 501}, "The question has 501 characters: at most 500 are read."),
        ({"q": "x", "k": "0"}, "K is 0: wanted is a whole number from 1 to 20."),
        ({"q": "x", "document": "none"}, "There is no document 'none': there are factsheet-2025."),
    ):
        refused = client.get("/search", params=query)
        assert (refused.status_code, Reader(refused.text).words["qa-status"]) == (422, [words])


def test_pages_speak_the_readers_language(client: httpx.Client) -> None:
    japanese = {"Accept-Language": "fr, ja;q=0.8, en;q=0.5"}
    for path in ("/search", "/p/factsheet-2025/1.3.5/2", "/d/factsheet-2025"):
        assert '<html lang="en">' in client.get(path).text
        shown = client.get(path, headers=japanese)
        assert '<html lang="ja">' in shown.text
        assert shown.headers["vary"] == "Accept-Language"
    # A question has its own.
    assert '<html lang="ja">' in client.get("/search", params={"q": "AI法はいつ施行された？"}).text
    assert '<html lang="en">' in client.get("/search", params={"q": "drones"}, headers=japanese).text


def test_what_is_refused_is_a_page_for_people_and_json_for_programs(client: httpx.Client) -> None:
    for path in ("/nothing", "/p/none", "/d/none"):
        page = client.get(path)
        assert (page.status_code, Reader(page.text).words["h1"]) == (404, ["Nothing is here"])
        plain = client.get(path, headers={"Accept": "*/*"})
        assert plain.json()["error"]["code"] == "not_found"
    assert client.get("/api/nothing").json()["error"]["code"] == "not_found"


def test_below_a_prefix_all_links_are_below_it(factsheet: Document) -> None:
    documents = {factsheet.id: factsheet, "x": replace(factsheet, id="x")}
    for page in (search_page("/qa", documents, "laws"), document_page("/qa", factsheet, "en")):
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page)
        assert links
        assert [link for link in links if not link.startswith("/qa/")] == []


def test_they_fit_a_narrow_window_and_are_silent(browser: Browser, service: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 640}, color_scheme="dark")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    for path in ("/search?q=Which+laws+regulate+drones%3F", "/p/factsheet-2025/1.4.1", "/d/factsheet-2025"):
        page.goto(service + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.keyboard.press("Tab")
        expect(page.locator(".qa-skip")).to_be_focused()
    page.goto(f"{service}/search")
    page.get_by_label("Your question").fill("Who leads the AI Strategic Headquarters?")
    page.keyboard.press("Enter")
    expect(page.locator(".qa-text").first).to_contain_text("the Prime Minister as its head")
    page.close()
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=Which+laws+regulate+drones%3F",
        "/search",
        "/search?q=Which+laws+regulate+drones%3F",
        "/search?q=recipe+for+apple+pie",
        "/p/factsheet-2025/1.3.5/2",
        "/d/factsheet-2025",
        "/nothing",
    ],
)
def test_axe_finds_nothing(browser: Browser, service: str, path: str, scheme: Literal["light", "dark"]) -> None:
    axe = needs_node(AXE).read_text(encoding="utf-8")
    # The pages' own policy lets no other script in.
    page = browser.new_page(color_scheme=scheme, bypass_csp=True)
    page.goto(service + path)
    if path.startswith("/?"):
        expect(page.locator(".qa-card").first).to_be_visible()
    elif path == "/":
        expect(page.get_by_label("Your question")).to_be_visible()
    page.evaluate(axe)
    found = page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
    page.close()
    assert [f"{one['id']}: {node['html']}" for one in json.loads(found) for node in one["nodes"]] == []
