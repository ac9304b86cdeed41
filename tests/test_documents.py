"""Several documents: searched together, each named, and one asked alone; with the real model on real processes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from warm import run_qa

from qa.answers import Assistant
from qa.encoder import SentenceEncoder
from qa.errors import QuestionError
from qa.index import open_index
from qa.settings import read_settings
from qa.types import Answer

BYLAW = "By-law on Community Gardens of the Town of Ellerby"
FACTSHEET = "Factsheet of AI Safety in Japan 2025"
NEXT = "You could ask in other words, or look into the closest sections."
UNKNOWN = "there is no document 'other': there are bylaw, factsheet-2025"
QUESTIONS = (
    "When is the fee due?",
    "Which laws regulate drones?",
    "Who keeps the waiting list?",
    "rules on generative AI",
    "how do I bake sourdough bread",
    "AI法はいつ全面施行されましたか",
)


@pytest.fixture(scope="module")
def two(environment_of_two: dict[str, str], encoder: SentenceEncoder) -> Assistant:
    settings = read_settings({name: environment_of_two[name] for name in ("QA_CORPUS", "QA_INDEX")})
    return Assistant(open_index(settings.corpus, settings.index, encoder), encoder, settings)


@pytest.fixture(scope="module")
def client(service_of_two: str) -> httpx.Client:
    return httpx.Client(base_url=service_of_two, trust_env=False)


@pytest.fixture(params=[(1280, "light"), (375, "dark")], ids=["desk", "phone"])
def page(browser: Browser, service_of_two: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, scheme = request.param
    page = browser.new_page(viewport={"width": width, "height": 667}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda r: said.append(r.url) if not r.url.startswith((service_of_two, "data:")) else None)
    yield page
    page.close()
    assert said == []


def documents(answer: Answer) -> set[str]:
    """What is shown is from these."""
    return {passage.document for passage in (*(quote.hit.passage for quote in answer.quotes), *answer.nearest)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_document_asked_alone_shows_its_own_passages_with_the_scores_they_have_among_all(
    two: Assistant, question: str
) -> None:
    among_all = {quote.hit.passage.id: quote.hit for quote in two.ask(question, 20).quotes}
    for document in ("bylaw", "factsheet-2025", "bylaw"):
        answer = two.ask(question, 20, document)
        assert documents(answer) <= {document}
        assert answer.document is two.index.documents[document]
        for hit in (quote.hit for quote in answer.quotes):
            found = among_all.get(hit.passage.id, hit)
            assert hit.score == pytest.approx(found.score, abs=1e-6)
            assert hit.sentence == found.sentence


def test_the_confidence_is_that_of_the_document_asked(two: Assistant) -> None:
    question = "When is the fee due?"
    together, bylaw, factsheet = (two.ask(question, 5, document) for document in (None, "bylaw", "factsheet-2025"))
    assert together.confidence == pytest.approx(bylaw.confidence, abs=1e-6)
    assert factsheet.confidence < bylaw.confidence - 0.1


@pytest.mark.parametrize("question", QUESTIONS)
def test_with_one_document_the_filter_changes_nothing(assistant: Assistant, question: str) -> None:
    assert assistant.ask(question, 20, "factsheet-2025") == assistant.ask(question, 20)


@pytest.mark.parametrize("document", ["other", "", "Bylaw", "bylaw/", "\ud800", "x" * 500])
def test_an_unknown_document_is_told_with_those_known(two: Assistant, document: str) -> None:
    with pytest.raises(QuestionError, match=r"there is no document .*: there are bylaw, factsheet-2025$"):
        two.ask("fees", document=document)


def test_no_two_places_are_one(two: Assistant) -> None:
    ids = [passage.id for passage in two.index.passages]
    assert len(ids) == len(set(ids))
    for passage in two.index.passages:
        assert two.addresses.passages(passage.id) == (passage,)
        section = two.addresses.passages(f"{passage.document}/{passage.section.place}")
        assert {other.document for other in section} == {passage.document}


QUESTION_OF = {"bylaw": QUESTIONS[0], "factsheet-2025": QUESTIONS[1], None: "rules on fees and permits"}


@pytest.mark.parametrize("document", [None, "bylaw", "factsheet-2025"])
def test_the_api_names_the_document_of_each_passage(client: httpx.Client, document: str | None) -> None:
    wish = {"document": document} if document else {}
    got = client.get("/api/search", params={"q": QUESTION_OF[document], "k": 20, **wish})
    posted = client.post("/api/search", json={"question": QUESTION_OF[document], "k": 20, "document": document})
    assert got.status_code == 200
    assert got.content == posted.content
    answer = got.json()
    assert len(answer["results"]) == 20
    assert {each["document"] for each in answer["results"]} == {document} if document else {"bylaw", "factsheet-2025"}
    assert answer["document"]["id"] == answer["results"][0]["document"]
    for result in answer["results"]:
        assert result["id"].startswith(f"{result['document']}/")
    for result in (answer["results"][0], answer["results"][-1]):
        shown = client.get(result["permalink"])
        assert shown.status_code == 200
        assert (BYLAW if result["document"] == "bylaw" else FACTSHEET).replace("-", "&#45;") in shown.text


def test_the_api_refuses_what_is_no_document(client: httpx.Client) -> None:
    refused = [
        client.get("/api/search", params={"q": "fees", "document": "other"}),
        client.post("/api/search", json={"question": "fees", "document": "other"}),
    ]
    for response in refused:
        assert (response.status_code, response.json()["error"]["message"]) == (422, f"T{UNKNOWN[1:]}.")
    assert client.get("/api/search", params={"q": "fees", "document": ""}).status_code == 422
    for odd in (7, ["bylaw"], {"id": "bylaw"}, "\ud800"):
        body = json.dumps({"question": "fees", "document": odd})
        assert client.post("/api/search", content=body, headers={"Content-Type": "application/json"}).is_client_error


def test_the_description_tells_of_the_document(client: httpx.Client) -> None:
    description: dict[str, Any] = client.get("/openapi.json").json()
    parameters = description["paths"]["/api/search"]["get"]["parameters"]
    parameter = next(each for each in parameters if each["name"] == "document")
    field = description["components"]["schemas"]["SearchRequest"]["properties"]["document"]
    for told in (parameter["schema"], field):
        assert told["description"] == "The id of the only document to search; without it all are searched."
        assert told["examples"] == ["factsheet-2025"]


def ask(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return run_qa("ask", *arguments, env=environment)


def test_a_terminal_names_the_document_of_each_passage(environment_of_two: dict[str, str]) -> None:
    shown = ask(environment_of_two, "Which laws regulate drones?", "-k", "2", "--document", "bylaw").stdout
    assert f" · {BYLAW}\n" in shown
    assert FACTSHEET not in shown
    shown = ask(environment_of_two, "how to boil an egg").stdout
    assert shown.startswith(f"The documents do not say. {NEXT}\n")
    places = shown.partition("Closest sections:\n")[2].splitlines()[:3]
    assert all(place.endswith((f" · {BYLAW}", f" · {FACTSHEET}")) for place in places)


def test_the_command_line_asks_as_the_api_does(environment_of_two: dict[str, str], client: httpx.Client) -> None:
    shown = ask(environment_of_two, "When is the fee due?", "--document", "bylaw", "--json")
    answer = client.get("/api/search", params={"q": "When is the fee due?", "document": "bylaw"}).json()
    assert json.loads(shown.stdout) == answer
    refused = ask(environment_of_two, "When is the fee due?", "--document", "other")
    assert (refused.returncode, refused.stdout, refused.stderr) == (1, "", f"qa: {UNKNOWN}\n")


def test_a_person_chooses_a_document_and_goes_back_to_all(page: Page, service_of_two: str) -> None:
    page.goto(service_of_two)
    choice = page.get_by_label("Search in")
    expect(choice).to_have_value("All documents")
    choice.click()
    assert page.get_by_role("option").all_text_contents() == [
        mark + title for mark, title in (("✓ ", "All documents"), ("✓ ", BYLAW), ("✓ ", FACTSHEET))
    ]
    page.get_by_role("option", name=BYLAW).click()
    put(page, "When is the fee due?", 1)
    expect(page.locator(".qa-only")).to_have_text(f"Only in {BYLAW}")
    paths = page.locator("#answer-1 .qa-card .qa-path").all_text_contents()
    assert len(paths) == 5
    assert all(path.startswith(BYLAW) for path in paths)
    expect(page.locator("#answer-1 .qa-document")).to_have_text(f"{BYLAW}Read the whole document")
    choice.click()
    page.get_by_role("option", name="All documents").click()
    put(page, "Which laws regulate drones?", 2)
    # Each question keeps the document it was asked of.
    expect(page.locator(".qa-only")).to_have_count(1)
    assert page.locator("#answer-1 .qa-card .qa-path").all_text_contents() == paths
    expect(page.locator("#answer-2 .qa-card .qa-path").first).to_contain_text(f"{FACTSHEET} › 1")
    with page.expect_popup() as opened:
        page.locator("#answer-1 .qa-permalink").first.click()
    expect(opened.value.locator(".qa-path")).to_contain_text(BYLAW)


def test_an_address_names_the_document(page: Page, service_of_two: str) -> None:
    page.goto(f"{service_of_two}/?q=Which+laws+regulate+drones&document=factsheet-2025")
    expect(page.locator(".qa-only")).to_have_text(f"Only in {FACTSHEET}")
    expect(page.get_by_label("Search in")).to_have_value(FACTSHEET)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{service_of_two}/?q=how+to+boil+an+egg")
    expect(page.locator(".qa-status")).to_have_text(f"The documents do not say. {NEXT}")
    near = page.locator(".qa-nearest .qa-from").all_text_contents()
    assert len(near) == 3
    # Below them, each of their documents once.
    titles = [name.removeprefix("· ") for name in dict.fromkeys(near)]
    assert page.locator("#answer-1 .qa-document cite").all_text_contents() == titles
    page.goto(f"{service_of_two}/?q=how+to+boil+an+egg&document=bylaw")
    expect(page.locator(".qa-status")).to_have_text(f"“{BYLAW}” does not say. {NEXT}")
    page.goto(f"{service_of_two}/?q=drones&document=other")
    expect(page.locator(".qa-status")).to_have_text(f"T{UNKNOWN[1:]}.")
    expect(page.get_by_label("Search in")).to_have_value("All documents")
    page.goto(f"{service_of_two}/?document=bylaw")
    expect(page.get_by_label("Search in")).to_have_value(BYLAW)
    expect(page.locator(".qa-status")).to_have_count(0)


def test_a_choice_by_keyboard(page: Page, service_of_two: str) -> None:
    page.goto(service_of_two)
    choice = page.get_by_label("Search in")
    choice.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(choice).to_have_value(BYLAW)
    page.keyboard.press("Tab")
    expect(page.get_by_label("Your question")).to_be_focused()


def put(page: Page, question: str, turn: int) -> None:
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator(f"#answer-{turn} .qa-status")).to_be_visible()
