"""One run of `qa eval`: which questions are asked of which index, what the result has to reach, what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from qa.ablations import ablation_table, run_variants
from qa.answers import Assistant
from qa.collections import Collection, read_beir, read_squad, read_trec
from qa.encoder import SentenceEncoder
from qa.errors import EvaluationError, IndexUnusable
from qa.evaluation import Gold, evaluate
from qa.figures import Evaluation
from qa.freshness import fingerprint_of
from qa.index import index_documents, open_index_of
from qa.measures import RANKING, RANKING_OF_COLLECTIONS, Difference
from qa.question_checks import check_gold, check_questions
from qa.questions import Question, read_questions
from qa.records import Baseline, differences, identity, made_with, read_baseline, write_records
from qa.report import report_page
from qa.settings import PROGRAM, Settings

Progress = Callable[[int, int], None]
SQUAD = ".json"
REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Trial:
    """Questions, the gold where the questions do not quote it, and the assistant that is asked."""

    name: str
    assistant: Assistant
    questions: Sequence[Question]
    qrels: Mapping[str, Gold] | None = None
    names: Sequence[str] = RANKING

    def run(self, progress: Progress) -> Evaluation:
        """Ask all questions."""
        outcomes = evaluate(self.assistant, self.questions, self.qrels, progress=progress)
        return Evaluation(self.name, outcomes, made_with(self.assistant), self.names)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an evaluation has to reach: no figure worse than the baseline's but by chance, none under a threshold."""

    baseline: Baseline | None
    thresholds: tuple[tuple[str, float], ...]

    def check(self, trial: Trial) -> None:
        """Raises EvaluationError when the baseline has none of the questions."""
        if self.baseline and not any(identity(question) in self.baseline.ranks for question in trial.questions):
            raise EvaluationError(
                f"the baseline was measured on {self.baseline.name} and has no question of {trial.name}: "
                "give one of the same set"
            )

    def judge(self, evaluation: Evaluation) -> tuple[dict[str, Difference], list[str]]:
        """The changes from the baseline, and a sentence for whatever is not reached. Raises EvaluationError."""
        changes = differences(evaluation, self.baseline) if self.baseline else {}
        fallen = [
            f"{name} fell from {change.before:.3f} to {change.after:.3f} (p = {change.p:.3f})"
            for name, change in changes.items()
            if change.worse
        ]
        found = [(name, evaluation.figure(name).value, least) for name, least in self.thresholds]
        under = [
            f"{name} is {value:.3f}, wanted is at least {least:g}" for name, value, least in found if value < least
        ]
        return changes, fallen + under


def read_limits(baseline: Path | None, thresholds: Sequence[str]) -> Limits:
    """The limits as they are given; a threshold is written success@5=0.95. Raises EvaluationError."""
    return Limits(read_baseline(baseline) if baseline else None, tuple(_threshold(text) for text in thresholds))


def default_sets(settings: Settings, split: str) -> list[Path]:
    """The corpus's own question sets of that split, all of them for "all". Raises EvaluationError."""
    folder = settings.corpus / "questions"
    paths = sorted(folder.glob("*.jsonl" if split == "all" else f"*.{split}.jsonl"))
    if not paths:
        raise EvaluationError(f"{folder} has no question set of the split {split}: name a file")
    return paths


def check_sets(assistant: Assistant, paths: Sequence[Path]) -> list[str]:
    """What is wrong with these question sets. Raises EvaluationError for one that cannot be read at all."""
    return check_questions(_read_sets(paths), assistant.documents)


def prepare(
    sets: Sequence[Path],
    beir: Path | None,
    topics: Path | None,
    qrels: Path | None,
    open_assistant: Callable[[], Assistant],
    settings: Settings,
    progress: Progress,
) -> Trial:
    """The trial of question sets, of a collection that is indexed first, or of TREC topics. Raises EvaluationError."""
    collections = [path for path in (beir, *sets) if path and (path == beir or path.suffix.lower() == SQUAD)]
    if sum((bool(collections), bool(topics or qrels), bool(set(sets) - set(collections)))) > 1 or len(collections) > 1:
        raise EvaluationError("give question sets, or one collection, or topics and qrels: one of the three at a time")
    if collections:
        return _trial_of_collection(collections[0], settings, progress)
    if topics or qrels:
        if not (topics and qrels):
            raise EvaluationError("--topics and --qrels belong together: give both")
        assistant = open_assistant()
        return Trial(topics.name, assistant, *read_trec(topics, qrels, assistant.index))
    return trial_of_sets(open_assistant(), sets)


def run_ablations(trial: Trial, progress: Progress) -> str:
    """What each part of the search adds, as Markdown: a table, and below it what it was made with."""
    variants = run_variants(trial.assistant, trial.questions, trial.qrels, trial.names, progress)
    told = f"{len(trial.questions)} questions of {trial.name}; {made_of(trial.assistant)}."
    return f"{ablation_table(variants)}\n\n{told}"


def make_folder(folder: Path) -> None:
    """Make the folder of the report, before anything is measured. Raises EvaluationError."""
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def conclude(
    trial: Trial, evaluation: Evaluation, limits: Limits, folder: Path
) -> tuple[dict[str, Difference], list[str]]:
    """Write the records, judge, write the report. Returns the changes and what is not reached.

    Raises EvaluationError; what was written before stays.
    """
    with _writing(folder):
        write_records(evaluation, folder)
    changes, failures = limits.judge(evaluation)
    page = report_page(evaluation, trial.assistant.documents, limits.baseline, changes)
    with _writing(folder):
        (folder / REPORT).write_text(page, encoding="utf-8")
    return changes, failures


def trial_of_sets(assistant: Assistant, paths: Sequence[Path]) -> Trial:
    """The trial of question sets about the documents of the index. Raises EvaluationError for gold not in them."""
    sets = _read_sets(paths)
    if complaints := check_gold(sets, assistant.documents):
        more = f" (and {len(complaints) - 1} more, which --check lists)" if len(complaints) > 1 else ""
        raise EvaluationError(f"{complaints[0]}{more}")
    return Trial(" + ".join(sets), assistant, [question for questions in sets.values() for question in questions])


def _trial_of_collection(path: Path, settings: Settings, progress: Progress) -> Trial:
    """A collection is indexed by the same code as the corpus; the index is kept in the user's cache."""
    collection: Collection = read_squad(path) if path.suffix.lower() == SQUAD else read_beir(path)
    encoder = SentenceEncoder(settings.model)
    made_from = fingerprint_of({collection.name: collection.sha256}, encoder)
    folder = user_cache_path(PROGRAM) / "collections" / collection.sha256[:16]
    try:
        index = open_index_of(made_from, folder)
    except IndexUnusable:
        index_documents(collection.documents, (), made_from, folder, encoder, progress)
        index = open_index_of(made_from, folder)
    assistant = Assistant(index, encoder, settings)
    return Trial(collection.name, assistant, collection.questions, collection.qrels, RANKING_OF_COLLECTIONS)


def _read_sets(paths: Sequence[Path]) -> dict[str, tuple[Question, ...]]:
    """The sets by the names of their files, or by the whole path where two have one name."""
    names = [path.name for path in paths]
    if twice := next((path for path in paths if paths.count(path) > 1), None):
        raise EvaluationError(f"{twice} is named twice: name it once")
    return {path.name if names.count(path.name) == 1 else str(path): read_questions(path) for path in paths}


def made_of(assistant: Assistant) -> str:
    """What a result depends on, in a line."""
    return ", ".join(f"{name} {value}" for name, value in made_with(assistant).items())


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EvaluationError(f"{folder} cannot be written ({error.strerror}): give another --output") from None


def _threshold(text: str) -> tuple[str, float]:
    name, _, least = text.rpartition("=")
    with suppress(ValueError):
        if 0 <= (value := float(least)) <= 1:
            return name.strip(), value
    raise EvaluationError(f"--fail-under {text} cannot be read: write a share of 0 to 1, like success@5=0.95")
