"""The factsheet's text with its references in place, as typesetters take it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

TESTS = Path(__file__).parents[1]
LEVELS = {"section": 0, "item": 3, "subitem": 4, "unnumbered": 4, "runin": 5}


@dataclass(frozen=True)
class Run:
    """A stretch of text: plain, italic, raised ("12th"), or the reference to a note."""

    text: str
    kind: Literal["text", "italic", "raised", "note"] = "text"


@dataclass(frozen=True)
class Part:
    """A heading and what follows it. Levels 1 and 2 are numbered sections, 3 items, 4 subitems, 5 run in."""

    level: int
    numbered: bool
    heading: tuple[Run, ...]
    paragraphs: tuple[tuple[Run, ...], ...]

    @property
    def number(self) -> str:
        return self.heading[0].text.split()[0] if self.numbered else ""

    @property
    def title(self) -> tuple[Run, ...]:
        """The heading after its number."""
        first = Run(self.heading[0].text.removeprefix(self.number).lstrip())
        return (first, *self.heading[1:])

    @property
    def blocks(self) -> list[tuple[Run, ...]]:
        """The paragraphs, the first led by a heading that runs into it."""
        if self.level < LEVELS["runin"]:
            return list(self.paragraphs)
        first, *others = self.paragraphs
        return [(*self.heading, Run(": "), *first), *others]


@dataclass(frozen=True)
class Address:
    """One address of a note, with the remark in parentheses after it."""

    url: str
    remark: str | None

    @property
    def tail(self) -> str:
        return f" ({self.remark})" if self.remark else ""


@dataclass(frozen=True)
class Factsheet:
    title: str
    published: str
    publisher: str
    notice: str
    parts: tuple[Part, ...]
    notes: dict[str, tuple[Address, ...]]


@cache
def factsheet() -> Factsheet:
    """The outline's text, with the references where the Markdown has them."""
    outline = json.loads((TESTS / "data" / "factsheet-outline.json").read_text("utf-8"))
    contexts = _contexts((TESTS.parent / "corpus" / "factsheet-2025.md").read_text("utf-8"))
    notes = {mark: tuple(map(Address, note["urls"], note["url_notes"])) for mark, note in outline["footnotes"].items()}
    parts = tuple(_part(section, contexts) for section in outline["sections"])
    names = ("title", "published", "publisher", "notice")
    return Factsheet(**{name: outline[name] for name in names}, parts=parts, notes=notes)


def _contexts(markdown: str) -> dict[str, str]:
    """What stands just before each reference."""
    body = re.sub(r"(?m)^<sup>.*$", "", markdown)
    found = re.finditer(r"([^\n<>]{1,24})\s*<sup>(\d+)</sup>", body)
    return {match[2]: match[1].lstrip("# ") for match in found}


def _part(section: dict[str, Any], contexts: dict[str, str]) -> Part:
    level = LEVELS[section["kind"]] or len(section["section"].split("."))
    heading = _runs(section["heading"], section["footnotes_in_heading"], contexts)
    marks = section["footnotes_in_body"]
    paragraphs = []
    for text in section["paragraphs"]:
        runs = _runs(text, [mark for mark in marks if contexts[str(mark)] in text], contexts)
        paragraphs.append(runs)
    cited = [int(run.text) for runs in paragraphs for run in runs if run.kind == "note"]
    assert cited == marks, section["heading"]
    return Part(level, section["kind"] in ("section", "item", "subitem"), heading, tuple(paragraphs))


def _runs(text: str, marks: list[int], contexts: dict[str, str]) -> tuple[Run, ...]:
    """The text cut at its references, ordinals and titles in italics."""
    runs: list[Run] = []
    for mark in marks:
        context = contexts.get(str(mark))
        end = len(text) if context is None else text.index(context) + len(context)
        runs += [*_decorated(text[:end]), Run(str(mark), "note")]
        text = text[end:]
    return (*runs, *_decorated(text))


def _decorated(text: str) -> list[Run]:
    pieces = re.split(r"((?<=\d)th\b|Information technology—[^.,]*)", text)
    kinds: dict[str, Literal["raised", "italic"]] = {"th": "raised"}
    return [
        Run(piece, kinds.get(piece, "italic") if odd else "text")
        for index, piece in enumerate(pieces)
        for odd in [index % 2]
        if piece
    ]
