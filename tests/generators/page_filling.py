"""Fills pages of lines with notes at the foot, for engines that only draw text at a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

# The width of a text in a font of a size.
Measure = Callable[[str, str, float], float]


@dataclass(frozen=True)
class Glyphs:
    """Text in one font; `rise` lifts it off the line."""

    text: str
    font: str
    size: float
    rise: float = 0


@dataclass(frozen=True)
class Word:
    """What no space divides, and the marks of the notes it cites."""

    parts: tuple[Glyphs, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A paragraph or heading. `tied` keeps it on the page of the next."""

    words: tuple[Word, ...]
    leading: float
    before: float = 0
    indent: float = 0
    first_indent: float = 0
    tied: bool = False
    justified: bool = False
    centred: bool = False


@dataclass(frozen=True)
class Drawn:
    """Text at its place; y is counted from the page's top."""

    x: float
    y: float
    glyphs: Glyphs


@dataclass(frozen=True)
class Sheet:
    """The area that text fills, from the page's upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass
class Line:
    drawn: list[Drawn]
    leading: float
    before: float
    tied: bool
    notes: tuple[str, ...] = ()


@dataclass
class Page:
    """Lines and the notes at the foot; `rule` is where the line above the notes begins."""

    drawn: list[Drawn] = field(default_factory=list)
    rule: tuple[float, float] | None = None


def words(glyphs: Iterable[Glyphs | str]) -> tuple[Word, ...]:
    """Divides text at its spaces. A string is the mark of a note cited there."""
    done: list[Word] = []
    open_word = Word(())
    for piece in glyphs:
        if isinstance(piece, str):
            open_word = replace(open_word, notes=(*open_word.notes, piece))
            continue
        for index, text in enumerate(piece.text.split(" ")):
            if index and open_word.parts:
                done.append(open_word)
            if index:
                open_word = Word(())
            if text:
                open_word = replace(open_word, parts=(*open_word.parts, replace(piece, text=text)))
    return (*done, open_word) if open_word.parts else tuple(done)


def fill(blocks: list[Block], notes: dict[str, Block], sheet: Sheet, measure: Measure) -> list[Page]:
    """Breaks blocks into lines and lines into pages; a note stands on the page that cites it."""
    lines = [line for block in blocks for line in _lines(block, sheet, measure)]
    feet = {mark: _lines(block, sheet, measure) for mark, block in notes.items()}
    pages: list[Page] = []
    while lines:
        count = _fitting(lines, feet, sheet.height)
        pages.append(_page(lines[:count], feet, sheet))
        lines = lines[count:]
    return pages


def _foot_height(lines: list[Line], feet: dict[str, list[Line]]) -> float:
    cited = [foot for line in lines for mark in line.notes for foot in feet[mark]]
    return sum(foot.leading + foot.before for foot in cited) + (14 if cited else 0)


def _fitting(lines: list[Line], feet: dict[str, list[Line]], height: float) -> int:
    """How many lines a page takes; a heading goes with what follows it."""
    count = used = 0.0
    for index, line in enumerate(lines):
        used += line.leading + (line.before if index else 0)
        if used + _foot_height(lines[: index + 1], feet) > height:
            break
        count = index + 1
    fit = int(count)
    while fit < len(lines) and fit > 1 and lines[fit - 1].tied:
        fit -= 1
    return max(fit, 1)


def _page(lines: list[Line], feet: dict[str, list[Line]], sheet: Sheet) -> Page:
    page = Page()
    y = sheet.top
    for index, line in enumerate(lines):
        y += line.leading + (line.before if index else 0)
        page.drawn += [replace(drawn, y=y - drawn.glyphs.rise) for drawn in line.drawn]
    foot = _foot_height(lines, feet)
    if foot:
        y = sheet.top + sheet.height - foot + 8
        page.rule = (sheet.left, y)
        y += 4
        for low in (low for line in lines for mark in line.notes for low in feet[mark]):
            y += low.leading + low.before
            page.drawn += [replace(drawn, y=y - drawn.glyphs.rise) for drawn in low.drawn]
    return page


def _lines(block: Block, sheet: Sheet, measure: Measure) -> list[Line]:
    def width(word: Word) -> float:
        return sum(measure(part.text, part.font, part.size) for part in word.parts)

    rows: list[list[Word]] = [[]]
    first = sheet.width - block.indent - block.first_indent
    room, used = first, 0.0
    queue = list(block.words)
    while queue:
        word = queue.pop(0)
        space = measure(" ", word.parts[0].font, word.parts[0].size) if rows[-1] else 0
        if used + space + width(word) <= room + 0.01:
            rows[-1].append(word)
            used += space + width(word)
        elif width(word) > sheet.width - block.indent and (cut := _cut(word, room - used - space, measure)):
            rows[-1].append(cut[0])
            queue.insert(0, cut[1])
            rows.append([])
            room, used = sheet.width - block.indent, 0.0
        else:
            queue.insert(0, word)
            rows.append([])
            room, used = sheet.width - block.indent, 0.0
    return [_line(block, row, sheet, measure, index, index == len(rows) - 1) for index, row in enumerate(rows)]


def _cut(word: Word, room: float, measure: Measure) -> tuple[Word, Word] | None:
    """A long address, broken after a sign of punctuation."""
    part = word.parts[0]
    ends = [match.end() for match in re.finditer(r"[/._?=&-](?=\w)", part.text) if match.end() > 8]
    ends = [end for end in ends if measure(part.text[:end], part.font, part.size) <= room]
    if not ends:
        return None
    head, tail = part.text[: ends[-1]], part.text[ends[-1] :]
    return Word((replace(part, text=head),)), replace(word, parts=(replace(part, text=tail), *word.parts[1:]))


def _line(block: Block, row: list[Word], sheet: Sheet, measure: Measure, index: int, last: bool) -> Line:
    def width(glyphs: Glyphs) -> float:
        return measure(glyphs.text, glyphs.font, glyphs.size)

    spaces = [measure(" ", word.parts[0].font, word.parts[0].size) for word in row[1:]]
    indent = block.indent + (0 if index else block.first_indent)
    spare = sheet.width - indent - sum(map(width, (part for word in row for part in word.parts))) - sum(spaces)
    stretch = spare / len(spaces) if block.justified and spaces and not last else 0
    x = sheet.left + indent + (spare / 2 if block.centred else 0)
    drawn = []
    for word, space in zip(row, [0.0, *spaces], strict=True):
        x += space + (stretch if space else 0)
        for part in word.parts:
            drawn.append(Drawn(x, 0, part))
            x += width(part)
    notes = tuple(mark for word in row for mark in word.notes)
    return Line(drawn, block.leading, 0 if index else block.before, block.tied, notes)
