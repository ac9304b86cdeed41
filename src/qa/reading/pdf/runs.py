"""A page -> text runs: what is shown in one go, where, how large, in which font, under which tag.

pypdf's visitors give the decoded text and the matrices; how far a run reaches to the right follows from the
widths of its font.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from pypdf import PageObject, mult

from qa.reading.pdf.fonts import SPACE, Font, Fonts
from qa.reading.pdf.gaps import part_cells, read_words, with_spaces

POSITIONING = frozenset((b"BT", b"Td", b"TD", b"Tm", b"T*"))
SHOWING = frozenset((b"Tj", b"TJ", b"'", b'"'))
# No point of a page lies further out; a matrix that says so is nonsense.
FURTHEST = 100_000.0
# Text at an angle, in quarters, is a watermark.
SLANT, ASLANT = 0.06, 4
# Between two strings of a row so wide a gap, in type sizes, parts cells.
JUMP = 2.0
# Nobody sees smaller type, points.
LEAST_SIZE = 0.5


@dataclass(frozen=True, slots=True)
class Run:
    """Text shown in one go, in points of the page as a reader holds it.

    `x` to `end` is its extent on the baseline `y` (upwards); `order` its place in the file. `tag` is its
    marked-content identifier, None where there is none; an `artifact` is marked as no part of the text.
    `upright` is False for what stands turned against the rest of the page.
    """

    text: str
    x: float
    end: float
    y: float
    size: float
    font: str
    bold: bool
    order: int
    tag: int | None = None
    artifact: bool = False
    upright: bool = True


@dataclass(frozen=True, slots=True)
class _State:
    """The part of the graphics state that moves the pen."""

    character_spacing: float = 0.0
    word_spacing: float = 0.0
    scale: float = 1.0
    rise: float = 0.0


@dataclass(slots=True)
class _Shown:
    """One string or array shown: the matrix and state it is shown by, and whether the pen was put there before it."""

    matrix: list[float]
    moved: bool
    pieces: list[Any]
    state: _State


@dataclass(slots=True)
class _Recorder:
    """Listens to pypdf reading a page."""

    fonts: Fonts
    unread: Counter[str] = field(default_factory=Counter)
    found: list[tuple[Run, tuple[float, float], tuple[float, float]]] = field(default_factory=list)
    _state: _State = field(default_factory=_State)
    _stack: list[_State] = field(default_factory=list)
    _content: list[tuple[int | None, bool]] = field(default_factory=list)
    _shown: list[_Shown] = field(default_factory=list)
    _held: _Shown | None = None
    _moved: bool = True
    _pen: float = 0.0

    def before(self, operator: Any, operands: Any, cm: Any, tm: Any) -> None:
        """Called with each operator before pypdf carries it out."""
        self._release()
        if operator in SHOWING and operands:
            # ' and " go to the next line first; pypdf then gives out what stood on the line before.
            moved = self._moved or operator in (b"'", b'"')
            pieces = operands[0] if operator == b"TJ" else [operands[-1]]
            pieces = list(pieces) if isinstance(pieces, list) else []
            if operator == b"TJ" and pieces:
                operands[0][:] = with_spaces(pieces)
            shown = _Shown(mult(tm, cm), moved, pieces, self._state)
            self._moved = False
            if operator in (b"'", b'"'):
                self._held = shown
            else:
                self._shown.append(shown)
        elif operator in POSITIONING:
            self._moved = True
        elif operator in (b"BDC", b"BMC"):
            self._content.append(_marked(operands, self._content[-1] if self._content else (None, False)))
        elif operator == b"EMC" and self._content:
            self._content.pop()
        else:
            self._keep_state(operator, operands)

    def _keep_state(self, operator: bytes, operands: Any) -> None:
        if operator == b"q":
            self._stack.append(self._state)
        elif operator == b"Q" and self._stack:
            self._state = self._stack.pop()
        elif operands and isinstance(operands[0], int | float):
            value = float(operands[0])
            if operator == b"Tc":
                self._state = replace(self._state, character_spacing=value)
            elif operator == b"Tw":
                self._state = replace(self._state, word_spacing=value)
            elif operator == b"Tz":
                self._state = replace(self._state, scale=value / 100)
            elif operator == b"Ts":
                self._state = replace(self._state, rise=value)

    def text(self, text: str, cm: Any, tm: Any, resource: Any, size: float) -> None:
        """Called with each piece of text that is complete."""
        font = self.fonts.of(resource)
        if not self._shown and text.strip():
            self._release()
        shown, self._shown = self._shown, []
        matrix = mult(tm, cm)
        start = end = (matrix[4], matrix[5])
        height = abs(size) * math.hypot(matrix[2], matrix[3])
        codes: list[int] = []
        jumps: list[int] = []
        for nth, one in enumerate(shown):
            if one.moved:
                self._pen = 0.0
            here = self._point(one)
            if nth == 0:
                start = here
            elif math.dist(here, end) > JUMP * height:
                jumps.append(len(codes))
            codes += self._move(one, font, size)
            end = self._point(one)
        if not font.legible:
            self.unread[font.name] += len(codes)
            return
        words = read_words(part_cells(text, codes, jumps, font), codes, font) if codes else ""
        if (
            not words
            or height < LEAST_SIZE
            or not all(math.isfinite(v) and abs(v) < FURTHEST for v in (*start, *end, height))
        ):
            return
        tag, artifact = self._content[-1] if self._content else (None, False)
        run = Run(words, start[0], end[0], start[1], height, font.name, font.bold, len(self.found), tag, artifact)
        direction = (matrix[0], matrix[1])
        self.found.append((run, end, direction))

    def _release(self) -> None:
        if self._held is not None:
            self._shown.append(self._held)
            self._held = None

    def _point(self, shown: _Shown) -> tuple[float, float]:
        m, rise = shown.matrix, shown.state.rise
        return self._pen * m[0] + rise * m[2] + m[4], self._pen * m[1] + rise * m[3] + m[5]

    def _move(self, shown: _Shown, font: Font, size: float) -> list[int]:
        """Move the pen as showing a string does; the codes shown."""
        state, all_codes, thousandths = shown.state, list[int](), 0.0
        for piece in shown.pieces:
            if isinstance(piece, int | float):
                thousandths -= float(piece)
            else:
                codes, width = font.measure(piece)
                all_codes += codes
                thousandths += width
        spacing = state.character_spacing * len(all_codes)
        if state.word_spacing and not font.double_byte:
            spacing += state.word_spacing * all_codes.count(SPACE)
        self._pen += (thousandths / 1000 * size + spacing) * state.scale
        return all_codes


def _marked(operands: Any, outer: tuple[int | None, bool]) -> tuple[int | None, bool]:
    """(marked-content identifier, whether an artifact) of a BDC or BMC within `outer`."""
    name = str(operands[0]) if operands else ""
    properties = operands[1] if len(operands) > 1 and isinstance(operands[1], dict) else {}
    identifier = properties.get("/MCID")
    return identifier if isinstance(identifier, int) else outer[0], outer[1] or name == "/Artifact"


@dataclass(frozen=True, slots=True)
class PageText:
    """The runs of a page in the order of the file; by how many quarters clockwise its points are turned; and how
    many characters of which font were not read, because it does not say what they are.
    """

    runs: list[Run]
    quarters: int = 0
    unread: Counter[str] = field(default_factory=Counter)


def page_text(page: PageObject, fonts: Fonts) -> PageText:
    """What a page shows; `fonts` are those of its file."""
    recorder = _Recorder(fonts)
    page.extract_text(visitor_operand_before=recorder.before, visitor_text=recorder.text)
    quarters = page.rotation // 90 % 4
    turned = [_turn(run, end, direction, quarters) for run, end, direction in recorder.found]
    ways = Counter[int]()
    for run, way in turned:
        ways[way] += len(run.text)
    usual = ways.most_common(1)[0][0] % 4 if ways else 0
    runs = [run if way == usual else replace(run, upright=False) for run, way in turned]
    return PageText(runs, (quarters + usual) % 4, recorder.unread)


def turn(point: tuple[float, float], quarters: int) -> tuple[float, float]:
    """A point turned clockwise about the origin."""
    x, y = point
    return ((x, y), (y, -x), (-x, -y), (-y, x))[quarters]


def _turn(run: Run, end: tuple[float, float], direction: tuple[float, float], quarters: int) -> tuple[Run, int]:
    """A run turned until its own text goes to the right, and the way it went on the page as it is held:
    0 to the right, 1 up, 2 to the left, 3 down, and ASLANT.
    """
    to_x, to_y = turn(direction, quarters)
    angle = math.atan2(to_y, to_x) / (math.pi / 2)
    way = round(angle) % 4 if abs(angle - round(angle)) < SLANT else ASLANT
    if way == ASLANT:
        return run, way
    x, y = turn((run.x, run.y), (quarters + way) % 4)
    end_x, _ = turn(end, (quarters + way) % 4)
    return replace(run, x=x, y=y, end=max(end_x, x)), way
