"""Questions with their gold -> what is found and answered for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qa.answers import Assistant
from qa.passages import place_of
from qa.questions import Question, occurrences
from qa.retrieval import DEPTH, Found
from qa.types import Answer, Hit, Passage

# What may be relevant: passages and sections by the evidence, or whatever the qrels of a collection name.
LEVELS = ("passage", "section", "document")
# Passages that count as shown, as in Success@5 and R@5.
SHOWN = 5

Gold = Mapping[str, Mapping[str, int]]
"""Level -> id -> relevance; the finest level comes first."""

Find = Callable[[str, tuple[str, ...]], Found]
"""From a question, and those before it, to its passages, best first, and what else the search tells."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question: the passages in order, the answer, and the seconds both took."""

    question: Question
    gold: Gold
    hits: tuple[Hit, ...]
    answer: Answer
    seconds: float

    @property
    def answerable(self) -> bool:
        """Whether the documents answer it."""
        return self.question.status == "answered"

    @property
    def declined(self) -> bool:
        """Whether it was."""
        return self.answer.status != "answered"

    @property
    def served(self) -> bool:
        """Whether it is in a language that is served; every other question is declined, whatever its confidence."""
        return self.answer.status != "language_not_served"

    def found(self, level: str) -> list[str]:
        """The ids at that level, best first, each once."""
        return list(dict.fromkeys(id_at(level, hit.passage) for hit in self.hits))

    def rank(self, level: str) -> int | None:
        """The rank, from 1, of the first that is relevant; None when none was found."""
        relevant = {id for id, relevance in self.gold.get(level, {}).items() if relevance > 0}
        return next((rank for rank, id in enumerate(self.found(level), start=1) if id in relevant), None)

    @property
    def right(self) -> bool:
        """Whether, if all were answered, this one would be: something relevant is among the passages shown."""
        rank = self.rank(next(iter(self.gold))) if self.gold else None
        return rank is not None and rank <= SHOWN

    @property
    def fault(self) -> str:
        """What is wrong with it, in a sentence; "" when nothing is."""
        if not self.answerable:
            return "" if self.declined else "Answered, though the documents do not say."
        if not self.served:
            return "Declined: its language is not served."
        if self.declined:
            return "Declined, though the documents say."
        return "" if self.right else f"Nothing that answers it is among the first {SHOWN} passages."

    @property
    def linked(self) -> bool | None:
        """Whether the first passage gives a link that is wished for; None where none is."""
        if not self.question.urls:
            return None
        return bool(self.hits) and not {s.url for s in self.hits[0].passage.sources}.isdisjoint(self.question.urls)


def evaluate(
    assistant: Assistant,
    questions: Sequence[Question],
    qrels: Mapping[str, Gold] | None = None,
    find: Find | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Ask every question. `qrels` are the gold by question id where it is not quoted; `find` another way to search.

    Of a conversation the last turn is asked, with those before it.
    """
    find = find or (lambda query, history: assistant.find(query, history, DEPTH))
    # The first would otherwise be timed with the loading of the model.
    find(questions[0].asked, ())
    outcomes = []
    for number, question in enumerate(questions, start=1):
        gold = locate(question, assistant) if qrels is None else qrels.get(question.id, {})
        started = time.perf_counter()
        found = find(question.asked, question.turns[:-1])
        answer = assistant.conclude(question.asked, found, SHOWN)
        outcomes.append(Outcome(question, gold, found.hits, answer, time.perf_counter() - started))
        if progress:
            progress(number, len(questions))
    return outcomes


def locate(question: Question, assistant: Assistant) -> Gold:
    """The passages and sections that hold the evidence."""
    found = occurrences(question, assistant.documents)
    passages = [p for p in assistant.index.passages if any(occurrence.part_of(p) for occurrence in found)]
    return {level: {id_at(level, passage): 1 for passage in passages} for level in ("passage", "section") if passages}


def id_at(level: str, passage: Passage) -> str:
    """The id of a passage, of its section, or of its document."""
    section = place_of(passage.document, passage.section)
    return {"passage": passage.id, "section": section, "document": passage.document}[level]
