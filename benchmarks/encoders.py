"""What other encoders find on the dev questions, with hints and without, alone and two together.

python benchmarks/encoders.py all-MiniLM-L6-v2 > benchmarks/results/encoders.md

Arguments are names or folders of models to compare with the one in use.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from qa.ablations import index_with
from qa.answers import Assistant, open_assistant
from qa.encoder import SentenceEncoder
from qa.evaluation import evaluate
from qa.hints import Line, read_hints
from qa.questions import Question
from qa.retrieval import DEPTH, Found, search
from qa.settings import Settings
from qa.trial import default_sets, made_of, trial_of_sets
from qa.types import Hit

# Those asked in each pair of columns: first, and in five.
GROUPS = ("en", "en.paraphrase", "ja")


def main() -> None:
    """Print a row for each model, and for each beside the one in use."""
    settings = Settings()
    used = open_assistant(settings)
    trial = trial_of_sets(used, default_sets(settings, "dev"))
    questions = [q for q in trial.questions if q.status == "answered" and q.kind != "follow_up"]
    print(f"{len(questions)} answerable dev questions that stand alone; {made_of(used)}.\n")
    print("| section | English first | in five | paraphrases first | in five | Japanese first | in five |")
    print("|---|---|---|---|---|---|---|")
    hints = read_hints(settings.corpus)
    others = [Assistant(used.index, SentenceEncoder(name), settings) for name in sys.argv[1:]]
    for words, lines in (("without hints", {}), ("with hints", hints)):
        first = used if lines else indexed(used, lines)
        print_row(f"{used.encoder.name}, {words}", questions, used, [first])
        for other in others:
            second = indexed(other, lines)
            print_row(f"{Path(other.encoder.name).name}, {words}", questions, used, [second])
            print_row(f"both together, {words}", questions, used, [first, second])


def indexed(assistant: Assistant, hints: Mapping[str, Sequence[Line]]) -> Assistant:
    """The documents indexed with these hints by the assistant's encoder."""
    with TemporaryDirectory() as folder:
        return Assistant(index_with(assistant, Path(folder), hints), assistant.encoder, assistant.settings)


def print_row(name: str, questions: list[Question], used: Assistant, models: Sequence[Assistant]) -> None:
    """The share of each group that has a section that answers first, and among five."""

    def find(query: str, _: tuple[str, ...]) -> Found:
        return mean([search(model.index, model.encoder, query, DEPTH) for model in models])

    outcomes = evaluate(used, questions, find=find)
    cells = []
    for group in GROUPS:
        ranks = [
            outcome.rank("section")
            for outcome, q in ((outcome, outcome.question) for outcome in outcomes)
            if group in (q.language, f"{q.language}.{q.kind}")
        ]
        cells += [f"{np.mean([rank is not None and rank <= k for rank in ranks]):.3f}" for k in (1, 5)]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def mean(found: list[Found]) -> Found:
    """The passages by the mean of their scores."""
    scores: dict[str, list[float]] = {}
    hits: dict[str, Hit] = {}
    for one in found:
        for hit in one.hits:
            scores.setdefault(hit.passage.id, []).append(hit.score)
            hits.setdefault(hit.passage.id, hit)
    order = sorted(hits, key=lambda place: -sum(scores[place]) / len(found))
    return Found(tuple(hits[id] for id in order), likeness=found[0].likeness)


if __name__ == "__main__":
    main()
