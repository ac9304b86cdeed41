"""A module imports only from rows above its own, and nothing heavy before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import qa

ROOT = Path(__file__).parents[1]
ROWS = [
    {"qa.errors", "qa.types"},
    {"qa.settings", "qa.scripts", "qa.dates", "qa.asgi"},
    {
        "qa.reading", "qa.reading.lines", "qa.reading.numbering", "qa.reading.contents", "qa.reading.inline",
        "qa.reading.markdown", "qa.reading.notes", "qa.reading.series", "qa.reading.furniture", "qa.reading.outline",
        "qa.reading.text", "qa.reading.checks", "qa.reading.metadata", "qa.reading.corpus", "qa.reading.pdf",
        *(f"qa.reading.pdf.{name}" for name in (
            "fonts", "standard_fonts", "runs", "rows", "blocks", "margins", "links", "tags", "footnotes", "endnotes",
            "gaps", "levels", "spacing", "tables", "writing", "paragraphs",
            "headings", "marks", "citations", "pages", "reader", "child", "sandbox",
        )),
        "qa.passages", "qa.verification", "qa.conversion", "qa.dense", "qa.lexical", "qa.store", "qa.edits", "qa.hints",
        "qa.least_squares",
    },
    {"qa.encoder", "qa.hint_index", "qa.lookups"},
    {"qa.editions", "qa.retired"},
    {"qa.permalinks", "qa.intake", "qa.freshness", "qa.entries"},
    {"qa.index"},
    {"qa.retrieval"},
    {"qa.confidence", "qa.reranking"},
    {"qa.conversation"},
    {"qa.addresses", "qa.citations"},
    {"qa.answers", "qa.wording"},
    {"qa.questions", "qa.measures", "qa.feedback"},
    {"qa.question_checks"},
    {"qa.evaluation"},
    {"qa.figures"},
    {"qa.collections", "qa.records"},
    {"qa.contract", "qa.terminal", "qa.plots", "qa.ablations",
     "qa.ui", "qa.ui.cards", "qa.ui.plain", "qa.ui.events", "qa.ui.shell", "qa.ui.page"},
    {"qa.refusals", "qa.observing", "qa.contract_places", "qa.linking"},
    {"qa.guard", "qa.limits", "qa.live"},
    {"qa.integrations", "qa.integrations.tools", "qa.integrations.mcp", "qa.integrations.langchain"},
    {"qa.routes", "qa.pages"},
    {"qa.server", "qa.changes", "qa.report"},
    {"qa.trial"},
    {"qa.cli"},
    {"qa"},
]  # fmt: skip
# Within a row only these may look at each other: reading is one pipeline, and so are the pieces of the page.
NEIGHBOURS = ("qa.reading", "qa.ui", "qa.integrations")
LATE = ("gradio", "torch", "sentence_transformers", "faiss", "tantivy", "pypdf", "uvicorn", "fastapi", "Stemmer")


def modules() -> dict[str, Path]:
    found = {}
    for folder, prefix in ((ROOT / "src" / "qa", "qa"), (ROOT / "ui", "qa.ui")):
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join([prefix, *(part for part in parts if part != "__init__")])] = path
    return found


def imports(name: str) -> set[str]:
    path = modules()[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) + 1 - node.level]) if node.level else ""
            home = ".".join(filter(None, (base, node.module)))
            names |= {home, *(f"{home}.{alias.name}" for alias in node.names)}
    return names & modules().keys()


@pytest.mark.parametrize("name", sorted(modules()))
def test_imports_go_up(name: str) -> None:
    row = next((i for i, names in enumerate(ROWS) if name in names), None)
    assert row is not None, f"{name} has no row"
    allowed = set().union(*ROWS[:row])
    for family in NEIGHBOURS:
        if name.startswith(family):
            allowed |= {other for other in ROWS[row] if other.startswith(family)}
    assert imports(name) <= allowed | {"qa"}


@pytest.mark.parametrize("name", sorted(modules()))
def test_modules_are_small(name: str) -> None:
    assert len(modules()[name].read_text(encoding="utf-8").splitlines()) <= 250


@pytest.mark.parametrize("module", ["qa", "qa.cli", "qa.reading.corpus", "qa.index", "qa.answers"])
def test_nothing_heavy_is_imported_early(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {LATE!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_every_public_name_can_be_had() -> None:
    for name in qa.__all__:
        assert getattr(qa, name).__name__ == name
