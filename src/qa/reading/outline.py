"""Lines -> the outline of a document: sections, paragraphs, footnotes, each in its place.

Two kinds of documents are read alike. Where the heading levels of the source agree with the numbers
("1" always #, "1.1" always ##), or there are no numbers, the levels make the tree. Where they do not,
as in text recovered from print, levels are noise and the numbers make it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace

from qa.reading.contents import Entry, take_contents
from qa.reading.lines import Line, fold, is_closed, join
from qa.reading.numbering import UNNUMBERED_RANK, Cue, cues
from qa.types import SectionKind

# Longer lines are paragraphs, whatever they begin with; the longest heading of the factsheet has 259.
HEADING_LENGTH = 320
# A heading that is known by nothing but its capitals: long enough to be no name, short enough to be no sentence.
CAPITALISED_WORDS = range(4, 26)
# Ranks of headings that are not in the source's own levels start below all of those (1 to 6).
BELOW_LEVELS = 10
RUN_IN_RANK = 99
RUN_IN_LENGTH = 80
# Headings may skip a number (a deleted chapter), not jump.
SKIPPED = 3
KINDS: dict[str, SectionKind] = {"item": "item", "subitem": "subitem"}


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
    body: list[Line] = field(default_factory=list)
    counts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outline:
    """What was found: the sections in order, the notes, and the contents list as a checklist."""

    nodes: list[Node]
    notes: list[Line]
    entries: list[Entry]


def build_outline(lines: list[Line], said: frozenset[str]) -> Outline:
    """The outline of `lines`. `said` are folded words of the metadata: front matter that repeats them is cut."""
    entries, lines = take_contents(lines)
    lines = _drop_front(lines, said)
    listed = frozenset(entry.folded for entry in entries)
    body, notes = _lift_notes(lines, listed)
    tree = _Tree(_levels_are_sound(body), listed)
    for index, line in enumerate(body):
        tree.add(line, body[index + 1] if index + 1 < len(body) else None)
    return Outline([node for node in tree.nodes if node.heading.text or node.body], notes, entries)


def _drop_front(lines: list[Line], said: frozenset[str]) -> list[Line]:
    """The lines without those, before the first real heading, that only repeat the metadata."""
    front = 0
    while front < len(lines) and (lines[front].role != "heading" or fold(lines[front].text) in said):
        front += 1
    return [line for line in lines[:front] if fold(line.text) not in said] + lines[front:]


def _lift_notes(lines: list[Line], listed: frozenset[str]) -> tuple[list[Line], list[Line]]:
    """Body and notes apart; what a block of notes, or the end of a page, had cut in two is joined again."""
    marks = {line.mark for line in lines if line.role == "note"}
    body: list[Line] = []
    notes: list[Line] = []
    cut = False
    for line in lines:
        if line.role == "note":
            notes.append(line)
            cut = True
            continue
        if body and line.text in marks and line.role == "text":
            # A raised number that slipped onto a line of its own cites a note at the end of the line before.
            body[-1] = replace(body[-1], citations=(*body[-1].citations, (len(body[-1].text), line.text)))
        elif body and _continues(body[-1], line, cut, listed):
            body[-1] = join(body[-1], line)
        else:
            body.append(line)
        cut = False
    return body, notes


def _continues(first: Line, second: Line, cut: bool, listed: frozenset[str]) -> bool:
    """Whether two lines are one line of the document."""
    if "block" in (first.role, second.role) or fold(first.text) in listed:
        return False
    if fold(first.text + second.text) in listed:
        return True
    if first.role == "heading" or (cues(first.text) and len(first.text) < HEADING_LENGTH and not is_closed(first.text)):
        parenthetical = second.role == "text" and re.fullmatch(r"\([^()]{1,120}\)", second.text) is not None
        return parenthetical or (cut and (first.text.endswith("-") or second.text[:1].islower()))
    return cut and second.role == "text" and not is_closed(first.text)


def _levels_are_sound(lines: list[Line]) -> bool:
    """Whether each series of numbers has one heading level of its own throughout."""
    levels: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        if line.role == "heading":
            for cue in cues(line.text)[:1]:
                levels[cue.scheme].add(line.level)
    return all(len(found) == 1 for found in levels.values())


class _Tree:
    """The path from the root to the heading that is open, growing line by line."""

    def __init__(self, sound_levels: bool, listed: frozenset[str]) -> None:
        self.sound_levels = sound_levels
        self.listed = listed
        root = Node(Line("", "heading"), "preamble", "", 0, place="preamble")
        self.nodes = [root]
        self._path = [root]
        self._series: dict[str, float] = {}
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
        if is_closed(line.text) or following is None:
            return False
        if cue or line.bold:
            return not (cue and {cue.scheme} & {other.scheme for other in cues(following.text)})
        return _is_capitalised(line.text) and following.role == "text" and is_closed(following.text)

    def _fits(self, cue: Cue, line: Line) -> bool:
        """Whether the number is the next of its series; what the source calls a heading may skip some."""
        if fold(line.text) in self.listed or (line.role == "heading" and "." in cue.part):
            return True
        last = max(self._above(self._rank(line, cue)).counts.get(cue.scheme, 0), self._series.get(cue.scheme, 0))
        if cue.ordinal == 1:
            return True
        return last < cue.ordinal <= last + (SKIPPED if line.role == "heading" and last else 1)

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
        if cue:
            node.kind, node.title = KINDS.get(cue.scheme, "section"), cue.title.replace("\n", " ") or line.text
            joint = "." if parent.number and not cue.absolute else ""
            node.number = (parent.number if joint else "") + joint + cue.part
            printed = cue.printed.rstrip(".")
            node.label = printed if cue.absolute or not parent.label else f"{parent.label} › {printed}"
            node.place = self._place(node.number)
            parent.counts[cue.scheme] = cue.ordinal
            if cue.absolute:
                self._series[cue.scheme] = cue.ordinal if cue.scheme != "decimal0" else 0
        elif not parent.number:
            node.place = self._place(line.text)
        self._append(node, parent)

    def _open_run_in(self, line: Line, at: int) -> None:
        """A title run into its paragraph: "Patent Law¹⁶: The purpose ..."."""
        parent = self._above(RUN_IN_RANK)
        title = line.text[:at]
        node = Node(line, "runin", title, RUN_IN_RANK, parent.number, parent.label, parent.place)
        self._append(node, parent)

    def _append(self, node: Node, parent: Node) -> None:
        node.headings = (*parent.headings, node.title if node.kind == "runin" else node.heading.text)
        del self._path[self._path.index(parent) + 1 :]
        self._path.append(node)
        self.nodes.append(node)

    def _place(self, name: str) -> str:
        """A name for ids: no white space, no slash, and no other heading's."""
        slug = re.sub(r"[^\w.]+", "-", name.casefold()).strip("-.")[:60] or "section"
        self._places[slug] += 1
        return slug if self._places[slug] == 1 else f"{slug}-{self._places[slug]}"


def _is_run_in(line: Line, at: int) -> bool:
    before, after = line.text[:at], line.text[at : at + 2]
    short = 0 < at <= RUN_IN_LENGTH and "\n" not in before and not re.search(r"[.!?]\s", before)
    return line.role == "text" and short and (after.startswith("：") or after == ": ")


def _is_capitalised(text: str) -> bool:
    """Whether all but the small words of a line begin with a capital, as in an English title."""
    words = re.findall(r"[^\W\d_][\w'’-]*", text)
    small = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"}
    short = len(words) in CAPITALISED_WORDS and "\n" not in text
    return short and all(word[0].isupper() or word in small for word in words)
