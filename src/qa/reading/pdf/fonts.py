"""What a font says of itself: how wide its characters are, and whether it is bold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pypdf.generic import TextStringObject

from qa.reading.pdf.standard_fonts import standard_widths

# Thousandths of the size, where a font does not say (the fourteen that every reader has, mostly).
USUAL_WIDTH = 500.0
SPACE = 0x20
NARROW, WIDE = 278.0, 780.0
NARROW_LETTERS, WIDE_LETTERS = frozenset(b" !'()*,-./:;I[]`fijlrt|"), frozenset(b"ABCDGHKMNOQRUVWXY&@%mw")
FULL_WIDTH = 1000.0
# Names of bold fonts; cmbx10 and SFBX1200 are those of TeX.
BOLD_NAME = re.compile(r"bold|black|heavy|demi|(?:cm|sf|ec|lm)\w*bx", re.IGNORECASE)
FORCE_BOLD, BOLD_WEIGHT = 1 << 18, 600
# Widths of a composite font are given for at most this many glyphs; more is no font.
GLYPHS_AT_MOST = 65_536


@dataclass(frozen=True, slots=True)
class Font:
    """A font as far as layout needs it. `widths` are thousandths of the size, by character code.

    `spaces` are the codes seen so far to show a space, `measured` the strings. A font that is not `legible`
    shows shapes and does not say which characters they are.
    """

    name: str
    bold: bool
    double_byte: bool
    widths: dict[int, float]
    default: float | None
    legible: bool = True
    spaces: set[int] = field(default_factory=set)
    measured: dict[bytes, tuple[list[int], float]] = field(default_factory=dict)

    def measure(self, shown: Any) -> tuple[list[int], float]:
        """The character codes of a string as it is shown, and how wide they are together, in thousandths."""
        data = bytes_of(shown)
        found = self.measured.get(data)
        if found is None:
            if self.double_byte:
                codes = [first << 8 | second for first, second in zip(data[::2], data[1::2], strict=False)]
                width = sum(self.widths.get(code, self.default or FULL_WIDTH) for code in codes)
            else:
                codes = list(data)
                width = sum(self.widths.get(code) or self._guess(code) for code in codes)
            found = self.measured[data] = codes, width
        return found

    def _guess(self, code: int) -> float:
        if self.default is not None:
            return self.default
        return NARROW if code in NARROW_LETTERS else WIDE if code in WIDE_LETTERS else USUAL_WIDTH


class Fonts:
    """The fonts of a file, each read once."""

    def __init__(self) -> None:
        # By the identity of the resource, which is kept: another may get its identity when it is gone.
        self._read: dict[int, tuple[Any, Font]] = {}

    def of(self, resource: Any) -> Font:
        """The font of a resource dictionary, or of None, as pypdf calls a font that the page does not name."""
        if id(resource) not in self._read:
            self._read[id(resource)] = resource, _read_font(resource)
        return self._read[id(resource)][1]


def bytes_of(shown: Any) -> bytes:
    """The bytes of a string operand; none of any other."""
    if isinstance(shown, TextStringObject):
        return shown.original_bytes
    return bytes(shown) if isinstance(shown, bytes) else b""


def _read_font(resource: Any) -> Font:
    """Whatever is wrong with a font leaves its widths to guessing."""
    try:
        name = str(resource.get("/BaseFont", "")).lstrip("/").split("+")[-1]
        descendants = resource.get("/DescendantFonts")
        inner = descendants.get_object()[0].get_object() if descendants is not None else resource
        descriptor = inner.get("/FontDescriptor")
        facts = descriptor.get_object() if descriptor is not None else {}
        flags, weight = _number(facts.get("/Flags")), _number(facts.get("/FontWeight"))
        bold = bool(BOLD_NAME.search(name) or int(flags) & FORCE_BOLD or weight >= BOLD_WEIGHT)
        if descendants is not None:
            # Codes are glyphs then, and mean nothing without a table.
            legible = "/ToUnicode" in resource or not str(resource.get("/Encoding")).startswith("/Identity")
            return Font(name, bold, True, _composite_widths(inner), _number(inner.get("/DW"), FULL_WIDTH), legible)
        scale = _number(resource["/FontMatrix"][0]) * 1000 if resource.get("/Subtype") == "/Type3" else 1.0
        widths = _simple_widths(resource, scale) or standard_widths(name)
        return Font(name, bold, False, widths, _number(facts.get("/MissingWidth")) or None if widths else None)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return Font("", False, False, {}, None)


def _simple_widths(resource: Any, scale: float) -> dict[int, float]:
    widths = resource.get("/Widths")
    first = int(_number(resource.get("/FirstChar")))
    found = list(widths.get_object())[:256] if widths is not None else []
    return {first + at: _number(width) * scale for at, width in enumerate(found)}


def _composite_widths(inner: Any) -> dict[int, float]:
    """`/W`: "45 [500 600]" gives glyphs 45 and 46, "45 65 500" glyphs 45 to 65."""
    widths: dict[int, float] = {}
    entries = [entry.get_object() for entry in inner.get("/W", [])]
    at = 0
    while at + 1 < len(entries) and len(widths) <= GLYPHS_AT_MOST:
        first = int(_number(entries[at]))
        if isinstance(entries[at + 1], list):
            listed = entries[at + 1][:GLYPHS_AT_MOST]
            widths |= {first + nth: _number(width) for nth, width in enumerate(listed)}
            at += 2
        else:
            last = min(int(_number(entries[at + 1])), first + GLYPHS_AT_MOST)
            width = _number(entries[at + 2]) if at + 2 < len(entries) else FULL_WIDTH
            widths |= dict.fromkeys(range(first, last + 1), width)
            at += 3
    return widths


def _number(value: Any, default: float = 0.0) -> float:
    value = value.get_object() if hasattr(value, "get_object") else value
    return float(value) if isinstance(value, int | float) else default
