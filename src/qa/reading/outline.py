"""Lines -> the outline of a document: sections, paragraphs, footnotes, each in its place.

Two kinds of documents are read alike. Where the heading levels of the source agree with the numbers
("1" always #, "1.1" always ##), or there are no numbers, the levels make the tree. Where they do not,
as in text recovered from print, levels are noise and the numbers make it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain, count

from qa.reading.contents import Entry, take_contents
from qa.reading.furniture import mark_furniture
from qa.reading.lines import Line, fold, is_closed
from qa.reading.notes import lift_notes
from qa.reading.numbering import HEADING_LENGTH, UNNUMBERED_RANK, Cue, cues
from qa.reading.series import levels_are_sound, mark_blocks, plain_numbers
from qa.scripts import WIDE
from qa.types import SectionKind

# A heading that is known by nothing but its capitals: long enough to be no name, short enough to be no sentence.
CAPITALISED_WORDS = range(4, 26)
# Ranks of headings that are not in the source's own levels start below all of those (1 to 6).
BELOW_LEVELS = 10
RUN_IN_RANK = 99
RUN_IN_LENGTH = 80
# "Personal Information Protection Act, etc." is a title, "The ministry said" is not.
RUN_IN_CAPITALS = 0.6
WORD = re.compile(r"[^\W\d_][\w'’-]*")
SMALL = frozenset("a an and as at by for from in of on or the to with".split())
KINDS: dict[str, SectionKind] = {"item": "item", "circled": "item", "subitem": "subitem", "katakana": "subitem"}


@dataclass(slots=True)
class Node:
    """A heading and the lines below it, up to the next heading."""

    heading: Line
    kind: SectionKind
    title: str
    rank: int
    number: str = ""
    label: str = ""
    place: str = ""
    headings: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    body: list[Line] = field(default_factory=list)
    counts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outline:
    """What was found: the sections in order, the notes, and the contents list as a checklist."""

    nodes: list[Node]
    notes: list[Line]
    entries: list[Entry]


def build_outline(lines: list[Line], title: str, said: frozenset[str]) -> Outline:
    """The outline of `lines`. `title` and `said` are folded metadata: what only repeats them is cut."""
    entries, lines = take_contents(lines)
    listed = frozenset(entry.folded for entry in entries)
    lines = mark_furniture(mark_blocks(lines, listed), title, said)
    body, notes = lift_notes(lines, listed)
    tree = _Tree(levels_are_sound(body), listed, plain_numbers(body))
    for index, line in enumerate(body):
        tree.add(line, body[index + 1] if index + 1 < len(body) else None)
    nodes = [node for node in tree.nodes if node.heading.text or node.body]
    if len(nodes) == 1 and not nodes[0].heading.text:
        nodes = _by_page(nodes[0])
    return Outline(nodes, notes, entries)


def _by_page(whole: Node) -> list[Node]:
    """A text without any heading, by the pages its paragraphs begin on; as it is where those are unknown."""
    pages: list[Node] = []
    for line in whole.body:
        if line.page is not None and (not pages or line.page != pages[-1].body[-1].page):
            heading, name = Line("", "heading", page=line.page), f"Page {line.page}"
            pages.append(Node(heading, "unnumbered", name, 1, place=f"page-{line.page}", evidence=("page",)))
        elif not pages:
            return [whole]
        pages[-1].body.append(line)
    return pages if len(pages) > 1 else [whole]


class _Tree:
    """The path from the root to the heading that is open, growing line by line."""

    def __init__(self, sound_levels: bool, listed: frozenset[str], plain_numbers: frozenset[int]) -> None:
        self.sound_levels = sound_levels
        self.listed = listed
        self.plain_numbers = plain_numbers
        root = Node(Line("", "heading"), "preamble", "", 0, place="preamble")
        self.nodes = [root]
        self._path = [root]
        # The last number of each series, and how deep the series lies.
        self._series: dict[str, tuple[float, int]] = {}
        self._places: Counter[str] = Counter()

    def add(self, line: Line, following: Line | None) -> None:
        """One more line: it opens a section or goes into the open one."""
        cue = next((cue for cue in cues(line.text) if self._fits(cue, line)), None)
        if line.role == "heading" or self._is_heading(line, cue, following):
            self._open(replace(line, text=line.text.replace("\n", " ")), cue)
            return
        run_in = next((at for at, _ in line.citations if _is_run_in(line, at)), None)
        if run_in is not None:
            self._open_run_in(line, run_in)
        else:
            self._path[-1].body.append(line)

    def _is_heading(self, line: Line, cue: Cue | None, following: Line | None) -> bool:
        """Whether a line that the source does not call a heading is one."""
        if line.role != "text" or len(line.text) > HEADING_LENGTH:
            return False
        if fold(line.text) in self.listed:
            return True
        question = line.bold and line.text.endswith(("?", "？"))
        if following is None or (is_closed(line.text) and not question):
            return False
        if cue and not line.bold and any(c.title[:1].islower() for c in cues(following.text)[:1] if not c.absolute):
            # "1. The office shall" above "(a) keep a register" is half a sentence.
            return False
        if cue or line.bold:
            # The next number right below makes it a list of short lines.
            return not (cue and (cue.scheme, cue.ordinal + 1) in {(c.scheme, c.ordinal) for c in cues(following.text)})
        return _is_capitalised(line.text) and following.role == "text" and is_closed(following.text)

    def _fits(self, cue: Cue, line: Line) -> bool:
        """Whether the number is the next of its series, or stands where only a heading's number can."""
        heading = line.role == "heading"
        if fold(line.text) in self.listed or (heading and (cue.named or (cue.absolute and not cue.part.isdecimal()))):
            return True
        if not (cue.title or cue.named or heading):
            return False
        if heading and cue.scheme == "decimal0" and cue.ordinal in self.plain_numbers:
            return True
        last = max(
            self._above(self._rank(line, cue)).counts.get(cue.scheme, 0), self._series.get(cue.scheme, (0, 0))[0]
        )
        if cue.named or (line.bold and not last):
            return cue.ordinal > last
        return cue.ordinal == 1 or last < cue.ordinal <= last + 1

    def _rank(self, line: Line, cue: Cue | None) -> int:
        if self.sound_levels and line.role == "heading":
            return line.level
        return (BELOW_LEVELS if self.sound_levels else 0) + (cue.rank if cue else UNNUMBERED_RANK)

    def _above(self, rank: int) -> Node:
        return next(node for node in reversed(self._path) if node.rank < rank or node.rank == 0)

    def _open(self, line: Line, cue: Cue | None) -> None:
        rank = self._rank(line, cue)
        parent = self._above(rank)
        node = Node(line, "unnumbered", line.text, rank, parent.number, parent.label, parent.place)
        node.evidence = self._evidence(line, cue)
        if cue:
            node.kind, node.title = KINDS.get(cue.scheme, "section"), cue.title.replace("\n", " ") or line.text
            joint = "." if parent.number and not cue.absolute else ""
            node.number = (parent.number if joint else "") + joint + cue.part
            printed = cue.printed.rstrip(".")
            node.label = printed if cue.absolute or not parent.label else f"{parent.label} › {printed}"
            node.place = self._place(node.number)
            parent.counts[cue.scheme] = cue.ordinal
            # Deeper series may begin anew.
            self._series = {scheme: last for scheme, last in self._series.items() if last[1] <= cue.rank}
            if cue.absolute:
                self._series[cue.scheme] = (cue.ordinal if cue.scheme != "decimal0" else 0, cue.rank)
        elif not parent.number:
            node.place = self._place(line.text)
        self._append(node, parent)

    def _evidence(self, line: Line, cue: Cue | None) -> tuple[str, ...]:
        """What tells that a line is a heading, by name."""
        listed, numbered = fold(line.text) in self.listed, cue is not None
        found = (("contents", listed), ("number", numbered), ("bold", line.bold and line.role == "text"))
        own = line.evidence or (("markup",) if line.role == "heading" else ())
        return tuple(dict.fromkeys([*own, *(name for name, holds in found if holds)])) or ("capitals",)

    def _open_run_in(self, line: Line, at: int) -> None:
        """A title run into its paragraph: "Patent Law¹⁶: The purpose ..."."""
        parent = self._above(RUN_IN_RANK)
        title = line.text[:at]
        node = Node(line, "runin", title, RUN_IN_RANK, parent.number, parent.label, parent.place)
        node.evidence = ("note behind its title",)
        self._append(node, parent)

    def _append(self, node: Node, parent: Node) -> None:
        node.headings = (*parent.headings, node.title if node.kind == "runin" else node.heading.text)
        del self._path[self._path.index(parent) + 1 :]
        self._path.append(node)
        self.nodes.append(node)

    def _place(self, name: str) -> str:
        """A name for ids: no white space, no slash, and no other heading's."""
        slug = re.sub(r"[^\w.]+", "-", name.casefold()).strip("-.")[:60] or "section"
        names = chain([slug], (f"{slug}-{again}" for again in count(self._places[slug] + 2)))
        place = next(name for name in names if name not in self._places)
        self._places[slug] += 1
        self._places[place] += place != slug
        return place


def _is_run_in(line: Line, at: int) -> bool:
    before, after = line.text[:at], line.text[at : at + 2]
    short = 0 < at <= RUN_IN_LENGTH and "\n" not in before and not re.search(r"[.!?]\s", before)
    colon = after.startswith("：") or after == ": "
    return line.role == "text" and colon and short and _capitals(before) >= RUN_IN_CAPITALS


def _is_capitalised(text: str) -> bool:
    """Whether a line is written as English titles are."""
    # Kana and kanji are never small.
    words = [] if re.search(f"[{WIDE}]", text) else WORD.findall(text)
    return len(words) in CAPITALISED_WORDS and "\n" not in text and words[-1] not in SMALL and _capitals(text) == 1


def _capitals(text: str) -> float:
    """The share of words that begin with no small letter, small words aside."""
    words = [word for word in WORD.findall(text) if word not in SMALL]
    return sum(not word[0].islower() for word in words) / max(len(words), 1)
