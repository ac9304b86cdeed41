"""Lines settled among each other: titles put to their numbers, and what looks like a heading and is none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from qa.reading.contents import LEADER, take_contents
from qa.reading.lines import Line, fold, join
from qa.reading.numbering import cues
from qa.reading.pdf.headings import CAPTION

# Where so many numbers of a series stand in a heading's type, one that does not is an item of a list.
TYPED = 3
MONTH = r"(?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])\w*\.?"
DATE = re.compile(rf"\d{{1,2}}\.?\s+{MONTH}\s+\d{{4}}\b")
COMMAND = re.compile(r"[#$>%]\s")


def settle(lines: Sequence[Line]) -> list[Line]:
    """The lines with "Chapter 2" and its title as one, and with the role "block" where no heading can be."""
    joined = _with_titles(lines)
    entries, rest = take_contents(joined)
    listed = {entry.folded for entry in entries}
    typed = Counter(cue.scheme for line in rest if line.role == "heading" for cue in cues(line.text)[:1])
    return [
        replace(line, role="block") if _is_no_heading(line, listed, typed) and line.role == "text" else line
        for line in joined
    ]


def _with_titles(lines: Sequence[Line]) -> list[Line]:
    joined: list[Line] = []
    for line in lines:
        above = joined[-1] if joined and joined[-1].role == line.role == "heading" else None
        number = cues(above.text)[:1] if above else []
        if above and number and number[0].named and not number[0].title and not cues(line.text):
            joined[-1] = join(above, line)
        else:
            joined.append(line)
    return joined


def _is_no_heading(line: Line, listed: set[str], typed: Counter[str]) -> bool:
    if fold(line.text) in listed:
        return False
    number = cues(line.text)[:1]
    item = bool(number) and not line.bold and typed[number[0].scheme] >= TYPED
    other = CAPTION.match(line.text) or DATE.match(line.text) or COMMAND.match(line.text)
    return item or bool(other) or LEADER.search(line.text) is not None
