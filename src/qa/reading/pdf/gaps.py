"""Spaces that nothing shows: the gaps between strings, and the text of a run with them read as spaces."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from statistics import median
from typing import Any

from pypdf.generic import ArrayObject, ByteStringObject, FloatObject, TextStringObject

from qa.reading.pdf.fonts import SPACE, Font, bytes_of
from qa.scripts import WIDE

# What a glyph stands for: a ligature ("ﬁ") for its letters, a Kangxi radical, as Chromium writes them, for the
# character it looks like. No other compatibility character is touched.
READ_AS = {code: unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFB00, 0xFB07), *range(0x2F00, 0x2FD6))}
READ_AS |= {
    0x2E9F: "母",
    0x2EA0: "民",
    0x2EC4: "西",
    0x2ECA: "足",
    0x2ED1: "長",
    0x2EDE: "食",
    0x2EE4: "鬼",
    0x2EE9: "黄",
}
# TeX's fonts have their ligatures where others have control characters, and do not always say so.
READ_AS |= dict(zip((0x0B, 0x0C, 0x0E, 0x0F), ("ff", "fi", "ffi", "ffl"), strict=True))
READ_AS |= dict(zip(range(0x1B, 0x20), ("ff", "fi", "fl", "ffi", "ffl"), strict=True))
# Characters that show nothing: NUL and other controls, halves of surrogate pairs, direction marks. The soft
# hyphen stays, it tells of a word cut at the end of a line.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
# The full-width space of Japanese is a character of its own.
SPACES = re.compile(r"[^\S\u3000\t]+")
TABS = re.compile(r" ?\t[\t ]*")
# Thousandths of the size: TeX parts words by so wide a gap and shows no space. pypdf asks for half a space's
# width, and takes the width from a font that may show another sign in its place.
WORD_GAP = 180.0
# In a tight row less will do, if nothing comes near it that could be kerning.
TIGHT_GAP, KERNING = 140.0, 60.0
# And no gap as narrow as this does.
NO_GAP = 80.0
# The gaps at the end of an array are given in no more parts than this.
MOST_PARTS = 1000
# So wide a gap parts cells, or an entry of a contents list from its page.
CELL_GAP = 2000.0
# Where most strings of an array stand apart like words, they are letters, and words stand this much wider.
LETTER_SPACED, WIDER = 0.7, 1.4
# So many strings at least, each no longer than a character: two bytes.
LETTERS, DIFFERENT, GLYPH = 5, 3, 2
# Stands for a gap between words until it is known what stands on its sides; no font shows it.
GAP = "\x02"
BESIDE_WIDE = re.compile(f"(?<=[{WIDE}]){GAP}|{GAP}(?=[{WIDE}])")


def with_spaces(pieces: list[Any]) -> ArrayObject:
    """An array of strings and gaps as pypdf shall read it: marks for gaps that part words or cells, and no others.

    Strings with no such gap between them become one, which spares pypdf most of its work; how far all gaps
    together move the pen is said at the end.
    """
    gaps = [-float(piece) for piece in pieces if isinstance(piece, int | float)]
    least = WORD_GAP
    if any(gap >= NO_GAP for gap in gaps):
        if _are_letters(pieces):
            # Words are further apart than that.
            least = WIDER * median(gap for gap in gaps if gap >= NO_GAP)
        elif any(TIGHT_GAP <= gap < WORD_GAP for gap in gaps) and not any(KERNING < gap < TIGHT_GAP for gap in gaps):
            least = TIGHT_GAP
    spaced = ArrayObject()
    shown = b""
    for piece in pieces:
        if not isinstance(piece, int | float):
            shown += bytes_of(piece)
        elif -piece >= least:
            mark = TextStringObject(GAP if -piece < CELL_GAP else "\t")
            spaced += [ByteStringObject(shown), mark] if shown else [mark]
            shown = b""
    spaced += [ByteStringObject(shown)] if shown else []
    # In parts, none of which is wide enough for a space of pypdf's own.
    parts = min(max(math.ceil(sum(gaps) / NO_GAP), 1), MOST_PARTS)
    return ArrayObject([*spaced, *[FloatObject(-sum(gaps) / parts)] * parts])


def _are_letters(pieces: list[Any]) -> bool:
    """Whether a text is spaced out letter by letter."""
    strings = [piece for piece in pieces if isinstance(piece, bytes | str)]
    lengths = Counter(map(len, strings)).most_common(1)
    single = lengths[0][1] if lengths and lengths[0][0] <= GLYPH else 0
    apart = sum(isinstance(piece, int | float) and -piece >= NO_GAP for piece in pieces)
    # Dots that lead to a page stand apart too, and are all alike.
    many = len(strings) >= LETTERS and len(set(strings)) >= DIFFERENT
    return many and min(apart, single) > LETTER_SPACED * len(strings)


def part_cells(text: str, codes: list[int], jumps: list[int], font: Font) -> str:
    """Text with a tab where the pen jumped before the code of that number; as it is where the place is in doubt."""
    if not jumps:
        return text
    blank = font.spaces | {SPACE}
    inked = [at for at, character in enumerate(text) if not character.isspace() and character != GAP]
    if len(inked) != sum(code not in blank for code in codes):
        return text
    for jump in reversed(jumps):
        before = sum(code not in blank for code in codes[:jump])
        if 0 < before < len(inked):
            text = text[: inked[before - 1] + 1] + "\t" + text[inked[before] :]
    return text


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
    return TABS.sub("\t", SPACES.sub(" ", INVISIBLE.sub("", text.translate(READ_AS))))
