"""What each part of the search is worth: the same questions with one part left out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from qa.answers import Assistant
from qa.conversation import converse
from qa.evaluation import Find, Gold, evaluate
from qa.figures import ALL, Evaluation
from qa.freshness import fingerprint_of
from qa.hints import Line, read_hints
from qa.index import Index, index_documents, open_index_of
from qa.measures import Difference, adjust, compare
from qa.passages import PASSAGE_PIECES, split
from qa.questions import Question
from qa.retrieval import DEPTH, SHARES, Shares, search
from qa.store import copy_index
from qa.types import Document, Passage

WHOLE = "vectors, words and hints, as it is"
# (group, figure, what it is called) of each column.
COLUMNS = (
    ("en", "passage.success@1", "passage first"),
    ("en", "passage.success@5", "in five"),
    ("en", "section.success@1", "section first"),
    ("en", "section.success@5", "in five"),
    ("en.paraphrase", "section.success@1", "paraphrases: section first"),
    ("en.paraphrase", "section.success@5", "in five"),
    ("en.follow_up", "section.success@5", "follow-ups: section in five"),
    ("ja", "section.success@1", "Japanese: section first"),
    ("ja", "section.success@5", "in five"),
    (ALL, "document.success@1", "document first"),
    (ALL, "document.ndcg@10", "nDCG@10"),
    (ALL, "document.r@100", "R@100"),
)


def run_variants(
    assistant: Assistant,
    questions: Sequence[Question],
    qrels: Mapping[str, Gold] | None,
    names: Sequence[str],
    progress: Callable[[int, int], None],
) -> dict[str, Evaluation]:
    """Variant -> its evaluation; first the search as it is."""
    with tempfile.TemporaryDirectory() as folder:
        hints = read_hints(assistant.settings.corpus) if assistant.settings.hints else {}
        half = index_with(assistant, Path(folder) / "half", {id: lines[::2] for id, lines in hints.items()})
        none = index_with(assistant, Path(folder) / "none", {})
        bare = index_with(assistant, Path(folder) / "bare", hints, headings=False)
        words, vectors = Shares(dense=0, lexical=1, hint=0), replace(SHARES, lexical=0)
        variants: dict[str, Find] = {
            name: partial(converse, index, assistant.encoder, k=DEPTH, shares=shares)
            for name, index, shares in (
                (WHOLE, assistant.index, SHARES),
                ("words alone", assistant.index, words),
                ("vectors alone", assistant.index, vectors),
                ("headings not searched", bare, SHARES),
                ("half of the hints", half, SHARES),
                ("no hints", none, SHARES),
                ("no hints, words alone", none, words),
                ("no hints, vectors alone", none, vectors),
            )
        }
        variants["earlier questions not read"] = lambda query, _: search(
            assistant.index, assistant.encoder, query, DEPTH
        )
        found: dict[str, Evaluation] = {}
        for number, (name, find) in enumerate(variants.items(), start=1):
            found[name] = Evaluation(name, evaluate(assistant, questions, qrels, find), names=names)
            progress(number, len(variants))
    return found


def ablation_table(evaluations: Mapping[str, Evaluation]) -> str:
    """A Markdown table: each figure with its interval, and a star where it is not by chance that it differs."""
    whole = evaluations[WHOLE]
    columns = [column for column in COLUMNS if column[1] in whole.figures.get(column[0], {})]
    lines = [f"| | {' | '.join(words for _, _, words in columns)} |", f"|---|{'---|' * len(columns)}"]
    tests = {
        f"{name} {group} {figure}": _difference(whole, evaluation, group, figure)
        for name, evaluation in evaluations.items()
        for group, figure, _ in columns
        if evaluation is not whole
    }
    told = {name for name, difference in adjust(tests).items() if difference.significant}
    for name, evaluation in evaluations.items():
        cells = []
        for group, figure, _ in columns:
            found = evaluation.figures[group][figure]
            star = "\\*" if f"{name} {group} {figure}" in told else ""
            cells.append(f"{found.value:.2f}{star} ({found.low:.2f}–{found.high:.2f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _difference(whole: Evaluation, evaluation: Evaluation, group: str, figure: str) -> Difference:
    judged = [question.id for question in whole.groups[group] if question.id in whole.values[figure]]
    before, after = ([by.values[figure][id] for id in judged] for by in (whole, evaluation))
    return compare(before, after)


def index_with(
    assistant: Assistant,
    folder: Path,
    hints: Mapping[str, Sequence[Line]],
    headings: bool = True,
    beside: Sequence[Document] = (),
) -> Index:
    """The same passages with other hints, or embedded and searched without the headings above them, or beside other
    documents.
    """
    limit = min(PASSAGE_PIECES, assistant.encoder.limit)

    def cut(document: Document) -> list[Passage]:
        passages = split(document, assistant.encoder.count, limit)
        return passages if headings else [replace(passage, context="") for passage in passages]

    made_from = fingerprint_of({}, assistant.encoder)
    # The vectors of what stays the same are taken from there.
    copy_index(assistant.settings.index, folder)
    index_documents([*assistant.documents, *beside], (), made_from, folder, assistant.encoder, cut=cut, hints=hints)
    return open_index_of(made_from, folder)
