"""The command line as real processes that must not reach off this machine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from conftest import QA
from new_edition import CONVENTION, NEW_URL, publish
from warm import run_qa

from qa.reading.corpus import read_document


def run(*arguments: str, environment: dict[str, str], **changes: str) -> subprocess.CompletedProcess[str]:
    return run_qa(*arguments, env=environment | changes)


def check_error(shown: subprocess.CompletedProcess[str], words: str, code: int = 1) -> None:
    assert shown.returncode == code
    assert shown.stdout == ""
    assert words in shown.stderr
    assert "Traceback" not in shown.stderr
    if code == 1:
        assert re.fullmatch(r"qa: [^\n]+\n", shown.stderr)


def test_index_builds_says_what_it_did_and_then_has_nothing_to_do(environment: dict[str, str], tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "data" / "shapes" / "bylaw.md", tmp_path)
    environment = {**environment, "QA_CORPUS": str(tmp_path), "QA_INDEX": str(tmp_path / "index")}
    built = run("index", environment=environment)
    assert built.returncode == 0, built.stderr
    for line in ("sections  16", "4 of 4 resolved, 3 links", "passages    27", "coverage    100.0%", "seconds"):
        assert line in built.stdout
    assert "vectors     61 made, 0 kept" in built.stdout
    again = run("index", environment=environment)
    assert "vectors     0 made" in again.stdout
    assert len(list((tmp_path / "index").glob("build-*"))) == 1


def test_ask_prints_the_passage_its_place_and_its_links(environment: dict[str, str]) -> None:
    shown = run("ask", "When was the AI Act fully enforced?", "-k", "1", environment=environment)
    assert shown.returncode == 0, shown.stderr
    assert "1.3 › 1) › a)  Act on Promotion of Research and Development" in shown.stdout
    assert "p. 4" in shown.stdout
    assert "was fully enforced on September 1, including regulations related to the establishment" in shown.stdout
    assert "[12] https://www8.cao.go.jp/cstp/ai/ai_hou_gaiyou_en.pdf\n" in shown.stdout


def test_ask_json_is_the_answer_of_the_api(environment: dict[str, str], service: str) -> None:
    shown = run("ask", "What is J-AISI?", "--json", environment=environment)
    answer = httpx.get(f"{service}/api/search", params={"q": "What is J-AISI?"}, trust_env=False).json()
    assert json.loads(shown.stdout) == answer


def test_ask_declines(environment: dict[str, str]) -> None:
    shown = run("ask", "how long to boil an egg", environment=environment)
    assert shown.returncode == 0
    assert "“Factsheet of AI Safety in Japan 2025” does not say." in shown.stdout
    assert "Closest sections" in shown.stdout


def test_verify_tells_a_quotation_from_an_altered_one(environment: dict[str, str]) -> None:
    shown = run("verify", "was fully enforced on September 1", environment=environment)
    assert (shown.returncode, shown.stdout.splitlines()[0]) == (0, "Verified, word for word.")
    assert "1.3 › 1) › a)" in shown.stdout
    shown = run("verify", "was fully enforced on September 2", environment=environment)
    assert shown.returncode == 3
    assert "First difference: character 33 is “2”, printed is “1”." in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "changes", "words"),
    [
        (("ask", " "), {}, "the question is empty"),
        (("ask", "x" * 501), {}, "501 characters"),
        (("verify", ""), {}, "the quotation has 0 characters"),
        (("ask", "x"), {"QA_MODE": "fast"}, "QA_MODE is no setting"),
        (("ask", "x"), {"QA_PASSAGES": "many"}, "QA_PASSAGES=many"),
        (("ask", "x"), {"QA_CORPUS": "/nowhere"}, "/nowhere holds no document"),
        (("index",), {"QA_CORPUS": "/nowhere"}, "/nowhere holds no document"),
        (("index",), {"QA_INDEX": "/dev/null/index"}, "cannot be written"),
        (("index",), {"QA_MODEL": "/nowhere"}, "QA_MODEL=/nowhere cannot be had"),
    ],
    ids=range(9),
)
def test_errors_are_one_line(
    environment: dict[str, str], arguments: tuple[str, ...], changes: dict[str, str], words: str
) -> None:
    check_error(run(*arguments, environment=environment, HF_HUB_OFFLINE="1", **changes), words)


@pytest.mark.parametrize("arguments", [("ask", "x", "-k", "0"), ("ask",), ("dance",), ("serve", "--port", "0")])
def test_wrong_usage_is_told(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    check_error(run(*arguments, environment=environment), "Usage: ", code=2)


def test_an_occupied_port_is_said(environment: dict[str, str], service: str) -> None:
    port = service.rsplit(":", 1)[1]
    shown = run("serve", "--port", port, environment=environment)
    assert shown.returncode == 1
    assert f"127.0.0.1:{port} cannot be served at" in shown.stderr
    assert "Serving on" not in shown.stderr
    assert "Traceback" not in shown.stderr


def test_help_names_the_commands_and_waits_for_nothing_heavy(environment: dict[str, str]) -> None:
    shown = run("--help", environment=environment)
    assert all(command in shown.stdout for command in ("index", "ask", "verify", "diff", "serve"))
    times = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import qa.cli"], capture_output=True, text=True, check=True
    ).stderr
    assert not re.search(r"\| +(numpy|pydantic|rich\.console|torch|faiss)$", times, re.MULTILINE)


def test_a_pipe_that_takes_no_japanese(environment: dict[str, str]) -> None:
    environment = {**environment, "PYTHONIOENCODING": "ascii", "QA_LANGUAGES": "en"}
    shown = subprocess.run([*QA, "ask", "AI法とは"], env=environment, capture_output=True, text=True, timeout=120)
    assert (shown.returncode, "English for now" in shown.stdout) == (0, True)


def test_version(environment: dict[str, str]) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run("--version", environment=environment).stdout)


def test_diff_shows_what_changed(environment: dict[str, str], corpus: Path, tmp_path: Path) -> None:
    made = publish(corpus, tmp_path)
    old = str(made / "retired" / "factsheet-2025.md")
    shown = run("diff", old, "factsheet-2025", environment=environment, QA_CORPUS=str(made))
    assert (shown.returncode, shown.stderr) == (3, "")
    lines = shown.stdout.splitlines()
    assert lines[:3] == [
        "Sections: 54 unchanged, 1 changed, 9 moved, 1 added, 1 removed. Footnotes and links: 1 changed, 1 removed.",
        "- Factsheet of AI Safety in Japan 2025 · March 31, 2026",
        "+ Factsheet of AI Safety in Japan 2025 · March 31, 2027",
    ]
    assert "As of March [-2026-]{+2027+}, [-25-]{+31+} organizations, including nine" in shown.stdout
    assert "moved  1.2 › 2) → 1.2 › 3)  UNESCO Recommendation on the Ethics" in shown.stdout
    assert "added  1.2 › 2)  Framework Convention on AI (2024/Council of Europe)  p. 2" in lines
    assert f"  {{+{CONVENTION}+}}" in lines
    assert "  [-The “AI Security Subcommittee” established under" in shown.stdout
    assert "changed  footnote 6 in 1.2 › 3) → footnote 6 in 1.2 › 4)" in lines
    assert f"  {{+{NEW_URL}+}}" in lines
    assert "removed  footnote 47 in 1.5 › 12)" in lines


def test_diff_json_is_for_programs(environment: dict[str, str], corpus: Path, tmp_path: Path) -> None:
    made = publish(corpus, tmp_path)
    new = made / "factsheet-2025.md"
    shown = run("diff", "factsheet-2025", str(new), "--json", environment=environment)
    assert shown.returncode == 3
    comparison = json.loads(shown.stdout)
    assert comparison["counts"] == {"unchanged": 54, "changed": 1, "moved": 9, "added": 1, "removed": 1}
    assert (comparison["old"]["published"], comparison["new"]["published"]) == ("March 31, 2026", "March 31, 2027")
    (changed,) = (change for change in comparison["sections"] if change["kind"] == "changed")
    document = read_document(new)
    text = "".join(edit["text"] for edit in changed["edits"] if edit["operation"] != "deleted")
    assert text == document.text[changed["new"]["start"] : changed["new"]["end"]].rstrip()
    assert [change["kind"] for change in comparison["citations"]] == ["changed", "removed"]


def test_diff_of_the_same(environment: dict[str, str], corpus: Path) -> None:
    shown = run("diff", "factsheet-2025", str(corpus / "factsheet-2025.md"), environment=environment)
    assert (shown.returncode, shown.stdout.splitlines()[0]) == (0, "The same to the character: 65 sections.")
    check_error(
        run("diff", "factsheet-2024", "factsheet-2025", environment=environment),
        "factsheet-2024 is neither a file nor a document: documents are factsheet-2025",
    )
