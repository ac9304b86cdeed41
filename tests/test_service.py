"""The whole chain in a real browser: a question typed, the factsheet's own words read back."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from qa.types import Document


def test_a_person_asks_and_reads(browser: Browser, service: str, factsheet: Document) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda r: said.append(r.url) if not r.url.startswith((service, "data:")) else None)
    page.goto(service)
    page.get_by_label("Your question").fill("When was the AI Act fully enforced?")
    page.get_by_role("button", name="Ask", exact=True).click()
    card = page.locator(".qa-card").first
    expect(card.locator(".qa-label")).to_have_text("1.3 › 1) › a)")
    expect(card.locator(".qa-page")).to_have_text("Page 4")
    text = card.locator(".qa-text").text_content()
    assert text
    assert text in factsheet.text
    assert "was fully enforced on September 1" in text
    links = [link.get_attribute("href") for link in card.locator(".qa-sources a").all()]
    assert links == [source.url for source in factsheet.notes[11].sources]
    # The permalink opens the same words without scripts.
    with page.expect_popup() as opened:
        card.locator(".qa-permalink").click()
    expect(opened.value.locator(".qa-text mark")).to_have_text(text)
    expect(opened.value.locator(".qa-citation")).to_contain_text(f"“{text}” — Japan AI Safety Institute")
    assert said == []


def test_an_example_answers_by_a_click(browser: Browser, service: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 700})
    page.goto(service)
    page.get_by_role("button", name="Who leads the AI Strategic Headquarters?").click()
    expect(page.locator(".qa-text").first).to_contain_text("the Prime Minister as its head")
    expect(page.locator(".qa-label").first).to_have_text("2 › 1)")


def test_a_question_off_the_subject_is_declined(browser: Browser, service: str) -> None:
    page = browser.new_page()
    page.goto(f"{service}/?q=how+to+boil+an+egg")
    expect(page.locator(".qa-status")).to_have_text(
        "“Factsheet of AI Safety in Japan 2025” does not say. "
        "You could ask in other words, or look into the closest sections."
    )
    expect(page.locator(".qa-nearest li")).to_have_count(3)
    with page.expect_popup() as opened:
        page.locator(".qa-nearest a").first.click()
    expect(opened.value.locator(".qa-card").first).to_be_visible()
