"""The LangChain retriever, over the real index."""

from __future__ import annotations

import asyncio
import json

import pytest
from langchain_core.documents import Document as Found
from langchain_core.runnables import RunnableLambda

from qa import types
from qa.answers import Assistant
from qa.contract import answer_body
from qa.errors import IndexMissing, QuestionError
from qa.integrations.langchain import PassageRetriever
from qa.settings import Settings

DRONES = "Which laws regulate drones?"
FORCE = "When was the AI Act fully enforced?"
PIE = "recipe for apple pie"


@pytest.fixture(scope="module")
def retriever(assistant: Assistant) -> PassageRetriever:
    return PassageRetriever(assistant=assistant)


def test_documents_are_the_passages_of_the_answer(retriever: PassageRetriever, assistant: Assistant) -> None:
    answer = answer_body(assistant.ask(DRONES))
    found = retriever.invoke(DRONES)
    assert [(one.id, one.page_content) for one in found] == [(result.id, result.text) for result in answer.results]
    for one, result in zip(found, answer.results, strict=True):
        assert one.metadata == {
            **result.model_dump(exclude={"text", "marks"}),
            "confidence": answer.confidence,
        }


def test_metadata_tells_the_place_of_the_words(retriever: PassageRetriever, factsheet: types.Document) -> None:
    found = retriever.invoke(DRONES)
    for one in found:
        assert list(one.metadata) == [
            "document", "section", "label", "title", "headings", "page", "id", "start", "end", "sources", "permalink",
            "score", "confidence",
        ]  # fmt: skip
        assert factsheet.text[one.metadata["start"] : one.metadata["end"]] == one.page_content
    act = next(one for one in found if one.id == "factsheet-2025/1.3.5/2")
    assert (act.metadata["section"], act.metadata["label"], act.metadata["page"]) == ("1.3.5", "1.3 › 5)", 8)
    assert act.metadata["sources"] == [
        {"footnote": 23, "url": "https://www.japaneselawtranslation.go.jp/ja/laws/view/4039", "note": None}
    ]
    # Plain values, as stores and traces write them.
    assert Found.model_validate_json(act.model_dump_json()) == act
    assert json.loads(json.dumps(act.metadata)) == act.metadata


def test_what_the_document_does_not_say_finds_nothing(retriever: PassageRetriever) -> None:
    assert retriever.invoke(PIE) == []


def test_all_ways_of_asking_agree(retriever: PassageRetriever) -> None:
    questions = [DRONES, PIE, FORCE]
    found = [retriever.invoke(question) for question in questions]
    assert [bool(documents) for documents in found] == [True, False, True]
    assert retriever.batch(questions) == found

    async def ask() -> list[list[Found]]:
        return [await retriever.ainvoke(FORCE), *await retriever.abatch(questions)]

    assert asyncio.run(ask()) == [found[2], *found]


def test_it_stands_in_a_chain(retriever: PassageRetriever) -> None:
    def cite(found: list[Found]) -> list[str]:
        return [f"{one.metadata['label']}, page {one.metadata['page']}" for one in found]

    assert (retriever | RunnableLambda(cite)).invoke(FORCE)[0] == "1.3 › 1) › a), page 4"


@pytest.mark.parametrize("k", [1, 20])
def test_as_many_as_asked_for(assistant: Assistant, k: int) -> None:
    assert len(PassageRetriever(assistant=assistant, k=k, document="factsheet-2025").invoke(DRONES)) == k


@pytest.mark.parametrize("query", ["", "x" * 501, "\ud800"])
def test_what_is_no_question_is_refused(retriever: PassageRetriever, query: str) -> None:
    with pytest.raises(QuestionError):
        retriever.invoke(query)
    with pytest.raises(QuestionError):
        asyncio.run(retriever.ainvoke(query))


def test_a_number_or_document_that_cannot_be_is_refused(assistant: Assistant) -> None:
    with pytest.raises(QuestionError, match="k is 21"):
        PassageRetriever(assistant=assistant, k=21).invoke(DRONES)
    with pytest.raises(QuestionError, match="there is no document 'none'"):
        PassageRetriever(assistant=assistant, document="none").invoke(DRONES)


def test_it_opens_the_index_of_the_settings(assistant: Assistant, retriever: PassageRetriever) -> None:
    opened = PassageRetriever.open(assistant.settings, k=2, document="factsheet-2025")
    assert opened.invoke(DRONES) == retriever.invoke(DRONES)[:2]
    with pytest.raises(IndexMissing):
        PassageRetriever.open(Settings(index=assistant.settings.index / "none"))
