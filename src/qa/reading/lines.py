"""The common intermediate: what a source says, line by line, before anybody knows the outline."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Literal

from qa.scripts import is_wide
from qa.types import Link

Role = Literal["heading", "text", "block", "note", "page"]


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line: a heading, a paragraph, a block kept as it is (list, table, code), a note, or what only
    belongs to a page.

    `level` is the depth the source claims for a heading (1 outermost), 0 where it claims none.
    `citations` are (offset in text, mark) of footnotes cited; `links` are spans in text. `bold`:
    the whole line is. `page` is the printed page number where the source knows it, `turns` are
    (offset in text, page) where a later page begins within the line. A note carries its own `mark`.
    `evidence` names what told that a heading is one.
    """

    text: str
    role: Role
    level: int = 0
    bold: bool = False
    page: int | None = None
    mark: str = ""
    turns: tuple[tuple[int, int], ...] = ()
    citations: tuple[tuple[int, str], ...] = ()
    links: tuple[Link, ...] = ()
    evidence: tuple[str, ...] = ()


# An abbreviation that something always follows.
ABBREVIATED = re.compile(r"\b(?:i\.e|e\.g|cf|vs|[Nn]os?|[Aa]rts?|pp?|[Ff]igs?|[Ss]ecs?|[Pp]aras?)\.$")


def fold(text: str) -> str:
    """Text for comparing only: width and case folded, letters and digits alone."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def uncited_marks(lines: list[Line]) -> set[str]:
    """The marks of notes that no line cites."""
    return {line.mark for line in lines if line.role == "note"} - {m for line in lines for _, m in line.citations}


def join(first: Line, second: Line) -> Line:
    """Two halves of one line, cut apart by the end of a page, as one."""
    bare = first.text.endswith("-") or (is_wide(first.text[-1:]) and is_wide(second.text[:1]))
    text = first.text + ("" if bare else " ")
    shift = len(text)
    turned = () if second.page in (None, first.page) else ((shift, second.page),)
    return replace(
        first,
        text=text + second.text,
        turns=first.turns + turned + tuple((at + shift, page) for at, page in second.turns),
        citations=first.citations + tuple((at + shift, mark) for at, mark in second.citations),
        links=first.links + tuple(Link(k.start + shift, k.end + shift, k.url) for k in second.links),
    )


def is_closed(text: str) -> bool:
    """Whether a line ends as a finished sentence does."""
    text = text.rstrip()
    return re.search(r"[.!?:;。！？：；]['\"”’)\]）」』]*$", text) is not None and not ABBREVIATED.search(text)
