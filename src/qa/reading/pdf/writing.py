"""Rows -> one line of text: spaces, hyphens and raised numbers settled, citations and links at their offsets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.reading.inline import BARE_URL, UNIT, Marks, script
from qa.reading.lines import fold
from qa.reading.numbering import is_number
from qa.reading.pdf.links import PageLinks
from qa.reading.pdf.marks import CITATION, READY_MADE, plain
from qa.reading.pdf.rows import SCRIPT_SIZE, Row, spaced
from qa.reading.pdf.runs import Run
from qa.scripts import is_wide
from qa.types import Link

WORD = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
SOFT_HYPHEN = "\u00ad"
HYPHENS = "-‐" + SOFT_HYPHEN
# Where more rows than these end with a hyphen, it is the typesetter that cuts words.
HYPHENATED = 0.03
# Behind a word of this length, what is this long is no ending but a word of its own: "cost-effectiveness".
LONG_HEAD, LONG_TAIL = 4, 8
# An address goes on in the next row where it breaks at one of these, or where the next row looks like one.
ADDRESS_AT_END = re.compile(r"https?://[^\s（）()]*$")
ADDRESS_BREAK = re.compile(r"[/\-_?=&.%#~+]$")
ADDRESS_PART = re.compile(r"[^\s()（）]*[/_=%&?#.\d][^\s()（）]*[^\s()（）.,]|[\w-]+\.(?:html?|pdf|aspx?|php)")
COMPLETE_ADDRESS = re.compile(r"\.(?:html?|pdf|docx?|xlsx?|aspx?|php)$", re.IGNORECASE)


class Vocabulary:
    """The words of a document that no end of a row cuts; it tells a hyphen of the text from one of the typesetter."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._words: set[str] = set()
        cuts: list[tuple[str, str]] = []
        head = ""
        for row in rows:
            words = [word.lower().replace("‐", "-") for word in WORD.findall(row.text)]
            if head and words:
                cuts.append((head, words.pop(0)))
            head = words.pop() if words and row.text[-1:] in HYPHENS else ""
            self._words.update(words)
        self._words.update(part for word in tuple(self._words) for part in word.split("-"))
        # Whether the typesetter cuts words at all.
        often = len(cuts) > HYPHENATED * len(rows)
        self._hyphenated = often or any(head + tail in self._words for head, tail in cuts)

    def joint(self, before: str, after: str) -> str:
        """What stands between two halves of a word cut by a hyphen: the hyphen, or nothing."""
        first = WORD.findall(before.rstrip(HYPHENS))[-1:] or [""]
        second = WORD.findall(after)[:1] or [""]
        head, tail = first[0].lower(), second[0].lower()
        if f"{head}-{tail}" in self._words:
            return "-"
        if before.endswith(SOFT_HYPHEN) or head + tail in self._words:
            return ""
        both_are_words = {head.split("-")[-1], tail.split("-")[0]} <= self._words
        long_word = len(head) >= LONG_HEAD and head in self._words and len(tail) >= LONG_TAIL
        is_compound = both_are_words or long_word or not second[0][:1].islower()
        return "" if self._hyphenated and not is_compound else "-"


@dataclass(slots=True)
class Draft:
    """A line being written: what `Line` needs, and the glued numbers that might yet prove to cite a note."""

    text: str = ""
    turns: list[tuple[int, int | None]] = field(default_factory=list)
    citations: list[tuple[int, str]] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    glued: list[tuple[int, int]] = field(default_factory=list)

    def append(self, other: Draft, joint: str) -> None:
        """Write another draft behind this one."""
        shift = len(self.text) + len(joint)
        self.text += joint + other.text
        for at, page in other.turns:
            if not self.turns or self.turns[-1][1] != page:
                self.turns.append((at + shift, page))
        self.citations += [(at + shift, mark) for at, mark in other.citations]
        self.links += [Link(link.start + shift, link.end + shift, link.url) for link in other.links]
        self.glued += [(start + shift, end + shift) for start, end in other.glued]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a writer looks up: words, marks of notes, links by sheet, printed numbers by sheet.

    `uncited` are (mark, sheet) of what looks like a citation and cites no note that was found.
    """

    vocabulary: Vocabulary
    marks: Marks
    links: Sequence[PageLinks]
    numbers: dict[int, int]
    uncited: list[tuple[str, int]] = field(default_factory=list)

    def write(self, rows: Sequence[Row], is_note: bool = False) -> Draft:
        """The rows of one paragraph, heading or note as a line."""
        draft = Draft()
        for nth, row in enumerate(rows):
            pairs = spaced(row.runs)
            if not pairs or (nth and not is_note and self._cite_alone(draft, row, rows[nth - 1])):
                continue
            words = [space + run.text for space, run in pairs if not (row.is_script(run) and run.y > row.y)]
            following = "".join(words or [pairs[0][1].text]).lstrip()
            self._begin_row(draft, following, row, is_note)
            for at, (space, run) in enumerate(pairs):
                # What a tab parts from its number is a title, and no cell.
                behind_number = at == 1 and space == "\t" and is_number(pairs[0][1].text.strip())
                self._add(draft, " " if behind_number else space, run, row, is_note)
            draft.text = draft.text.rstrip()
        self._find_links(draft, rows)
        return draft

    def _cite_alone(self, draft: Draft, row: Row, above: Row) -> bool:
        """Cite the note whose raised mark had no room behind the row above, if this row is no more than that."""
        is_mark = row.size <= SCRIPT_SIZE * above.size and CITATION.fullmatch(plain(row.text)) is not None
        return is_mark and self._cite(draft, plain(row.text))

    def _begin_row(self, draft: Draft, following: str, row: Row, is_note: bool) -> None:
        page = self.numbers.get(row.page)
        if draft.text:
            draft.text = self._joined(draft.text, following, is_note)
        if not draft.turns or draft.turns[-1][1] != page:
            draft.turns.append((len(draft.text), page))

    def _joined(self, text: str, following: str, is_note: bool) -> str:
        """`text` with what parts it from the row that follows."""
        if text.endswith(("http:", "https:")) and following.startswith("//"):
            return text
        last = ADDRESS_AT_END.search(text)
        if last and is_note and following.startswith(("http://", "https://")):
            return text + "\n"
        if last:
            return text if _goes_on(last.group(), following) else text + " "
        if text[-1] in HYPHENS and text[-2:-1].isalnum():
            return text[:-1] + self.vocabulary.joint(text, following)
        tight = text[-1] in "/–—" and not text[-2:-1].isspace() and len(text) > 1
        wide = is_wide(text[-1]) or is_wide(following[:1])
        return text if tight or wide else text + " "

    def _add(self, draft: Draft, space: str, run: Run, row: Row, is_note: bool) -> None:
        words = run.text.strip()
        raised = row.is_script(run) and run.y > row.y
        leads = not space and self.links[row.page].leads_within(run)
        if not is_note and (raised or leads) and CITATION.fullmatch(plain(words)):
            if self._cite(draft, plain(words)):
                return
            self._note_uncited(words, draft.text, row.page)
        text = script(words, "sup" if raised else "sub") if row.is_script(run) else run.text
        glue = "" if draft.text.endswith((" ", "\n")) or not draft.text else space
        start = len(draft.text) + len(glue)
        text = text if glue or not draft.text.endswith(" ") else text.lstrip()
        draft.text += glue
        self._add_with_marks(draft, text, is_note)
        if words.isdecimal() and len(words) <= 3 and not glue and start:
            draft.glued.append((start, len(draft.text)))

    def _add_with_marks(self, draft: Draft, text: str, is_note: bool) -> None:
        """Text in which ready-made raised digits may cite notes."""
        position = 0
        for match in READY_MADE.finditer(text) if not is_note else ():
            draft.text += text[position : match.start()]
            position = match.end()
            if not self._cite(draft, plain(match.group())):
                draft.text += match.group()
        draft.text += text[position:]

    def _cite(self, draft: Draft, words: str) -> bool:
        """Cite at the end of what is written, if `words` are marks of notes; whether they are."""
        # "10⁻¹" is no mark.
        cited = [] if draft.text[-1:] in "⁻⁺" and draft.text else self.marks.cited(words.replace(" ", ""), draft.text)
        draft.citations += [(len(draft.text), mark) for mark in cited]
        return bool(cited)

    def _note_uncited(self, words: str, before: str, page: int) -> None:
        """Remember a raised number behind a word or a full stop that cites no note that was found."""
        if not before[-1:].isdigit() and len(before) > 1 and not words.isalpha() and not UNIT.search(before[-8:]):
            self.uncited.append((words, page))

    def _find_links(self, draft: Draft, rows: Sequence[Row]) -> None:
        """Addresses in the text, by their link's own target where there is one; then links on other words."""
        targets = dict.fromkeys(url for row in rows for run in row.runs if (url := self.links[row.page].target(run)))
        unused = list(targets)
        for match in BARE_URL.finditer(draft.text):
            shown = match.group()
            exact = next((url for url in targets if _same(url, shown)), None)
            draft.links.append(Link(match.start(), match.end(), exact or shown))
            unused = [url for url in unused if url != exact and not url.startswith(shown)]
        for url in unused:
            words = " ".join(
                run.text.strip() for row in rows for run in row.runs if self.links[row.page].target(run) == url
            )
            at = draft.text.find(words)
            if words and at >= 0 and not any(link.start < at + len(words) and at < link.end for link in draft.links):
                draft.links.append(Link(at, at + len(words), url))
        draft.links.sort(key=lambda link: link.start)


def _goes_on(address: str, following: str) -> bool:
    """Whether the next row goes on with an address that ends a row."""
    # What stands behind it in brackets, or a full stop, is no part of it.
    first = re.split(r"[\s(（\[「、。]", following, maxsplit=1)[0].rstrip(".,;:")
    if not first:
        return False
    if ADDRESS_BREAK.search(address) and not address.endswith("/"):
        return True
    return ADDRESS_PART.fullmatch(first) is not None and not COMPLETE_ADDRESS.search(address)


def _same(url: str, shown: str) -> bool:
    """Whether an address is shown as its own text, as far as a reader can see."""
    return fold(url) == fold(shown)
