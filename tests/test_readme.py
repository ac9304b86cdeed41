"""The README runs as it is written."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from warm import run_qa

from qa.settings import READERS, Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for name, body in BLOCKS if name == language]


def run(command: list[str], environment: dict[str, str]) -> str:
    if command[0] == "qa":
        shown = run_qa(*command[1:], env=environment, cwd=ROOT)
    else:
        shown = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


def test_commands_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    commands = [line for body in blocks("sh") for line in body.splitlines() if not line.startswith("qa ")]
    assert commands
    assert {command.removeprefix("make ") for command in commands} <= set(targets)


def test_files_are_taken_in_as_told(tmp_path: Path, index_folder: Path, environment: dict[str, str]) -> None:
    commands = [line for body in blocks("sh") for line in body.splitlines() if line.startswith("qa ")]
    corpus, given = tmp_path / "corpus", tmp_path / "path" / "to"
    for folder in (corpus, given):
        folder.mkdir(parents=True)
    for name in ("factsheet-2025.md", "factsheet-2025.toml"):
        shutil.copy(ROOT / "corpus" / name, corpus)
    shutil.copy(ROOT / "tests" / "data" / "pdf" / "legal.pdf", given / "guideline.pdf")
    shutil.copy(ROOT / "tests" / "data" / "renditions" / "factsheet-word.pdf", given / "factsheet-2026.pdf")
    # The vectors of the factsheet are kept.
    index = shutil.copytree(index_folder, tmp_path / "index")
    own = {**environment, "QA_CORPUS": str(corpus), "QA_INDEX": str(index)}
    for command in commands:
        shown = run_qa(*command.split()[1:], env=own, cwd=tmp_path)
        assert shown.returncode == 0, shown.stderr
    assert sorted(path.name for path in corpus.glob("*.*")) == [
        "factsheet-2026.pdf",
        "factsheet-2026.toml",
        "guideline.pdf",
        "guideline.toml",
    ]
    assert (corpus / "retired" / "factsheet-2025.001.md").exists()


@pytest.mark.parametrize("body", blocks("console"), ids=range(len(blocks("console"))))
def test_console_shows_what_is_printed(body: str, environment: dict[str, str], service: str) -> None:
    prompt, expected = body.split("\n", 1)
    command = shlex.split(prompt.removeprefix("$ ").replace("http://127.0.0.1:7860", service))
    shown = run(command, environment)
    # An ellipsis stands for the rest of a long line.
    assert shown.startswith(expected.removesuffix("…\n"))
    assert expected.endswith("…\n") or shown == expected


def test_python_prints_what_is_shown(environment: dict[str, str]) -> None:
    sources, texts = blocks("python"), blocks("text")
    # Together, because the model takes seconds to load.
    assert run([sys.executable, "-c", "".join(sources)], environment) == "".join(texts[: len(sources)])
    assert all(len(source.strip().splitlines()) <= 9 for source in sources)


def test_settings_table_is_whole() -> None:
    rows = re.findall(r"^\| `(QA_\w+)` \|.*\| (.*) \|$", README, re.MULTILINE)
    assert [name for name, _ in rows] == list(READERS)
    defaults = dict(rows)
    assert f"`{Settings().model}`" in defaults["QA_MODEL"]
    assert f"`{Settings().passages}`" == defaults["QA_PASSAGES"]


def test_figures_are_those_recorded() -> None:
    record = (ROOT / "benchmarks" / "results" / "ablations.md").read_text(encoding="utf-8")
    assert record in README
    assert re.search(r"<!-- from benchmarks/results/ablations\.md -->\n\| \|.*<!-- end -->", README, re.DOTALL)


def test_counts_of_questions_are_true() -> None:
    for split, words in (
        ("dev", "the (\\d+) questions that may be tuned on"),
        ("test", "On (\\d+) questions that were not used"),
    ):
        lines = (ROOT / "corpus" / "questions" / f"factsheet-2025.{split}.jsonl").read_text(encoding="utf-8")
        assert re.findall(words, README) == [str(lines.count("\n"))]


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target
