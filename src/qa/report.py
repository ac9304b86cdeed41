"""An evaluation as one HTML page that opens offline: figures, plots, changes, coverage, every question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from qa.evaluation import SHOWN, Outcome, id_at
from qa.figures import ALL, CHARACTERS, Evaluation, Trust, count_questions, latency, trust
from qa.measures import Difference, Estimate
from qa.plots import plot_calibration, plot_groups, plot_ranks, plot_risk
from qa.questions import occurrences
from qa.records import Baseline, identity
from qa.settings import HOME
from qa.types import Document, Hit, Section

TEMPLATE = HOME / "ui" / "report.html"
# What a figure is called where people read it; a figure of a level is that of the level's own word.
NAMES = {
    "success@1": "first", "success@5": f"in the first {SHOWN}",
    "r@5": f"share of all that answer in the first {SHOWN}",
    "rr@10": "reciprocal rank", "ndcg@10": "nDCG@10", "r@100": "share of all that answer in the first 100",
    "url@1": "first passage has the link asked for", "answered": "of the answerable, answered",
    "refusal.recall": "of the unanswerable, declined", "refusal.precision": "of the declined, rightly",
    "refusal.f1": "F1 of declining", CHARACTERS: "characters shown",
}  # fmt: skip

LANGUAGES = {"en": "English", "ja": "Japanese"}
LEVEL_WORDS = {
    "passage": "Found is a passage that holds the evidence.",
    "section": "Found is the section that the evidence stands in.",
    "document": "Found is a document that the collection says is relevant.",
}


class Piece(NamedTuple):
    """A stretch of a passage: whether it is part of the gold evidence, and whether the answer marks it."""

    text: str
    gold: bool
    marked: bool


class Shown(NamedTuple):
    """A passage found, as the report shows it."""

    hit: Hit
    relevant: bool
    language: str
    pieces: tuple[Piece, ...]


class Change(NamedTuple):
    """A question whose first relevant passage changed its rank; None is not found."""

    outcome: Outcome
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """A section, how many questions ask for it, and how many of them find it first, and among those shown."""

    document: Document
    section: Section
    asked: int
    first: int
    shown: int


def report_page(
    evaluation: Evaluation,
    documents: Sequence[Document],
    baseline: Baseline | None = None,
    changes: Mapping[str, Difference] | None = None,
) -> str:
    """The page. `changes` are the figures beside those of the `baseline`."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "name_figure": name_figure,
        "name_with_level": name_with_level,
        "write_estimate": write_estimate,
        "name_group": name_group,
        "count_questions": count_questions,
    }
    outcomes = evaluation.outcomes
    level = evaluation.levels[0] if evaluation.levels else ""
    found = trust(outcomes)
    better, worse = _moved(outcomes, level, baseline) if baseline else ([], [])
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        evaluation=evaluation, level=level, lead=_lead(evaluation), shown=SHOWN, tables=_tables(evaluation),
        baseline=baseline, changes=changes or {},
        answerable=[o for o in outcomes if o.answerable], unanswerable=[o for o in outcomes if not o.answerable],
        trust=found, latency=latency(outcomes), plots=_plots(evaluation, level, found), better=better, worse=worse,
        reach=coverage(outcomes, documents), rows=[(o, tuple(_shown(o, documents))) for o in outcomes],
    )  # fmt: skip


def name_figure(figure: str) -> str:
    """A figure in words, whatever its level: "section.success@5" is "in the first 5"."""
    return NAMES.get(figure) or NAMES[figure.rpartition(".")[2]]


def name_with_level(figure: str) -> str:
    """A figure in words with its level: "section.success@5" is "section: in the first 5"."""
    level = _level(figure)
    return f"{level}: {name_figure(figure)}" if level in LEVEL_WORDS else name_figure(figure)


def name_group(group: str) -> str:
    """A group in words: "en.near_miss" is "English: near miss"."""
    language, _, kind = group.partition(".")
    words = LANGUAGES.get(language, language)
    return f"{words}: {kind.replace('_', ' ')}" if kind else words


def write_estimate(found: Estimate | None, figure: str) -> str:
    """A share with its interval; characters, which are none, as whole numbers."""
    if found is None:
        return "–"
    form = "{:,.0f} ({:,.0f}–{:,.0f})" if figure == CHARACTERS else "{:.2f} ({:.2f}–{:.2f})"
    return form.format(*found[:3])


def coverage(outcomes: Iterable[Outcome], documents: Sequence[Document]) -> list[Reach]:
    """Every section with text: the questions whose evidence stands in it, and how many of them find it."""
    asked: Counter[tuple[str, int]] = Counter()
    first: Counter[tuple[str, int]] = Counter()
    shown: Counter[tuple[str, int]] = Counter()
    for outcome in outcomes:
        homes = [(hit.passage.document, hit.passage.section.start) for hit in outcome.hits[:SHOWN]]
        wanted = {(d.id, section.start) for d, section, _, _ in occurrences(outcome.question, documents)}
        asked.update(wanted)
        first.update(wanted & set(homes[:1]))
        shown.update(wanted & set(homes))
    return [
        Reach(document, section, *(counts[document.id, section.start] for counts in (asked, first, shown)))
        for document in documents
        for section in document.sections
        if section.paragraphs
    ]


def _level(figure: str) -> str:
    return figure.partition(".")[0]


def _lead(evaluation: Evaluation) -> str:
    """The group that the summary tells of: all questions, or where not all languages are served the one that is."""
    told = {outcome.question.language for outcome in evaluation.outcomes if not outcome.served}
    served = {outcome.question.language for outcome in evaluation.outcomes} - told
    return next(iter(served)) if told and len(served) == 1 else ALL


def _tables(evaluation: Evaluation) -> list[tuple[str, str, list[str]]]:
    """What each table of figures is called, what is to be said of it, and its columns."""
    known = evaluation.figures[ALL]
    tables = [
        (
            f"The {level} that answers",
            LEVEL_WORDS[level],
            [figure for figure in known if _level(figure) == level],
        )
        for level in evaluation.levels
    ]
    rest = [figure for figure in known if _level(figure) not in evaluation.levels]
    return [*tables, ("Declining, links and length", "Of the answer as a whole.", rest)]


def _plots(evaluation: Evaluation, level: str, found: Trust) -> dict[str, str]:
    """The plots by name; none of the ranking where nothing is answerable."""
    plots = {"risk": plot_risk(found.coverage), "calibration": plot_calibration(found.calibration)}
    if level:
        figure = f"{level}.success@5"
        groups = {name_group(g): by_name[figure] for g, by_name in evaluation.figures.items() if figure in by_name}
        ranks = [outcome.rank(level) for outcome in evaluation.outcomes if outcome.answerable]
        plots |= {
            "groups": plot_groups(groups, f"share with a {level} that answers among the first {SHOWN}"),
            "ranks": plot_ranks(ranks, f"rank of the first {level} that answers"),
        }
    return plots


def _moved(outcomes: Iterable[Outcome], level: str, baseline: Baseline) -> tuple[list[Change], list[Change]]:
    """The questions that do better, and those that do worse."""
    better: list[Change] = []
    worse: list[Change] = []
    for outcome in outcomes:
        known = identity(outcome.question)
        if outcome.answerable and known in baseline.ranks:
            change = Change(outcome, baseline.ranks[known], outcome.rank(level))
            before, after = (rank or float("inf") for rank in change[1:])
            if after != before:
                (better if after < before else worse).append(change)
    return better, worse


def _shown(outcome: Outcome, documents: Sequence[Document]) -> Iterable[Shown]:
    """The passages shown, those that answer, and in each the evidence and what the answer marks."""
    level, relevant = next(iter(outcome.gold.items()), ("passage", {}))
    marks = {quote.hit.passage.id: quote.marks for quote in outcome.answer.quotes}
    evidence = occurrences(outcome.question, documents)
    languages = {document.id: document.language for document in documents}
    for hit in outcome.hits[:SHOWN]:
        passage = hit.passage
        gold = [span for occurrence in evidence if (span := occurrence.part_of(passage))]
        pieces = tuple(_pieces(passage.text, gold, marks.get(passage.id, ())))
        answers = bool(relevant.get(id_at(level, passage)))
        yield Shown(hit, answers, languages[passage.document], pieces)


def _pieces(text: str, gold: Sequence[tuple[int, int]], marks: Sequence[tuple[int, int]]) -> Iterable[Piece]:
    """The text, cut wherever a span of either sort begins or ends."""
    cuts = sorted({0, len(text), *(end for span in (*gold, *marks) for end in span)})
    for start, end in pairwise(cuts):
        inside = [any(a <= start < b for a, b in spans) for spans in (gold, marks)]
        yield Piece(text[start:end], *inside)
