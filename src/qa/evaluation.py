"""Questions with their gold -> what is found for each, and the figures that follow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from qa.answers import Assistant
from qa.measures import (
    RANKING,
    Calibration,
    Estimate,
    RiskCoverage,
    calibrate,
    cover,
    estimate,
    estimate_share,
    in_order,
    score_ranking,
    separate,
)
from qa.questions import Question, occurrences
from qa.retrieval import DEPTH, search
from qa.settings import Settings
from qa.types import Answer, Hit, Passage

# What may be relevant: passages and sections by the evidence, or whatever the qrels of a collection name.
LEVELS = ("passage", "section", "document")
# Passages that count as shown, and asked for: those of the default settings.
SHOWN = Settings().passages
# The group of all questions.
ALL = "all"
# The one figure that is better when it is lower: characters of the passages shown.
CHARACTERS = "characters"

Gold = Mapping[str, Mapping[str, int]]
"""Level -> id -> relevance."""

Find = Callable[[str], list[Hit]]
"""From a question to its passages, best first."""


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
        rank = self.rank(levels([self])[0]) if self.gold else None
        return rank is not None and rank <= SHOWN

    @property
    def linked(self) -> bool | None:
        """Whether the first passage gives a link that is wished for; None where none is."""
        if not self.question.urls:
            return None
        return bool(self.hits) and not {s.url for s in self.hits[0].passage.sources}.isdisjoint(self.question.urls)


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the confidences can be trusted; `auroc` is None where all questions are of one sort."""

    auroc: float | None
    calibration: Calibration
    coverage: RiskCoverage


def evaluate(
    assistant: Assistant,
    questions: Sequence[Question],
    qrels: Mapping[str, Gold] | None = None,
    find: Find | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Outcome]:
    """Ask every question. `qrels` are the gold by question id where it is not quoted; `find` another way to search.

    Of a conversation only the last turn is asked: the turns before it are not used yet.
    """
    find = find or partial(search, assistant.index, assistant.encoder, k=DEPTH)
    # The first would otherwise be timed with the loading of the model.
    find(questions[0].asked)
    outcomes = []
    for number, question in enumerate(questions, start=1):
        gold = locate(question, assistant) if qrels is None else qrels.get(question.id, {})
        started = time.perf_counter()
        hits = find(question.asked)
        answer = assistant.conclude(question.asked, hits, SHOWN)
        outcomes.append(Outcome(question, gold, tuple(hits), answer, time.perf_counter() - started))
        if progress:
            progress(number, len(questions))
    return outcomes


def locate(question: Question, assistant: Assistant) -> Gold:
    """The passages and sections that hold the evidence."""
    found = occurrences(question, assistant.documents)
    passages = [
        passage
        for passage in assistant.index.passages
        for document, _, start, end in found
        if passage.document == document.id and start < passage.end and passage.start < end
    ]
    return {level: {id_at(level, passage): 1 for passage in passages} for level in ("passage", "section") if passages}


def id_at(level: str, passage: Passage) -> str:
    """The id of a passage, of its section, or of its document."""
    section = f"{passage.document}/{passage.section.place}"
    return {"passage": passage.id, "section": section, "document": passage.document}[level]


def levels(outcomes: Iterable[Outcome]) -> list[str]:
    """The levels that the gold has, the finest first."""
    named = {level for outcome in outcomes for level in outcome.gold}
    return [level for level in LEVELS if level in named]


def rank_values(outcomes: Iterable[Outcome], level: str, names: Sequence[str] = RANKING) -> dict[str, dict[str, float]]:
    """Measure -> question id -> value, for the questions that have gold at that level."""
    judged = [outcome for outcome in outcomes if outcome.gold.get(level)]
    qrels = {outcome.question.id: outcome.gold[level] for outcome in judged}
    run = {outcome.question.id: in_order(outcome.found(level)) for outcome in judged}
    return score_ranking(qrels, run, names) if judged else {}


def question_values(outcomes: Sequence[Outcome], names: Sequence[str] = RANKING) -> dict[str, dict[str, float]]:
    """Figure -> question id -> value: every figure that is a mean over questions."""
    values = {
        f"{level}.{measure.lower()}": by_question
        for level in levels(outcomes)
        for measure, by_question in rank_values(outcomes, level, names).items()
    }
    linked = {o.question.id: float(o.linked) for o in outcomes if o.linked is not None}
    answered = {o.question.id: float(not o.declined) for o in outcomes if o.answerable}
    declined = {o.question.id: float(o.declined) for o in outcomes if not o.answerable}
    shown = {
        o.question.id: float(sum(len(quote.hit.passage.text) for quote in o.answer.quotes))
        for o in outcomes
        if not o.declined
    }
    rest = {"url@1": linked, "answered": answered, "refusal.recall": declined, CHARACTERS: shown}
    return values | {name: found for name, found in rest.items() if found}


def group_questions(outcomes: Iterable[Outcome]) -> dict[str, list[Question]]:
    """Group -> its questions: all, each language ("en"), and of each language every kind ("en.paraphrase")."""
    questions = [outcome.question for outcome in outcomes]
    groups: dict[str, list[Question]] = {ALL: questions}
    for language in sorted({question.language for question in questions}):
        groups[language] = [question for question in questions if question.language == language]
    for language in list(groups)[1:]:
        for question in groups[language]:
            groups.setdefault(f"{language}.{question.kind}", []).append(question)
    return groups


def figures(outcomes: Sequence[Outcome], names: Sequence[str] = RANKING) -> dict[str, dict[str, Estimate]]:
    """Group -> figure -> estimate."""
    values = question_values(outcomes, names)
    members = {group: [question.id for question in asked] for group, asked in group_questions(outcomes).items()}
    found = {
        group: {
            figure: estimate(measured)
            for figure, by_question in values.items()
            if (measured := [by_question[id] for id in ids if id in by_question])
        }
        for group, ids in members.items()
    }
    found[ALL] |= _refusal(outcomes)
    return found


def trust(outcomes: Sequence[Outcome]) -> Trust:
    """How far the confidences tell what is answerable, and what is found."""
    confidence = [outcome.answer.confidence for outcome in outcomes]
    answerable = [outcome.answerable for outcome in outcomes]
    coverage = cover(confidence, [outcome.right for outcome in outcomes])
    return Trust(separate(confidence, answerable), calibrate(confidence, answerable), coverage)


def _refusal(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Of all declined the unanswerable ones, and that share's harmonic mean with the refusal's recall."""
    unanswerable = np.array([not outcome.answerable for outcome in outcomes])
    declined = np.array([outcome.declined for outcome in outcomes])
    if not unanswerable.any():
        return {}
    both = declined & unanswerable
    return {
        "refusal.precision": estimate_share(both, declined),
        "refusal.f1": estimate_share(2 * both, declined.astype(int) + unanswerable),
    }


def latency(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """Milliseconds from a question to its answer, at the median and the 95th percentile."""
    p50, p95 = np.percentile([outcome.seconds * 1000 for outcome in outcomes], [50, 95])
    return {"p50": float(p50), "p95": float(p95)}
