"""A wheel, installed into an empty environment far from the checkout, answers a question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_carries_corpus_and_page(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    files = (
        "corpus/factsheet-2025.md corpus/factsheet-2025.toml py.typed ui/page.py ui/report.html ui/style.css "
        "ui/plain/base.html ui/widget/widget.js"
    )
    for name in files.split():
        assert f"qa/{name}" in names
    assert not [name for name in names if any(word in name for word in ("tests", ".venv", "node_modules", ".ts"))]


def test_the_wheel_answers_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-compile",  # of thousands of modules few are imported
        "--constraint",
        str(ROOT / "constraints.txt"),
        str(wheel),
    ]
    subprocess.run(install, check=True, cwd=tmp_path, capture_output=True, timeout=280)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "PYTHON"))}
    environment = {**clean, "XDG_CACHE_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1"}
    command = [str(python.with_name("qa")), "ask", "When was the AI Act fully enforced?", "--json"]
    shown = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert shown.returncode == 0, shown.stderr
    answer = json.loads(shown.stdout)
    assert answer["results"][0]["section"] == "1.3.1.a"
    assert (tmp_path / "cache" / "factsheet-qa" / "index" / "manifest.json").exists()
    page = [str(python), "-c", "import qa, qa.server; print(qa.server.__file__)"]
    where = subprocess.run(page, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout
    assert where.startswith(str(tmp_path / "env"))
