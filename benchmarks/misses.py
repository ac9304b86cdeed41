"""Lists every test question that was not served well, from the last `qa eval --split test`.

python benchmarks/misses.py > benchmarks/results/misses.md
"""

from __future__ import annotations

import json
from typing import Any

from qa.questions import Question, read_questions
from qa.settings import CHECKOUT, Settings
from qa.trial import default_sets

RECORD = CHECKOUT / "evaluation" / "evaluation.json"


def main() -> None:
    """Print a list for each way to fail."""
    evaluation = json.loads(RECORD.read_text(encoding="utf-8"))
    asked = {q.id: q for path in default_sets(Settings(), "test") for q in read_questions(path)}
    made = ", ".join(f"{name} {value}" for name, value in evaluation["made_with"].items())
    print(f"{len(evaluation['questions'])} questions of {evaluation['name']}; {made}.\n")
    failures: dict[str, list[tuple[Question, dict[str, Any]]]] = {
        "Declined, though the document says": [],
        "Answered, though the document does not say": [],
        "Answered, but another section comes first": [],
    }
    declined, answered, second = failures.values()
    for found in evaluation["questions"]:
        said, shown = found["gold"] == "answered", found["status"] == "answered"
        row = asked[found["id"]], found
        if said and not shown:
            declined.append(row)
        elif shown and not said:
            answered.append(row)
        elif shown and found["values"]["section.success@1"] < 1:
            second.append(row)
    for title, rows in failures.items():
        print(f"## {title}: {len(rows)}\n\n| kind | question | confidence | first passage |\n|---|---|---|---|")
        for question, found in rows:
            turns = " → ".join(question.turns).replace("|", "\\|")
            first = found["passages"][0].split("/", 1)[1] if found["passages"] else ""
            print(f"| {question.kind} | {turns} | {found['confidence']:.2f} | {first} |")
        print()


if __name__ == "__main__":
    main()
