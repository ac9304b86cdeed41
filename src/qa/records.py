"""An evaluation for programs: JSON, TREC run and qrels, JUnit XML; and a saved one as the baseline of the next.

The JSON has every figure and, for each question, its ranks and what was answered. It holds no text of the documents.
"""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qa.answers import Assistant
from qa.errors import EvaluationError
from qa.evaluation import SHOWN, Outcome
from qa.figures import CHARACTERS, Evaluation, latency
from qa.measures import Difference, adjust, compare, in_order
from qa.questions import Question, parse_json, read_text
from qa.settings import CHECKOUT, IN_CHECKOUT, PROGRAM

# What decides a result beside the program and the model.
LIBRARIES = ("sentence-transformers", "torch", "faiss-cpu", "tantivy", "ir-measures")
# Figures are written to so many places: more would only look exact.
PLACES = 4


@dataclass(frozen=True, slots=True)
class Baseline:
    """A saved evaluation: figure -> question -> value, and the rank of the first relevant one for each question.

    A question is known by what it asks and wants (`identity`): its id may be that of another one by now.
    """

    name: str
    values: Mapping[str, Mapping[str, float]]
    ranks: Mapping[str, int | None]


def identity(question: Question) -> str:
    """What tells a question from every other one: a checksum of its words and its gold."""
    told = [question.turns, question.evidence, question.sections, question.urls, question.status]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def made_with(assistant: Assistant) -> dict[str, str]:
    """What a result depends on: versions, model, size of the index, and the commit of a checkout."""
    made = {"model": assistant.encoder.name, "passages": str(len(assistant.index.passages))}
    made |= {"reranker": assistant.reranker.name} if assistant.reranker else {}
    made |= {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}
    return made | ({"commit": commit} if IN_CHECKOUT and (commit := _commit()) else {})


def write_records(evaluation: Evaluation, folder: Path) -> None:
    """Write evaluation.json, junit.xml, and for each level its .run and .qrels."""
    save(evaluation, folder / "evaluation.json")
    _write_junit(evaluation.outcomes, folder / "junit.xml")
    for level in evaluation.levels:
        run, qrels = [], []
        for outcome in evaluation.outcomes:
            id = outcome.question.id
            scores = in_order(outcome.found(level)).items()
            run += [f"{id} Q0 {key} {rank} {score:.6f} {PROGRAM}" for rank, (key, score) in enumerate(scores, start=1)]
            qrels += [f"{id} 0 {key} {relevance}" for key, relevance in outcome.gold.get(level, {}).items()]
        (folder / f"{level}s.run").write_text("\n".join(run) + "\n", encoding="utf-8")
        (folder / f"{level}s.qrels").write_text("\n".join(qrels) + "\n", encoding="utf-8")


def save(evaluation: Evaluation, path: Path) -> None:
    """Write the JSON, one line a question, so that two of them can be compared line by line."""
    groups = {
        group: {name: [round(x, PLACES) for x in found[:3]] + [found.n] for name, found in by_name.items()}
        for group, by_name in evaluation.figures.items()
    }
    head = {"name": evaluation.name, "made_with": dict(evaluation.made_with), "shown": SHOWN}
    times = {name: round(milliseconds, 1) for name, milliseconds in latency(evaluation.outcomes).items()}
    questions = ",\n".join(json.dumps(_question(evaluation, o), ensure_ascii=False) for o in evaluation.outcomes)
    text = json.dumps(head | {"milliseconds": times, "figures": groups}, ensure_ascii=False, indent=1)
    path.write_text(f'{text[:-2]},\n "questions": [\n{questions}\n]}}\n', encoding="utf-8")


def read_baseline(path: Path) -> Baseline:
    """What `save` wrote. Raises EvaluationError."""
    try:
        saved = parse_json(read_text(path), path.name)
        questions = saved["questions"]
        values: dict[str, dict[str, float]] = {}
        for question in questions:
            for name, value in question["values"].items():
                values.setdefault(name, {})[question["identity"]] = float(value)
        return Baseline(saved["name"], values, {question["identity"]: question["rank"] for question in questions})
    except (EvaluationError, ValueError, KeyError, TypeError, AttributeError):
        raise EvaluationError(f"{path} is no evaluation: give the evaluation.json of an earlier qa eval") from None


def differences(evaluation: Evaluation, baseline: Baseline) -> dict[str, Difference]:
    """Figure -> its change on the questions both have."""
    found: dict[str, Difference] = {}
    identities = {outcome.question.id: identity(outcome.question) for outcome in evaluation.outcomes}
    for name, after in evaluation.values.items():
        before = baseline.values.get(name, {})
        both = [id for id in after if identities[id] in before]
        if both and name != CHARACTERS:
            rounded = [round(after[id], PLACES) for id in both]
            found[name] = compare([before[identities[id]] for id in both], rounded)
    return adjust(found) if found else {}


def _question(evaluation: Evaluation, outcome: Outcome) -> dict[str, Any]:
    id, asked = outcome.question.id, outcome.question
    values = {name: round(found[id], PLACES) for name, found in evaluation.values.items() if id in found}
    return {
        "id": id, "identity": identity(asked), "kind": asked.kind, "language": asked.language, "gold": asked.status,
        "status": outcome.answer.status, "confidence": round(outcome.answer.confidence, PLACES),
        "rank": outcome.rank(evaluation.levels[0]) if evaluation.levels else None,
        "passages": [hit.passage.id for hit in outcome.hits[:SHOWN]], "values": values,
    }  # fmt: skip


def _write_junit(outcomes: Iterable[Outcome], path: Path) -> None:
    """One test case a question; what is wrong with its outcome is its failure."""
    from junitparser import Failure, JUnitXml, TestCase, TestSuite

    suite = TestSuite(PROGRAM)
    for outcome in outcomes:
        case = TestCase(outcome.question.id, outcome.question.kind, outcome.seconds)
        if why := outcome.fault:
            case.result = [Failure(why)]
        suite.add_testcase(case)
    xml = JUnitXml()
    xml.add_testsuite(suite)
    xml.write(str(path), pretty=True)


def _commit() -> str:
    """The commit of the checkout, marked where program or corpus differ from it; "" where git does not know."""
    git = ["git", "-C", str(CHECKOUT)]
    try:
        head, changed = (
            subprocess.run([*git, *rest], capture_output=True, text=True).stdout.strip()
            for rest in (["rev-parse", "--short=12", "HEAD"], ["status", "--porcelain", "--", "src", "corpus"])
        )
    except OSError:
        return ""
    return f"{head}, changed since" if changed else head
