"""How documents number their headings: 1.3 › 5) › a), II. › A., Annex B, Article 3, 第2章."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cue:
    """The number a line begins with.

    `scheme` names the series it belongs to ("decimal2", "item", "article"), `rank` how deep that
    series lies where nothing else tells (0 outermost), `printed` is the number as printed, `part`
    its canonical form, `ordinal` its place in the series ("8a" is 8.01). An `absolute` number is complete in
    itself ("1.3"); another one goes on from the number of the heading above it.
    """

    scheme: str
    rank: int
    printed: str
    part: str
    ordinal: float
    absolute: bool
    title: str


ROMAN = [
    "I",
    "II",
    "III",
    "IV",
    "V",
    "VI",
    "VII",
    "VIII",
    "IX",
    "X",
    "XI",
    "XII",
    "XIII",
    "XIV",
    "XV",
    "XVI",
    "XVII",
    "XVIII",
    "XIX",
    "XX",
]
KANJI = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    "十一",
    "十二",
    "十三",
    "十四",
    "十五",
    "十六",
    "十七",
    "十八",
    "十九",
    "二十",
]
# Outer divisions come before decimals (3 and deeper), articles and items after them.
NAMED = {"part": 0, "chapter": 1, "section": 2, "annex": 3, "appendix": 3, "schedule": 3, "article": 12}
KANJI_NAMED = {"編": 0, "部": 0, "章": 1, "節": 2, "款": 2, "条": 12}
DECIMAL_RANK, LETTER_RANK, ITEM_RANK, SUBITEM_RANK, UNNUMBERED_RANK = 3, 11, 13, 14, 15
# Three digits are a year, a form or a room, not the number of a heading.
DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,3})*)\.?\s+(?=\S)")
LETTERED_DECIMAL = re.compile(r"([A-Z](?:\.\d{1,2})+)\.?\s+(?=\S)")
NAMED_CUE = re.compile(rf"(({'|'.join(NAMED)})\s+(\d{{1,3}}[a-z]?|[IVX]+|[A-Z]))\b[.:]?\s*[–—-]?\s*", re.IGNORECASE)
KANJI_CUE = re.compile(rf"(第(\d{{1,3}}|[一二三四五六七八九十]+)([{''.join(KANJI_NAMED)}])(?:の(\d+))?)\s*")
ROMAN_CUE = re.compile(r"([IVX]+)\.\s+(?=\S)")
LETTER_CUE = re.compile(r"([A-Z])\.\s+(?=\S)")
ITEM_CUE = re.compile(r"(\(?(\d{1,2})\))\s*(?=\S)")
SUBITEM_CUE = re.compile(r"(\(?([a-z])\))\s*(?=\S)")


def cues(text: str) -> list[Cue]:
    """Every reading of the number `text` begins with, the likeliest first; empty for none."""
    # Full-width digits and brackets become plain ones; nothing in the cue itself changes length.
    plain = "".join(unicodedata.normalize("NFKC", c) if c in "０１２３４５６７８９（）．　" else c for c in text)
    found: list[Cue] = []

    def add(match: re.Match[str], scheme: str, rank: int, part: str, ordinal: float, absolute: bool) -> None:
        printed = text[: match.end(1)].strip()
        title = text[match.end() :].strip()
        bracketed = re.fullmatch(r"[(（]([^()（）]+)[)）]", title)
        found.append(Cue(scheme, rank, printed, part, ordinal, absolute, bracketed.group(1) if bracketed else title))

    if match := NAMED_CUE.match(plain):
        word, value = match.group(2).lower(), match.group(3)
        add(match, word, NAMED[word], f"{match.group(2).capitalize()} {value}", _ordinal(value), True)
    if match := KANJI_CUE.match(plain):
        ordinal = _ordinal(match.group(2)) + int(match.group(4) or 0) / 100
        add(match, match.group(3), KANJI_NAMED[match.group(3)], match.group(1), ordinal, True)
    for pattern in (DECIMAL, LETTERED_DECIMAL):
        if match := pattern.match(plain):
            parts = match.group(1).split(".")
            depth = len(parts) - 1
            add(match, f"decimal{depth}", DECIMAL_RANK + depth, match.group(1), _ordinal(parts[-1]), True)
    if (match := ROMAN_CUE.match(plain)) and match.group(1) in ROMAN:
        add(match, "roman", DECIMAL_RANK, match.group(1), _ordinal(match.group(1)), False)
    if match := LETTER_CUE.match(plain):
        add(match, "letter", LETTER_RANK, match.group(1), ord(match.group(1)) - ord("A") + 1, False)
    if match := ITEM_CUE.match(plain):
        add(match, "item", ITEM_RANK, match.group(2), int(match.group(2)), False)
    if match := SUBITEM_CUE.match(plain):
        add(match, "subitem", SUBITEM_RANK, match.group(2), ord(match.group(2)) - ord("a") + 1, False)
    return found


def _ordinal(value: str) -> float:
    if inserted := re.fullmatch(r"(\d+)([a-z]?)", value):
        return int(inserted.group(1)) + (ord(inserted.group(2)) - ord("a") + 1 if inserted.group(2) else 0) / 100
    for series in (ROMAN, KANJI):
        if value in series:
            return series.index(value) + 1
    return ord(value[0]) - ord("A") + 1
