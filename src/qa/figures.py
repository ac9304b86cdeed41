"""The outcomes of questions -> figures with intervals, group by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from qa.errors import EvaluationError
from qa.evaluation import LEVELS, Outcome
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
from qa.questions import Question

# The group of all questions.
ALL = "all"
# The one figure that is no share: characters of the passages shown.
CHARACTERS = "characters"


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the confidences can be trusted; `auroc` is None where all questions are of one sort."""

    auroc: float | None
    calibration: Calibration
    coverage: RiskCoverage


@dataclass(frozen=True)
class Evaluation:
    """The outcomes of a question set: its name, the measures of its ranking, and what it was made with."""

    name: str
    outcomes: Sequence[Outcome]
    made_with: Mapping[str, str] = field(default_factory=dict)
    names: Sequence[str] = RANKING

    @cached_property
    def figures(self) -> dict[str, dict[str, Estimate]]:
        """Group -> figure -> estimate."""
        found = {
            group: {
                figure: estimate(measured)
                for figure, by_question in self.values.items()
                if (measured := [by_question[question.id] for question in asked if question.id in by_question])
            }
            for group, asked in self.groups.items()
        }
        found[ALL] |= _refusal(self.outcomes)
        return found

    @cached_property
    def values(self) -> dict[str, dict[str, float]]:
        """Figure -> question id -> value: every figure that is a mean over questions."""
        ranked = {
            f"{level}.{measure.lower()}": by_question
            for level in self.levels
            for measure, by_question in _rank_values(self.outcomes, level, self.names).items()
        }
        return ranked | _answer_values(self.outcomes)

    @cached_property
    def groups(self) -> dict[str, list[Question]]:
        """Group -> its questions: all, each language ("en"), and of each language every kind ("en.paraphrase")."""
        questions = [outcome.question for outcome in self.outcomes]
        groups: dict[str, list[Question]] = {ALL: questions}
        languages = sorted({question.language for question in questions})
        groups |= {language: [q for q in questions if q.language == language] for language in languages}
        for language in languages:
            for question in groups[language]:
                groups.setdefault(f"{language}.{question.kind}", []).append(question)
        return groups

    @cached_property
    def levels(self) -> list[str]:
        """The levels that the gold has, the finest first."""
        named = {level for outcome in self.outcomes for level in outcome.gold}
        return [level for level in LEVELS if level in named]

    def figure(self, name: str) -> Estimate:
        """A figure by name: "success@5" of the finest level, "section.success@5", "en.paraphrase/section.success@5".

        Raises EvaluationError for one that there is not.
        """
        group, _, figure = name.rpartition("/")
        figure = figure.lower()
        group = group or ALL
        if group not in self.figures:
            raise EvaluationError(f"{name} names no group: there are {', '.join(self.figures)}")
        found = self.figures[group]
        finest = f"{self.levels[0]}.{figure}" if self.levels else figure
        if figure not in found and finest not in found:
            raise EvaluationError(f"{name} is no figure of {group}: there are {', '.join(found)}")
        return found[figure] if figure in found else found[finest]


def count_questions(found: Mapping[str, Estimate], names: Iterable[str]) -> int:
    """How many questions the figures of these names are over, at most."""
    return max((found[name].n for name in names if name in found), default=0)


def trust(outcomes: Sequence[Outcome]) -> Trust:
    """How far the confidences of questions in a served language tell what is answerable, and what is found."""
    served = [outcome for outcome in outcomes if outcome.served] or outcomes
    confidence = [outcome.answer.confidence for outcome in served]
    answerable = [outcome.answerable for outcome in served]
    coverage = cover(confidence, [outcome.right for outcome in served])
    return Trust(separate(confidence, answerable), calibrate(confidence, answerable), coverage)


def latency(outcomes: Iterable[Outcome]) -> dict[str, float]:
    """Milliseconds from a question to its answer, at the median and the 95th percentile."""
    p50, p95 = np.percentile([outcome.seconds * 1000 for outcome in outcomes], [50, 95])
    return {"p50": float(p50), "p95": float(p95)}


def _rank_values(outcomes: Iterable[Outcome], level: str, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Measure -> question id -> value, for the questions that have gold at that level."""
    judged = [outcome for outcome in outcomes if outcome.gold.get(level)]
    qrels = {outcome.question.id: outcome.gold[level] for outcome in judged}
    run = {outcome.question.id: in_order(outcome.found(level)) for outcome in judged}
    return score_ranking(qrels, run, names)


def _answer_values(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Figure -> question id -> value, for what is said to a question; none where no question has it."""
    values = {
        "url@1": {o.question.id: float(o.linked) for o in outcomes if o.linked is not None},
        "answered": {o.question.id: float(not o.declined) for o in outcomes if o.answerable},
        "refusal.recall": {o.question.id: float(o.declined) for o in outcomes if not o.answerable},
        CHARACTERS: {
            o.question.id: float(sum(len(quote.hit.passage.text) for quote in o.answer.quotes))
            for o in outcomes
            if not o.declined
        },
    }
    return {name: found for name, found in values.items() if found}


def _refusal(outcomes: Sequence[Outcome]) -> dict[str, Estimate]:
    """Of all declined the unanswerable ones, and that share's harmonic mean with the refusal's recall."""
    unanswerable = np.array([not outcome.answerable for outcome in outcomes])
    declined = np.array([outcome.declined for outcome in outcomes])
    if not (unanswerable.any() and declined.any()):
        return {}
    both = declined & unanswerable
    return {
        "refusal.precision": estimate_share(both, declined),
        "refusal.f1": estimate_share(2 * both, declined.astype(int) + unanswerable)._replace(n=len(outcomes)),
    }
