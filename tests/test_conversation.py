"""A follow-up is read with what was asked before, a new subject is not; and the page shows which."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, expect

from qa.answers import Assistant
from qa.conversation import converse

FOLLOW_UPS = [
    (("What is the Civil Aeronautics Act about?",), "and which further laws govern it?", "1.3.5"),
    (("Who heads the AI Strategic Headquarters?", "I see"), "and the deputies?", "2.1"),
    (("AI戦略本部とは何ですか",), "それはいつ設置されましたか", "2.1"),
]
SWITCHES = [
    (("Who heads the AI Strategic Headquarters?",), "Which laws regulate drones?", "1.3.5"),
    (("AI戦略本部とは何ですか",), "ドローンを規制する法律は何ですか", "1.3.5"),
]


@pytest.mark.parametrize(("history", "question", "section"), FOLLOW_UPS)
def test_a_follow_up_finds_what_is_meant(
    assistant: Assistant, history: tuple[str, ...], question: str, section: str
) -> None:
    answer = assistant.ask(question, history=history)
    assert section in {quote.hit.passage.section.number for quote in answer.quotes}


@pytest.mark.parametrize(("history", "question", "section"), SWITCHES)
def test_a_new_subject_drops_what_was_said_before(
    assistant: Assistant, history: tuple[str, ...], question: str, section: str
) -> None:
    answer = assistant.ask(question, history=history)
    assert answer.history == ()
    assert answer == assistant.ask(question)
    assert answer.quotes[0].hit.passage.section.number == section


def test_what_is_declined_either_way_is_declined_alone(assistant: Assistant) -> None:
    for question in ("How long does an egg boil?", "hello there", "and the fines for breaking it?"):
        answer = assistant.ask(question, history=["When was the AI Act fully enforced?"])
        assert answer.status != "answered"
        assert answer == assistant.ask(question)


def test_scores_are_the_means_of_both_ways_of_reading(assistant: Assistant) -> None:
    history, query, depth = (
        ["How do hospitals deal with generative AI?"],
        "And how do banks deal with it?",
        len(assistant.index.passages),
    )

    def scores(query: str, history: list[str]) -> dict[str, float]:
        found = converse(assistant.index, assistant.encoder, query, history, depth)
        return {hit.passage.id: hit.score for hit in found.hits}

    alone, together = scores(query, []), scores(f"{history[0]}\n{query}", [])
    means = {id: (score + together[id]) / 2 for id, score in alone.items()}
    both = scores(query, history)
    assert both in (pytest.approx(means), pytest.approx(alone))
    assert list(both.values()) == sorted(both.values(), reverse=True)


def test_what_is_no_question_is_passed_over(assistant: Assistant) -> None:
    assert assistant.ask("What is J-AISI?", history=["", "x" * 501, "half \ud83d"]) == assistant.ask("What is J-AISI?")


@pytest.mark.parametrize("width", [1280, 375], ids=["desk", "phone"])
def test_the_page_says_what_it_was_read_with_and_asks_without_it(browser: Browser, service: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{service}/?q=What+is+the+Hiroshima+code+of+conduct+for+organizations+developing+advanced+AI%3F")
    expect(page.locator("#answer-1")).to_be_visible()
    page.get_by_label("Your question").fill("Mandatory?")
    page.get_by_label("Your question").press("Enter")
    together = page.locator("#answer-2 .qa-together")
    expect(together).to_contain_text("Read together with “What is the Hiroshima code of conduct")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # As all links of an answer, in a tab of its own.
    with page.expect_popup() as opened:
        together.get_by_role("link", name="Ask without it").click()
    expect(opened.value.locator(".qa-question")).to_have_text("Mandatory?")
    expect(opened.value.locator("#answer-1 .qa-status")).to_be_visible()
    expect(opened.value.locator(".qa-together")).to_have_count(0)


def test_the_api_names_what_it_was_read_with(service: str) -> None:
    asked = {"question": "Mandatory?", "history": ["What is the Hiroshima code of conduct for organizations?"]}
    answer = httpx.post(f"{service}/api/search", json=asked, trust_env=False).json()
    assert answer["history"] == asked["history"]
    again = httpx.post(f"{service}/api/search", json=asked | {"history": []}, trust_env=False).json()
    assert again["history"] == []
    assert again["results"] != answer["results"]
