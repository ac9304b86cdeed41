"""The marks of notes as they are printed: 7, ⁷, *, †, ※1, 注1, (注1)."""

from __future__ import annotations

import re
import unicodedata

NUMBER = r"[1-9]\d{0,2}"
NAMED = rf"(?:[※*]|注)\s?{NUMBER}"
SIGNS = r"[*†‡§¶※]{1,4}"
# A mark alone, and one or more of them where they are cited.
MARK = re.compile(rf"[\[(]?({NAMED}|{NUMBER}|{SIGNS}|[a-z])[\])]?[.)]?")
CITATION = re.compile(rf"[\[(]?(?:{NAMED}|\d{{1,3}}|{SIGNS}|[a-z])(?:\s*[,、–-]\s*(?:[※*]|注)?\d{{1,3}})*[\])]?")
# One that begins a row of its note: a number with a space or an address behind it, or a mark that is no number.
LEADING = re.compile(rf"[(]?({NAMED})[)]?[:.]?\s*(?=\S)|({SIGNS})\s*(?=\S)|({NUMBER})(?:[.)]?\s+|(?=https?://))(?=\S)")
READY_MADE = re.compile(r"[¹²³⁴-⁹][⁰¹²³⁴-⁹]{0,2}")
PLAIN = re.compile(rf"{NUMBER}\s")


def plain(text: str) -> str:
    """A mark in plain characters: ⁷ is 7, ＊ is *; none becomes longer or shorter."""
    return "".join(unicodedata.normalize("NFKC", character)[:1] or character for character in text)


def in_order(mark: str) -> tuple[str, int]:
    """The series a mark belongs to, and its place in it; 0 for a mark that does not count."""
    number = re.search(r"\d+$", mark)
    return (mark[: number.start()].strip(), int(number.group())) if number else (mark, 0)
