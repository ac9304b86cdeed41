"""The small documents as marked text, and what a reader of their PDF should find in them.

A source in tests/data/pdf/source has a line for each block:

    # [1.2] Heading        the label in brackets is the number as printed; "[Article 1|. ]" sets what follows it
    = [1.] Clause          a numbered paragraph, "==" a point within it
    - item, + [a] item     lists, | cell | cell | a row of a table, > a caption, === a new page
    [^1]: note             "[^*@2]" is the mark * on page 2, or 1 of the chapter that begins there
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from rendition_text import Run

FOLDER = Path(__file__).parents[1] / "data" / "pdf"
URL = re.compile(r"https?://[^\s，。]+[\w/]")
SIGNS = {"-": "list", "+": "list", "|": "table", ">": "caption", "=": "clause", "==": "point"}


@dataclass(frozen=True)
class Item:
    """A block: heading, paragraph, clause, point, list item, table row, caption or page break."""

    kind: str
    runs: tuple[Run, ...] = ()
    level: int = 0
    label: str = ""
    joint: str = " "
    cells: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The block as one line, led by its printed label; a bullet is no text."""
        if self.cells:
            return " ".join(self.cells)
        words = "".join(run.text for run in self.runs if run.kind != "note")
        return self.label + self.joint + words if self.label else words

    @property
    def marks(self) -> list[str]:
        return [run.text for run in self.runs if run.kind == "note"]


@dataclass(frozen=True)
class Source:
    title: str
    by: str
    items: tuple[Item, ...]
    notes: dict[str, str] = field(default_factory=dict)


def mark_of(key: str) -> str:
    """The mark as printed: "*" of "*@2"."""
    return key.split("@")[0]


def parse(name: str) -> Source:
    """Reads the source of this name."""
    head: dict[str, str] = {}
    items: list[Item] = []
    notes: dict[str, str] = {}
    for line in filter(None, (FOLDER / "source" / f"{name}.txt").read_text("utf-8").splitlines()):
        if match := re.match(r"\[\^(.+?)\]: (.*)", line):
            notes[match[1]] = match[2]
        elif not items and (match := re.match(r"(title|by): (.*)", line)):
            head[match[1]] = match[2]
        else:
            items.append(_item(line))
    return Source(head.get("title", ""), head.get("by", ""), tuple(items), notes)


def _item(line: str) -> Item:
    if line == "===":
        return Item("break")
    if line.startswith("|"):
        return Item("table", cells=tuple(cell.strip() for cell in line.strip("|").split("|")))
    match = re.match(r"(?:(#+|==?|[-+>]) )?(?:\[([^^\]]*)\] )?(.*)", line)
    assert match
    sign, bracket, text = match.groups(default="")
    label, _, joint = bracket.partition("|")
    kind = "heading" if sign.startswith("#") else SIGNS.get(sign, "paragraph")
    level = len(sign) if kind == "heading" else 0
    return Item(kind, _runs(text), level, label, joint or " ")


def _runs(text: str) -> tuple[Run, ...]:
    pieces = re.split(r"\[\^(.+?)\]", text)
    return tuple(Run(piece, "note" if index % 2 else "text") for index, piece in enumerate(pieces) if piece)


def grouped(items: tuple[Item, ...]) -> list[list[Item]]:
    """Items of one list and rows of one table together, every other block alone."""
    groups = [list(group) for _, group in groupby(items, lambda item: item.kind)]
    done: list[list[Item]] = []
    for group in groups:
        done += [group] if group[0].kind in ("list", "table") else [[item] for item in group]
    return done


def truth(source: Source, pages: list[list[str]], first: int | None, skipped: int = 0) -> dict[str, Any]:
    """What should be found. `pages` are the PDF's lines without spaces; the first is printed as page `first`.

    Headings are looked for from page `skipped` on, past a table of contents.
    """
    sections: list[dict[str, Any]] = []
    at = skipped
    for group in grouped(source.items):
        item = group[0]
        if item.kind == "heading":
            at = _find(item.text, pages, at)
            number = item.label.rstrip(".")
            page = None if first is None else at + first
            sections.append({"number": number, "heading": item.text, "page": page, "paragraphs": [], "notes": []})
        elif not sections:
            page = None if first is None else first
            sections.append({"number": "", "heading": "", "page": page, "paragraphs": [], "notes": []})
        section = sections[-1]
        section["notes"] += [mark_of(mark) for each in group for mark in each.marks]
        if item.kind in ("list", "table", "caption"):
            section.setdefault("blocks", []).append(" ".join(each.text for each in group))
        elif item.kind not in ("heading", "break"):
            section["paragraphs"].append(item.text)
    for key, text in source.notes.items():
        page_key = key.partition("@")[2]
        assert not page_key or squeezed(text)[:20] in "".join(pages[int(page_key) - (first or 1)]), key
    notes = {key: {"text": text, "urls": URL.findall(text)} for key, text in source.notes.items()}
    return {"title": source.title, "sections": sections, "notes": notes}


def squeezed(text: str) -> str:
    """Without spaces and hyphens, and in small letters."""
    return re.sub(r"[\s\u00ad-]", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl").replace("ﬀ", "ff")).casefold()


def _find(heading: str, pages: list[list[str]], start: int) -> int:
    """The page on which one to five lines together are the heading; failing that, one with the text."""
    wanted = squeezed(heading)
    for index in range(start, len(pages)):
        lines = pages[index]
        if any(wanted == "".join(lines[at : at + count]) for at in range(len(lines)) for count in range(1, 6)):
            return index
    print("not a line of its own:", heading)
    return next(index for index in range(start, len(pages)) if wanted in "".join(pages[index]))


def save(name: str, pdf: bytes, found: dict[str, Any]) -> None:
    """Writes the PDF and what should be found in it."""
    (FOLDER / f"{name}.pdf").write_bytes(pdf)
    (FOLDER / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
