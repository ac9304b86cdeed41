"""What other encoders find on the dev questions without the help of hints, alone and two together.

python benchmarks/encoders.py all-MiniLM-L6-v2 > benchmarks/results/encoders.md

Arguments are names or folders of models to compare with the one in use.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from qa.answers import Assistant, open_assistant
from qa.encoder import SentenceEncoder
from qa.evaluation import evaluate
from qa.freshness import fingerprint_of
from qa.index import index_documents, open_index_of
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
    with TemporaryDirectory() as folder:
        models = {
            Path(name).name: assistant_of(used, name, Path(folder) / str(number))
            for number, name in enumerate((settings.model, *sys.argv[1:]))
        }
        first = next(iter(models.values()))
        for name, assistant in models.items():
            print_row(f"{name}, without hints", questions, used, {name: assistant})
            if assistant is not first:
                print_row("both together, without hints", questions, used, {"": first, name: assistant})


def assistant_of(used: Assistant, name: str, folder: Path) -> Assistant:
    """The same documents without hints, indexed by another encoder."""
    encoder = SentenceEncoder(name)
    made_from = fingerprint_of({}, encoder)
    index_documents(used.documents, (), made_from, folder, encoder)
    return Assistant(open_index_of(made_from, folder), encoder, used.settings)


def print_row(name: str, questions: list[Question], used: Assistant, models: Mapping[str, Assistant]) -> None:
    """The share of each group that has a section that answers first, and among five."""

    def find(query: str, _: tuple[str, ...]) -> Found:
        return mean([search(model.index, model.encoder, query, DEPTH) for model in models.values()])

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
