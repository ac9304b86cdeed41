"""Spaces that nothing shows: the gaps between strings, and the text of a run with them read as spaces."""

from __future__ import annotations

import math
import re
import unicodedata
from statistics import median
from typing import Any

from pypdf.generic import ArrayObject, FloatObject, TextStringObject

from qa.reading.pdf.fonts import SPACE, Font
from qa.scripts import WIDE

# Ligatures are one glyph for two letters: "ﬁ". No other compatibility character is touched.
LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
# Characters that show nothing: NUL and other controls, halves of surrogate pairs, direction marks. The soft
# hyphen stays, it tells of a word cut at the end of a line.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# The full-width space of Japanese is a character of its own.
SPACES = re.compile(r"[^\S\u3000\t]+")
TABS = re.compile(r" ?\t[\t ]*")
# Thousandths of the size: TeX parts words by so wide a gap and shows no space. pypdf asks for half a space's
# width, and takes the width from a font that may show another sign in its place.
WORD_GAP = 180.0
# And no gap as narrow as this does.
NO_GAP = 80.0
MOST_PARTS = 50
# So wide a gap parts cells, or an entry of a contents list from its page.
CELL_GAP = 2000.0
# Where most strings of an array stand apart like words, they are letters, and words stand this much wider.
LETTER_SPACED, WIDER = 0.7, 1.4
# So many strings at least, each no longer than a character: two bytes.
LETTERS, GLYPH = 5, 2
# Stands for a gap between words until it is known what stands on its sides; no font shows it.
GAP = "\x1f"
BESIDE_WIDE = re.compile(f"(?<=[{WIDE}]){GAP}|{GAP}(?=[{WIDE}])")


def with_spaces(pieces: list[Any]) -> ArrayObject:
    """An array of strings and gaps with marks in the place of gaps: for those that part words, or cells."""
    gaps = sorted(-float(piece) for piece in pieces if isinstance(piece, int | float))
    wide = [gap for gap in gaps if gap >= WORD_GAP]
    least = WORD_GAP
    strings = [len(piece) <= GLYPH for piece in pieces if isinstance(piece, bytes | str)]
    if len(strings) >= LETTERS and min(len(wide), sum(strings)) > LETTER_SPACED * len(strings):
        # Spaced out letter by letter: words are further apart than that.
        least = WIDER * median(wide)
    spaced = ArrayObject()
    for piece in pieces:
        if not isinstance(piece, int | float) or -piece < NO_GAP:
            spaced.append(piece)
            continue
        if -piece >= least:
            spaced.append(TextStringObject(GAP if -piece < CELL_GAP else "\t"))
        # In parts, none of which is wide enough for a space of pypdf's own.
        parts = min(math.ceil(-piece / NO_GAP), MOST_PARTS)
        spaced += [FloatObject(piece / parts)] * parts
    return spaced


def read_words(text: str, codes: list[int], font: Font) -> str:
    """The text of a run as it is read: without invisible characters and without spaces that nothing shows."""
    # pypdf adds the break to the line before it.
    text = text.rstrip("\n")
    shown = text.replace(GAP, "").replace("\t", "")
    if len(shown) == len(codes) and not font.spaces:
        font.spaces.update(code for code, character in zip(codes, shown, strict=True) if character == " ")
    if text.startswith(" ") and len(shown) > len(codes) and codes[:1] and codes[0] not in font.spaces | {SPACE}:
        # Added because the pen moved; the gap itself tells better.
        text = text[1:]
    text = BESIDE_WIDE.sub("", text).replace(GAP, " ")
    return TABS.sub("\t", SPACES.sub(" ", INVISIBLE.sub("", text.translate(LIGATURES))))
