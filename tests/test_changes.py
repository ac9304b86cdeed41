"""A comparison as it is printed: the lines that changed, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.changes import print_comparison
from qa.editions import compare
from qa.reading.corpus import read_document


def show(folder: Path, old: str, new: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    documents = []
    for name, text in (("old", old), ("new", new)):
        (folder / f"{name}.md").write_text(f"# Rules\n\n{text}", encoding="utf-8")
        documents.append(read_document(folder / f"{name}.md"))
    print_comparison(compare(*documents))
    return capsys.readouterr().out.splitlines()


def test_only_the_lines_that_changed_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = "## 1 Cats\n\nCats purr.\n\nCats climb trees.\n\nCats sleep.\n\nCats eat two fish.\n\nCats go.\n"
    new = old.replace("climb", "scale").replace("two", "three")
    assert show(tmp_path, old, new, capsys) == [
        "Sections: 1 changed.",
        "- Rules",
        "+ Rules",
        "",
        "changed  1  Cats",
        "  Cats [-climb-]{+scale+} trees.",
        "  Cats eat [-two-]{+three+} fish.",
        "",
    ]


def test_what_looks_like_markup_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = show(
        tmp_path, "## 1 Cats\n\nOne.\n", "## 1 Cats\n\nOne.\n\n## 2 [bold]Dogs\n\nThe [red]dog :smile: 1.\n", capsys
    )
    assert shown[4:6] == ["added  2  [bold]Dogs", "  {+The [red]dog :smile: 1.+}"]


def test_a_section_of_a_heading_and_one_of_a_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = "## 1 Cats\n\nSee [the law](https://a.example/).\n"
    new = "## 1 Cats\n\nSee [the law](https://b.example/).\n\n## 2 Dogs\n"
    assert show(tmp_path, old, new, capsys) == [
        "Sections: 1 unchanged, 1 added. Footnotes and links: 1 changed.",
        "- Rules",
        "+ Rules",
        "",
        "added  2  Dogs",
        "changed  link in 1",
        "  [-the law",
        "  https://a.example/-]",
        "  {+the law",
        "  https://b.example/+}",
        "",
    ]
