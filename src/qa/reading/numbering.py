"""How documents number their headings: 1.3 › 5) › a), II. › A., Annex B, Article 3, § 4, 第2章, 一、, ①."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from qa.scripts import WIDE


@dataclass(frozen=True, slots=True)
class Cue:
    """The number a line begins with.

    `scheme` names the series it belongs to ("decimal2", "item", "article"), `rank` how deep that
    series lies where nothing else tells (0 outermost), `printed` is the number as printed, `part`
    its canonical form, `ordinal` its place in the series ("8a" is 8.01). An `absolute` number is
    complete in itself ("1.3"); another one goes on from the number of the heading above it. `named`
    ones ("Article 3") are hardly ever anything but a heading's.
    """

    scheme: str
    rank: int
    printed: str
    part: str
    ordinal: float
    absolute: bool
    title: str
    named: bool = False


# Longer lines are paragraphs, whatever they begin with; the longest heading of the factsheet has 259.
HEADING_LENGTH = 320
ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()
KANJI_DIGITS = "一二三四五六七八九"
KANJI = "[一二三四五六七八九十百]+"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
KATAKANA = "アイウエオカキクケコサシスセソタチツテト"
WORDS = "one two three four five six seven eight nine ten eleven twelve".split()
LATIN_SUFFIXES = ("", "bis", "ter", "quater", "quinquies")
# Outer divisions come before decimals (3 and deeper), articles and items after them.
NAMED = {"part": 0, "title": 0, "chapter": 1, "section": 2, "annex": 3, "appendix": 3, "schedule": 3, "article": 12}
KANJI_NAMED = {"編": 0, "部": 0, "章": 1, "節": 2, "款": 2, "条": 12, "": 2}
DECIMAL_RANK, LETTER_RANK, ITEM_RANK, SUBITEM_RANK, UNNUMBERED_RANK = 3, 11, 13, 14, 16
# What stands between a number and its title; a heading may also be a number alone.
GAP = r"(?:\s+|$)"
# Three digits are a year, a form or a room, not the number of a heading.
DECIMAL = re.compile(rf"(\d{{1,2}}(?:[.-]\d{{1,3}})*)(?:\.?{GAP}|\.(?=[{WIDE}])|(?<=\d[.-]\d)(?=[{WIDE}]))", re.ASCII)
LETTERED_DECIMAL = re.compile(rf"([A-Z](?:\.\d{{1,2}})+)\.?{GAP}", re.ASCII)
NAMED_CUE = re.compile(
    rf"((?i:({'|'.join(NAMED)}))\s+(\d{{1,3}}[a-z]?|[IVX]+|[A-Z]|(?i:{'|'.join(WORDS)}))(?:\s(bis|ter|quater|quinquies))?)(?![\w-]|\.\d|,)[.:]?\s*[–—-]?\s*",
    re.ASCII,
)
KANJI_CUE = re.compile(rf"(第(\d{{1,3}}|{KANJI})(?:([{''.join(KANJI_NAMED)}])(?:の(\d+|{KANJI}))?|(?=\s)))\s*")
ANNEX_CUE = re.compile(r"((?:別紙|別表|別添|付録|附属書|参考資料)\s?(\d{1,2}|[A-Z]))(?![\w-])[.:：]?\s*", re.ASCII)
PARAGRAPH_CUE = re.compile(rf"(§\s*(\d{{1,3}}[a-z]?))\.?{GAP}", re.ASCII)
ROMAN_CUE = re.compile(rf"([IVX]+)\.{GAP}")
LETTER_CUE = re.compile(rf"([A-Z])\.{GAP}")
ITEM_CUE = re.compile(r"(\(?(\d{1,2})\))\s*(?=\S)", re.ASCII)
SUBITEM_CUE = re.compile(r"(\(?([a-z])\))\s*(?=\S)")
KANJI_LIST_CUE = re.compile(rf"(({KANJI})、)\s*(?=\S)")
CIRCLED_CUE = re.compile(rf"(([{CIRCLED}]))\s*(?=\S)")
KATAKANA_CUE = re.compile(rf"(([{KATAKANA}]))\s+(?=\S)")
# (pattern, scheme, rank) of numbers that go on from the heading above.
RELATIVE = (
    (ROMAN_CUE, "roman", DECIMAL_RANK),
    (LETTER_CUE, "letter", LETTER_RANK),
    (KANJI_LIST_CUE, "kanji", 2),
    (ITEM_CUE, "item", ITEM_RANK),
    (CIRCLED_CUE, "circled", SUBITEM_RANK),
    (SUBITEM_CUE, "subitem", SUBITEM_RANK),
    (KATAKANA_CUE, "katakana", SUBITEM_RANK + 1),
)


def cues(text: str) -> list[Cue]:
    """Every reading of the number `text` begins with, the likeliest first; empty for none."""
    # Full-width digits and brackets become plain ones; nothing in the cue itself changes length.
    plain = "".join(unicodedata.normalize("NFKC", c) if c in "０１２３４５６７８９（）．　" else c for c in text[:60])
    found: list[Cue] = []

    def add(match: re.Match[str], scheme: str, rank: int, part: str, ordinal: float, kind: str) -> None:
        title = text[match.end() :].strip(" \t\n　:：–—-")
        bracketed = re.fullmatch(r"[(（]([^()（）]+)[)）]", title)
        title = bracketed.group(1) if bracketed else title
        printed = text[: match.end(1)].strip()
        found.append(Cue(scheme, rank, printed, part, ordinal, kind != "relative", title, kind == "named"))

    if match := NAMED_CUE.match(plain):
        word = match.group(2).lower()
        ordinal = _ordinal(match.group(3)) + LATIN_SUFFIXES.index((match.group(4) or "").lower()) / 100
        part = " ".join(filter(None, (word.capitalize(), match.group(3), match.group(4))))
        add(match, word, NAMED[word], part, ordinal, "named")
    if match := KANJI_CUE.match(plain):
        division = match.group(3) or ""
        ordinal = _ordinal(match.group(2)) + _ordinal(match.group(4) or "0") / 100
        add(match, f"第{division}", KANJI_NAMED[division], match.group(1), ordinal, "named")
    if match := ANNEX_CUE.match(plain):
        add(match, "annex", NAMED["annex"], match.group(1), _ordinal(match.group(2)), "named")
    if match := PARAGRAPH_CUE.match(plain):
        add(match, "§", NAMED["article"], match.group(1), _ordinal(match.group(2)), "named")
    for pattern in (DECIMAL, LETTERED_DECIMAL):
        if match := pattern.match(plain):
            parts = re.split("[.-]", match.group(1))
            depth = len(parts) - 1
            add(match, f"decimal{depth}", DECIMAL_RANK + depth, match.group(1), _ordinal(parts[-1]), "absolute")
    for pattern, scheme, rank in RELATIVE:
        if (match := pattern.match(plain)) and (ordinal := _ordinal(match.groups()[-1])):
            part = str(int(ordinal)) if scheme in ("kanji", "circled") else match.groups()[-1]
            add(match, scheme, rank, part, ordinal, "relative")
    return found


def is_number(text: str) -> bool:
    """Whether a text is the number of a heading and no more."""
    return any(cue.title == "x" for cue in cues(f"{text} x"))


def _ordinal(value: str) -> float:
    """The place of a number in its series, from 1; 0 for what is none, such as the Roman number IIX."""
    if inserted := re.fullmatch(r"(\d+)([a-z]?)", value, re.ASCII):
        return int(inserted.group(1)) + (ord(inserted.group(2)) - ord("a") + 1 if inserted.group(2) else 0) / 100
    for series, name in ((ROMAN, value), (CIRCLED, value), (KATAKANA, value), (WORDS, value.lower())):
        if name in series:
            return series.index(name) + 1
    if kanji := re.fullmatch(rf"(?:([{KANJI_DIGITS}]?)(百))?(?:([{KANJI_DIGITS}]?)(十))?([{KANJI_DIGITS}]?)", value):
        # 二十三 is two tens and three; a 十 or 百 without a digit before it is one of them.
        hundreds, _, tens, _, ones = (KANJI_DIGITS.find(part or "-") + 1 for part in kanji.groups())
        return (hundreds or 1) * 100 * bool(kanji.group(2)) + (tens or 1) * 10 * bool(kanji.group(4)) + ones
    return ord(value.upper()) - ord("A") + 1 if len(value) == 1 and value.isascii() else 0
